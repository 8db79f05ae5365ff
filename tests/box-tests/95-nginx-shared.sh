#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nginx speaks to a pool of PHP-FPM that several sites share: at its address stands the router, which sends each request
# to its site's own master. Shapes of panels (one pool per account, one per server), attacks with controls, and strangers.
# shellcheck disable=SC2317,SC2016,SC2154
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
without_module

H=/home/john
shared=/run/php/john.sock
pool=$fpm_pool_dir/john.conf
enable() { cagefsctl --site-isolation-enable "$@"; }
disable() { cagefsctl --site-isolation-disable "$@"; }
secret_of() { echo "echo trim((string)@file_get_contents('$H/$1.example/secret.txt'));"; }
reads_b() { php_eval a.example "$(secret_of b)"; }
isolated() { [ "$(reads_b)" = "" ] && [ "$(php_eval a.example 'echo "ok";')" = ok ]; }
open_again() { [ "$(reads_b)" = "secret of b" ]; }
try() { python3 "$SC_SOURCE/tests/boxlib/fcgi_try.py" "$@"; }
ask() { try $shared "$@"; }
serves_b() { [ "$(php_eval b.example 'echo "of b";')" = "of b" ]; }
serves_a() { [ "$(php_eval a.example 'echo "of a";')" = "of a" ]; }
status_of() { awk -v key="$2:" '$1 == key { print $2 }' "/proc/$1/status"; }
same_text() { cmp /root/john.conf "$pool"; }
stranger() { [ "$(curl -s --max-time 3 -H "Host: bob.example" "http://$apache_address/stranger.php")" = "of bob" ]; }
supervisor() { pgrep -o -f '^/usr/libexec/sitecage/sitecage-fpm [0-9]+ [34][0-9]{9}$'; }
router() { pgrep -P "$(supervisor)" -f '^/usr/libexec/sitecage/sitecage-fpm-router'; }
no_router() { ! pgrep -f '^/usr/libexec/sitecage/sitecage-fpm-router'; }

# site USER DOMAIN ADDRESS [LINE]: a server block
site()
{
    make_site "$1" "$2" "/home/$1/$2" && block "$@" && echo "secret of ${2%.example}" | put_file "$1" "/home/$1/$2/secret.txt"
}

block()
{
    cat >"/etc/nginx/sites-enabled/$2" <<CONFIG
server {
    listen $apache_address;
    server_name $2;
    root ${site_docroot[$2]};
    client_max_body_size 20m;
    disable_symlinks on from=\$document_root;
    location ~ \.php$ {
        include fastcgi.conf;
        fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name;
        fastcgi_pass $3;
        ${4:-}
    }
}
CONFIG
}

panel_install
make_user john
make_user bob
rm -f /etc/nginx/sites-enabled/*
echo "upstream kept { server unix:$shared; keepalive 4; }" >/etc/nginx/conf.d/kept.conf
for name in a b; do
    site john $name.example kept 'fastcgi_keep_conn on;'
done
site john c.example unix:$shared
make_site john in.example $H/c.example/in && block john in.example unix:$shared
site_owner[john]=john
fpm_pool john $shared 'php_admin_value[open_basedir] = /' 'env[OF] = "the pool"'
site bob bob.example "unix:$(fpm_socket bob.example)"
fpm_pool bob.example "$(fpm_socket bob.example)"
put_php bob.example stranger.php 'echo "of bob";'
put_php a.example evil.php "$(secret_of b)"
put_php b.example sees.php 'echo "b sees ", trim((string)@file_get_contents("'$H'/a.example/secret.txt"));'
put_php in.example evil.php "$(secret_of b)"
as_user john ln -s $H/a.example $H/b.example/to-a
as_user john ln -s a.example $H/private
as_user john ln -s $H/b.example $H/a.example/to-b
cp "$pool" /root/john.conf
fpm_start
nginx && wait_until 10 nginx_answers
check "the feature is allowed" cagefsctl --site-isolation-allow-all

## One pool for all sites of the account, as DirectAdmin's
leaks=$'secret of b\nsecret of b\nsecret of b\nsecret of b\nsecret of b\nsecret of b\nb sees secret of a\n'
attacks()
{
    ask $H/a.example/evil.php $H/a.example
    ask $H/a.example/evil.php $H/b.example
    ask $H/b.example/to-a/evil.php $H/b.example
    ask $H/private/evil.php $H/private
    ask //home/./john//a.example/evil.php -
    ask proxy:fcgi://localhost$H/a.example/evil.php $H/b.example
    ask $H/a.example/to-b/sees.php $H/a.example
}
expect_output "control: A's PHP reads B's secret" "secret of b" reads_b
expect_output "control: whatever the request says" "$leaks" attacks
expect_output "control: php-fpm keeps connections" $'secret of b\nb sees secret of a\n' ask $H/a.example/evil.php $H/a.example $H/b.example/sees.php $H/b.example
expect_output "control: C's host runs what lies inside" "secret of b" http c.example /in/evil.php
expect_output "control: the pool's socket is there" 1 php_eval a.example "echo file_exists('$shared');"
check "control: the stranger is served" stranger
master=$(fpm_master)
load_start 40 b.example bob.example
check "A is isolated" enable a.example
sleep 1.5
check "no request of B's or the stranger's failed" no_request_failed
check "its PHP reads B's secret no more" isolated
expect_output "whatever the request says" $'\nHTTP 403\nHTTP 403\n\n\nHTTP 403\nHTTP 404\n' attacks
expect_output "each request of a connection is looked at" $'b sees secret of a\nclosed\n' ask $H/b.example/sees.php $H/b.example $H/a.example/evil.php $H/a.example
expect_output "an odd one is nobody's" $'HTTP 403\n' ask evil.php $H/b.example
expect_output "a path of the pool's own is no site's" $'HTTP 404\n' ask /status -
expect_output "its socket is not in A's view" "" php_eval a.example "echo file_exists('$shared'), file_exists('/run/sitecage/fpm'), file_exists('/run/sitecage/web');"
expect_output "B is served as before" "b sees secret of a" http b.example /sees.php
expect_output "with the pool's settings" "the pool64M/" php_eval c.example 'echo getenv("OF"), ini_get("memory_limit"), ini_get("open_basedir");'
expect_output "A, too" "the pool64M/" php_eval a.example 'echo getenv("OF"), ini_get("memory_limit"), ini_get("open_basedir");'
check "the shared master is the same" test "$master" = "$(fpm_master)"
expect_contains "the check says so" "isolated, and covered" cagefsctl --site-isolation-check a.example

## The router has no rights
check "it runs" router
expect_output "as the pool's user" "$(id -u john)"$'\n' status_of "$(router)" Uid
expect_output "without capabilities" $'0000000000000000\n' status_of "$(router)" CapEff
expect_output "and can get none" $'0000000000000000\n' status_of "$(router)" CapBnd
expect_output "with a filter" $'2\n' status_of "$(router)" Seccomp

## What goes through it
head -c 3000000 /dev/urandom >/root/body
for name in a b; do
    put_php $name.example sum.php 'echo md5(file_get_contents("php://input"));'
    put_php $name.example big.php 'for ($i = 0; $i < 500; $i++) echo str_repeat(chr(65 + $i % 26), 10000); flush();'
    expect_output "$name: a long body" "$(md5sum </root/body | cut -d' ' -f1)" http $name.example /sum.php --data-binary @/root/body
    expect_output "$name: a long answer" $'5000000\n' sh -c "curl -s -H 'Host: $name.example' http://$apache_address/big.php | wc -c"
done
kept()
{
    local i name
    for i in $(seq 60); do
        name=$([ $((i % 3)) = 0 ] && echo a || echo b)
        [ "$(http $name.example /sum.php --data-binary "$i")" = "$(printf %s "$i" | md5sum | cut -d' ' -f1)" ] || return
    done
}
check "connections that nginx keeps lose none" kept

## Slow requests of one site
put_php a.example slow.php 'touch("'$H'/a.example/began-" . getmypid()); while (!file_exists("'$H'/a.example/end")) { clearstatcache(); usleep(50000); } echo "slow";'
for i in $(seq 20); do
    http a.example /slow.php >"/root/slow.$i" 2>/dev/null &
done
began() { [ "$(find $H/a.example -name 'began-*' | wc -l)" -ge 8 ]; }
check "all of A's workers are busy" wait_until 20 began
check "B is served meanwhile" serves_b
check "and the stranger" stranger
touch $H/a.example/end
all_slow() { [ "$(cat /root/slow.* | grep -o slow | wc -l)" = 20 ]; }
check "all of A's requests end well" wait_until 30 all_slow

## What is killed
before=$(router)
kill -9 "$before"
check "the stranger is served" stranger
check "B is served" wait_until 10 serves_b
check "A is isolated" wait_until 10 isolated
another_router() { [ -n "$(router)" ] && [ "$(router)" != "$before" ]; }
check "by another router" another_router
kill -9 "$(pgrep -f "^php-fpm: master process \(/proc/self/fd" -P "$(supervisor)")"
check "the stranger is served" stranger
check "B is served" wait_until 20 serves_b
check "A is isolated" isolated
kill -9 "$(supervisor)"
check "the stranger is served" stranger
check "the monitor has all of it started again" wait_until 60 serves_b
check "A is isolated" wait_until 20 isolated
check "the stranger is served" stranger

## What the panel does with the pool, and the shared master
fpm_reload
check "after a reload B is served" wait_until 10 serves_b
check "A is isolated" wait_until 10 isolated
check "the stranger is served" wait_until 5 stranger
sed 's/the pool/the changed pool/' /root/john.conf >"$pool.new" && mv "$pool.new" "$pool"
taken() { ! grep -q '^\[' "$pool"; }
check "a pool that is written again is taken out again" wait_until 10 taken
check "the shared master starts without it" fpm_restart
of_pool() { [ "$(php_eval "$1.example" 'echo getenv("OF");')" = "the changed pool" ]; }
check "B has its new settings" wait_until 20 of_pool b
check "A, too" wait_until 30 of_pool a
check "A is isolated" isolated
check "the stranger is served" wait_until 5 stranger

## Another site of the pool, inside of a third one's document root
check "enabled" enable in.example
expect_output "by its own name it runs in its cage" "" http in.example /evil.php
expect_output "by C's name it does not run" 403 http_code c.example /in/evil.php
expect_output "C is served" ok php_eval c.example 'echo "ok";'
check "A is disabled, IN stays" disable a.example
check "A is open" wait_until 10 open_again
expect_output "IN is isolated" "" http in.example /evil.php
check "A is isolated again" enable a.example
check "for the next request" isolated

## Disabled, when the shared master has forgotten the pool
load_start 40 b.example bob.example
check "all are disabled" disable a.example in.example
sleep 1.5
check "no request failed" no_request_failed
check "open" wait_until 10 open_again
check "C's host runs what lies inside" wait_until 10 test "$(http c.example /in/evil.php)" = "secret of b"
sed -i 's/the pool/the changed pool/' /root/john.conf
check "the shared master starts" fpm_restart
check "and has its pool: exact text" wait_until 10 same_text
check "the stranger is served" wait_until 5 stranger
check "open" wait_until 10 open_again
check "no router" wait_until 20 no_router
nothing_left() { ! ls -A /run/php /run/sitecage/fpm | grep -E '\.sitecage-|^[0-9]' && [ -z "$(ls -A /var/lib/sitecage/fpm)" ] && [ "$(pgrep -c -f 'libexec/sitecage/sitecage-fpm')" = 0 ]; }
check "nothing is left" wait_until 20 nothing_left

## Disabled, when it has not
check "enabled" enable a.example
check "A is isolated" isolated
master=$(fpm_master)
check "disabled" disable a.example
check "open" wait_until 10 open_again
check "the shared master is the same" test "$master" = "$(fpm_master)"
check "exact text" same_text
check "nothing is left" wait_until 20 nothing_left

## One pool for all of the server, as aaPanel's: in the file of its master, as www
www=/run/php-cgi-82.sock
unit() { pgrep -o -f '^php-fpm: master process \(/www/server/php/82/etc/php-fpm.conf'; }
no_unit() { ! unit; }
unit_start() { "/usr/sbin/php-fpm$fpm_version" --daemonize --fpm-config /www/server/php/82/etc/php-fpm.conf && wait_until 10 unit; }
reload() { nginx -t -q && kill -HUP "$(cat /run/nginx.pid)" && sleep 1; }
make_user www
mkdir -p /www/server/php/82/etc /srv/tool
printf '%s\n' '[global]' 'pid = /run/php-82.pid' '[www]' 'listen = /tmp/php-cgi-82.sock' 'listen.owner = www-data' 'listen.group = www-data' \
    'user = www' 'group = www' 'pm = dynamic' 'pm.max_children = 8' 'pm.start_servers = 2' 'pm.min_spare_servers = 1' 'pm.max_spare_servers = 4' \
    >/www/server/php/82/etc/php-fpm.conf
for name in w1 w2; do
    site www $name.example unix:/tmp/php-cgi-82.sock
done
site bob guest.example unix:/tmp/php-cgi-82.sock
chmod o+rx /home/bob /home/bob/guest.example
site_docroot[tool.example]=/srv/tool
block www tool.example unix:/tmp/php-cgi-82.sock
echo '<?php echo "a tool";' >/srv/tool/tool.php
echo "127.0.0.1 tool.example" >>/etc/hosts
check "its master starts" unit_start
check "nginx reads it" reload
w1_reads() { php_eval w1.example 'echo trim((string)@file_get_contents("/home/www/w2.example/secret.txt"));'; }
w1_isolated() { [ "$(w1_reads)" = "" ] && [ "$(php_eval w1.example 'echo "ok";')" = ok ]; }
others_served() { [ "$(php_eval w2.example 'echo "w2";')$(http tool.example /tool.php)$(php_eval guest.example 'echo "guest";')" = "w2a toolguest" ]; }
expect_output "control: W1 reads W2's secret" "secret of w2" w1_reads
check "control: all others are served" others_served
sha256sum /www/server/php/82/etc/php-fpm.conf >/root/www
same_www() { sha256sum --status -c /root/www; }
expect_fail 1 "listens at /tmp/php-cgi-82.sock, in a directory that users can change" enable w1.example
check "nothing was changed" same_www
sed -i "s|/tmp/php-cgi-82.sock|$www|" /www/server/php/82/etc/php-fpm.conf /etc/nginx/sites-enabled/*
sha256sum /www/server/php/82/etc/php-fpm.conf >/root/www
kill -TERM "$(unit)"
check "the socket moves below /run" wait_until 10 no_unit
check "its master starts" unit_start
check "nginx reads it" reload
check "all others are served" wait_until 10 others_served
expect_fail 1 "its PHP-FPM pool www serves" enable guest.example
check "nothing was changed" same_www
check "W1 is isolated" enable w1.example
check "it reads W2's secret no more" w1_isolated
check "all others are served" others_served
check "the stranger is served" stranger
kill -TERM "$(unit)"
check "the master ends" wait_until 10 no_unit
check "and starts without its only pool" unit_start
check "W1 is isolated" w1_isolated
check "all others are served" others_served
kill -9 "$(router)"
check "a router that was killed is started again" wait_until 10 others_served
check "W1 is isolated" w1_isolated
check "disabled" disable w1.example
check "all others are served" others_served
kill -TERM "$(unit)"
check "the master ends" wait_until 10 no_unit
check "has its text again" wait_until 10 same_www
check "and starts" unit_start
check "all others are served" wait_until 10 others_served
check "W1 is open" test "$(w1_reads)" = "secret of w2"
check "nothing is left" wait_until 20 nothing_left
tail -n 40 /var/log/sitecage.log /var/log/nginx/error.log >&2 # for who reads the log of a failure
finish
