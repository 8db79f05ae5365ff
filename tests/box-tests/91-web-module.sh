#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# mod_sitecage comes into the running Apache with the feature and leaves it with deny-all; no request is lost, a
# configuration that is not valid is said and left alone, and an administrator can say no.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
said=/tmp/said
enable() { cagefsctl --site-isolation-enable "$@"; }
quiet() { "$@" 2>"$said" && [ ! -s "$said" ]; } # nothing on stderr
# nothing but that A's link leads to what is B's
only_of_the_link() { "$@" 2>"$said" && grep -q 'link' "$said" && [ "$(wc -l <"$said")" = 1 ]; }
saying() { "$@" 2>"$said" && cat "$said"; }
is_loaded() { apache2ctl -M 2>/dev/null | grep sitecage_module >/dev/null; }
runs_in() { grep -q /mod_sitecage.so "/proc/$(cat /run/apache2/apache2.pid)/maps"; }
children_have() # all of Apache's processes
{
    local pid
    for pid in $(pgrep -P "$(cat /run/apache2/apache2.pid)"); do
        grep -q /mod_sitecage.so "/proc/$pid/maps" || return 1
    done
}
none_has() { ! grep -l /mod_sitecage.so /proc/[0-9]*/maps 2>/dev/null | grep -q .; }
service_pid() { pgrep -f '^/usr/libexec/sitecage/sitecage-web'; }
service_changed() { [ "$(service_pid)" != "$1" ] && [ -n "$(service_pid)" ]; }
enabled_mods() { find /etc/apache2/mods-enabled -printf '%f %l\n' | sort; }

panel_install
make_user john
for site in a b; do
    fpm_site john $site.example $H/$site.example
    printf 'secret of %s' "$site" | put_file john $H/$site.example/secret.txt
done
as_user john ln -s $H/b.example/secret.txt $H/a.example/link.txt
fpm_start
apache_start
before=$(enabled_mods)
check "installing enables nothing" none_has
expect_output "control: a link serves B's secret" "secret of b" http a.example /link.txt

## In with the feature
load_start 150 a.example b.example
check "allow-all says nothing" quiet cagefsctl --site-isolation-allow-all
check "no request failed" no_request_failed
check "the module is in the configuration" is_loaded
check "and in the running Apache" runs_in
check "and in each of its processes" wait_until 10 children_have
check "the service for views runs" service_pid
expect_output "nothing is isolated yet" "secret of b" http a.example /link.txt
check "A is isolated" only_of_the_link enable a.example
expect_output "its link is closed at once" 403 http_code a.example /link.txt
expect_output "its own file is served" "secret of a" http a.example /secret.txt

## A pool at a port is taken over, and Apache reaches it there
fpm_site john tcp.example $H/tcp.example 127.0.0.1:9007
fpm_reload
apache_reload
reads_b="echo trim((string)@file_get_contents('$H/b.example/secret.txt'));"
at_port() { [ "$(php_eval tcp.example 'echo "ok";')" = ok ]; }
check "PHP at a port is served" wait_until 10 at_port
expect_output "control: it reads B's secret" "secret of b" php_eval tcp.example "$reads_b"
check "it is isolated" quiet enable tcp.example
check "and served" wait_until 10 at_port
expect_output "it reads B's secret no more" "" php_eval tcp.example "$reads_b"

## The service is started again
old=$(service_pid)
kill -9 "$old"
check "the daemon starts the service again" wait_until 20 service_changed "$old"

## Apache restarts, and stops
apache_stop
check "Apache starts with it" apache_start
check "it is there" runs_in
expect_output "closed" 403 http_code a.example /link.txt

## Out with deny-all
load_start 150 a.example b.example
check "deny-all says nothing" quiet cagefsctl --site-isolation-deny-all
check "no request failed" no_request_failed
check "no process has the module" wait_until 10 none_has
check_not "the service has ended" service_pid
expect_output "the configuration is as it was" "$before"$'\n' enabled_mods
expect_output "the link serves again" "secret of b" http a.example /link.txt

## A configuration that is not valid
echo "NoSuchDirective on" >/etc/apache2/conf-enabled/zz-typo.conf
expect_contains "a typo of somebody's is said" "NoSuchDirective" saying cagefsctl --site-isolation-allow-all
expect_output "and the configuration is as it was" "$before"$'\n' enabled_mods
expect_output "Apache goes on" "secret of b" http a.example /link.txt
expect_contains "enable says it, too" "NoSuchDirective" saying enable a.example
rm /etc/apache2/conf-enabled/zz-typo.conf
check "it is mended: regenerate switches the module on" quiet cagefsctl --site-isolation-regenerate john
expect_output "closed" 403 http_code a.example /link.txt
echo "NoSuchDirective on" >/etc/apache2/conf-enabled/zz-typo.conf
expect_contains "deny-all says that it stays loaded" "NoSuchDirective" saying cagefsctl --site-isolation-deny-all
expect_output "it does nothing" "secret of b" http a.example /link.txt
rm /etc/apache2/conf-enabled/zz-typo.conf
check "the next reload" apache_reload
check "is without it" wait_until 10 none_has

## Apache does not run
apache_stop
check "allowed meanwhile" quiet cagefsctl --site-isolation-allow-all
check "A is isolated" only_of_the_link enable a.example
check "Apache starts" apache_start
expect_output "closed from the first request" 403 http_code a.example /link.txt

## The administrator says no
without_module
check "sitecage.conf says no" quiet cagefsctl --site-isolation-regenerate john
check "the module is out" wait_until 10 none_has
expect_output "the link serves, as documented" "secret of b" http a.example /link.txt
finish
