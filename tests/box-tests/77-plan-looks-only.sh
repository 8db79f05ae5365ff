#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --site-isolation-plan changes nothing: neither for an account that was renamed, nor where its uid is another's
# now, nor what a killed command left. Each with the pass that does change it as the control.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

db=/var/lib/sitecage/sitecage.db
# everything that a command could change: database, policy, runtime state, homes
state()
{
    sqlite3 $db .dump
    find /etc/cagefs /run/sitecage /var/lib/sitecage/isolated /var/spool/cron \
        ! -path '*/lock*' -printf '%y %p %s %T@ %i\n' 2>/dev/null | sort
    find /home -path '*/.cagefs*' -printf '%y %p %i\n' -o -path '*/.lve*' -printf '%y %p %i %T@\n' | sort
}
looks_only() # TEXT DOMAIN PART
{
    local before after
    before=$(state)
    expect_contains "$1: the plan is told" "$3" cagefsctl --site-isolation-plan "$2"
    after=$(state)
    if [ -n "$before" ] && [ "$before" = "$after" ]; then pass "$1: nothing is changed"
    else fail "$1: nothing is changed" "$(diff <(echo "$before") <(echo "$after"))"; fi
}
rows() { sqlite3 $db "select name from user order by uid"; }
allowed() { ls /etc/cagefs/site-isolation.users.allowed; }

monitor_off
panel_install
make_user john
make_site john a.example /home/john/a.example
make_site john b.example /home/john/b.example
check "deny all" cagefsctl --site-isolation-deny-all
check "allow john alone" cagefsctl --site-isolation-allow john
check "a is isolated" cagefsctl --site-isolation-enable a.example
looks_only "isolated" a.example "# a.example of user john: isolated"
looks_only "not isolated" b.example "# b.example of user john: not isolated"

uid=$(id -u john)
check "what a killed command left" sqlite3 $db "insert into pending values ($uid, 1)"
looks_only "something is unfinished" a.example "# a.example of user john: isolated"
check "control: another command finishes it" cagefsctl --site-isolation-list
expect_output "control: it is finished" $'0\n' sqlite3 $db "select count(*) from pending"

check "john is called jon" usermod -l jon john
check "the panel says so" panel_edit '$2 == "john" { $2 = "jon" } 1'
looks_only "renamed" a.example "# a.example of user jon: isolated"
expect_output "the database has the old name" $'john\n' rows
expect_output "the policy has the old name" $'john\n' allowed
check "control: a pass" cagefsctl --site-isolation-regenerate jon
expect_output "control: the database has the new name" $'jon\n' rows
expect_output "control: the policy has the new name" $'jon\n' allowed

mv /home/john /home/old
check "jon goes" userdel jon
check "another account gets his uid" useradd -u "$uid" -m -d /home/eve -U eve
check "with a site" as_user eve mkdir /home/eve/www
panel_edit '$2 != "jon"'
panel_add e.example eve /home/eve/www
looks_only "the uid is another's" e.example "# e.example of user eve: not isolated"
expect_output "jon's site is in the database" $'1\n' sqlite3 $db "select count(*) from site"
check "jon's site is made" test -e "/run/sitecage/$uid/sites"
check "control: a pass" cagefsctl --site-isolation-regenerate eve
expect_output "control: eve inherits nothing" $'0\n' sqlite3 $db "select count(*) from site"
check_not "control: jon's site has ended" test -e "/run/sitecage/$uid/sites"
finish
