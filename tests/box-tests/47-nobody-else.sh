#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What one account does or has holds no other up: while john's sites end and do not, his crontab, his home, his files,
# his views, his panel and his lock cost what they cost, mary's new document root is hidden from her sites, and commands
# for her are done. So it is while twenty accounts hang. How fast: tests/bench, part "troubles".
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"
# shellcheck source=tests/boxlib/state.sh
. "$SC_SOURCE/tests/boxlib/state.sh"
# shellcheck source=tests/boxlib/troubles.sh
. "$SC_SOURCE/tests/boxlib/troubles.sh"

panel_install
echo "home = shared" >/etc/sitecage.conf # what is closed in it is seen to be open before
make_user john
make_user mary
for name in "${trouble_sites[@]}"; do
    site_with_secret john "$name.example" "/home/john/$name.example"
done
site_with_secret mary m.example /home/mary/m
site_with_secret mary other.example /home/mary/other
check "allowed" cagefsctl --site-isolation-allow-all
check "isolated" cagefsctl --site-isolation-enable {a,b,c,d,e}.example m.example
check "a process stays in mary's site" probe_start q mary m.example

sees() { [ "$(probe q "cat /home/mary/$1/secret")" = "secret of $1" ]; }
hidden() { ! probe q "cat /home/mary/$1/secret" && ! probe q "ls /home/mary/$1/"; }
arrives() # NAME: a document root of mary's, which the panel tells
{
    as_user mary mkdir "/home/mary/$1" && echo "secret of $1" | put_file mary "/home/mary/$1/secret" &&
        sees "$1" && panel_add "$1.example" mary "/home/mary/$1" &&
        "$trouble_hooks/post_modify_domain.py" create -u mary --domain "$1.example"
}
is_hidden() # TEXT NAME
{
    local began
    began=$(date +%s%N)
    check "$1: her new document root is hidden" wait_until 60 hidden "$2"
    echo "     after about $((($(date +%s%N) - began) / 1000000)) ms"
}
on_and_off() # a command for mary, within the time that nobody's lock or panel is waited for (60 s, 15 s)
{
    timeout 50 cagefsctl --site-isolation-enable other.example >/dev/null &&
        timeout 50 cagefsctl --site-isolation-disable other.example >/dev/null
}

for trouble in "${troubles[@]}"; do
    check "$trouble: begins" "${trouble}_begins"
    check "$trouble: control: mary's site sees what is no document root yet" arrives "while-$trouble"
    is_hidden "$trouble" "while-$trouble"
    check "$trouble: while it lasts" "${trouble}_lasts"
    check "$trouble: commands for her are done" on_and_off
    check "$trouble: while it lasts" "${trouble}_lasts"
    check "$trouble: is over" "${trouble}_over"
done

for trouble in "${troubles[@]}"; do
    check "all: $trouble begins" "${trouble}_begins"
done
check "all: control" arrives while-all
is_hidden all while-all
for trouble in "${troubles[@]}"; do
    check "all: $trouble lasts" "${trouble}_lasts"
done
check "all: commands for her are done" on_and_off
check "all: lists" timeout 50 cagefsctl --site-isolation-list
check "all: status" timeout 50 cagefsctl --site-isolation-status
stale() { cagefsctl --site-isolation-status | grep -q "another change of the account with uid $(trouble_uid)"; }
check "all: status says what john's account waits for" wait_until 60 stale
check "all: the panel is over" panel_over
check "all: the file system is over" stuck_over

# --- deny-all: the others first, and it says whom it waits for --------------------------------------------------------------
cagefsctl --site-isolation-deny-all >"$checks_dir/denied" 2>"$checks_dir/waits" &
deny=$!
check "deny-all says whom it waits for" wait_until 60 grep -q '^Waiting for user john: ' "$checks_dir/waits"
mary_is_off() { ! as_user mary cagefs_enter_site m.example true 2>/dev/null; }
check "mary's are done before" mary_is_off
check_not "she is not named" grep -q mary "$checks_dir/waits"
expect_fail 1 "CloudLinux Isolates is not enabled" timeout 50 cagefsctl --site-isolation-enable m.example
check "it waits" kill -0 "$deny"
for trouble in file build lock; do # what deny could not read it would say
    check "$trouble is over" "${trouble}_over"
done
check "it is done" wait "$deny"
expect_output "and says so" $'CloudLinux Isolates was denied for all users.\n' cat "$checks_dir/denied"
for trouble in ending crontab home; do
    check "$trouble is over" "${trouble}_over"
done
probe_end q

# --- twenty accounts for which the panel hangs, again and again ------------------------------------------------------------------
check "allowed" cagefsctl --site-isolation-allow-all
check "twenty accounts" twenty_made
check "isolated" cagefsctl --site-isolation-enable m.example
check "a process stays in mary's site again" probe_start q mary m.example
check "twenty: begins" twenty_begins
check "twenty: control: mary's site sees what is no document root yet" arrives while-new
is_hidden "twenty" while-new
check "twenty: as many hang as may at once" wait_until 60 panel_hangs 16
check "twenty: again" arrives while-slow
is_hidden "twenty, known to be slow" while-slow
check "twenty: while it lasts" twenty_lasts
check "twenty: commands for her are done" on_and_off
check "twenty: is over" twenty_over
finish
