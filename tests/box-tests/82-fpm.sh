#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# PHP-FPM: an isolated site's pool runs in a master of its own inside the site, and no request is lost on the way there
# and back.
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
disable() { cagefsctl --site-isolation-disable "$@"; }
regenerate() { cagefsctl --site-isolation-regenerate john; }
supervisor() { pgrep -o -f "^$(dirname "$(readlink -f /usr/libexec/sitecage/sitecage-fpm)")/sitecage-fpm "; }
own_master() { pgrep -P "$(pgrep -P "$(supervisor)")"; }
same_text() { cmp "/root/$1.conf" "$fpm_pool_dir/$1.conf"; }
is_taken() { ! grep -q '^\[' "$fpm_pool_dir/$1.conf"; }
has_workers() { pgrep -P "$(fpm_master)" -f "^php-fpm: pool $1"; }
nothing_left()
{
    ! ls -A /run/php /run/sitecage/fpm 2>/dev/null | grep -E '\.sitecage-|^[0-9]' &&
        ! ls -A /var/lib/sitecage/fpm | grep . && ! grep -E ' /run/php/|php-fpm' /proc/mounts &&
        ! [ -e "$fpm_pool_dir/sitecage-idle.conf" ] && ! pgrep -f sitecage-fpm
}

panel_install
[ ! -d "$SC_BUILD/php/74" ] || "$SC_SOURCE/tests/php/install"
make_user john
for site in a b c; do
    fpm_site john $site.example $H/$site.example
    echo "secret of $site" | put_file john $H/$site.example/secret.txt
    cp "$fpm_pool_dir/$site.example.conf" "/root/$site.example.conf"
done
fpm_start
apache_start
check "the feature is allowed" cagefsctl --site-isolation-allow-all

## Controls
expect_output "control: A's PHP reads B's secret" "secret of b" php_eval a.example "$reads_b"
put_php b.example cached.php 'echo "cached";'
touch -d "1 hour ago" $H/b.example/cached.php # what is new is not cached yet
http b.example /cached.php >/dev/null
scripts='echo implode("\n", array_keys(opcache_get_status()["scripts"] ?? []));'
expect_contains "control: B's scripts are in the opcache that A sees" $H/b.example/cached.php php_eval a.example "$scripts"
tells='echo getenv("HOME"), " ", getenv("USER"), " ", ini_get("memory_limit"), " ", get_current_user(), " ", php_sapi_name(), " ", PHP_VERSION, " ", php_ini_loaded_file(), " ", count(get_loaded_extensions()), " ", implode(",", posix_getgroups());'
as_before=$(php_eval a.example "$tells")

## Enabled, under load
load_start 200 a.example b.example
shared=$(pgrep -f '^php-fpm: pool b.example' | sort)
check "A is isolated" enable a.example
check "no request is lost by enabling" no_request_failed
check "A's pool has left the shared configuration" is_taken a.example
check "B's workers are the same" test "$shared" = "$(pgrep -f '^php-fpm: pool b.example' | sort)"
expect_output "A's PHP does not read B's secret" "" php_eval a.example "$reads_b"
expect_output "B's PHP is as before" "secret of b" php_eval b.example "$reads_b"
put_php a.example cached.php 'echo "cached";'
touch -d "1 hour ago" $H/a.example/cached.php
http a.example /cached.php >/dev/null
expect_contains "A sees its own scripts in its opcache" $H/a.example/cached.php php_eval a.example "$scripts"
expect_lacks "A sees no other site's scripts in its opcache" b.example php_eval a.example "$scripts"
expect_output "A's PHP has what it had" "$as_before" php_eval a.example "$tells"
expect_output "as the user, without any privilege" "1001 1001 1001 1001" php_eval a.example \
    'preg_match("/^Uid:\s+(.*)$/m", file_get_contents("/proc/self/status"), $m); echo preg_replace("/\s+/", " ", $m[1]);'
expect_output "it sees no other master's files" "" php_eval a.example \
    "echo @file_get_contents('$fpm_main'), implode(' ', glob('/run/php/*')), implode(' ', glob('$fpm_pool_dir/*'));"

## In place
master=$(own_master)
load_start 200 a.example b.example
check "regenerated" regenerate
check "no request is lost by regenerating" no_request_failed
check "and nothing was started again" test "$master" = "$(own_master)"

## The shared master reloads and starts again: its own business
fpm_reload
expect_output "A is isolated after a reload of the shared master" "" php_eval a.example "$reads_b"
expect_output "B is served" "secret of b" php_eval b.example "$reads_b"
load_start 200 a.example
fpm_stop && fpm_start
fpm_reload
check "no request to A is lost when the shared master starts again" no_request_failed
check "regenerated" regenerate
check_not "no mount is left when the shared master has forgotten the pool" grep ' /run/php/' /proc/mounts

## The panel writes the pool anew
master=$(own_master)
load_start 200 a.example
fpm_memory=72M fpm_pool a.example /run/php/a.example.sock
wait_until 5 is_taken a.example
changed() { [ "$(own_master)" != "$master" ] && [ "$(php_eval a.example 'echo ini_get("memory_limit");')" = 72M ]; }
check "its new text counts" wait_until 10 changed
fpm_reload
check "no request is lost by that" no_request_failed
check "the shared master lives" fpm_master
expect_output "and A is isolated" "" php_eval a.example "$reads_b"
fpm_pool a.example /run/php/a.example.sock
wait_until 5 is_taken a.example

## Another PHP version
if [ -x /opt/alt/php74/usr/sbin/php-fpm ]; then
    load_start 200 a.example b.example
    check "A has PHP 7.4" selectorctl --set-user-current=7.4 --user=john --domain=a.example
    check "no request is lost by another version" no_request_failed
    expect_contains "it runs" "7.4" php_eval a.example 'echo PHP_VERSION;'
    expect_output "isolated" "" php_eval a.example "$reads_b"
    load_start 200 a.example b.example
    check "other extensions" selectorctl --enable-user-extensions=posix --version=7.4 --user=john --domain=a.example
    check "no request is lost by that" no_request_failed
    expect_output "it is loaded" "1" php_eval a.example 'echo (int)extension_loaded("posix");'
    load_start 200 a.example b.example
    check "and its own again" selectorctl --set-user-current=native --user=john --domain=a.example
    check "no request is lost by that" no_request_failed
    expect_contains "it runs" "8.2" php_eval a.example 'echo PHP_VERSION;'
else
    echo "note: no further PHP versions in this build folder: tests/php/fetch"
fi

## Killed
kill -9 "$(own_master)"
serves() { [ "$(php_eval a.example 'echo "ok";')" = ok ]; }
check "a master that was killed is started again" wait_until 10 serves
kill -9 "$(supervisor)"
check "the next pass starts a supervisor that was killed" regenerate
check "and A is served" wait_until 10 serves
expect_output "isolated" "" php_eval a.example "$reads_b"

## Disabled, under load: the shared master has no such pool any more, and is left alone
untouched() { fpm_master && pgrep -f '^php-fpm: pool [bc].example' | sort && readlink "/proc/$(fpm_master)/exe"; }
shared=$(untouched)
load_start 200 a.example b.example c.example
check "A is not isolated any more" disable a.example
check "no request is lost by disabling" no_request_failed
check "the shared master and its workers are the same" test "$shared" = "$(untouched)"
expect_output "A's PHP reads B's secret again" "secret of b" php_eval a.example "$reads_b"
check "in a master outside, for the shared one does not listen there" is_taken a.example
expect_output "which is as the pool was" "$as_before" php_eval a.example "$tells"
check "the shared master starts again" fpm_restart
check "and has its pool again: exact text" wait_until 10 same_text a.example
check "A is served by it" wait_until 10 has_workers a.example
expect_output "as ever" "secret of b" php_eval a.example "$reads_b"
check "nothing is left" wait_until 20 nothing_left

## And the shared master still has it: there and back at once
load_start 200 a.example b.example c.example
for _ in 1 2 3; do
    check "enabled" enable a.example c.example
    check "disabled" disable a.example c.example
done
check "no request is lost by six changes" no_request_failed
check "exact text of A" same_text a.example
check "exact text of C" same_text c.example
check "nothing is left" nothing_left

## All pools gone from the shared master: it starts nevertheless
check "all are isolated" enable a.example b.example c.example
fpm_stop && fpm_start
check "the shared master starts without a pool" fpm_master
expect_output "A is isolated from B" "" php_eval a.example "$reads_b"
load_start 200 a.example b.example c.example
check "none is isolated any more" disable a.example b.example c.example
check "no request is lost" no_request_failed
expect_output "A's PHP reads B's secret again" "secret of b" php_eval a.example "$reads_b"
check "the shared master starts again" fpm_restart
for site in a b c; do
    check "and has the pool of $site" wait_until 10 same_text $site.example
    check "which serves it" wait_until 10 has_workers $site.example
done
check "nothing is left" wait_until 20 nothing_left

## nginx instead
check "Apache stops" apache_stop
check "nginx serves the same sites" nginx_start
expect_output "control: A's PHP reads B's secret" "secret of b" php_eval a.example "$reads_b"
load_start 200 a.example b.example
check "enabled" enable a.example
expect_output "A's PHP does not read B's secret" "" php_eval a.example "$reads_b"
check "disabled" disable a.example
check "no request is lost with nginx" no_request_failed
check "nothing is left" nothing_left
finish
