#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# isolatectl learn: a user has his own sites recorded, reads what they used, and ends it; nobody else's, and nothing of
# it inside a site.
# Functions are called by the checks; $ in single quotes is PHP's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

H=/home/john
panel_install
make_user john
make_user mary
for n in a b c d e f; do make_site john $n.example $H/$n shebang; done
make_site mary m.example /home/mary/m shebang
as_user john mkdir -p $H/data $H/lib
echo '<?php return "included";' | put_file john $H/lib/inc.php
put_php a.example use.php 'file_put_contents("/home/john/data/x", "x"); echo include("/home/john/lib/inc.php");'
apache_start

learn() { as_user john isolatectl learn "$@"; }
member() { python3 -c 'import json, sys; print(json.load(sys.stdin).get(sys.argv[1]))' "$1"; }
# says MEMBER ARGUMENT...: that member of the answer, whether it is an error or not
says() { local m=$1; shift; learn "$@" | member "$m"; true; }
places()
{
    learn "$1" --report | python3 -c '
import json, sys
for p in json.load(sys.stdin)["places"]:
    print(p["path"].removeprefix("/home/john/"), p["grant"]["mode"], "+".join(p["uses"]), p["grant"]["domains_json"])'
}
state() { cagefsctl --site-isolation-status "$1" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["sites"][0]["state"])'; }
same_answer() { [ "$(learn "$1" "${@:3}")" = "$(learn "$2" "${@:3}")" ]; }

expect_output "control: it works" included http a.example /use.php
expect_contains "nothing before the feature is on" "CloudLinux Isolates is not enabled" says message a.example
check "allow" cagefsctl --site-isolation-allow-all
expect_contains "nothing was recorded yet" "nothing was recorded of a.example" says message a.example --report
expect_output "and the word for programs" $'not_found\n' says code a.example --report

## His own
expect_output "it learns" $'success\n' says result a.example --days 2
expect_output "its state says it" $'learning\n' state a.example
expect_output "and works" included http a.example /use.php
expect_output "what it used, and the lines that give it" \
    $'data rw write "paths": {"rw": ["data"]}\nlib ro read "paths": {"ro": ["lib"]}\n' places a.example
expect_output "all of it" $'True\n' says whole a.example --report
expect_output "it learns on" $'True\n' says learning a.example --report
expect_output "the same as the administrator's report" "$(cagefsctl --site-isolation-learn a.example --report --json | member places)"$'\n' \
    says places a.example --report

## Nobody else's
for option in "" --stop --report; do
    # shellcheck disable=SC2086 # no word where there is no option
    expect_contains "not another user's: ${option:-begin}" "Please specify existing domain name" says message m.example $option
    # shellcheck disable=SC2086
    check "as of one that does not exist: ${option:-begin}" same_answer m.example nobody.example $option
done
expect_output "nothing of it was begun" $'off\n' state m.example
check "control: it can learn" as_user mary isolatectl learn m.example
expect_contains "nor is what she has recorded told" "Please specify existing domain name" says message m.example --report

## Not from inside
check "b.example is isolated" as_user john isolatectl site-isolation enable --domain b.example
inside() { as_user john cagefs_enter_site "$1" isolatectl learn "${@:2}" | member message; true; }
for from in a.example b.example; do
    expect_contains "not from inside $from: begin" "inside an isolated site" inside $from c.example
    expect_contains "not from inside $from: stop" "inside an isolated site" inside $from a.example --stop
    expect_contains "not from inside $from: report" "inside an isolated site" inside $from a.example --report
done
expect_output "c.example was not begun" $'off\n' state c.example
expect_output "a.example learns on" $'learning\n' state a.example
expect_contains "what is isolated cannot learn" "is isolated" says message b.example

## Only so many
for n in c d e; do expect_output "$n.example learns, too" $'success\n' says result $n.example; done
expect_contains "four at a time" "4 of your domains learn, of 4 at most" says message f.example
expect_output "once more is no fifth" $'success\n' says result a.example --days 3
also_f()
{
    as_user john python3 - "$H/.lve/domains.json" <<'END'
import json, sys, time
doc = json.load(open(sys.argv[1]))
doc["domains"]["f.example"] = {"isolated": False, "learning_until": int(time.time()) + 86400}
json.dump(doc, open(sys.argv[1], "w"))
END
}
isolated() { cagefsctl --site-isolation-list john; }
status_of_f() { cagefsctl --site-isolation-status f.example 2>&1; }
expect_lacks "control: f.example is not isolated" f.example isolated
check "he writes a fifth into his file" also_f
check "regenerate" cagefsctl --site-isolation-regenerate john
expect_contains "which is isolated instead" f.example isolated
expect_contains "and status says so" "had more than 4 domains learn, so these were isolated instead: f.example" status_of_f
for n in a c d e; do expect_output "$n.example learns on" $'learning\n' state $n.example; done
check "off" cagefsctl --site-isolation-disable f.example
check "an administrator may have a fifth learn" cagefsctl --site-isolation-learn f.example
check "regenerate" cagefsctl --site-isolation-regenerate john
expect_output "it learns on" $'learning\n' state f.example
check "end it" cagefsctl --site-isolation-learn f.example --stop

## The end
expect_output "it is ended" $'False\n' says learning a.example --stop
expect_output "and off" $'off\n' state a.example
expect_contains "once" "does not learn" says message a.example --stop
expect_output "another one may" $'success\n' says result f.example
check "deny" cagefsctl --site-isolation-deny john
expect_contains "not who may not isolate" "is not allowed for user john" says message a.example
finish
