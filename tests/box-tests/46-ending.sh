#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A site that is switched off or remounted while requests run: closed to new ones at once, nobody sits through its end,
# and nothing stays of it, whoever is killed meanwhile.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"
# shellcheck source=tests/boxlib/state.sh
. "$SC_SOURCE/tests/boxlib/state.sh"

H=/home/john
panel_install
monitor_off
make_user john
make_user mary
uid=$(id -u john)
sites=(a.example b.example c.example d.example e.example)
for site in "${sites[@]}"; do
    site_with_secret john "$site" "$H/${site%%.*}"
done
site_with_secret mary m.example /home/mary/m
put_php a.example slow.php "ob_end_flush(); echo 'begun '; flush(); sleep((int)\$_GET['s']); echo is_readable('$H/b/secret') ? 'open' : 'isolated';"
put_php a.example now.php "echo is_readable('$H/b/secret') ? 'open' : 'isolated';"
apache_start
check "allowed" cagefsctl --site-isolation-allow-all
check "all enabled" cagefsctl --site-isolation-enable "${sites[@]}" m.example

slow() # NAME SECONDS: begins a request in A, and returns when its program has begun
{
    : >"$checks_dir/$1"
    http a.example "/slow.php?s=$2" -N >"$checks_dir/$1" 2>&1 &
    job[$1]=$!
    wait_until 20 grep -q begun "$checks_dir/$1"
}
declare -A job=()
answered() { wait "${job[$1]}" && [ "$(cat "$checks_dir/$1")" = "begun isolated" ]; }
endless() # DOMAIN: a program that only says that it answers a request, and does not care for signals
{
    as_user john cagefs_enter_site "$1" env GATEWAY_INTERFACE=CGI/1.1 sh -c 'trap "" TERM HUP; echo in; while :; do sleep 5; done' \
        >"$checks_dir/endless.$1" 2>&1 &
    wait_until 20 grep -q in "$checks_dir/endless.$1"
}
endings() { find "/run/sitecage/$uid" -name '*.ending.*' 2>/dev/null | wc -l; }
some_ending() { [ "$(endings)" -gt 0 ]; }
none_ending() { [ "$(endings)" = 0 ] && ! pgrep -f 'sitecage-finish' >/dev/null && [ ! -e /run/sitecage/ending ]; }
finisher() { pgrep -f "sitecage-finish $uid\$"; }
mount_namespaces() { find /proc -maxdepth 3 -path '/proc/[0-9]*/ns/mnt' -printf '%l\n' 2>/dev/null | sort -u | wc -l; }
in_no_site() { ! as_user john cagefs_enter_site "$1" true 2>/dev/null; }
state_of() { cagefsctl --site-isolation-status --json "$1" | jq -r '.sites[0] | "\(.state) \(.ending != null)"'; }
namespaces=$(mount_namespaces)

# --- what is true when disable returns ----------------------------------------------------------------------------------
slow first 4
expect_output "disabled while a request runs" $'CloudLinux Isolates was disabled for domain(s),\na.example\n' \
    cagefsctl --site-isolation-disable a.example
check "the request still runs" some_ending
expect_output "a new one runs outside" open http a.example /now.php
check "no way leads into the site" in_no_site a.example
expect_output "status says so" $'ending true\n' state_of a.example
expect_contains "in text" 'requests of its former view may finish' cagefsctl --site-isolation-status
expect_contains "and without its name" 'ending ' cagefsctl --site-isolation-status
expect_contains "and to the user" '"ending_sites": ["a.example"]' as_user john isolatectl site-isolation list
own_session() { [ "$(ps -o sid= -p "$(finisher)")" != "$(ps -o sid= -p $$)" ]; }
own_files() { [ "$(find "/proc/$(finisher)/fd" -lname '/*' ! -lname /dev/null ! -lname '/run/sitecage/*' ! -lname '/proc/*' | wc -l)" = 0 ]; }
check "who sees to it is in no session of ours" own_session
check "and has none of our files open" own_files
check "the request was answered, in the site" answered first
check "then nothing is left" wait_until 30 none_ending
expect_output "nothing" '' leftovers john mary
expect_output "status: off" $'off false\n' state_of a.example
check_not "no word to the user" grep -q ending_sites <(as_user john isolatectl site-isolation list)

# --- enabled again while it ends -----------------------------------------------------------------------------------------
check "enabled" cagefsctl --site-isolation-enable a.example
slow second 6
old=$(keeper_of john a)
check "disabled" cagefsctl --site-isolation-disable a.example
check "enabled again at once" cagefsctl --site-isolation-enable a.example
check "the request still runs" some_ending
expect_output "a new one runs in the site" isolated http a.example /now.php
two_keepers() { [ "$(keepers | awk '$2 == "john" && $3 == "a"' | wc -l)" = 2 ]; }
check "in a view of its own" two_keepers
check "the request was answered, too" answered second
check "then the former view is gone" wait_until 30 none_ending
check_not "and its keeper" kill -0 "$old"
expect_output "the site runs on" isolated http a.example /now.php

# --- remounted -----------------------------------------------------------------------------------------------------------
slow third 5
old=$(keeper_of john a)
check "remounted while a request runs" cagefsctl --remount john
expect_output "a new one" isolated http a.example /now.php
new_keeper() { keeper_of john a | grep -vqx "$old"; }
check "runs in the new view" new_keeper
expect_output "status: it runs, and ends" $'running true\n' state_of a.example
check "the request was answered" answered third
check "nothing is left" wait_until 30 none_ending
# its plan changes meanwhile: a former view is not changed any more, it ends
slow fourth 600
check "remounted" cagefsctl --remount john
check "control: the request runs" some_ending
as_user john mkdir $H/new
echo "secret of new" | put_file john $H/new/secret
panel_add new.example john $H/new
check "regenerated with a new document root" cagefsctl --site-isolation-regenerate john
check "the former view, which would show it, has ended" wait_until 30 none_ending
check_not "the request was cut off" answered fourth
panel_remove new.example
check "regenerated" cagefsctl --site-isolation-regenerate john

# --- nobody waits for those that do not end ------------------------------------------------------------------------------
for site in "${sites[@]}"; do
    endless "$site"
done
check "five are disabled" cagefsctl --site-isolation-disable "${sites[@]}"
check "none of the five programs has ended: nobody waited for one" test "$(endings)" = 5
check "mary's is switched off and on meanwhile" cagefsctl --site-isolation-disable m.example
check "on" cagefsctl --site-isolation-enable m.example
check "john's still end" some_ending

# --- who sees to them is killed -------------------------------------------------------------------------------------------
killed() { kill -9 "$(finisher)"; }
check "who sees to them is killed" killed
check_not "control: nobody does" finisher
check "the next command" cagefsctl --site-isolation-list
check "has somebody see to them" wait_until 20 finisher
check "all end" wait_until 60 none_ending
check_not "no process of them is left" pgrep -f GATEWAY_INTERFACE
expect_output "nothing is left" '' leftovers john mary
for site in "${sites[@]}"; do
    check "nothing of $site's program" wait_until 10 eval '! pgrep -f "trap.*TERM HUP" >/dev/null'
done

# --- the account goes meanwhile -------------------------------------------------------------------------------------------
check "enabled" cagefsctl --site-isolation-enable a.example
endless a.example
check "disabled" cagefsctl --site-isolation-disable a.example
check "it ends" some_ending
for site in "${sites[@]}"; do
    forget_site "$site"
done
check "the account is removed" userdel -f -r john
panel_edit user=john '$2 != ENVIRON["user"]'
expect_contains "a repair cleans up" '' cagefsctl --site-isolation-list
check "nothing is left of it" wait_until 60 none_ending
files_of_john() { find /run/sitecage /var/lib/sitecage -name "$uid" ! -path '*/lock/*' | grep .; }
check "control: mary has files" test -e "/run/sitecage/$(id -u mary)"
check "none of john's" wait_until 60 eval '! files_of_john'
check "all is denied" cagefsctl --site-isolation-deny-all
gone() { [ "$(mount_namespaces)" -le "$namespaces" ]; }
check "no mount namespace is left over" wait_until 30 gone
finish
