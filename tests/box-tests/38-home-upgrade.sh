#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An installation whose sites were isolated when homes were shared by default: after the upgrade all serve as before,
# with the home that they had, until they are moved; sites that are isolated later have homes of their own.
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
for d in a b n; do
    make_site john $d.example $H/$d shebang
    put_php $d.example read.php 'echo @file_get_contents($_GET["f"]) ?: "nothing\n";'
    echo "secret of $d" | put_file john $H/$d/secret.txt
done
echo "top" | put_file john $H/top.txt
apache_start
reads() { http "$1" "/read.php?f=$2"; }
home_of() { cagefsctl --site-isolation-status --json "$1.example" | jq -r '.sites[0].home'; }
homes_row() { { cagefsctl --site-isolation-check 2>/dev/null || :; } | grep -F ' homes: '; }
shared() { expect_output "$1.example $2 the home" $'top\n' reads "$1.example" $H/top.txt; }
private() { expect_output "$1.example does not read the home" $'nothing\n' reads "$1.example" $H/top.txt; }
closed() { expect_output "$1.example does not read the other" $'nothing\n' reads "$1.example" "$H/$2/secret.txt"; }

# As the release before left it: schema 3, no word of homes in any file, a view that runs.
check "allow" cagefsctl --site-isolation-allow-all
echo "home = shared" >/etc/sitecage.conf
check "enable" cagefsctl --site-isolation-enable a.example b.example
rm /etc/sitecage.conf
check "a process stays in a.example" probe_start before john a.example
before=$(probe_pid before)
db 'ALTER TABLE site DROP COLUMN home; ALTER TABLE site DROP COLUMN dir; ALTER TABLE site DROP COLUMN own; PRAGMA user_version = 3;'
expect_output "control: the schema of before" $'3\n' db 'PRAGMA user_version'
expect_lacks "control: domains.json says nothing of homes" '"home"' cat $H/.lve/domains.json

# Upgraded.
check "the files are installed once more" sh -c "cmake --install '$SC_BUILD' >/dev/null"
monitor_off
expect_contains "list" "b.example" cagefsctl --site-isolation-list
expect_output "the schema is this one's" $'5\n' db 'PRAGMA user_version'
for again in "still reads" "after regenerate reads"; do
    shared a "$again"
    shared b "$again"
    closed a b
    check "a pass" cagefsctl --site-isolation-regenerate john
done
expect_output "in the process that ran, too" $'top\n' probe before "cat $H/top.txt"
check "which is the same" test "$before" = "$(probe_pid before)"
expect_output "status says it" shared$'\n' home_of a
expect_contains "in words" "    home: shared" cagefsctl --site-isolation-status a.example
expect_contains "list in JSON" '"homes": {"a.example": "shared", "b.example": "shared"}' cagefsctl --site-isolation-list --json
expect_contains "the user's list" '"homes": {"a.example": "shared", "b.example": "shared"}' as_user john isolatectl site-isolation list
expect_contains "the plan" "# home: shared" cagefsctl --site-isolation-plan a.example
expect_contains "check says how many, and the way out" \
    "2 of 2 isolated domains have a shared home" homes_row
expect_contains "with the command" "cagefsctl --site-isolation-regenerate john --home private" homes_row

# The database is lost while they run.
check "the database is moved away" sh -c 'mkdir /run/away && mv /var/lib/sitecage/sitecage.db* /run/away'
check "it is made from nothing" cagefsctl --site-isolation-regenerate john
shared a "with a new database reads"
closed a b
expect_contains "which is known" "2 of 2 isolated domains" homes_row

# New ones beside them, and the move.
check "another is isolated" cagefsctl --site-isolation-enable n.example
private n
closed n a
shared a "still reads"
expect_output "status: its own" private$'\n' home_of n
expect_contains "check counts" "2 of 3" homes_row
check "a process stays in a.example" probe_start after john a.example
after=$(probe_pid after)
check "all of john's are moved" cagefsctl --site-isolation-regenerate john --home private
for d in a b n; do
    private $d
    expect_contains "$d.example serves" "file_get_contents" reads $d.example $H/$d/read.php
done
closed a b
check_not "in the process that ran, too" probe after "cat $H/top.txt"
check "which is the same" test "$after" = "$(probe_pid after)"
expect_output "status says it" private$'\n' home_of a
expect_contains "check" "private 3, shared 0" homes_row
check "a pass" cagefsctl --site-isolation-regenerate john
private a
check "switched off and on again" sh -c 'cagefsctl --site-isolation-disable b.example && cagefsctl --site-isolation-enable b.example'
private b

# An account that comes from another server says nothing of homes: its sites are new here.
check "its sites end" cagefsctl --site-isolation-disable a.example b.example n.example
as_user john mkdir -p $H/.lve
printf '{"domains":{"a.example":{}},"version":1}' | put_file john $H/.lve/domains.json 600
check "it is restored" cagefsctl --site-isolation-regenerate john
expect_output "it is isolated, as a new site" private$'\n' home_of a
private a
finish
