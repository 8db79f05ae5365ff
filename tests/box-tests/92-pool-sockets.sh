#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# PHP of isolated sites does not reach sockets of PHP-FPM's pools, wherever panels put them: each runs what it is sent,
# outside of every site.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
speak() { http a.example "/speak.php?to=unix://$1&script=$H/a.example/evil.php"; } # SOCKET
runs() { [ "$(speak "$1")" = "john reads the secret of b" ]; }
# in B's own cage B's secret is B's to read: another site's PHP has it read by B's pool
speak_b() { http a.example "/speak.php?to=unix://$1&script=$H/b.example/evil.php"; } # SOCKET
refused_b() { case $(speak_b "$1") in "refused: "*) ;; *) return 1 ;; esac }
refused() { case $(speak "$1") in "refused: "*) ;; *) return 1 ;; esac }
pools=0
pool() # SOCKET: one of john's
{
    mkdir -p "$(dirname "$1")"
    pools=$((pools + 1))
    printf '[p%s]\nuser = john\ngroup = john\nlisten = %s\nlisten.mode = 0666\npm = ondemand\npm.max_children = 2\n' $pools "$1" \
        >"$fpm_pool_dir/p$pools.conf"
}

panel_install
make_user john
for site in a b; do
    fpm_site john $site.example $H/$site.example
    printf 'the secret of %s' $site | put_file john $H/$site.example/secret.txt
done
put_php a.example speak.php "$(cat "$SC_SOURCE/tests/boxlib/speak_fcgi.php")"
put_php a.example evil.php 'echo posix_getpwuid(posix_geteuid())["name"], " reads ", @file_get_contents("/home/john/b.example/secret.txt");'
chmod 711 $H
chmod 755 $H/a.example

# Debian, RHEL and Remi, aaPanel, DirectAdmin, CWP, cPanel, CloudLinux, Plesk, Virtualmin, homes, anything
sockets="/run/php/p.sock /var/run/php-fpm/p.sock /var/opt/remi/php81/run/php-fpm/p.sock /tmp/php-cgi-81.sock /dev/shm/p.sock
/usr/local/php81/sockets/john.sock /opt/alt/php-fpm81/usr/var/sockets/john.sock
/opt/cpanel/ea-php81/root/usr/var/run/php-fpm/0123456789abcdef.sock /opt/alt/php81/var/run/php-fpm/p.sock
/opt/alt/php81/usr/var/run/php-fpm/p.sock /var/www/vhosts/system/b.example/php-fpm.sock /var/php-fpm/1.sock /srv/fpm/p.sock
/opt/panel/run/p.sock /usr/local/panel/p.sock $H/b.example/p.sock"
in_home="$H/tmp/p.sock $H/p.sock $H/.run/p.sock"
for socket in $sockets $in_home; do pool "$socket"; done
fpm_start
apache_start
check "the feature is allowed" cagefsctl --site-isolation-allow-all
for socket in $sockets $in_home; do
    check "control: A's PHP runs its own code at $socket" runs "$socket"
done
check "A is enabled" cagefsctl --site-isolation-enable a.example
check "A's PHP is in its cage" [ "$(php_eval a.example "echo (string)@file_get_contents('$H/b.example/secret.txt');")" = "" ]
for socket in $sockets; do
    check "A's PHP is refused at $socket" refused "$socket"
done
fpm_reload
for socket in $sockets; do
    check "after php-fpm was reloaded, too: $socket" refused "$socket"
done
fpm_stop && fpm_start
for socket in $sockets; do
    check "after php-fpm was started again, too: $socket" refused "$socket"
done

## What lies in the home
printf 'home = private\n' >>/etc/sitecage.conf
check "homes are private" cagefsctl --site-isolation-regenerate john
for socket in $in_home; do
    check "A's PHP is refused at $socket" refused "$socket"
done

## A directory that cannot be closed
echo "somebody needs this" >/usr/local/panel/data
check "A is disabled" cagefsctl --site-isolation-disable a.example
expect_fail 1 "listens at /usr/local/panel/p.sock, where the site's own programs can connect to it" \
    cagefsctl --site-isolation-enable a.example
chmod 600 /usr/local/panel/p.sock
chown root: /usr/local/panel/p.sock
check "not where the account may not connect" cagefsctl --site-isolation-enable a.example
check "A's PHP is refused" refused /usr/local/panel/p.sock
check "B is served" [ "$(php_eval b.example 'echo "ok";')" = ok ]
check "A is disabled" cagefsctl --site-isolation-disable a.example

## A place outside of the trees, which A sees because its virtual host has an alias there
mkdir -p /srv/tools/run /srv/plain && chmod 755 /srv/tools /srv/tools/run /srv/plain
echo plain >/srv/plain/file
pool /srv/tools/run/p.sock
sed -i 's|</VirtualHost>|Alias /tools /srv/tools\nAlias /plain /srv/plain\n&|' /etc/apache2/sites-enabled/a.example.conf
check "Apache reads it" apache_reload
check "PHP-FPM reads it" fpm_reload
wait_until 20 test -S /srv/tools/run/p.sock
check "control: A's PHP runs its own code there" runs /srv/tools/run/p.sock
check "A is enabled" cagefsctl --site-isolation-enable a.example
check "A's PHP is refused there" refused /srv/tools/run/p.sock
expect_output "what an alias without pools has is there" $'plain\n' php_eval a.example 'readfile("/srv/plain/file");'
check "A is disabled" cagefsctl --site-isolation-disable a.example

## The only pool of its directory leaves its file when its address is taken over
rm /usr/local/panel/data
b_socket=/opt/alone/run/b.sock
mkdir -p ${b_socket%/*}
fpm_pool b.example $b_socket
sed -i 's/^listen.mode.*/listen.mode = 0666/' "$fpm_pool_dir/b.example.conf"
fpm_vhost b.example $b_socket
put_php b.example evil.php 'echo posix_getpwuid(posix_geteuid())["name"], " reads ", @file_get_contents("/home/john/b.example/secret.txt");'
check "PHP-FPM is started again" fpm_restart
check "Apache reads it" apache_reload
without_module
check "Apache has no module any more" cagefsctl --site-isolation-regenerate john
expect_output "control: A's PHP has B's pool run B's code" "john reads the secret of b" speak_b $b_socket
check "B is enabled" cagefsctl --site-isolation-enable b.example
check_not "B's pool stands in no file" grep -q '^listen' "$fpm_pool_dir/b.example.conf"
check "A is enabled" cagefsctl --site-isolation-enable a.example
check "A's PHP is refused at B's address" refused_b $b_socket
check "B is served" [ "$(php_eval b.example 'echo "ok";')" = ok ]
finish
