# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by what ./run-tests runs beside the boxes. It is in a session of its own: all that it starts ends with it, and its
# priority counts (the kernel shares the processors among sessions before it looks at a process's nice value).

# beside SCRIPT ARGUMENT...: call it first, with what the script was called with.
beside()
{
    [ "$(ps -o sid= -p $$ | tr -d ' ')" = $$ ] || exec setsid --wait "$@"
    trap 'trap "" TERM; kill -TERM 0; exit 143' TERM
}

# gives_way N COMMAND...: with nice value N, where there are boxes ($BOXES) to give way to. Waited for in a way that signals
# interrupt.
gives_way()
{
    local n=$1
    [ "${BOXES:-0}" != 0 ] || n=0
    { echo "$n" >/proc/self/autogroup; } 2>/dev/null || true # not in every kernel
    nice -n "$n" "${@:2}" &
    wait $!
}

say() { printf '%s\t%s\t%s\n' "$@"; } # STATUS NAME LOG
