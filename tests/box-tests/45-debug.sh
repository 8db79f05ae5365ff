#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Debugging: -v, SITECAGE_DEBUG and debug = on reach all of root's programs, and no user and no setuid program can
# turn it on. Each pass says its steps and how long they took.
# shellcheck disable=SC2317,SC2069,SC2086
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

log=/var/log/sitecage.log
steps=$(sed -nE '/ cleaning\[/q; s/^    \{"([a-z-]+)", sc_step_.*/\1/p' "$SC_SOURCE/core/pass/steps.c" | tr '\n' ' ')
regenerate() { cagefsctl --site-isolation-regenerate john; }
stderr_of() { "$@" 2>&1 >/dev/null; }
logged() # PROGRAM: what it logged while debugging, without time and numbers
{
    grep -E "^[^ ]+ $1\[[0-9]+\] (user=[a-z]+ (step|looked)|ran |asked |uid=[0-9]+ site=[0-9]+ (is built|runs))" $log
}
fresh() { : >$log; }
none() { ! grep -qE "\] (user=[a-z]+ step|ran |asked |uid=[0-9]+ site=[0-9]+ is built)" $log; }

monitor_off
panel_install
make_user john
make_site john a.example /home/john/a.example
check "allow all" cagefsctl --site-isolation-allow-all
check "a is isolated" cagefsctl --site-isolation-enable a.example
check "a view" as_user john cagefs_enter_site a.example true

fresh
expect_output "control: without a switch nothing is on stderr" "" stderr_of regenerate
check "nor in the log" none

said=$(stderr_of cagefsctl -v --site-isolation-regenerate john)
for step in $steps; do
    check "-v: step $step has its time" grep -qE "^cagefsctl: user=john step $step: [0-9]+\.[0-9]+ ms$" <<<"$said"
done
order() { grep -oE 'step [a-z-]+' <<<"$said" | cut -d ' ' -f 2 | tr '\n' ' '; }
expect_output "in their order" "$steps" order
check "-v: the log has them too" logged cagefsctl
check "-v: and those of the panel's adapter, which is asked" logged sitecage-generic
check_not "whose stderr is not the command's" grep -q "^sitecage-generic" <<<"$said"
expect_contains "--verbose" "step done" stderr_of cagefsctl --site-isolation-regenerate --verbose john
expect_contains "SITECAGE_DEBUG=1" "step done" stderr_of env SITECAGE_DEBUG=1 cagefsctl --site-isolation-regenerate john
expect_output "SITECAGE_DEBUG=0" "" stderr_of env SITECAGE_DEBUG=0 cagefsctl --site-isolation-regenerate john
expect_fail 1 "User -v does not exist" cagefsctl --site-isolation-regenerate -- -v

# programs
expect_contains "sitecage-rebuild -v" "step done" stderr_of /usr/libexec/sitecage/sitecage-rebuild -v "$(id -u john)"
expect_contains "an adapter" "ran " stderr_of /usr/libexec/sitecage/sitecage-generic -v domains
expect_contains "selectorctl --verbose" "ran " stderr_of selectorctl --verbose --set-user-current=native --user=john --domain=a.example

# where stderr is the journal, each line has its level
journal() # COMMAND...: its stderr, said to be the journal
{
    : >/root/journal
    JOURNAL_STREAM=$(stat -c '%d:%i' /root/journal) "$@" 2>/root/journal
    cat /root/journal
}
expect_contains "the journal: the level" "<7>user=john step done" journal /usr/libexec/sitecage/sitecage-rebuild -v "$(id -u john)"
expect_contains "the journal: without debugging" "<6>uid=" journal /usr/libexec/sitecage/sitecage-rebuild "$(id -u john)"
elsewhere() { JOURNAL_STREAM=1:2 /usr/libexec/sitecage/sitecage-rebuild "$(id -u john)" 2>&1; }
expect_output "control: stderr is not the journal any more" "" elsewhere

# no user, no setuid program
fresh
keeper_ends() { cagefsctl --remount john; }
check "the view ends" keeper_ends
fresh
as_john() { as_user john env SITECAGE_DEBUG=1 "$@"; }
expect_output "a setuid program" "" stderr_of as_john cagefs_enter_site a.example true
check "nor what it starts as root" none
expect_contains "what a user runs for himself" "the service answered" stderr_of as_john isolatectl site-isolation list
expect_contains "isolatectl -v" "the service answered" stderr_of as_user john isolatectl -v site-isolation list
check "as root" as_john isolatectl site-isolation disable --domain a.example
check "root's side does not debug" none
check "again" as_user john isolatectl site-isolation enable --domain a.example

# the administrator's setting
printf 'debug = on\n' >/etc/sitecage.conf
fresh
expect_output "debug = on: stderr is as always" "" stderr_of regenerate
check "a command" logged cagefsctl
check "an adapter" logged sitecage-generic
check "the view ends" keeper_ends
check "a view is built" as_user john cagefs_enter_site a.example true
check "by a program that says so" logged sitecage-build
check "as root's side" as_user john isolatectl limits apply --domain a.example
check "of a user's command" grep -qE '\] user=john step done' <(grep -vE ' (cagefsctl|sitecage-rebuild)\[' $log)
finish
