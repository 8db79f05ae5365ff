#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# cagefsctl as scripts see it: every command's bytes on stdout, nothing on stderr, exit statuses, both
# spellings, JSON, refusals. What isolation does to a site is for other tests.
# Functions are called by the checks; $ in single quotes is an inner shell's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

flag=/opt/cloudlinux/flags/enabled-flags.d/website-isolation.flag
denied=/etc/cagefs/site-isolation.users.denied
allowed=/etc/cagefs/site-isolation.users.allowed

make_user john
make_user jane
make_site john a.example /home/john/a.example
make_site john b.example /home/john/b.example
make_site jane c.example /home/jane/c.example
john=$(id -u john)
jane=$(id -u jane)

# isolated NAME...: exactly these domains are isolated, in this order.
isolated()
{
    local now
    now=$(cagefsctl --site-isolation-list | grep -v ' ' | grep . | tr '\n' ' ')
    [ "$now" = "${*:+$* }" ] || { echo "isolated: $now" && return 1; }
}

# one_line COMMAND...: fails as the command does when stderr is not exactly one line.
one_line_error()
{
    local text status=0
    text=$("$@" 2>&1 >/dev/null) || status=$?
    [ "$(wc -l <<<"$text")" = 1 ] && [ -n "$text" ] && return "$status"
    echo "stderr is not one line: $text"
    return 99
}

## Nothing is set up
expect_contains "--version" "cagefsctl (Sitecage) " cagefsctl --version
for command in allow-all deny-all allow deny toggle-mode enable disable list regenerate status check plan; do
    expect_contains "--help has $command" "  --site-isolation-$command " cagefsctl --help
done
for option in "-m, --remount " "-M, --remount-all " --json --version "-h, --help "; do
    expect_contains "--help has $option" "  $option" cagefsctl --help
done
expect_output "nothing is isolated" $'No users with enabled CloudLinux Isolates\n' cagefsctl --site-isolation-list
expect_output "nothing is isolated, in JSON" $'{"result": "success", "users": []}\n' cagefsctl --site-isolation-list --json
expect_contains "status of nothing" $'Feature: disabled, mode unset\n' cagefsctl --site-isolation-status
for command in "enable a.example" "deny john"; do
    # shellcheck disable=SC2086 # two words
    expect_fail 1 "CloudLinux Isolates is not enabled" cagefsctl --site-isolation-$command
done
expect_fail 1 "/opt/cpvendor/etc/integration.ini" cagefsctl --site-isolation-allow-all
check_not "no flag came from it" test -e "$flag"
for option in --force-update --update --init --reinit --setup-cl-selector "--wait-lock --force-update" "--force-update-etc john" --rebuild-alt-php-ini; do
    # shellcheck disable=SC2086 # two words
    expect_output "$option does nothing, silently" '' cagefsctl $option
done

## Who may use it
check "the panel arrives" panel_install
for n in 1 2; do
    expect_output "allow-all ($n)" $'CloudLinux Isolates was allowed for all users.\n' cagefsctl --site-isolation-allow-all
done
check "the flag is there" test -f "$flag"
check "the denied directory is there" test -d "$denied"
expect_output "allow" $'CloudLinux Isolates was allowed for user(s): john, jane\n' cagefsctl --site-isolation-allow john jane
expect_output "deny" $'CloudLinux Isolates was denied for user(s): john\n' cagefsctl --site-isolation-deny john
check "john is denied by name" test -f "$denied/john"
expect_fail 1 "CloudLinux Isolates is not allowed for user john" cagefsctl --site-isolation-enable a.example
expect_output "toggle" $'CloudLinux Isolates user mode toggled to \'deny_all\'.\n' cagefsctl --site-isolation-toggle-mode
check "the mode is deny_all" test -d "$allowed" -a ! -e "$denied"
expect_fail 1 "CloudLinux Isolates is not allowed for user jane" cagefsctl --site-isolation-enable c.example
expect_output "toggle back" $'CloudLinux Isolates user mode toggled to \'allow_all\'.\n' cagefsctl --site-isolation-toggle-mode
check "john stayed denied" test -f "$denied/john"
expect_fail 1 nosuch cagefsctl --site-isolation-deny jane nosuch
check_not "jane was not denied then" test -e "$denied/jane"
expect_fail 1 nosuch cagefsctl --site-isolation-allow john nosuch
check "john was not allowed then" test -f "$denied/john"
expect_output "allow john" $'CloudLinux Isolates was allowed for user(s): john\n' cagefsctl --site-isolation-allow john
check_not "john is not denied any more" test -e "$denied/john"

## Domains
expect_fail 1 "Please specify existing domain name and try again" cagefsctl --site-isolation-enable nosuch.example
expect_fail 1 "nosuch.example" cagefsctl --site-isolation-enable a.example nosuch.example c.example
# what was meant: behind the text, in the same line
meant() { local want=$1; shift; expect_fail 1 "; did you mean $want?"$'\n' "$@"; }
expect_output "an address" $'Please specify existing domain name and try again: https://a.example/x; did you mean a.example?\n' \
    sh -c 'cagefsctl --site-isolation-enable https://a.example/x 2>&1 || true'
for command in enable disable status check plan explain learn; do
    meant c.example cagefsctl --site-isolation-$command c.examqle
done
meant "a.example c.example" cagefsctl --site-isolation-enable a.example,www.c.example
expect_lacks "a known name is not what was meant" "did you mean" sh -c 'cagefsctl --site-isolation-enable a.example nosuch.example 2>&1 || true'
expect_contains "in JSON the message stays, and a hint follows" '"code": "unknown_domain", "hint": "did you mean a.example?"}' \
    sh -c 'cagefsctl --json --site-isolation-status www.a.example. || true'
check "none of the three is isolated" isolated
expect_output "enable" $'CloudLinux Isolates was enabled for domain(s),\na.example\n' cagefsctl --site-isolation-enable a.example
check "one is isolated" isolated a.example
expect_fail 126 "no isolated site of yours: https://www.a.example/x; did you mean a.example?" as_user john cagefs_enter_site https://www.a.example/x true
expect_fail 126 $'no isolated site of yours: www.b.example\n' as_user john cagefs_enter_site www.b.example true
completes() { /usr/share/sitecage/complete "$@"; }
expect_output "what is not isolated completes, too" $'a.example\nb.example\nc.example\n' completes cagefsctl --site-isolation-enable ''
expect_output "what is, to disable" $'--site-isolation-disable=a.example\n' completes cagefsctl --site-isolation-disable=
expect_output "to enter" $'a.example\n--help\n--version\n' completes cagefs_enter_site ''
expect_output "enable two, one again, as written" $'CloudLinux Isolates was enabled for domain(s),\nA.Example,b.example\n' \
    cagefsctl --site-isolation-enable A.Example b.example
check "two are isolated" isolated a.example b.example
expect_output "enable of another user's" $'CloudLinux Isolates was enabled for domain(s),\nc.example\n' \
    cagefsctl --site-isolation-enable=c.example
johns=$'\nDomains with enabled CloudLinux Isolates for user john:\na.example\nb.example\n'
janes=$'\nDomains with enabled CloudLinux Isolates for user jane:\nc.example\n'
expect_output "list" "$johns$janes" cagefsctl --site-isolation-list
expect_output "list of one" "$janes" cagefsctl --site-isolation-list jane
expect_output "list of both" "$johns$janes" cagefsctl --site-isolation-list jane john
expect_output "list of one who has none" $'No users with enabled CloudLinux Isolates\n' cagefsctl --site-isolation-list daemon
expect_fail 1 nosuch cagefsctl --site-isolation-list john nosuch
expect_output "list in JSON" "{\"result\": \"success\", \"users\": [{\"username\": \"john\", \"uid\": $john, \
\"domains\": [\"a.example\", \"b.example\"], \"homes\": {\"a.example\": \"private\", \"b.example\": \"private\"}}, \
{\"username\": \"jane\", \"uid\": $jane, \"domains\": [\"c.example\"], \"homes\": {\"c.example\": \"private\"}}]}
" cagefsctl --json --site-isolation-list

## Upkeep and questions
expect_output "regenerate" $'Regenerated configuration CloudLinux Isolates for users:\njohn\njane\n' \
    cagefsctl --site-isolation-regenerate john jane
expect_fail 1 nosuch cagefsctl --site-isolation-regenerate john nosuch
expect_output "remount" $'Remounted: john, jane\n' cagefsctl --remount john jane
expect_output "remount, short" $'Remounted: john\n' cagefsctl -m john
expect_output "remount-all" $'Remounted all users\n' cagefsctl --remount-all
expect_output "remount-all, short" $'Remounted all users\n' cagefsctl -M
expect_fail 1 nosuch cagefsctl --remount john nosuch
status_lines() { cagefsctl --site-isolation-status "$@" | sed 's/  */ /g'; }
expect_output "status" "Feature: enabled, mode allow_all

DOMAIN USER STATE PROCESSES DOCROOT
a.example john idle - /home/john/a.example
b.example john idle - /home/john/b.example
c.example jane idle - /home/jane/c.example
" status_lines
expect_contains "status of one" $'\nc.example jane idle - /home/jane/c.example\n' status_lines c.example
expect_lacks "status of one has no other" a.example status_lines c.example
expect_contains "status in JSON" '"mode": "allow_all", "sites": [{"domain": "a.example", "username": "john", "docroot": "/home/john/a.example", "isolated": true, ' \
    cagefsctl --site-isolation-status --json
expect_fail 1 "Please specify existing domain name and try again" cagefsctl --site-isolation-status nosuch.example
expect_contains "plan" $'\nsitecage-plan 1\n' cagefsctl --site-isolation-plan a.example
expect_contains "plan in JSON" '{"result": "success", "domain": "a.example", "text": "' \
    cagefsctl --site-isolation-plan a.example --json
expect_fail 1 "Please specify existing domain name and try again" cagefsctl --site-isolation-plan nosuch.example
check_lines()
{
    local failed=0
    cagefsctl --site-isolation-check >"$checks_dir/lines" 2>/dev/null || failed=$?
    grep -q '^OK       kernel: ' "$checks_dir/lines" || return
    grep -vE '^(OK     |FAILED |WARNING|SKIPPED)  [a-z]' "$checks_dir/lines" && return 1
    if grep -q '^FAILED' "$checks_dir/lines"; then
        [ "$failed" = 1 ]
    else
        [ "$failed" = 0 ]
    fi
}
check "check has one line for each, and its status" check_lines
check_json() { cagefsctl --site-isolation-check --json || [ $? = 1 ]; }
expect_contains "check in JSON" '"checks": [{"name": "' check_json

## The newer spelling is equal
expect_output "isolates-disable" $'CloudLinux Isolates was disabled for domain(s),\nb.example\n' cagefsctl --isolates-disable b.example
expect_output "isolates-enable" $'CloudLinux Isolates was enabled for domain(s),\nb.example\n' cagefsctl --isolates-enable b.example
expect_output "isolates-list" "$johns" cagefsctl --isolates-list john
expect_output "isolates-regenerate" $'Regenerated configuration CloudLinux Isolates for users:\njane\n' \
    cagefsctl --isolates-regenerate jane
expect_output "isolates-toggle-mode" $'CloudLinux Isolates user mode toggled to \'deny_all\'.\n' cagefsctl --isolates-toggle-mode
check "toggling leaves what is isolated" isolated a.example b.example c.example
expect_output "isolates-allow" $'CloudLinux Isolates was allowed for user(s): jane\n' cagefsctl --isolates-allow jane
check "jane is allowed by name" test -f "$allowed/jane"
expect_output "isolates-deny" $'CloudLinux Isolates was denied for user(s): jane\n' cagefsctl --isolates-deny jane
check "denying ended her isolation" isolated a.example b.example
expect_output "isolates-allow-all" $'CloudLinux Isolates was allowed for all users.\n' cagefsctl --isolates-allow-all
expect_contains "isolates-status" $'Feature: enabled, mode allow_all\n' cagefsctl --isolates-status
expect_contains "isolates-plan" $'\nsitecage-plan 1\n' cagefsctl --isolates-plan c.example
check "a plan changes nothing" isolated a.example b.example

## JSON of what changes something
expect_output "enable" $'{"result": "success", "domains": ["c.example"]}\n' cagefsctl --site-isolation-enable c.example --json
expect_output "disable" $'{"result": "success", "domains": ["c.example"]}\n' cagefsctl --json --site-isolation-disable c.example
expect_output "allow" $'{"result": "success", "users": ["john", "jane"]}\n' cagefsctl --site-isolation-allow --json john jane
expect_output "deny" $'{"result": "success", "users": ["jane"]}\n' cagefsctl --site-isolation-deny jane --json
expect_output "regenerate" $'{"result": "success", "users": ["john"]}\n' cagefsctl --site-isolation-regenerate john --json
expect_output "remount" $'{"result": "success", "users": ["john"]}\n' cagefsctl --remount john --json
expect_output "remount-all" $'{"result": "success"}\n' cagefsctl --remount-all --json
expect_output "toggle" $'{"result": "success", "mode": "deny_all"}\n' cagefsctl --site-isolation-toggle-mode --json
expect_output "allow-all" $'{"result": "success", "mode": "allow_all"}\n' cagefsctl --site-isolation-allow-all --json
# answers STATUS COMMAND...: the status is this one, and stderr is empty; prints stdout.
answers()
{
    local want=$1 status=0
    shift
    "$@" || status=$?
    [ "$status" = "$want" ]
}
expect_contains "refused: one error object" '{"result": "error", "message": "Please specify existing domain name and try again' \
    answers 1 cagefsctl --site-isolation-enable nosuch.example --json
expect_contains "not allowed: one error object" '{"result": "error", "message": "CloudLinux Isolates is not allowed for user jane' \
    answers 1 cagefsctl --site-isolation-enable c.example --json
expect_contains "wrong usage: one error object" '{"result": "error", "message": "' answers 2 cagefsctl --nonsense --json
expect_output "an error object is all there is" '' answers 0 sh -c 'cagefsctl --nonsense --json 2>&1 >/dev/null; [ $? = 2 ]'
expect_contains "bytes that are not UTF-8" '\uFFFD' answers 1 cagefsctl --json --site-isolation-enable $'x\xff.example'

## Wrong usage and refusals
expect_fail 2 "no command" cagefsctl
expect_fail 2 "--nonsense" cagefsctl --nonsense
expect_fail 2 "--site-isolation-deny-a" cagefsctl --site-isolation-deny-a
expect_fail 2 "needs a name" cagefsctl --site-isolation-enable
expect_fail 2 "needs a name" cagefsctl --isolates-deny
expect_fail 2 "needs a name" cagefsctl --remount
expect_fail 2 "needs a name" cagefsctl --site-isolation-plan
expect_fail 1 "try again: ''" cagefsctl --site-isolation-enable ''
expect_fail 1 "User '' does not exist" cagefsctl --site-isolation-allow ' '
expect_fail 2 "john" cagefsctl --site-isolation-deny-all john
expect_fail 2 "john" cagefsctl --site-isolation-deny-all=john
expect_fail 2 "one command" cagefsctl --site-isolation-enable a.example --site-isolation-disable a.example
expect_fail 2 "b.example" cagefsctl --site-isolation-plan a.example b.example
expect_fail 2 "-x" cagefsctl -x
check "nothing of that did anything" isolated a.example b.example
for command in "--nonsense" "--site-isolation-enable" "--site-isolation-deny-all x"; do
    # shellcheck disable=SC2086 # two words
    expect_fail 2 '' one_line_error cagefsctl $command 2>/dev/null
done
expect_fail 1 "cagefsctl must be run as root" as_user john /usr/sbin/cagefsctl --site-isolation-list
expect_fail 1 "cagefsctl must be run as root" as_user john /usr/sbin/cagefsctl --site-isolation-check
expect_contains "everybody may ask for the version" "cagefsctl (Sitecage)" as_user john /usr/sbin/cagefsctl --version
expect_contains "and for help" "usage: cagefsctl" as_user john /usr/sbin/cagefsctl --help
## Colours: on a terminal alone, and not where the environment says no
at_terminal() { env "$@" script -qec 'cagefsctl --site-isolation-check' /dev/null </dev/null; }
coloured() { [[ $(at_terminal "$@") == *$'\e[32mOK\e[0m '*' kernel: '* ]]; }
plain() { local out; out=$(at_terminal "$@") && [[ $out == *'OK       kernel: '* && $out != *$'\e'* ]]; }
piped() { [[ $(TERM=xterm cagefsctl --site-isolation-check) == *'OK       kernel: '* ]]; }
check "a terminal has colours" coloured TERM=xterm
check "not with NO_COLOR" plain TERM=xterm NO_COLOR=1
check "nor with TERM=dumb" plain TERM=dumb
check "nor in a pipe" piped

full() { "$@" >/dev/full; }
expect_fail 1 "No space left on device" full cagefsctl --site-isolation-list
expect_fail 1 "No space left on device" full cagefsctl --site-isolation-list --json
closed() { "$@" >&-; }
expect_fail 1 "standard output" closed cagefsctl --site-isolation-list
no_descriptors() { "$@" <&- >&- 2>&-; }
check_not "without any descriptor" no_descriptors cagefsctl --site-isolation-list
check "the database survived that" isolated a.example b.example

## The end
expect_output "disable" $'CloudLinux Isolates was disabled for domain(s),\na.example\n' cagefsctl --site-isolation-disable a.example
expect_fail 1 "nosuch.example" cagefsctl --site-isolation-disable b.example nosuch.example
check "only one was disabled" isolated b.example
expect_output "deny-all" $'CloudLinux Isolates was denied for all users.\n' cagefsctl --site-isolation-deny-all
check "nothing is isolated" isolated
check_not "the flag is gone" test -e "$flag"
check "the mode is deny_all" test -d "$allowed"
expect_fail 1 "CloudLinux Isolates is not enabled" cagefsctl --site-isolation-enable a.example
expect_output "isolates-deny-all" $'CloudLinux Isolates was denied for all users.\n' cagefsctl --isolates-deny-all
expect_output "allow the first user" $'CloudLinux Isolates was allowed for user(s): jane\n' cagefsctl --site-isolation-allow jane
check "that switched the feature on" test -f "$flag"
expect_fail 1 "CloudLinux Isolates is not allowed for user john" cagefsctl --site-isolation-enable c.example a.example
check "hers was not isolated then" isolated
expect_output "hers alone" $'CloudLinux Isolates was enabled for domain(s),\nc.example\n' cagefsctl --site-isolation-enable c.example

finish
