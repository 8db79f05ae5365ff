#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A directory on the way to a document root that nobody may enter, and that its owner opens later: what is then put in
# the document root's place is hidden from the account's other sites, as if the directory had been open all the time.
# shellcheck disable=SC2317
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"
# shellcheck source=tests/boxlib/state.sh
. "$SC_SOURCE/tests/boxlib/state.sh"

H=/home/john
panel_install
echo "home = shared" >/etc/sitecage.conf # what is closed in it is seen to be open before
make_user john
site_with_secret john a.example $H/a
site_with_secret john b.example $H/up/deep/b
monitor_pid() { ps -e -o pid=,args= | awk '$2 ~ /\/sitecage-monitor$/ && !/--chore/ { print $1; found = 1 } END { exit !found }'; }
reads() { [ "$(probe p "cat $H/up/deep/b/secret")" = "secret of b.example" ]; }
hidden() { ! probe p "cat $H/up/deep/b/secret" && ! probe p "ls $H/up/deep/b/"; }
looks() { grep -c 'looked at' /var/log/sitecage.log; }
replace() # another directory in the document root's place, with the same in it
{
    as_user john sh -c "mkdir $H/up/deep/b.new && cp $H/up/deep/b/secret $H/up/deep/b.new && mv $H/up/deep/b $H/up/deep/b.\$0 && mv $H/up/deep/b.new $H/up/deep/b" "$1"
}
settled() { sleep 3; } # a look at the home, and what that leads to, is over

check "allowed" cagefsctl --site-isolation-allow-all
for dir in up up/deep; do
    check "$dir is closed" chmod 000 $H/$dir
    check "isolated meanwhile" cagefsctl --site-isolation-enable a.example
    check "the daemon runs" wait_until 20 monitor_pid
    check "a process stays in A" probe_start p john a.example
    settled
    check "control: the daemon is stopped" kill -STOP "$(monitor_pid)"
    check "its owner opens $dir" chmod 755 $H/$dir
    check "and puts another in the document root's place" replace "${dir//\//-}"
    check "control: then A reads it" reads
    check "the daemon goes on" kill -CONT "$(monitor_pid)"
    check "it is hidden" wait_until 60 hidden
    check "and another in its place, now that the way is watched" replace "${dir//\//-}-again"
    check "is hidden, too" wait_until 60 hidden
    probe_end p
    check "off" cagefsctl --site-isolation-disable a.example
done
finish
