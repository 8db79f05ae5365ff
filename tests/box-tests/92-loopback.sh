#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# PHP of isolated sites does not reach pools of PHP-FPM at TCP ports: over loopback these run what they are sent, outside
# of every site. The web server does, and so does everybody whom it is no business of.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
enable() { cagefsctl --site-isolation-enable "$@"; }
speak() { http "$1" "/speak.php?to=$2&script=${3:-$H/a.example/evil.php}"; } # DOMAIN ADDRESS [SCRIPT]
runs() { [ "$(speak "$@")" = "john reads the secret of b" ]; }
refused() { case $(speak "$@") in "refused: "*) ;; *) return 1 ;; esac }
serves() { [ "$(php_eval "$1" 'echo "ok";')" = ok ]; }
connects() # USER HOST PORT
{
    setpriv --reuid "$1" --regid "$1" --clear-groups timeout 5 bash -c "exec 3<>/dev/tcp/$2/$3" 2>/dev/null
}
table() { nft list table inet sitecage; }
no_table() { ! nft list tables | grep -q sitecage && [ ! -e /var/lib/sitecage/loopback ]; }
boot()
{
    nft flush ruleset && rm -rf /run/sitecage/[0-9]* && /usr/libexec/sitecage/sitecage-rebuild --all
}
check_row() { cagefsctl --site-isolation-check | grep "pools: TCP ports"; }
pool() # NAME USER ADDRESS
{
    printf '[%s]\nuser = %s\ngroup = %s\nlisten = %s\npm = static\npm.max_children = 2\n' "$1" "$2" "$2" "$3" \
        >"$fpm_pool_dir/$1.conf"
}

panel_install
for user in john bob eve; do make_user $user; done
ip addr add 10.99.0.1/32 dev lo
ip addr add fd00:99::1/128 dev lo
for site in a b; do
    fpm_site john $site.example $H/$site.example
    printf 'the secret of %s' $site | put_file john $H/$site.example/secret.txt
done
fpm_site john port.example $H/port.example 127.0.0.1:9007
fpm_site john any.example $H/any.example 127.0.0.1:9008
pool any.example john '[::]:9008'
fpm_site bob bob.example /home/bob/bob.example 127.0.0.1:9010
fpm_site eve eve.example /home/eve/eve.example 127.0.0.1:9009
for site in a.example eve.example; do
    put_php $site speak.php "$(cat "$SC_SOURCE/tests/boxlib/speak_fcgi.php")"
done
put_php a.example evil.php 'echo posix_getpwuid(posix_geteuid())["name"], " reads ", @file_get_contents("/home/john/b.example/secret.txt");'
chmod 711 $H
chmod 755 $H/a.example
python3 -c 'import socket, time
s = socket.create_server(("127.0.0.1", 3306)); s.listen(50)
while True: s.accept()[0].close()' &
fpm_start
apache_start
check "the feature is allowed" cagefsctl --site-isolation-allow-all

## Without isolation
everywhere="tcp://127.0.0.1:9008 tcp://127.0.0.2:9008 tcp://10.99.0.1:9008 tcp://[::1]:9008 tcp://[fd00:99::1]:9008 tcp://[::ffff:127.0.0.1]:9008 tcp://localhost:9008"
for to in tcp://127.0.0.1:9007 $everywhere; do
    check "control: A's PHP runs its own code at $to" runs a.example "$to"
done
check "control: so does another account's, as john" runs eve.example tcp://127.0.0.1:9007
check "no port is closed" no_table

## A site of john is isolated
check "A is enabled" enable a.example
check "A's PHP is in its cage" [ "$(php_eval a.example "echo (string)@file_get_contents('$H/b.example/secret.txt');")" = "" ]
for to in tcp://127.0.0.1:9007 $everywhere; do
    check "A's PHP is refused at $to" refused a.example "$to"
done
check "at a pool of another account, too" refused a.example tcp://127.0.0.1:9010
check "another account is refused at a pool of john's" refused eve.example tcp://127.0.0.1:9007
check "who has nothing isolated reaches his own pool" connects eve 127.0.0.1 9009
check "and that of another such account" connects eve 127.0.0.1 9010
check_not "a user of the system's is refused at a pool of john's" connects daemon 127.0.0.1 9007
check_not "by the address of all, too" connects daemon ::1 9008
check "root is not" connects root 127.0.0.1 9007
check "the web server's user is not" connects www-data 127.0.0.1 9007
check "other services on loopback are reached" connects john 127.0.0.1 3306
expect_output "also from A's PHP" yes php_eval a.example 'echo @fsockopen("127.0.0.1", 3306) ? "yes" : "no";'
for site in port any bob eve a; do
    check "$site.example is served" serves $site.example
done
expect_contains "check says so" "OK" check_row

## The firewall is reloaded
nft add table inet mine
nft add chain inet mine out '{ type filter hook output priority 0; policy accept; }'
check "it was not ours that removed it" nft list table inet mine
check "all rules are flushed" nft flush ruleset
check "A's PHP is refused again" wait_until 20 refused a.example tcp://127.0.0.1:9007
check "our rules are flushed" nft flush table inet sitecage
check "A's PHP is refused again" wait_until 20 refused a.example tcp://127.0.0.1:9007
check "the web server is served" serves port.example

## Ports that come later
pool late john 127.0.0.1:9011
fpm_reload
check "a pool that was added is closed" wait_until 10 refused a.example tcp://127.0.0.1:9011
mkdir -p /srv/fpm
printf '[global]\npid = /srv/fpm/pid\nerror_log = /srv/fpm/log\n[hidden]\nuser = john\ngroup = john\nlisten = 127.0.0.1:9013\npm = static\npm.max_children = 1\n' >/srv/fpm/fpm.conf
"/usr/sbin/php-fpm$fpm_version" --daemonize --fpm-config /srv/fpm/fpm.conf
check "root reaches it" wait_until 10 connects root 127.0.0.1 9013
check "so is that of a master of which nobody knows" wait_until 10 refused a.example tcp://127.0.0.1:9013
fpm_vhost b.example 127.0.0.1:9012
sed -i '/DocumentRoot/a ProxyFCGIBackendType GENERIC' /etc/apache2/sites-enabled/b.example.conf # php-cgi
apache_reload
closed_before() { table | grep -q '\b9012\b'; }
check "a port that Apache's configuration names is closed before anybody listens" wait_until 10 closed_before
setpriv --reuid john --regid john --clear-groups php-cgi -b 127.0.0.1:9012 >/dev/null 2>&1 &
check "Apache is served there" wait_until 10 serves b.example
check "A's PHP is refused there" refused a.example tcp://127.0.0.1:9012

## A boot
check "everything is made again at boot" boot
check "A's PHP is refused" refused a.example tcp://127.0.0.1:9007
check "the web server is served" serves port.example

## Where it cannot be
mv /usr/sbin/nft /usr/sbin/nft.away
expect_fail 1 "install the package nftables" enable bob.example
check "bob's site is not isolated" [ "$(cagefsctl --site-isolation-list bob 2>/dev/null | grep -c bob.example)" = 0 ]
check "A's PHP is still refused" refused a.example tcp://127.0.0.1:9007
mv /usr/sbin/nft.away /usr/sbin/nft
check "with nft it is isolated" enable bob.example
check_not "eve is refused at bob's pool from then on" connects eve 127.0.0.1 9010
check "bob's site is served" serves bob.example

## Back
check "bob's is disabled" cagefsctl --site-isolation-disable bob.example
check "eve reaches his pool again" connects eve 127.0.0.1 9010
check "A's PHP does not" refused a.example tcp://127.0.0.1:9010
mv /usr/sbin/nft /usr/sbin/nft.away
check "A is disabled, also without nft" cagefsctl --site-isolation-disable a.example
mv /usr/sbin/nft.away /usr/sbin/nft
check "nothing is left" no_table
check "A's PHP runs its own code there again" runs a.example tcp://127.0.0.1:9007
check "A is enabled" enable a.example
check "A's PHP is refused" refused a.example tcp://127.0.0.1:9007
check "the feature is denied" cagefsctl --site-isolation-deny-all
check "nothing is left" no_table
finish
