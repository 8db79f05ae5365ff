#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A command that is killed, or whose system calls fail, at any point leaves what the next command completes or undoes:
# the state then is one of the two clean ones, which whole runs made.
#   CRASH_STEP=1   every system call is tried instead of every few of the frequent kinds
# $ in single quotes is the inner shell's; functions are called by the checks.
# shellcheck disable=SC2317,SC2016,SC2086,SC2034
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"
# shellcheck source=tests/boxlib/state.sh
. "$SC_SOURCE/tests/boxlib/state.sh"

step=${CRASH_STEP:-8}
H=/home/john
monitor_off
panel_install
make_user john
make_user mary
site_with_secret john a.example $H/a
site_with_secret john b.example $H/b
site_with_secret john c.example $H/b/c
site_with_secret mary m.example /home/mary/m
cagefsctl --site-isolation-deny-all >/dev/null # so that the saved lists are there from now on
cagefsctl --site-isolation-allow-all >/dev/null

# --- clean states, by whole runs ----------------------------------------------------------------------------------
# "off": only A is isolated, and runs. "on": B and the C inside it too. "none": denied.
to_off()
{
    cagefsctl --site-isolation-allow-all >/dev/null && cagefsctl --site-isolation-enable a.example m.example >/dev/null &&
        cagefsctl --site-isolation-disable b.example c.example >/dev/null
}
to_on()
{
    cagefsctl --site-isolation-allow-all >/dev/null &&
        cagefsctl --site-isolation-enable a.example b.example c.example m.example >/dev/null
}
declare -A clean=()
to_off && clean[off]=$(state_meaning john mary)
to_on && clean[on]=$(state_meaning john mary)
cagefsctl --site-isolation-deny-all >/dev/null && clean[none]=$(state_meaning john mary)
expect_contains "control: the clean states are what they should be: on" 'b.example: isolated' echo "${clean[on]}"
expect_contains "control: off" 'b.example: open' echo "${clean[off]}"
expect_contains "control: none" 'm.example: open' echo "${clean[none]}"
expect_output "control: a whole run leaves nothing" '' leftovers john mary

# the state is one of those named, and nothing else is there; prints what is wrong
settled() # STATE STATE
{
    local now name left
    now=$(state_meaning john mary) # its first line is the next command
    left=$(leftovers john mary)
    [ -z "$left" ] || echo "left over: $left"
    for name; do
        if [ "$now" = "${clean[$name]}" ]; then
            echo "$name" >>"$checks_dir/ended"
            return
        fi
    done
    echo "neither of $*:"
    diff <(echo "${clean[${2:-$1}]}") <(echo "$now") | head -n 12
    echo "--"
    diff <(echo "${clean[$1]}") <(echo "$now") | head -n 12
}

# A process in A all the while: no crash of changes to B may end it, and it never sees B.
watcher_ok()
{
    probe_lives a || echo "A's process has ended"
    [ -z "$(probe a "cat $H/b/secret $H/b/c/secret /home/mary/m/secret 2>/dev/null")" ] || echo "A's process sees another site"
}

case_bad=
# one_case TEXT FROM TO COMMAND...: a function that brings the state FROM, the command that is disturbed
one_case()
{
    local text=$1 from=$2 to=$3 bad
    shift 3
    "to_$from" || case_bad+="$text: cannot bring about $from"$'\n'
    [[ $to != o* ]] || probe_lives a 2>/dev/null || {
        [ -z "${probe_in[a]:-}" ] || probe_end a
        probe_start a john a.example || case_bad+="$text: A cannot be entered"$'\n'
    }
    "$@" >"$checks_dir/disturbed" 2>&1
    disturbed=$?
    bad=$(settled "$from" "$to")$([[ $to != o* ]] || watcher_ok)
    [ -z "$bad" ] || case_bad+="$text (status $disturbed, $(tail -n 3 "$checks_dir/disturbed")): $bad"$'\n'
}

report() # TEXT
{
    local text=$1 counts
    counts=$(sort "$checks_dir/ended" 2>/dev/null | uniq -c | tr -s " \n" " ")
    if [ -n "$case_bad" ]; then
        fail "$text" "$(head -c 1500 <<<"$case_bad")"
    elif [ -z "$counts" ]; then
        fail "$text" "no case was run"
    else
        pass "$text (ended in:$counts)"
    fi
    rm -f "$checks_dir/ended"
    case_bad=
}

# --- killed at some moment ----------------------------------------------------------------------------------------
killed_after() # MICROSECONDS COMMAND...
{
    local us=$1 job
    shift
    "$@" &
    job=$!
    sleep "0.$(printf %06d "$us")"
    kill -KILL $job 2>/dev/null
    wait $job 2>/dev/null
}

RANDOM=4711
for i in $(seq 20); do
    one_case "enable killed" off on killed_after $((RANDOM % 30000)) cagefsctl --site-isolation-enable b.example c.example
done
report "enable, killed at 20 random moments"
for i in $(seq 20); do
    one_case "disable killed" on off killed_after $((RANDOM % 30000)) cagefsctl --site-isolation-disable b.example c.example
done
report "disable, killed at 20 random moments"

enter_b() # so that B has a keeper and a process
{
    local job
    as_user john cagefs_enter_site b.example sleep 30 >/dev/null 2>&1 &
    job=$!
    wait_until 5 keeper_of john b
    "$@"
    local status=$?
    kill -KILL $job 2>/dev/null
    wait $job 2>/dev/null
    return $status
}
for i in $(seq 10); do
    one_case "disable of a running site killed" on off enter_b killed_after $((RANDOM % 30000)) cagefsctl --site-isolation-disable b.example c.example
done
report "disable of a running site, killed at 10 random moments"
for i in $(seq 8); do
    one_case "deny-all killed" on none killed_after $((RANDOM % 40000)) cagefsctl --site-isolation-deny-all
done
report "deny-all, killed at 8 random moments"
# --- killed at, or failed, each system call -----------------------------------------------------------------------
# inject KINDS WHAT N COMMAND...: the Nth call of these kinds in the command itself, not in what it starts.
inject()
{
    local kinds=$1 what=$2 n=$3
    shift 3
    strace -qq -s 200 -o "$checks_dir/trace" -e trace="$kinds" -e inject="$kinds:$what:when=$n" "$@"
}
injected()
{
    grep -qE 'INJECTED|killed by SIGKILL' "$checks_dir/trace"
}

# sweep TEXT FROM TO KINDS WHAT STEP COMMAND...
sweep()
{
    local text=$1 from=$2 to=$3 kinds=$4 what=$5 by=$6 kind n fired=0
    shift 6
    for kind in ${kinds//,/ }; do # strace counts each kind by itself
        for ((n = 1; n < 2000; n += by)); do
            one_case "$text at $kind number $n" "$from" "$to" inject "$kind" "$what" $n "$@"
            injected || break
            fired=$((fired + 1))
            case $what:$disturbed in
            error=*:0) ;; # it could do without
            error=*:1)    # it says what failed, in one line
                [ "$(wc -l <"$checks_dir/disturbed")" = 1 ] || case_bad+="$text at $kind $n: $(cat "$checks_dir/disturbed")"$'\n'
                ;;
            error=*) case_bad+="$text at $kind $n: status $disturbed"$'\n' ;;
            esac
        done
    done
    [ $fired -gt 0 ] || case_bad+="$text: no call of $kinds was met"$'\n'
    report "$text: $what at each $kinds ($fired, every $by)"
}

E=(cagefsctl --site-isolation-enable b.example c.example)
D=(cagefsctl --site-isolation-disable b.example c.example)
for which in enable disable; do
    if [ $which = enable ]; then from=off to=on cmd=("${E[@]}"); else from=on to=off cmd=("${D[@]}"); fi
    sweep $which $from $to rename,renameat,renameat2 signal=KILL 1 "${cmd[@]}"
    sweep $which $from $to unlink,unlinkat,rmdir signal=KILL 1 "${cmd[@]}"
    sweep $which $from $to fsync,fdatasync signal=KILL 1 "${cmd[@]}"
    sweep $which $from $to write,pwrite64 signal=KILL $((step / 2 + 1)) "${cmd[@]}"
    sweep $which $from $to fork,vfork,clone,clone3 signal=KILL 1 "${cmd[@]}"
    sweep $which $from $to openat,openat2 signal=KILL $((step * 4)) "${cmd[@]}"
    sweep $which $from $to fsync,fdatasync error=EIO 1 "${cmd[@]}"
    sweep $which $from $to write,pwrite64 error=ENOSPC $((step / 2 + 1)) "${cmd[@]}"
    sweep $which $from $to rename,renameat,renameat2 error=ENOSPC 1 "${cmd[@]}"
done
sweep deny-all on none unlink,unlinkat,rmdir,rename,renameat,renameat2 signal=KILL 1 cagefsctl --site-isolation-deny-all

# --- killed between the steps of a pass ---------------------------------------------------------------------------
steps=$(sed -nE '/ cleaning\[/q; s/^    \{"([a-z-]+)", sc_step_.*/\1/p' "$SC_SOURCE/core/pass/steps.c")
# With -v each step of core/pass/steps.c is told when it is done. killed_at STEP COMMAND -v ARGUMENT...: killed in the
# write that tells it: STEP is done, the next one has not begun. Where that write comes, a whole run has shown.
killed_at()
{
    local at=$1 n
    shift
    n=$(grep -n "^write(2, \"cagefsctl: user=john step $at: " "$checks_dir/writes" | tail -n 1 | cut -d : -f 1)
    inject write signal=KILL "${n:-1}" "$@"
}
was_killed_at() # STEP: its last write was that one, and the process was killed in it
{
    injected && grep '^write(' "$checks_dir/trace" | tail -n 1 | grep -q "^write(2, \"cagefsctl: user=john step $1: .* = ?"
}
# each_step TEXT FROM TO COMMAND...
each_step()
{
    local text=$1 from=$2 to=$3 at try killed=0
    shift 3
    for at in $steps; do
        for try in 1 2 3 4 5; do # two runs may differ by a write, as when one had to wait
            "to_$from" || case_bad+="$text: cannot bring about $from"$'\n'
            strace -qq -s 200 -o "$checks_dir/writes" -e signal=none -e trace=write "$@" >"$checks_dir/disturbed" 2>&1
            one_case "$text at step $at" "$from" "$to" killed_at "$at" "$@"
            ! was_killed_at "$at" || break
        done
        if was_killed_at "$at"; then killed=$((killed + 1)); else case_bad+="$text: not killed at step $at in $try runs"$'\n'; fi
    done
    report "$text, killed after each of its $killed steps"
}
each_step enable off on cagefsctl -v --site-isolation-enable b.example c.example
each_step disable on off cagefsctl -v --site-isolation-disable b.example c.example
sweep deny-all on none fsync,fdatasync signal=KILL $((step / 2 + 1)) cagefsctl --site-isolation-deny-all

# a live change of A, cut short inside: here what is traced is the child that joins the site
inject_all()
{
    local kinds=$1 what=$2 n=$3
    shift 3
    strace -f -qq -o "$checks_dir/trace" -e trace="$kinds" -e inject="$kinds:$what:when=$n" "$@"
}
live_cut() # N
{
    panel_add sub.example john $H/a/sub
    inject_all mount,open_tree,move_mount,mount_setattr,umount2,setns signal=KILL "$1" cagefsctl --site-isolation-regenerate john >/dev/null 2>&1
    cagefsctl --site-isolation-list >/dev/null
    # the next command brings it about
    cagefsctl --site-isolation-regenerate john >/dev/null || echo "not regenerated"
    [ -z "$(as_user john cagefs_enter_site a.example sh -c "cat $H/a/sub/secret 2>/dev/null")" ] || echo "visible to a new process"
    [ -z "$(probe a "cat $H/a/sub/secret 2>/dev/null")" ] || echo "visible"
    panel_remove sub.example
    cagefsctl --site-isolation-regenerate john >/dev/null || echo "not regenerated back"
}
as_user john mkdir $H/a/sub
echo "secret of sub" | put_file john $H/a/sub/secret
live_fired=0
for n in 1 2 3 4 5 6 7 8; do
    to_off
    probe_lives a 2>/dev/null || { probe_end a; probe_start a john a.example; }
    out=$(live_cut $n)
    [ -z "$out" ] || case_bad+="live change cut at $n: $out"$'\n'
    injected || break
    live_fired=$((live_fired + 1))
    bad=$(settled off)
    [ -z "$bad" ] || case_bad+="live change cut at $n: $bad"$'\n'
done
[ $live_fired -gt 0 ] || case_bad+="no live change was met"$'\n'
report "a live change, killed inside at each of $live_fired steps"
as_user john rm -r $H/a/sub

# --- the start of a site, cut short ------------------------------------------------------------------------------
build_cut() # KINDS N: strace stays with the keeper, so it is ended; what it traced lives on
{
    local id tracer
    id=$(db "SELECT site_id FROM isolated WHERE name = 'b.example'")
    : >"$checks_dir/trace"
    strace -f -qq -o "$checks_dir/trace" -e trace="$1,execve" -e inject="$1:signal=KILL:when=$2" \
        /usr/libexec/sitecage/sitecage-build "$(id -u john)" "$id" 2>/dev/null &
    tracer=$!
    wait_until 5 build_over $tracer
    kill -KILL $tracer 2>/dev/null
    wait $tracer 2>/dev/null
}
build_over() # the tracer is gone, or has none but a keeper
{
    ! kill -0 "$1" 2>/dev/null || { ! pgrep -x sitecage-build >/dev/null && pgrep -x sitecage-keeper -n >/dev/null && grep -q 'execve("/usr/libexec/sitecage/sitecage-keeper' "$checks_dir/trace"; }
}
to_on
for kinds in mount,open_tree,move_mount,mount_setattr,umount2,pivot_root fcntl,flock,prctl clone,execve; do
    fired=0
    for ((n = 1; n < 400; n += step * 3)); do
        cagefsctl --remount john >/dev/null
        build_cut $kinds $n
        grep -q 'killed by SIGKILL' "$checks_dir/trace" || break
        fired=$((fired + 1))
        now=$(behaviour b.example john)
        [ "$now" = isolated ] || case_bad+="start of B killed at $kinds $n: $now"$'\n'
        bad=$(leftovers john mary)
        [ -z "$bad" ] || case_bad+="start of B killed at $kinds $n: $bad"$'\n'
        echo isolated >>"$checks_dir/ended"
    done
    [ $fired -gt 0 ] || case_bad+="no call of $kinds was met"$'\n'
done
report "the start of a site, killed at each few of its calls"

# --- deny of one user ---------------------------------------------------------------------------------------------
to_on
cagefsctl --site-isolation-deny john >/dev/null
clean[johnless]=$(state_meaning john mary)
to_on_allowed()
{
    cagefsctl --site-isolation-allow john >/dev/null && to_on
}
to_allowed()
{
    to_on_allowed
}
to_on_allowed && clean[allowed]=$(state_meaning john mary)
for i in $(seq 10); do
    one_case "deny killed" allowed johnless killed_after $((RANDOM % 30000)) cagefsctl --site-isolation-deny john
done
report "deny of a user, killed at 10 random moments"
finish
