#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Learning a site whose PHP runs in PHP-FPM, behind Apache with mod_sitecage, which serves it meanwhile as if it were not
# there; and from cron.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
APACHE_MODULES="proxy proxy_fcgi"
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
panel_install
make_user john
fpm_site john a.example $H/a
fpm_site john b.example $H/b
as_user john mkdir -p $H/data $H/lib $H/elsewhere
echo '<?php return "included";' | put_file john $H/lib/inc.php
echo "secret of b" | put_file john $H/b/secret.txt
as_user john ln -s ../b/secret.txt $H/a/link.txt
fpm_start
apache_start
put_php a.example use.php '$h = "/home/john"; $did = [];
if (@file_put_contents("$h/data/x", "data")) $did[] = "data";
if (@include("$h/lib/inc.php")) $did[] = "include";
echo implode(" ", $did), "\n";'
put_php a.example where.php 'echo readlink("/proc/self/ns/mnt"), "\n";'
put_php b.example where.php 'echo readlink("/proc/self/ns/mnt"), "\n";'
use_it() { http a.example /use.php; }
places()
{
    cagefsctl --site-isolation-learn a.example --report --json | python3 -c '
import json, sys
for p in json.load(sys.stdin)["places"]:
    print(p["path"].removeprefix("/home/john/"), p["grant"]["mode"] if p["grant"] else "-", "+".join(p["uses"]))'
}

expect_output "control: it works" $'data include\n' use_it
expect_output "control: a link into b is served" $'secret of b\n' http a.example /link.txt
outside=$(http b.example /where.php)
check "control: a runs where b does" test "$(http a.example /where.php)" = "$outside"
echo "home = private" >/etc/sitecage.conf
check "allow" cagefsctl --site-isolation-allow-all
check "it learns" cagefsctl --site-isolation-learn a.example
check "its PHP has a cage of its own" test "$(http a.example /where.php)" != "$outside"
check "the other's has not" test "$(http b.example /where.php)" = "$outside"
expect_output "it works" $'data include\n' use_it
expect_output "the web server refuses nothing" $'secret of b\n' http a.example /link.txt
expect_output "what it used is reported" $'data rw write\nlib ro read\n' places
expect_contains "by whom" "php-fpm" cagefsctl --site-isolation-learn a.example --report
check "regenerating leaves it" cagefsctl --site-isolation-regenerate john
expect_output "it works" $'data include\n' use_it
expect_contains "and learns" "recorded since" cagefsctl --site-isolation-learn a.example --report

check "isolated, with what it used" cagefsctl --site-isolation-enable a.example --learned
expect_output "it works" $'data include\n' use_it
check "in a cage" test "$(http a.example /where.php)" != "$outside"
check "that is the web server's, too" test "$(http_code a.example /link.txt)" = 403
check "off" cagefsctl --site-isolation-disable a.example

# as it was before, by its end
check "it learns again" cagefsctl --site-isolation-learn a.example
expect_output "it works" $'data include\n' use_it
check "the end" cagefsctl --site-isolation-learn a.example --stop
is_outside() { [ "$(http a.example /where.php)" = "$outside" ]; }
check "its PHP runs outside again" wait_until 10 is_outside
expect_output "it works" $'data include\n' use_it
expect_output "the record stays" $'data rw write\nlib ro read\n' places
finish
