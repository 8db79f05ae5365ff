#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# No command does the same work twice: the panel's script is called once, nothing in memory is synced.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

monitor_off
panel_install
for user in john mary; do make_user $user; done
make_site john a.example /home/john/a.example
make_site john b.example /home/john/b.example
make_site mary m.example /home/mary/m.example
make_site mary n.example /home/mary/n.example

# the panel's script tells of each call
script=$(sed -n 's/^ *domains *= *//p' /opt/cpvendor/etc/integration.ini | cut -d ' ' -f 1)
check "the panel's script" test -x "$script"
mv "$script" "$script.real"
printf '#!/bin/sh\necho "$*" >>/root/asked\nexec %s.real "$@"\n' "$script" >"$script"
chmod 755 "$script"
asked() { cat /root/asked; }
once() # TEXT CALL COMMAND...: the command calls the script just so
{
    local text=$1 call=$2
    shift 2
    : >/root/asked
    check "$text" "$@" || return
    expect_output "$text: the panel is asked once" "$call"$'\n' asked
}

check "allow all" cagefsctl --site-isolation-allow-all
once "enable, a domain that nobody has asked for yet" "domains" cagefsctl --site-isolation-enable a.example
once "enable, of a known account" "domains --owner john" cagefsctl --site-isolation-enable b.example
once "enable, two domains of a new account" "domains" cagefsctl --site-isolation-enable m.example n.example
once "enable, isolated already" "domains --owner john" cagefsctl --site-isolation-enable a.example
once "plan" "domains" cagefsctl --site-isolation-plan a.example
once "disable" "domains --owner john" cagefsctl --site-isolation-disable b.example
once "regenerate" "domains --owner john" cagefsctl --site-isolation-regenerate john
once "as a user" "domains --owner john" as_user john isolatectl site-isolation enable --domain b.example

# what the database believes is not believed where the panel says otherwise
panel_edit '$1 == "b.example" { $2 = "mary"; $3 = "/home/mary/b.example" } 1'
as_user mary mkdir /home/mary/b.example
# (its virtual host stays behind: 91-coverage is about that)
check "a domain that went to another account" cagefsctl --site-isolation-enable --anyway b.example
listed() { cagefsctl --site-isolation-list mary 2>/dev/null; }
expect_contains "is isolated there" b.example listed
panel_remove n.example
expect_fail 1 "Please specify existing domain name and try again: n.example" cagefsctl --site-isolation-enable n.example
check "mary is denied" cagefsctl --site-isolation-deny mary
panel_edit '$1 == "m.example" { $2 = "john"; $3 = "/home/john/m.example" } 1'
as_user john mkdir /home/john/m.example
check "a domain that a denied account had" cagefsctl --site-isolation-enable --anyway m.example
expect_fail 1 "is not allowed for user mary" cagefsctl --site-isolation-enable b.example
expect_fail 1 "Please specify existing domain name and try again: x.example" cagefsctl --site-isolation-enable x.example

# An answer that was given before another change is not used: the script, asked for all, has a change made in
# between, before the command has the account.
panel_remove b.example
make_user eve
make_site eve e.example /home/eve/e.example
make_site eve f.example /home/eve/f.example
cat >"$script" <<X
#!/bin/sh
echo "\$*" >>/root/asked
$script.real "\$@" >/root/answer
if [ "\$*" = domains ] && mkdir /root/in-between 2>/dev/null; then
    cagefsctl --site-isolation-enable f.example >/dev/null
fi
exec cat /root/answer
X
: >/root/asked
check "enable, with another command's change between question and lock" cagefsctl --site-isolation-enable e.example
expect_output "the panel is asked again" $'domains\ndomains\ndomains --owner eve\n' asked
isolated() { cagefsctl --site-isolation-list eve; }
expect_contains "both are isolated" $'e.example\nf.example' isolated

# fsync
trace() # COMMAND...: the files and directories that it syncs, besides the database
{
    strace -f -y -e trace=fsync,fdatasync -o /root/synced "$@" >/dev/null &&
        sed -n 's/.*sync([0-9]*<\([^>]*\)>.*/\1/p' /root/synced | grep -v '^/var/lib/sitecage' | sort
}
in_memory() { trace cagefsctl --site-isolation-enable --anyway m.example | grep '^/run'; }
check "what is written" cagefsctl --site-isolation-disable m.example
check_not "nothing in /run is synced" in_memory
check "control: a plan was written" test -n "$(find /run/sitecage -name '*.plan' -newer /root/synced -o -name '*.plan' -mmin -1)"
on_disk() { trace cagefsctl --site-isolation-disable m.example | grep -c '/\.lve'; }
check "control: the user's file is synced" on_disk
finish
