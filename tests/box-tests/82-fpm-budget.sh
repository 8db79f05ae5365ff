#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An account has as many PHP-FPM masters as sitecage.conf lets it have (fpm_sites). A site beyond that is not enabled; where it
# is all the same, nobody serves its PHP, with mod_sitecage and without, and status says why.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
reads_b="echo trim((string)@file_get_contents('$H/b.example/secret.txt')), 'ran';"
attack() { php_eval "$1" "$reads_b"; }
isolated() { [ "$(attack "$1")" = ran ]; }
closed() { [ "$(http_code "$1" /ok.php)" = 503 ]; }
same_text() { cmp "/root/$1.conf" "$fpm_pool_dir/$1.conf"; }
regenerate() { cagefsctl --site-isolation-regenerate john; }
budget()
{
    touch /etc/sitecage.conf && sed -i '/^fpm_sites/d' /etc/sitecage.conf && echo "fpm_sites = $1" >>/etc/sitecage.conf
}
status_of() { cagefsctl --site-isolation-status "$1"; }
supervisors() { pgrep -c -P 1 -f '^/usr/libexec/sitecage/sitecage-fpm '; }

panel_install
make_user john
make_user mary
for site in a b c; do
    fpm_site john $site.example $H/$site.example
    echo "secret of $site" | put_file john $H/$site.example/secret.txt
    put_php $site.example ok.php 'echo "ok";'
    cp "$fpm_pool_dir/$site.example.conf" "/root/$site.example.conf"
done
fpm_site mary m.example /home/mary/m
fpm_start
apache_start
check "allowed" cagefsctl --site-isolation-allow-all
check "one master for each account" budget 1
expect_output "control: C reads B's secret" "secret of bran" attack c.example
check "A is isolated" cagefsctl --site-isolation-enable a.example
check "A is isolated" isolated a.example
expect_fail 1 "as many sites with PHP-FPM as it may" cagefsctl --site-isolation-enable c.example
expect_output "control: C is as it was" "secret of bran" attack c.example
check "another account has its own" cagefsctl --site-isolation-enable m.example

## Enabled all the same
for kind in routed taken; do
    if [ $kind = taken ]; then
        without_module
        check "regenerated" regenerate
    fi
    check "$kind: C is enabled all the same" cagefsctl --site-isolation-enable --anyway c.example
    check "nobody serves it" closed c.example
    check "A is served" isolated a.example
    expect_contains "status says why" "as many sites with PHP-FPM as it may" status_of c.example
    expect_output "two masters, of two accounts" $'2\n' supervisors
    if [ $kind = taken ]; then
        check "the shared master starts again" fpm_restart
        check "and does not serve it" closed c.example
        check "A is served" isolated a.example
    fi
    check "two masters for each account" budget 2
    check "regenerated" regenerate
    check "C is isolated" wait_until 10 isolated c.example
    check "A, too" isolated a.example
    check "one again" budget 1
    check "regenerated" regenerate
    check "one is served" eval 'isolated a.example && closed c.example'
    check "switched off" cagefsctl --site-isolation-disable c.example
    [ $kind = routed ] || check "the shared master starts again" fpm_restart
    check "exact text" wait_until 10 same_text c.example
    expect_output "C is open" "secret of bran" attack c.example
done
finish
