# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The reconciling daemon in a test: sourced by lib.sh.

monitor() { pgrep -o -f "^/usr/libexec/sitecage/sitecage-monitor"; }

# A worker of it may still be at work when the daemon itself is stopped: what it does would come in between, and stopped
# itself it would keep its locks.
monitor_has_no_worker() { ! pgrep --runstates D,R,S,T -P "$1"; }
# monitor_sleeps: nothing is done by the daemon from here on; until monitor_wakes.
monitor_sleeps()
{
    local pid
    pid=$(monitor) && kill -STOP "$pid" && wait_until 30 monitor_has_no_worker "$pid"
}
monitor_wakes() { kill -CONT "$(monitor)"; }
