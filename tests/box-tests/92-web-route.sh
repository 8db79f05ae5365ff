#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# PHP of an isolated site goes to the site's own PHP-FPM master, whatever address Apache's configuration names; the shared
# master, its files and its sockets are not touched by enable and disable.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi proxy_balancer slotmem_shm lbmethod_byrequests macro vhost_alias"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
enable() { cagefsctl --site-isolation-enable "$@"; }
disable() { cagefsctl --site-isolation-disable "$@"; }
# vhost DOMAIN LINE...: a virtual host with these lines
vhost()
{
    local domain=$1
    shift
    {
        echo "<VirtualHost $apache_address>"
        echo "ServerName $domain"
        echo "DocumentRoot \"${site_docroot[$domain]}\""
        echo "ErrorLog /var/log/apache2/$domain.error.log"
        printf '%s\n' "$@"
        echo "</VirtualHost>"
    } >"/etc/apache2/sites-enabled/$domain.conf"
}
on_php() { printf '<FilesMatch "\\.php$">\nSetHandler "%s"\n</FilesMatch>\n' "$1"; }
# What enable and disable must not touch: text of all pools, sockets, the master and its workers.
shared()
{
    (cd "$fpm_pool_dir" && find . -printf '%p %i %m %U %T@\n' | sort && sha256sum -- *)
    find /run/php -printf '%p %i %y %m %U %G\n' | sort
    fpm_master
    pgrep -P "$(fpm_master)" | head -n 40 | sort -n
    grep -c php /proc/self/mountinfo
}
same_shared() { shared >"$checks_dir/after"; diff "$checks_dir/before" "$checks_dir/after"; }
attack() { http "$1" /attack.php; }
listeners_of() # DOMAIN: TCP ports that processes in the site listen at
{
    local pid
    for pid in $(pgrep -f 'php-fpm: master process \(/proc/self/fd'); do
        find "/proc/$pid/fd" -lname 'socket:*' -printf '%l\n'
    done | sort -u | tr -d 'a-z:[]' >"$checks_dir/inodes"
    awk 'NR > 1 && $4 == "0A" { print $10 }' /proc/net/tcp | grep -Fxf "$checks_dir/inodes"
}

panel_install
make_user john
make_user bob
kinds="own narrow account1 account2 server tcp worker balancer macro mass htaccess"
for site in $kinds secret; do
    fpm_site john $site.example $H/$site.example || exit 1
    rm -f "$fpm_pool_dir/$site.example.conf"
    printf 'secret of %s' "$site" | put_file john $H/$site.example/secret.txt
    put_php $site.example attack.php 'echo trim((string)@file_get_contents("/home/john/secret.example/secret.txt")), "|", posix_getpwuid(posix_geteuid())["name"], "|", basename(__DIR__), "|", ini_get("memory_limit"), "|", ini_get("upload_max_filesize");'
done
fpm_site bob bob.example /home/bob/bob.example
steady() { printf 'pm = static\npm.max_children = 2\nphp_admin_value[upload_max_filesize] = %s\n' "$1"; }
pool() # NAME USER ADDRESS UPLOAD: with workers that stay the same
{
    {
        printf '[%s]\nuser = %s\ngroup = %s\nlisten = %s\nlisten.owner = www-data\nlisten.group = www-data\n' "$1" "$2" "$2" "$3"
        steady "$4"
        printf 'php_admin_value[memory_limit] = 64M\n'
    } >"$fpm_pool_dir/$1.conf"
}
pool own.example john /run/php/own.sock 11M
pool john john /run/php/john.sock 12M
pool narrow john /run/php/narrow.sock 17M
echo "php_admin_value[open_basedir] = /srv:/tmp" >>"$fpm_pool_dir/narrow.conf"
pool servers www-data /run/php/servers.sock 13M
pool tcp.example john 127.0.0.1:9101 14M
pool bob.example bob "$(fpm_socket bob.example)" 15M
pool secret.example john "$(fpm_socket secret.example)" 16M
chmod 711 $H
for site in $kinds secret; do chmod 755 $H/$site.example; done
unix() { echo "proxy:unix:$1|fcgi://localhost"; }
vhost own.example "$(on_php "$(unix /run/php/own.sock)")"
vhost narrow.example "$(on_php "$(unix /run/php/narrow.sock)")"
vhost account1.example "$(on_php "$(unix /run/php/john.sock)")"
vhost account2.example "ProxyPassMatch \"^/(.*\\.php)$\" \"unix:/run/php/john.sock|fcgi://localhost$H/account2.example/\""
vhost server.example "$(on_php "$(unix /run/php/servers.sock)")"
vhost tcp.example "$(on_php "proxy:fcgi://localhost:9101")"
vhost worker.example '<Proxy "unix:/run/php/john.sock|fcgi://pool-of-john" enablereuse=on max=10>' '</Proxy>' "$(on_php "proxy:fcgi://pool-of-john")"
vhost balancer.example '<Proxy "balancer://php">' 'BalancerMember "unix:/run/php/john.sock|fcgi://localhost"' '</Proxy>' \
    'ProxyPassMatch "^/(.*\.php)$" "balancer://php/home/john/balancer.example/$1"'
cat >/etc/apache2/sites-enabled/macro.example.conf <<CONFIG
<Macro Site \$domain \$pool>
<VirtualHost $apache_address>
ServerName \$domain
DocumentRoot /home/john/\$domain
<FilesMatch "\\.php$">
SetHandler "proxy:unix:/run/php/\$pool.sock|fcgi://localhost"
</FilesMatch>
</VirtualHost>
</Macro>
Use Site macro.example john
CONFIG
cat >/etc/apache2/sites-enabled/mass.example.conf <<CONFIG
<VirtualHost $apache_address>
ServerName mass
ServerAlias mass.example
VirtualDocumentRoot /home/john/%0
$(on_php "$(unix /run/php/john.sock)")
</VirtualHost>
CONFIG
vhost htaccess.example
on_php "$(unix /run/php/john.sock)" | put_file john $H/htaccess.example/.htaccess
fpm_start
apache_start

## Without isolation
for site in $kinds; do
    case $site in server) user=www-data ;; *) user=john ;; esac
    case $site in narrow) continue ;; esac # its pool opens nothing that is the site's
    expect_contains "control: $site reads the secret" "secret of secret|$user|$site.example|64M|" attack $site.example
done
shared >"$checks_dir/before"
check "allowed" cagefsctl --site-isolation-allow-all

## Isolated: each goes to its own master
load_start 100 bob.example secret.example
for site in $kinds; do
    check "$site is isolated" enable $site.example
done
check "no request of others failed" no_request_failed
check "the shared master, its files and its sockets are as they were" same_shared
for site in $kinds; do
    case $site in own) upload=11M ;; narrow) upload=17M ;; server) upload=13M ;; tcp) upload=14M ;; *) upload=12M ;; esac
    case $site in macro | mass | htaccess) upload=1 ;; esac # a pool of the account; which one is not said
    expect_contains "$site runs in its cage, as the account, with the pool's settings" "|john|$site.example|64M|$upload" attack $site.example
    expect_lacks "$site does not read the secret" "secret of" attack $site.example
    expect_output "its files are served" "secret of $site" http $site.example /secret.txt
done
expect_output "the neighbour is as it was" "secret of secret|john|secret.example|64M|16M" attack secret.example
check_not "no master of a site listens at a port" listeners_of

## Others reach none of them
open_socket() { as_user "$1" php -r '$s = @stream_socket_client("unix://" . $argv[1], $n, $e, 2); exit($s ? 0 : 1);' "$2"; }
socket=$(find /run/sitecage/web -name 'fpm-*' -type s | head -n 1)
check "there are sockets of their own" test -S "$socket"
check "control: root opens one" php -r '$s = @stream_socket_client("unix://" . $argv[1], $n, $e, 2); exit($s ? 0 : 1);' "$socket"
check "and the web server" open_socket www-data "$socket"
check_not "its own account does not" open_socket john "$socket"
check_not "another one does not" open_socket bob "$socket"
put_php bob.example x.php 'echo "of bob";'
as_user bob mkdir /home/bob/bob.example/run
cat <<LINES | put_file bob /home/bob/bob.example/run/.htaccess
<FilesMatch "php$">
SetHandler "proxy:unix:$socket|fcgi://localhost"
ProxyFCGISetEnvIf true SCRIPT_FILENAME $H/own.example/attack.php
</FilesMatch>
LINES
put_php bob.example run/x.php 'echo "of bob";'
expect_output "a stranger's .htaccess does not lead there" 503 http_code bob.example /run/x.php
sed -i "s|unix:[^\"|]*|unix:/run/php/john.sock|" /home/bob/bob.example/run/.htaccess
expect_output "nor to the account's shared pool" 503 http_code bob.example /run/x.php


# htaccess_to USER DOMAIN ADDRESS SCRIPT: requests for /run/x.php of the site ask this pool for that script
htaccess_to()
{
    as_user "$1" mkdir -p "/home/$1/$2/run"
    cat <<LINES | put_file "$1" "/home/$1/$2/run/.htaccess"
<FilesMatch "php$">
SetHandler "proxy:unix:$3|fcgi://localhost"
ProxyFCGISetEnvIf true SCRIPT_FILENAME $4
ProxyFCGISetEnvIf true PHP_ADMIN_VALUE "allow_url_include=1"
</FilesMatch>
LINES
    put_php "$2" run/x.php 'echo "of the asker";'
}
# What comes back is neither the victim's script nor the asker's own with the victim's rights.
reaches_nothing()
{
    local code body
    code=$(http_code "$1" /run/x.php)
    body=$(http "$1" /run/x.php 2>/dev/null)
    echo "status $code: $body" >&2
    case $code in 403 | 404 | 503) ;; *) return 1 ;; esac
    case $body in *"own.example"* | *"of the asker"*) return 1 ;; esac
}
own_socket=/run/sitecage/web/fpm-$(awk '$1 == "site" && $NF == "/home/john/own.example" { print $2 }' /run/sitecage/web/table)
check "the site's own socket" test -S "$own_socket"
htaccess_to john secret.example "$(fpm_socket secret.example)" $H/secret.example/attack.php
expect_contains "control: a sibling's .htaccess chooses the script, by its own pool" "|secret.example|" http secret.example /run/x.php
htaccess_to john secret.example "$own_socket" $H/own.example/attack.php
check "a sibling that is not isolated does not reach the pool of one that is" reaches_nothing secret.example
htaccess_to john secret.example "/run/sitecage/web/../web/${own_socket##*/}" $H/own.example/attack.php
check "nor by another spelling" reaches_nothing secret.example
htaccess_to john account1.example "$own_socket" $H/own.example/attack.php
check "nor does an isolated sibling: it asks its own master, which has no such file" reaches_nothing account1.example
htaccess_to john account1.example /run/php/own.sock $H/own.example/attack.php
check "nor by the address that the other one had" reaches_nothing account1.example
check "a stranger is isolated, too" enable bob.example
htaccess_to bob bob.example "$own_socket" $H/own.example/attack.php
check "and reaches nothing" reaches_nothing bob.example
htaccess_to bob bob.example /run/php/own.sock $H/own.example/attack.php
check "nor by the pool's address" reaches_nothing bob.example
check "the stranger is not isolated any more" disable bob.example

## The pool's settings change: the site follows, and nobody else is touched
pool own.example john /run/php/own.sock 21M
follows() { attack own.example | grep -q '|21M'; }
check "the settings of the pool are followed" wait_until 20 follows
pool own.example john /run/php/own.sock 11M
follows_back() { attack own.example | grep -q '|11M'; }
check "and back" wait_until 20 follows_back

## A supervisor that is killed comes back
pid=$(pgrep -f "^/usr/libexec/sitecage/sitecage-fpm $(id -u john)" | head -n 1)
kill -9 "$pid"
check "regenerated" cagefsctl --site-isolation-regenerate john
for site in $kinds; do
    expect_contains "$site is served" "|john|$site.example|64M|" attack $site.example
done

## Not isolated any more, under load
shared >"$checks_dir/before"
load_start 100 own.example account1.example tcp.example bob.example
for _ in 1 2 3; do
    check "not isolated" disable own.example account1.example tcp.example
    check "isolated" enable own.example account1.example tcp.example
done
check "no request failed" no_request_failed
for site in $kinds; do
    check "$site is not isolated any more" disable $site.example
done
check "the shared master, its files and its sockets are as they were" same_shared
for site in $kinds; do
    case $site in server) user=www-data ;; *) user=john ;; esac
    case $site in narrow) continue ;; esac
    expect_contains "$site is as it was" "secret of secret|$user|$site.example|64M|" attack $site.example
done
no_masters() { ! pgrep -f '^/usr/libexec/sitecage/sitecage-fpm '; }
check "no master of a site is left" wait_until 30 no_masters
check_not "nor a socket" sh -c 'ls /run/sitecage/web/fpm-*'
expect_output "nor a record" "" find /var/lib/sitecage/fpm -type f
finish
