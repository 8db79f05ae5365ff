#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# isolatectl overview: all that a page shows of an account, in one call; and root's --site-isolation-overview.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

panel_install
make_user john
make_user jane
make_site john a.example /home/john/a
make_site john b.example /home/john/b
panel_add www2.example john /home/john/a
make_site jane c.example /home/jane/c
apache_start

iso() { as_user john isolatectl "$@"; }
# look JQ-EXPRESSION [COMMAND...]: of john's overview, or of what the command prints
look()
{
    local expression=$1
    shift
    if [ $# -gt 0 ]; then "$@"; else iso overview; fi | jq -r "$expression"
}
of() { look ".sites[] | select(.domain == \"$1\") | $2"; }

## Before the feature is on
expect_contains "not enabled yet: an error in JSON" '"message": "CloudLinux Isolates is not enabled; ask the administrator of this server"' \
    sh -c 'setpriv --reuid john --regid john --init-groups isolatectl overview; [ $? = 1 ]'
cagefsctl --site-isolation-allow-all >/dev/null

## Nothing is isolated
expect_output "one line" 1 sh -c 'setpriv --reuid john --regid john --init-groups isolatectl overview | wc -l | tr -d "\n"'
expect_output "all domains of the account, and no other's" $'a.example\nb.example\nwww2.example\n' look '.sites[].domain'
expect_output "as the panel says now" $'success 1 john panel true null false\n' \
    look '"\(.result) \(.overview) \(.user) \(.names_from) \(.may_change) \(.why_not) \(.locked)"'
expect_output "their state" $'not isolated\nnot isolated\nnot isolated\n' look '.sites[].state'
expect_output "names of one document root" $'["www2.example"] [] ["a.example"]\n' look '[.sites[].aliases | tojson] | join(" ")'
as_user john mkdir /home/john/d
panel_add d.example john /home/john/d
expect_output "one that the panel has since" $'/home/john/d\n' of d.example .document_root
expect_output "the server" $'true allow_all private true native\n' \
    look '.server | "\(.feature) \(.mode) \(.home_default) \(.home_choice) \(.php.default)"'
expect_output "PHP of a site" $'native false null\n' of a.example '.php | "\(.version) \(.own) \(.extensions)"'

## An isolated one
check "enable" iso site-isolation enable --domain a.example
expect_output "is isolated, its alias too where it is named" $'isolated null null true private\n' \
    of a.example '"\(.state) \(.code) \(.reason) \(.covered) \(.home)"'
expect_output "its other name is the same site" $'isolated true\n' of www2.example '"\(.state) \(.lve_id == 60000)"'
states() { cagefsctl --json --site-isolation-status "$@" | jq -r '[.sites[] | "\(.domain)=\(.isolated)"] | join(" ")'; }
expect_output "status knows it, too" $'www2.example=true\n' states www2.example
expect_output "status of all" $'c.example=false a.example=true b.example=false d.example=false www2.example=true\n' states --all
expect_output "the others are not" $'not isolated null null\n' of b.example '"\(.state) \(.covered) \(.lve_id)"'
expect_output "the database knows" $'database\n' look .names_from
check "its id is the one of limits list" test "$(of a.example .lve_id)" = "$(iso limits list | jq '.domains[0].lve_id')"
as_user john mkdir -p "/home/john/shared/<b onclick=x>&\"'"
as_user john python3 - <<'PY'
import json
path = "/home/john/.lve/domains.json"
doc = json.load(open(path))
site = doc["a.example"] if "a.example" in doc else doc["domains"]["a.example"]
site["paths"] = {"ro": ["shared/<b onclick=x>&\"'"]}
site["limits"] = {"ep": 20, "vmem": 4294967296}
json.dump(doc, open(path, "w"))
PY
check "limits and paths by hand, applied" iso limits apply --domain a.example
expect_output "limits as stored" $'{"ep":20,"vmem":4294967296}\n' of a.example '.limits | tojson'
expect_output "paths, whatever their names are" $'[{"path":"shared/<b onclick=x>&\\"\'","mode":"ro"}]\n' of a.example '.paths | tojson'
expect_output "every figure" 7 sh -c 'setpriv --reuid john --regid john --init-groups isolatectl overview --domain a.example | jq -r ".sites[0].usage | length" | tr -d "\n"'
expect_output "PHP runs in it" ok php_eval a.example 'echo "ok";'
expect_output "and a view stands" $'true\n' of a.example .running

## What is wrong with one
as_user john mv /home/john/a /home/john/elsewhere
expect_output "its document root is missing" $'stale document_root its document root is missing: nothing of it can run\n' \
    of a.example '"\(.state) \(.code) \(.reason)"'
as_user john mv /home/john/elsewhere /home/john/a
is_isolated() { [ "$(of a.example .state)" = isolated ]; }
check "and there again" wait_until 30 is_isolated
cannot_run() { iso overview | jq -e '.sites[0].failures | length > 0' >/dev/null; }
check_not "control: no failure is known" cannot_run
echo x | put_file john /home/john/a/no_program
expect_fail 126 "Permission denied" as_user john cagefs_enter_site a.example /home/john/a/no_program
check "is told with its code" test "$(of a.example '.failures[0] | "\(.code) \(.count)"')" = "run 1"

## From inside: that site alone
inside() { php_eval a.example 'echo shell_exec("isolatectl overview 2>&1");'; }
expect_output "its own names alone" $'a.example\nwww2.example\n' look '.sites[].domain' inside
expect_output "and nothing may be changed" $'a.example false inside_site\n' look '"\(.inside) \(.may_change) \(.why_not_code)"' inside
outsider() { php_eval a.example 'echo shell_exec("isolatectl overview --domain b.example 2>&1");'; }
expect_output "of another one: no such domain" $'Please specify existing domain name and try again\n' look .message outsider

## Other people's
other() { as_user jane isolatectl overview "$@"; }
expect_output "jane sees hers" $'c.example\n' look '.sites[].domain' other
not_his() { local out; out=$(other --domain "$1"); [ $? = 1 ] && jq -r .message <<<"$out"; }
expect_output "and not john's" $'Please specify existing domain name and try again\n' not_his a.example
cagefsctl --site-isolation-deny jane >/dev/null
expect_output "whom it is denied, he is told so" $'false not_allowed c.example\n' \
    look '"\(.may_change) \(.why_not_code) \(.sites[0].domain)"' other
cagefsctl --site-isolation-allow jane >/dev/null
cagefsctl --site-isolation-lock jane >/dev/null
expect_output "who is locked is told so" $'true true\n' look '"\(.locked) \(.may_change)"' other
cagefsctl --site-isolation-unlock jane >/dev/null
check_not "no other options" iso overview --cpu 5
check_not "no two domains" iso overview --domain a.example,b.example

## A panel that cannot be asked: what is known is told, and that it may not be all
mv /opt/cpvendor/etc/integration.ini /opt/cpvendor/etc/kept
printf '[integration_scripts]\ndomains = /bin/false\n' >/opt/cpvendor/etc/integration.ini
expect_contains "is said" "the panel cannot be asked, so domains may be missing: " look '.notices[0]' other
expect_output "who has isolated sites does not need it" $'[]\n' look '.notices | tojson'
mv /opt/cpvendor/etc/kept /opt/cpvendor/etc/integration.ini

## Root
root() { cagefsctl --site-isolation-overview "$@"; }
expect_output "all accounts with all their domains" $'jane 1\njohn 4\n' look '.accounts[] | "\(.user) \(.sites | length)"' root --json
expect_output "one of them" $'john\n' look '.accounts[].user' root --json john
expect_output "the same document" same sh -c 'a=$(cagefsctl --isolates-overview john --json | jq -cS ".accounts[0].sites[1]")
    [ "$a" = "$(setpriv --reuid john --regid john --init-groups isolatectl overview | jq -cS ".sites[1]")" ] && printf same'
expect_contains "in words" "john: 2 of 4 domains isolated" root
expect_fail 1 "nosuch" root nosuch
expect_fail 1 "root" as_user john /usr/sbin/cagefsctl --site-isolation-overview

## Answers are as docs/json-schema says
# documented SCHEMA STATUS COMMAND...
documented()
{
    local schema=$1 want=$2 out status=0
    shift 2
    out=$("$@" 2>/dev/null) || status=$?
    [ "$status" = "$want" ] && "$SC_SOURCE/tests/schema" "$schema" <<<"$out"
}
check "b.example learns" iso learn b.example
has() { iso overview | jq -e '.sites[] | select(.learn != null and .php != null) | .domain == "b.example"' >/dev/null; }
check "which the overview shows" has
check "overview" documented overview 0 iso overview
check "overview, from inside" documented overview 0 inside
check "overview of all accounts" documented overview-accounts 0 root --json
check "status" documented status 0 cagefsctl --json --site-isolation-status --all
check "list" documented list 0 cagefsctl --json --site-isolation-list
check "plan" documented plan 0 cagefsctl --json --site-isolation-plan a.example
checked() { cagefsctl --json --site-isolation-check | cat; }
check "check, good or bad" documented check 0 checked
check "stats" documented stats 0 iso stats
check "stats over time" documented stats 0 iso stats --period 1h
check "enable" documented enable 0 cagefsctl --json --site-isolation-enable a.example
check "enable of many" documented enable 0 cagefsctl --json --site-isolation-enable --user john --dry-run --keep-going
check "enable as a user" documented sites 0 iso site-isolation enable --domain a.example
check "list as a user" documented sites 0 iso site-isolation list
check "limits set" documented limits 0 iso limits set --domain a.example --ep 20
check "limits list" documented limits 0 iso limits list
check "limits apply" documented limits 0 iso limits apply --domain a.example
check "explain" documented explain 0 iso explain a.example
check "explain, a path, as root" documented explain 0 cagefsctl --json --site-isolation-explain a.example /home/john
check "learn" documented learn 0 iso learn b.example --days 2
check "learn, the report" documented learn 0 cagefsctl --json --site-isolation-learn b.example --report
check "history" documented history 0 cagefsctl --json --site-isolation-history --period 1h
check "home" documented setting 0 iso home a.example default
as_user john mkdir -p /home/john/given
check "paths add" documented setting 0 iso paths add a.example given rw
check "paths remove" documented setting 0 iso paths remove a.example given
check_not "control: a list of limits is no setting" documented setting 0 iso limits list
check "errors" documented error 1 iso stats --domain a.examqle
check "errors of root" documented error 1 cagefsctl --json --site-isolation-status nosuch.example
check "wrong usage" documented error 2 cagefsctl --json --nonsense
check_not "control: an error is no overview" documented overview 1 iso overview --domain nosuch.example
more() { iso overview | jq -c '.sites[0].more = 1'; }
check_not "control: nor one with a member that nobody documented" documented overview 0 more
less() { iso overview | jq -c 'del(.sites[0].state)'; }
check_not "control: nor one without a member" documented overview 0 less
check "learn, its end" documented learn 0 iso learn b.example --stop

## As many programs are started for many sites as for few
started()
{
    PROXYEXEC_UID=$(id -u john) PROXYEXEC_SITE='' strace -f -qq -e trace=execve,clone,clone3,fork,vfork -o /tmp/trace \
        /usr/libexec/sitecage/isolatectl-root overview >/tmp/overview.json && wc -l </tmp/trace
}
started >/dev/null # what is kept from the first time on is kept now
few=$(started)
for i in $(seq 30); do
    as_user john mkdir "/home/john/m$i" && panel_add "m$i.example" john "/home/john/m$i" &&
        apache_vhost "m$i.example" john "/home/john/m$i" wrapper
done
apache_reload
check "thirty more are isolated" cagefsctl --site-isolation-enable $(seq -f 'm%g.example' 30)
expect_output "no program for a site" "$few"$'\n' started
expect_output "all are there" 32 sh -c 'jq "[.sites[] | select(.isolated)] | length" </tmp/overview.json | tr -d "\n"'
finish
