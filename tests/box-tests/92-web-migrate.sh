#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sites whose pools were taken over while Apache had no mod_sitecage (the release before did so) go over to the route when
# Apache has it: the pool is given back, and no request is lost. And the other way.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
without_module

H=/home/john
reads_b="echo trim((string)@file_get_contents('$H/b.example/secret.txt'));"
regenerate() { cagefsctl --site-isolation-regenerate john; }
same_text() { cmp "/root/$1.conf" "$fpm_pool_dir/$1.conf"; }
is_taken() { ! grep -q '^\[' "$fpm_pool_dir/$1.conf"; }
isolated() { [ "$(php_eval "$1" "$reads_b")" = "" ] && [ "$(php_eval "$1" 'echo "ok";')" = ok ]; }
routed() { grep -A1 "isolated $1 " /run/sitecage/web/table | grep -q '^fpm /run/sitecage/web/fpm-'; }
nothing_left()
{
    ! ls -A /run/php /run/sitecage/fpm 2>/dev/null | grep -E '\.sitecage-|^[0-9]' &&
        ! ls -A /var/lib/sitecage/fpm | grep . && ! grep -E ' /run/php/|php-fpm' /proc/mounts &&
        ! [ -e "$fpm_pool_dir/sitecage-idle.conf" ] && ! pgrep -f sitecage-fpm
}
given_back() { same_text a.example && same_text c.example && ! [ -e "$fpm_pool_dir/sitecage-idle.conf" ] && ! grep ' /run/php/' /proc/mounts; }

panel_install
make_user john
for site in a b c; do
    fpm_site john $site.example $H/$site.example
    echo "secret of $site" | put_file john $H/$site.example/secret.txt
    cp "$fpm_pool_dir/$site.example.conf" "/root/$site.example.conf"
done
fpm_start
apache_start
check "the feature is allowed" cagefsctl --site-isolation-allow-all
expect_output "control: A's PHP reads B's secret" "secret of b" php_eval a.example "$reads_b"

## Taken over; the shared master has forgotten the pool of A, and still has that of C
check "A is isolated" cagefsctl --site-isolation-enable a.example
fpm_reload
check "C is isolated" cagefsctl --site-isolation-enable c.example
for site in a c; do
    check "the pool of $site has left the shared configuration" is_taken $site.example
    check "$site is isolated" isolated $site.example
    check_not "control: Apache knows no way of its own" routed $site.example
done

## Apache gets the module
sed -i '/apache_module/d' /etc/sitecage.conf
load_start 100 a.example b.example c.example
check "regenerated" regenerate
check "no request was lost" no_request_failed
for site in a c; do
    check "Apache takes $site's PHP to its own master" routed $site.example
    check "$site is isolated" isolated $site.example
done
check "C's pool is given back" same_text c.example
check "the shared master starts again" fpm_restart
check "and has A's, which it had forgotten" wait_until 10 given_back
check "A is isolated" isolated a.example
expect_output "B is as it was" "secret of b" php_eval b.example "$reads_b"

## And loses it: at no moment does A's PHP run outside
put_php a.example spy.php "echo 'ran '; $reads_b"
spy() { while [ -e "$checks_dir/spying" ]; do http a.example /spy.php; echo; done >"$checks_dir/spied" 2>&1; }
touch "$checks_dir/spying"
spy &
spying=$!
without_module
load_start 100 a.example b.example c.example
check "regenerated" regenerate
check "no request was lost" no_request_failed
rm "$checks_dir/spying"
wait "$spying"
check "it was asked all the time" grep -q '^ran' "$checks_dir/spied"
check_not "and has read nothing" grep -q 'secret' "$checks_dir/spied"
for site in a c; do
    check "the pool of $site has left the shared configuration" is_taken $site.example
    check "$site is isolated" isolated $site.example
done

## Back, and not isolated any more
sed -i '/apache_module/d' /etc/sitecage.conf
check "regenerated" regenerate
check "C is isolated" isolated c.example
load_start 100 a.example b.example c.example
check "disabled" cagefsctl --site-isolation-disable a.example c.example
check "no request was lost" no_request_failed
expect_output "A's PHP reads B's secret again" "secret of b" php_eval a.example "$reads_b"
check "nothing is left" wait_until 20 nothing_left
check "exact text of A" same_text a.example
check "exact text of C" same_text c.example
finish
