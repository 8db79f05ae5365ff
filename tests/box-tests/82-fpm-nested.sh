#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# PHP-FPM: an isolated site whose document root lies inside that of one that is not isolated. By the outer one's name none
# of its code runs outside of its cage, and the outer one goes on without losing a request.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
without_module # addresses are taken over where Apache has no mod_sitecage

H=/home/john
B=$H/public_html
reads_b="echo trim((string)@file_get_contents('$B/secret.txt'));"
enable() { cagefsctl --site-isolation-enable "$@"; }
enable_says() { enable "$@" 2>&1; }
check_says() { cagefsctl --site-isolation-check "$@" 2>&1 || true; }
disable() { cagefsctl --site-isolation-disable "$@"; }
regenerate() { cagefsctl --site-isolation-regenerate john; }
same_text() { cmp "/root/$1.conf" "$fpm_pool_dir/$1.conf"; }
is_taken() { ! grep -q '^\[' "$fpm_pool_dir/$1.conf"; }
by_b() { http b.example "/$1/evil.php"; }
runs_not()
{
    local code body
    code=$(http_code b.example "/$1/evil.php")
    body=$(http b.example "/$1/evil.php" 2>/dev/null)
    echo "status $code: $body" >&2
    case $code in 403 | 404 | 500 | 503) ;; *) return 1 ;; esac
    case $body in *"ran in"* | *secret*) return 1 ;; esac
}
outside_supervisor() { pgrep -of "/sitecage-fpm 1001 [0-9]{10}$"; }
outside_master() { pgrep -oP "$(outside_supervisor)"; }
nothing_left()
{
    ! ls -A /run/php /run/sitecage/fpm 2>/dev/null | grep -E '\.sitecage-|^[0-9]' &&
        ! ls -A /var/lib/sitecage/fpm | grep . && ! grep -E ' /run/php/|php-fpm' /proc/mounts &&
        ! [ -e "$fpm_pool_dir/sitecage-idle.conf" ] && ! pgrep -f sitecage-fpm
}
evil() { put_php "$1" evil.php "echo 'ran in ', __DIR__, ' '; $reads_b"; }

panel_install
make_user john
fpm_site john b.example $B
fpm_site john a.example $B/addon
fpm_site john a2.example $B/more/addon2
fpm_site john c.example $H/c.example
echo "secret of b" | put_file john $B/secret.txt
for site in a a2; do
    evil $site.example
done
for site in a a2 b c; do
    cp "$fpm_pool_dir/$site.example.conf" "/root/$site.example.conf"
done
fpm_start
apache_start
check "the feature is allowed" cagefsctl --site-isolation-allow-all
tells='echo getenv("HOME"), " ", getenv("USER"), " ", ini_get("memory_limit"), " ", get_current_user(), " ", php_sapi_name(), " ", PHP_VERSION, " ", php_ini_loaded_file(), " ", count(get_loaded_extensions()), " ", implode(",", posix_getgroups()), " ", getcwd(), " ", umask();'
as_before=$(php_eval b.example "$tells")
expect_output "control: A's code runs by B's name, and reads B's secret" "ran in $B/addon secret of b" by_b addon

## Enabled, under load
load_start 200 b.example c.example
check "A is isolated" enable a.example
check "no request to B and C is lost by enabling" no_request_failed
check "A's code does not run by B's name any more" runs_not addon
expect_output "by its own name it runs, in its cage" "ran in $B/addon " http a.example /evil.php
expect_output "A2, not isolated, runs by B's name as before" "ran in $B/more/addon2 secret of b" by_b more/addon2
expect_output "B's pages are as before" "secret of b" php_eval b.example "$reads_b"
expect_output "B's PHP has what it had" "$as_before" php_eval b.example "$tells"
expect_output "C's pages are as before" "secret of b" php_eval c.example "$reads_b"
check_not "C's pool is where it was" is_taken c.example
expect_output "B's PHP is the user's, without any privilege" "1001 1001 1001 1001 0000000000000000 0000000000000000" \
    php_eval b.example 'preg_match_all("/^(?:Uid|CapPrm|CapEff):\s+(.*)$/m", file_get_contents("/proc/self/status"), $m); echo preg_replace("/\s+/", " ", implode(" ", $m[1]));'
expect_output "and finds nothing of A" "" php_eval b.example "echo implode(' ', (array)@scandir('$B/addon')), @file_get_contents('$B/addon/evil.php');"
expect_contains "the check says A is covered" "isolated, and covered" cagefsctl --site-isolation-check a.example

## A second one
master=$(outside_master)
load_start 200 b.example a.example
check "A2 is isolated too" enable a2.example
check "no request is lost by that" no_request_failed
check_not "another master" test "$master" = "$(outside_master)"
check "A's code does not run by B's name" runs_not addon
check "nor A2's" runs_not more/addon2
master=$(outside_master)
check "regenerated" regenerate
check "and nothing was started again" test "$master" = "$(outside_master)"
check "A2 is not isolated any more" disable a2.example
expect_output "A2's code runs by B's name as before" "ran in $B/more/addon2 secret of b" by_b more/addon2
check "A's code does not" runs_not addon

## Its directory is replaced
as_user john mv $B/addon $H/kept
check "a pass without it" regenerate
expect_output "B's pages go on" "secret of b" php_eval b.example "$reads_b"
as_user john cp -r $H/kept $B/addon
check "a pass with another directory there" regenerate
check "its code does not run by B's name" runs_not addon
as_user john mv $B/addon $H/copy
as_user john mv $H/kept $B/addon
check "a pass with the first one again" regenerate
check "its code does not run by B's name" runs_not addon
expect_output "by its own name it runs" "ran in $B/addon " http a.example /evil.php
as_user john rm -rf $H/copy
check "the daemon sleeps" monitor_sleeps
as_user john sh -c "cp -r $B/addon $H/copy && mv $B/addon $H/kept && mv $H/copy $B/addon"
expect_output "control: nobody hides another directory there but a pass" "ran in $B/addon secret of b" by_b addon
monitor_wakes
check "the daemon makes one: its code does not run" wait_until 15 runs_not addon
as_user john rm -rf $H/kept

## The panel writes B's pool anew
fpm_memory=72M fpm_pool b.example "$(fpm_socket b.example)"
wait_until 5 is_taken b.example
changed() { [ "$(php_eval b.example 'echo ini_get("memory_limit");')" = 72M ]; }
check "its new text counts" wait_until 10 changed
fpm_reload
check "A's code does not run by B's name" runs_not addon
cp "/root/b.example.conf" "$fpm_pool_dir/b.example.conf"
wait_until 5 is_taken b.example

## Killed
kill -9 "$(outside_master)"
serves() { [ "$(php_eval b.example 'echo "ok";')" = ok ]; }
check "a master that was killed is started again" wait_until 10 serves
check "A's code does not run" runs_not addon
workers=$(pgrep -P "$(outside_master)")
kill -9 "$(outside_supervisor)"
check "the next pass starts a supervisor that was killed" regenerate
check "and B is served" wait_until 10 serves
gone() { for pid in $workers; do ! kill -0 "$pid" 2>/dev/null || return 1; done; }
check "workers of the one before end" wait_until 5 gone
check "A's code does not run" runs_not addon

## B itself isolated, and not any more
load_start 200 b.example a.example
check "B is isolated too" enable b.example
check "no request is lost by that" no_request_failed
check "A's code does not run by its name" runs_not addon
check_not "and no master is outside" outside_supervisor
check "B is not isolated any more" disable b.example
check "A's code does not run by its name" runs_not addon
expect_output "B's pages are as before" "secret of b" php_eval b.example "$reads_b"

## Disabled, under load
load_start 200 b.example a.example c.example
check "A is not isolated any more" disable a.example
check "no request is lost by disabling" no_request_failed
expect_output "A's code runs by B's name as at first" "ran in $B/addon secret of b" by_b addon
expect_output "B's PHP has what it had" "$as_before" php_eval b.example "$tells"
check "the shared master, which had forgotten the pools, starts again" fpm_restart
check "B's pool has its exact text" wait_until 10 same_text b.example
check "A's too" wait_until 10 same_text a.example
check "nothing is left" wait_until 20 nothing_left
expect_output "A's code runs by B's name as at first" "ran in $B/addon secret of b" by_b addon

## There and back at once
load_start 200 b.example c.example
for _ in 1 2; do
    check "enabled" enable a.example
    check "disabled" disable a.example
done
check "no request is lost by four changes" no_request_failed
check "nothing is left" nothing_left

## A pool that B shares with another site
fpm_vhost c.example "$(fpm_socket b.example)"
apache_reload
expect_output "control: A's code runs by B's name" "ran in $B/addon secret of b" by_b addon
check "enabled" enable a.example
check "A's code does not run by B's name" runs_not addon
expect_output "the router says so" 403 http_code b.example /addon/evil.php
expect_output "B's pages are as before" "secret of b" php_eval b.example "$reads_b"
check "C is served" test "$(php_eval c.example 'echo "of c";')" = "of c"
check "disabled" disable a.example
check "nothing is left" wait_until 20 nothing_left
fpm_vhost c.example "$(fpm_socket c.example)"
apache_reload

## TCP
fpm_pool b.example 127.0.0.1:9008
fpm_vhost b.example 127.0.0.1:9008
fpm_reload
apache_reload
expect_fail 1 "whose PHP-FPM pool b.example listens at the port 127.0.0.1:9008" enable a.example
check "nothing was changed" serves
check "nothing is left" nothing_left
fpm_pool b.example "$(fpm_socket b.example)"
fpm_vhost b.example "$(fpm_socket b.example)"
fpm_reload

## nginx instead; B's block lies around A, and follows no links for that
check "Apache stops" apache_stop
mkdir -p /etc/nginx/domains
echo 'disable_symlinks on from=$document_root;' >/etc/nginx/domains/b.example.conf
check "nginx serves the same sites" nginx_start
expect_output "control: A's code runs by B's name" "ran in $B/addon secret of b" by_b addon
load_start 200 b.example
check "enabled" enable a.example
check "A's code does not run by B's name" runs_not addon
expect_output "B's pages are as before" "secret of b" php_eval b.example "$reads_b"
check "disabled" disable a.example
check "no request is lost with nginx" no_request_failed
check "nothing is left" nothing_left
finish
