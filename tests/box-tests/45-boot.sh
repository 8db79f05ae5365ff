#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A boot: what the web server waits for ends although an account cannot be made ready; the others are made ready behind
# it; who cannot be is closed, and comes when he can.
# Functions are called by the checks; $ in single quotes is PHP's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

rebuild=/usr/libexec/sitecage/sitecage-rebuild
panel_install
monitor_off
make_user john
make_user mary
for site in a b; do
    make_site john $site.example /home/john/$site.example
    echo "secret of $site" | put_file john /home/john/$site.example/secret
done
make_site mary m.example /home/mary/m.example
apache_start
steals() { php_eval a.example 'echo @file_get_contents("/home/john/b.example/secret"), "read";'; }
expect_output "control: A's PHP reads B's secret" $'secret of b\nread' steals
check "allow-all" cagefsctl --site-isolation-allow-all
check "enable" cagefsctl --site-isolation-enable a.example m.example
expect_output "isolated" read steals

table() { test -s "/run/sitecage/$(id -u "$1")/sites"; }
no_keepers() { ! pgrep -x sitecage-keeper; }
power_off()
{
    apache_stop
    pkill -KILL -x sitecage-keeper
    pkill -x sitecage-web
    wait_until 20 no_keepers && rm -rf /run/sitecage && ! table john && ! table mary
}
check "the server is switched off" power_off
mkdir -m 711 /run/sitecage && mkdir -m 700 /run/sitecage/lock
exec {lock}>"/run/sitecage/lock/$(id -u mary)"
flock -x "$lock"
boot() { "$rebuild" --boot {lock}>&- >/dev/null 2>&1; }
check "what Apache waits for ends, although mary's account is held" boot
check "john's account is made ready" wait_until 60 table john
check_not "mary's is not" table mary
check "her mark says that she has isolated sites" test -e "/var/lib/sitecage/isolated/$(id -u mary)"
apache_start
expect_output "john's site is served, in its cage" read steals
check_not "mary's is not yet" table mary
flock -u "$lock"
exec {lock}>&-
check "mary's account follows" wait_until 60 table mary
expect_output "her site is served" ok php_eval m.example 'echo "ok";'

check "disable" cagefsctl --site-isolation-disable a.example m.example
expect_output "control: A's PHP reads B's secret again" $'secret of b\nread' steals
expect_fail 2 "usage: sitecage-rebuild" "$rebuild" --boot now
finish
