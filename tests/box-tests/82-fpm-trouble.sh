#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# PHP-FPM of isolated sites where something is in the way: long requests, TCP, pools of several sites, commands that are
# killed, a boot.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
without_module # addresses are taken over where Apache has no mod_sitecage

H=/home/john
reads_b="echo trim((string)@file_get_contents('$H/b.example/secret.txt'));"
enable() { cagefsctl --site-isolation-enable "$@"; }
enable_says() { enable "$@" 2>&1; }
disable() { cagefsctl --site-isolation-disable "$@"; }
regenerate() { cagefsctl --site-isolation-regenerate john; }
same_text() { cmp "/root/$1.conf" "$fpm_pool_dir/$1.conf"; }
is_taken() { ! grep -q '^\[' "$fpm_pool_dir/$1.conf"; }
serves() { [ "$(php_eval "$1" 'echo "ok";')" = ok ]; }
isolated() { [ "$(php_eval a.example "$reads_b")" = "" ]; }
open_again() { [ "$(php_eval a.example "$reads_b")" = "secret of b" ]; }
no_supervisor() { ! pgrep -f sitecage-fpm; }

# slow_start DOMAIN SECONDS, slow_ended: one request that takes so long.
slow_start()
{
    put_php "$1" slow.php "echo 'begun '; flush(); sleep($2); echo 'ended';"
    http "$1" /slow.php >"$checks_dir/slow" 2>&1 &
    slow_job=$!
    sleep 0.4
}
slow_ended()
{
    wait "$slow_job" && [ "$(cat "$checks_dir/slow")" = "begun ended" ]
}

panel_install
make_user john
for site in a b; do
    fpm_site john $site.example $H/$site.example
    echo "secret of $site" | put_file john $H/$site.example/secret.txt
done
fpm_site john tcp.example $H/tcp.example 127.0.0.1:9007
make_site john s1.example $H/s1.example
make_site john s2.example $H/s2.example
fpm_pool s1.example /run/php/shared.sock 'php_admin_value[user_dir] = nothing'
fpm_vhost s1.example /run/php/shared.sock
fpm_vhost s2.example /run/php/shared.sock
for site in a b tcp s1; do
    cp "$fpm_pool_dir/$site.example.conf" "/root/$site.example.conf"
done
fpm_start
apache_start
check "the feature is allowed" cagefsctl --site-isolation-allow-all
expect_output "control: A's PHP reads B's secret" "secret of b" php_eval a.example "$reads_b"

## Long requests
slow_start a.example 3
check "A is isolated while a request of it runs" enable a.example
check "that request ends well" slow_ended
check "A is isolated" isolated
slow_start a.example 3
check "A is not isolated any more while a request of it runs" disable a.example
check "that request ends well" slow_ended
check "A is open" open_again
put_php a.example for_ever.php 'ignore_user_abort(true); set_time_limit(0); for ($i = 0; $i < 60; $i++) sleep(1);'
http a.example /for_ever.php >/dev/null 2>&1 &
sleep 0.4
for_ever=$(pgrep -f '^php-fpm: pool a.example' | sort | tr '\n' ' ')
check "enabled while a request runs that does not end" enable a.example
# shellcheck disable=SC2086 # pids
check_not "it was ended after its 10 s" kill -0 $for_ever
check "A is isolated" isolated
fpm_reload
slow_start b.example 3
check "disabled, where the shared master has forgotten the pool, while a request of B runs" disable a.example
check "that request ends well" slow_ended
check "A is open" open_again
check "the shared master starts again" fpm_restart
check "and has the pool: exact text" wait_until 10 same_text a.example
check "A is open" wait_until 10 open_again

## TCP
expect_output "control: by TCP it reads B's secret" "secret of b" php_eval tcp.example "$reads_b"
expect_fail 1 "its PHP-FPM pool tcp.example listens at the port 127.0.0.1:9007" enable tcp.example
expect_contains "enabled all the same, and said so" "listens at the port 127.0.0.1:9007" enable_says --anyway tcp.example
check "its pool stays where it is" same_text tcp.example
expect_output "and serves" "secret of b" php_eval tcp.example "$reads_b"
check "disabled" disable tcp.example

## A pool of two document roots, which may open other files than it is asked for
expect_fail 1 "its PHP-FPM pool s1.example serves s2.example too" enable s1.example
expect_contains "enabled all the same, and said so" "its PHP-FPM pool s1.example serves s2.example too" enable_says --anyway s1.example
check "its pool stays where it is" same_text s1.example
check "both are served" serves s1.example
check "both are served" serves s2.example
check "disabled" disable s1.example

## A socket where the user can put things
as_user john mkdir -p $H/run
fpm_site john home.example $H/home.example $H/run/php.sock
cp "$fpm_pool_dir/home.example.conf" /root/home.example.conf
apache_reload
expect_fail 1 "move the socket below /run" enable home.example
expect_contains "enabled all the same, and said so" "move the socket below /run" enable_says --anyway home.example
check "its pool stays where it is" same_text home.example
check "disabled" disable home.example

## Commands that are killed at any time
for ms in 15 25 35 45 52 60 67 75 82 90 100 120; do
    timeout -s KILL "0.$(printf %03d $ms)" cagefsctl --site-isolation-enable a.example >/dev/null 2>&1
    check "after a kill at $ms ms of enabling, it can be enabled" enable a.example
    check "and is isolated" wait_until 10 isolated
    timeout -s KILL "0.$(printf %03d $ms)" cagefsctl --site-isolation-disable a.example >/dev/null 2>&1
    check "after a kill at $ms ms of disabling, it can be disabled" disable a.example
    check "and is open" wait_until 10 open_again
    check "exact text" same_text a.example
    check "no supervisor is left" wait_until 5 no_supervisor
done

## The monitor: a supervisor that was killed, pools that come and go
supervisor() { pgrep -P 1 -f "^/usr/libexec/sitecage/sitecage-fpm "; } # its waiting child is called the same
own_worker() { pgrep -f '^php-fpm: pool a.example' | grep -vxFf <(pgrep -P "$(fpm_master)"); }
no_own_worker() { ! own_worker; }
kill_supervisor() # its master goes with it; workers would serve until the next one starts
{
    monitor_sleeps && kill -9 "$(supervisor)" && wait_until 5 no_supervisor &&
        { own_worker | xargs -r kill -9; wait_until 10 no_own_worker; }
}
check "enabled" enable a.example
check "the monitor runs" wait_until 5 monitor
check "it is killed" kill_supervisor
check_not "control: without the monitor nobody serves the site" wait_until 3 serves a.example
monitor_wakes
check "the monitor has it started again" wait_until 40 serves a.example
check "isolated" isolated
check "it is killed" kill_supervisor
monitor_wakes
kill -USR1 "$(monitor)"
check "at once when it is told to look" wait_until 10 serves a.example
check "isolated" isolated
check "the daemon sleeps" monitor_sleeps
sed -i 's/^\[a\.example\]/[later]/; s/a\.example\.sock/later.sock/' /root/a.example.conf
cp /root/a.example.conf "$fpm_pool_dir/later.conf"
rm -f "$fpm_pool_dir/a.example.conf"
fpm_reload
fpm_vhost a.example /run/php/later.sock
apache_reload
sleep 2
expect_output "control: without the monitor, a site's new pool runs in the shared master" "secret of b" php_eval a.example "$reads_b"
monitor_wakes
check "the monitor finds the new pool" wait_until 10 is_taken later
check "A is served" wait_until 10 serves a.example
check "isolated" isolated
check "disabled" disable a.example
check "exact text" cmp /root/a.example.conf "$fpm_pool_dir/later.conf"
rm -f "$fpm_pool_dir/later.conf"
fpm_pool a.example /run/php/a.example.sock
cp "$fpm_pool_dir/a.example.conf" /root/a.example.conf
fpm_vhost a.example /run/php/a.example.sock
fpm_reload
apache_reload
check "A is open" open_again

## The document root goes away and comes back
check "enabled" enable a.example
mv $H/a.example $H/elsewhere
cagefsctl --site-isolation-regenerate john >/dev/null 2>&1
check "its pool stays out of the shared configuration" is_taken a.example
check "and nobody serves it" no_supervisor
fpm_reload
mv $H/elsewhere $H/a.example
expect_output "nor when it came back, before a pass" 503 http_code a.example /ok.php
check "regenerated" regenerate
check "A is served" wait_until 10 serves a.example
check "isolated" isolated
check "one supervisor" test "$(pgrep -c -f '^/usr/libexec/sitecage/sitecage-fpm ')" = 2 # with its waiting child
expect_output "one record" $'1\n' sh -c 'ls /var/lib/sitecage/fpm | wc -l'

## The site's processes are ended, and a boot
check "remounted" cagefsctl --remount john
check "A is served in a new view" wait_until 10 serves a.example
check "isolated" isolated
apache_stop
fpm_stop
# shellcheck disable=SC2046 # pids
kill -9 $(monitor) $(pgrep -f sitecage-fpm) $(pgrep -x sitecage-keepe)
while umount /run/php/a.example.sock 2>/dev/null; do :; done
rm -rf /run/php /run/sitecage 2>/dev/null
fpm_start && apache_start
expect_output "after a boot it does not run un-isolated" 503 http_code a.example /secret.php
check "rebuilt" /usr/libexec/sitecage/sitecage-rebuild --all
check "A is served" wait_until 10 serves a.example
check "isolated" isolated
check "disabled" disable a.example
check "A is open" open_again
check "the shared master starts again" fpm_restart
check "exact text" wait_until 10 same_text a.example
check "A is open" wait_until 10 open_again
check_not "no mount is left" grep -E ' /run/php/|php-fpm' /proc/mounts
finish
