#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A home that cannot be written: full, or on a read-only file system. A change is refused with a clear message, and what
# was isolated stays so.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

panel_install
make_user john
mount -t tmpfs -o size=1m,mode=0711,uid="$(id -u john)",gid="$(id -g john)" tmpfs /home/john
for site in a b c; do
    as_user john mkdir -p "/home/john/$site.example"
    panel_add "$site.example" john "/home/john/$site.example"
    apache_vhost "$site.example" john "/home/john/$site.example" wrapper
done
echo "b's secret" | put_file john /home/john/b.example/secret 0644
read_b() { as_user john cagefs_enter_site a.example cat /home/john/b.example/secret; }
list() { as_user john isolatectl site-isolation list; }
enable() { as_user john isolatectl site-isolation enable --domain "$1"; }
a_only='{"result": "success", "enabled_sites": ["a.example"]}'$'\n'
refused() # TEXT PART COMMAND...: exit 1, and an error whose message has PART
{
    local text=$1 part=$2 out status=0
    shift 2
    out=$("$@" 2>/dev/null) || status=$?
    if [ $status = 1 ] && [[ $out == '{"result": "error", "message": '*"$part"* ]]; then
        pass "$text"
    else
        fail "$text" "exit status $status, output: $out"
    fi
}
state() { find /run/sitecage/"$(id -u john)" -type f ! -name '*.build' -printf '%f %s\n' | sort; cat /home/john/.lve/domains.json; }
fill() { dd if=/dev/zero of=/home/john/filler bs=4k 2>/dev/null; dd if=/dev/zero of=/home/john/filler2 bs=1 2>/dev/null; ! touch /home/john/one-more-"$RANDOM" && return 0; echo x >/home/john/probe; [ ! -s /home/john/probe ]; }

check "allow" cagefsctl --site-isolation-allow-all
expect_output "the control: with room john isolates a" "$a_only" enable a.example
expect_fail 1 "No such file" read_b
before=$(state)

check "the home is full" fill
refused "another site" "No space left" enable b.example
expect_fail 1 "No space left" cagefsctl --site-isolation-enable c.example
refused "a limit" "No space left" as_user john isolatectl limits set --domain a.example --vmem 536870912
expect_output "a is what is isolated" "$a_only" list
expect_output "nothing changed" "$before"$'\n' state
expect_fail 1 "No such file" read_b
check "a full home can be un-isolated: no room is needed for less" cagefsctl --site-isolation-disable a.example
rm -f /home/john/filler /home/john/filler2 /home/john/one-more-* /home/john/probe
expect_output "with room again" "$a_only" enable a.example
expect_fail 1 "No such file" read_b
before=$(state)

check "the home is read-only" mount -o remount,ro /home/john
refused "another site" "Read-only file system" enable b.example
expect_fail 1 "Read-only file system" cagefsctl --site-isolation-enable c.example
refused "less is refused, too: it could not be remembered" "Read-only file system" \
    as_user john isolatectl site-isolation disable --domain a.example
expect_output "a is what is isolated" "$a_only" list
expect_output "nothing changed" "$before"$'\n' state
expect_fail 1 "No such file" read_b
check "the home can be written again" mount -o remount,rw /home/john
expect_contains "and b isolated" '"a.example", "b.example"' enable b.example
finish
