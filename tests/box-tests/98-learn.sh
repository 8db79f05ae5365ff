#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A site that uses five places outside of its own: learning reports the five and nothing else, and what is given from
# that keeps it working when it is isolated. Without it, it breaks.
# Functions are called by the checks; $ in single quotes is PHP's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

H=/home/john
panel_install
make_user john
make_site john a.example $H/a/web shebang
make_site john b.example $H/b/web shebang
as_user john mkdir -p $H/data/store $H/lib $H/logs $H/run $H/pictures $H/notes
echo '<?php return "included";' | put_file john $H/lib/inc.php
echo "picture" | put_file john $H/pictures/p.txt
echo "note" | put_file john $H/notes/n.txt
echo "secret of b" | put_file john $H/b/web/secret.txt
as_user john ln -s ../../pictures $H/a/web/media
as_user john touch $H/a/composer.json # its application
as_user john python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(9)
while True:
    c, _ = s.accept()
    c.sendall(b"answer")
    c.close()' $H/run/app.sock &
wait_until 5 test -S $H/run/app.sock
apache_start
put_php a.example use.php '$h = "/home/john"; $did = [];
if (@file_put_contents("$h/data/store/" . ($_GET["f"] ?? "x"), "data")) $did[] = "data";
if (@include("$h/lib/inc.php")) $did[] = "include";
if (@file_put_contents("$h/logs/a.log", "line\n", FILE_APPEND)) $did[] = "log";
$s = @stream_socket_client("unix://$h/run/app.sock", $no, $text, 2);
if ($s && fread($s, 6) === "answer") $did[] = "socket";
if (@file_get_contents(__DIR__ . "/media/p.txt")) $did[] = "link";
file_put_contents("/tmp/own", "x"); file_put_contents(__DIR__ . "/own", "x"); file_put_contents("$h/a/own", "x");
echo implode(" ", $did), "\n";'
put_php a.example sibling.php 'echo @file_get_contents("/home/john/b/web/secret.txt") ?: "nothing\n";'

use_it() { http a.example "/use.php?f=${1:-x}"; }
all=$'data include log socket link\n'
report() { cagefsctl --site-isolation-learn a.example --report; }
# The paths of the report, with how they are to be given, and what they were used for.
places()
{
    cagefsctl --site-isolation-learn a.example --report --json | python3 -c '
import json, sys
for p in json.load(sys.stdin)["places"]:
    print(p["path"].removeprefix("/home/john/"), p["grant"]["mode"] if p["grant"] else "-", "+".join(p["uses"]))'
}
state() { cagefsctl --site-isolation-status a.example --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["sites"][0]["state"])'; }

expect_output "control: it works" "$all" use_it
echo "home = private" >/etc/sitecage.conf
check "allow" cagefsctl --site-isolation-allow-all
expect_fail 1 "nothing was recorded of a.example" report
expect_contains "it learns" "is not isolated meanwhile" cagefsctl --site-isolation-learn a.example
expect_output "and works" "$all" use_it
expect_output "it does again" "$all" use_it y
expect_output "it reads its sibling: nothing is closed" $'secret of b\n' http a.example /sibling.php
five=$'data/store rw write\nlib ro read\nlogs/a.log rw write\npictures ro read\nrun ro connect\n'
expect_output "the five are reported, with the sibling that cannot be given, and nothing else" \
    $'b/web - read\n'"$five" places
report >/dev/null
expect_contains "in words, with the line that gives it" '"paths": {"rw": ["data/store"]}' report
expect_contains "and the administrator's" "$H/a/web rw $H/data/store" report
expect_contains "by whom" "use.php" report
expect_output "its state says it" $'learning\n' state
check_not "it is not listed as isolated" grep -q a.example <(cagefsctl --site-isolation-list)
expect_contains "the web server serves it what it did" "secret of b" http b.example /secret.txt

expect_contains "it is isolated, with what it used" "a.example" cagefsctl --site-isolation-enable a.example --learned --home private
expect_output "and works" "$all" use_it z
check "on the real data" grep -q data $H/data/store/z
expect_output "but does not read its sibling" $'nothing\n' http a.example /sibling.php
check_not "nor what it did not use" as_user john cagefs_enter_site a.example cat $H/notes/n.txt
check "off" cagefsctl --site-isolation-disable a.example

lines=$(wc -l <$H/logs/a.log)
check "control: isolated without it" cagefsctl --site-isolation-enable a.example --home private
expect_lacks "it breaks" "include" http a.example "/use.php?f=w" -w $'\n'
expect_output "all of it, but for what it writes into a log of its own" $'log\n' http a.example "/use.php?f=w"
check "of which nobody else has anything" test "$(wc -l <$H/logs/a.log)" = "$lines"
expect_fail 1 "is isolated" cagefsctl --site-isolation-learn a.example
check "off" cagefsctl --site-isolation-disable a.example

check "it learns once more" cagefsctl --site-isolation-learn a.example --days 3
expect_output "nothing of before is in the record" "" places
check "from a shell" as_user john cagefs_enter_site a.example sh -c "exec 9<$H/notes/n.txt; sleep 1"
expect_output "that is seen, too" $'notes ro read\n' places
expect_contains "by whom" "by dash" report
# What is used again and again in one second costs the site nothing more: the kernel leaves it out of its words
# (proc_pid_fdinfo(5)) until the second is over. It is not overlooked for that.
left_out() { cat "/proc/$(pgrep -x sitecage-learn)"/fdinfo/* | grep -q '^fanotify ino:.* ignored_mask:[1-9a-f]'; }
one_use() { as_user john cagefs_enter_site a.example sh -c "exec 9<$H/lib/inc.php"; left_out; }
many_uses() { as_user john cagefs_enter_site a.example sh -c "for i in \$(seq 3000); do exec 9<$H/lib/inc.php; done"; left_out; }
cat_is_named()
{
    as_user john cagefs_enter_site a.example cat $H/lib/inc.php >/dev/null
    cagefsctl --site-isolation-learn a.example --report | grep -q 'by .*cat'
}
check_not "one use of a file is told" one_use
check "many in a second are not" wait_until 30 many_uses
check "whoever uses it a second later is seen" wait_until 20 cat_is_named
check "the end" cagefsctl --site-isolation-learn a.example --stop
expect_output "the record stays" $'lib ro read\nnotes ro read\n' places
expect_output "the site is as before" $'off\n' state
as_user john sh -c "mkdir -p $H/kit/releases/1 $H/kit/shared/var; echo 1 >$H/kit/releases/1/v; ln -s releases/1 $H/kit/current; ln -s ../../shared/var $H/kit/releases/1/var"
deployed() { as_user john cagefs_enter_site a.example sh -c "cat $H/kit/current/v; echo x >$H/kit/current/var/x"; }
check "it learns of what is deployed in releases" cagefsctl --site-isolation-learn a.example
expect_output "the first" $'1\n' deployed
expect_output "what has them all, and what they share to be written" $'kit ro read\nkit/shared/var rw write\n' places
check "it is isolated with that" cagefsctl --site-isolation-enable a.example --learned --home private
expect_output "it goes on" $'1\n' deployed
as_user john sh -c "mkdir $H/kit/releases/2; echo 2 >$H/kit/releases/2/v; ln -s ../../shared/var $H/kit/releases/2/var; ln -sfn releases/2 $H/kit/current"
expect_output "with the second release, too" $'2\n' deployed
check "off again" cagefsctl --site-isolation-disable a.example
check_not "and nothing of it in the user's file" test -e $H/.lve/domains.json
expect_output "it works" "$all" use_it
expect_fail 1 "does not learn" cagefsctl --site-isolation-learn a.example --stop
expect_fail 2 "takes no --days" cagefsctl --site-isolation-learn a.example --report --days 3
finish
