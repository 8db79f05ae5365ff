#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A panel's hooks: nothing on stdout, success whatever comes, soon, and the event is in the queue, or a mark is left.
# Functions are called by the checks.
# shellcheck disable=SC2317
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

hooks=/usr/share/cloudlinux/hooks
generic=/usr/libexec/sitecage/sitecage-generic
db=/var/lib/sitecage/sitecage.db
marks=/var/lib/sitecage/resync
log=/var/log/sitecage.log

make_user john
make_user mary

# queue: what waits, without ids and times
queue()
{
    sqlite3 -separator ' ' $db "SELECT user, kind, old_name, new_name, coalesce(payload, '') FROM event ORDER BY id" |
        sed 's/ *$//'
}
sorted_queue()
{
    queue | LC_ALL=C sort
}
forget()
{
    rm -rf /var/lib/sitecage /run/sitecage/resync $log
}
# hook SCRIPT ARGUMENT...: silent, and success
hook()
{
    local script=$1
    shift
    $hooks/"$script".py "$@" >/tmp/out 2>/tmp/err && ! [ -s /tmp/out ] && ! [ -s /tmp/err ]
}
# in_time COMMAND...: silent success within a second
in_time()
{
    local start end
    start=$(date +%s%N)
    "$@" || return
    end=$(date +%s%N)
    [ $((end - start)) -lt 1000000000 ] || { echo "took $(((end - start) / 1000000)) ms" >&2; return 1; }
}

# --- the commands -------------------------------------------------------------------------------------------------
for script in pre_modify_user post_modify_user post_modify_domain post_modify_admin post_modify_package; do
    check "$script.py is there" test -x $hooks/$script.py
done
hooks_line() { $generic "$1" | sed '$d'; } # the last line is about the page
expect_output "status" "integration scripts: the hook commands are in $hooks, for the panel to call"$'\n' hooks_line status
expect_output "register only looks" "integration scripts: the hook commands are in $hooks, for the panel to call"$'\n' \
    hooks_line register
expect_contains "there is no place for the page" "the page: visible: no, " $generic status
mv $hooks/post_modify_user.py $hooks/away
expect_fail 1 "$hooks/post_modify_user.py is missing" $generic status
mv $hooks/away $hooks/post_modify_user.py

check "a domain is made" hook post_modify_domain create -u john --domain a.example
check "renamed" hook post_modify_domain modify --username=john --domain=A.example --new-domain b.example --include-subdomains
check "re-rooted" hook post_modify_domain docroot -u john --domain b.example
check "deleted" hook post_modify_domain delete -u john --domain b.example
check "a user is renamed" hook post_modify_user modify -u john --new-username jim
check "a user goes" hook pre_modify_user delete -u mary
check "is gone" hook post_modify_user delete -u mary
check "an administrator" hook post_modify_admin create --name boss
check "a package" hook post_modify_package rename --name a --new-name b
check "as an adapter's hook" $generic hook post_modify_user restore -u john
expected='john domain-created a.example
john domain-renamed a.example b.example subdomains
john docroot-changed b.example
john domain-deleted b.example
john user-renamed  jim
mary user-deleted
john user-changed
'
expect_output "all of it is in the queue" "$expected" queue
expect_contains "and in the log" "event generic domain-renamed john a.example b.example with-subdomains" cat $log
last_event()
{
    sqlite3 $db "SELECT value FROM meta WHERE key = 'hook.last'" | cut -d ' ' -f 2-
}
expect_output "the last event is remembered" $'generic user-changed john\n' last_event

# --- wrong usage --------------------------------------------------------------------------------------------------
forget
expect_fail 2 "post_modify_user.py: unknown command 'destroy'" $hooks/post_modify_user.py destroy
expect_fail 2 "usage: post_modify_user.py create" $hooks/post_modify_user.py destroy
expect_fail 2 "missing option '--new-domain'" $hooks/post_modify_domain.py modify -u john --domain a.example
expect_output "a user who was named is looked at" $'john user-changed\n' queue
expect_contains "help" "usage: pre_modify_user.py delete -u USER" $hooks/pre_modify_user.py --help
expect_fail 1 "needs root" as_user john $hooks/post_modify_user.py delete -u mary
expect_output "who is not root says nothing" $'john user-changed\n' queue
expect_output "an adapter's hook answers him all the same" '' as_user john $generic hook post_modify_user delete -u mary
expect_output "and does nothing" $'john user-changed\n' queue

# --- hostile values -----------------------------------------------------------------------------------------------
forget
check "a name with slashes" hook post_modify_user delete -u ../../etc/passwd
check "a name with a new line" hook post_modify_domain create -u john --domain $'a.example\nevil'
check "an option as a name" hook post_modify_domain delete -u mary --domain --domain
check "quotes" hook post_modify_user delete -u "x'); DROP TABLE event; --"
check "a long one" hook post_modify_domain create -u mary --domain "$(printf 'a%.0s' {1..100000})"
check "no UTF-8" hook post_modify_domain create -u mary --domain $'\xff\xfe.example'
check "an empty one" hook post_modify_user delete -u ''
expect_output "each is a smaller hint" $' resync-all\njohn user-changed\nmary user-changed\n' sorted_queue
expect_lacks "nothing hostile is logged" evil cat $log
check "an unknown event" $generic hook no-such-event
check "no event" $generic hook

# --- what a panel leaves to its hooks -----------------------------------------------------------------------------
forget
closed()
{
    hook post_modify_domain create -u john --domain closed.example <&-
    $hooks/post_modify_domain.py create -u john --domain closed2.example <&- >&- 2>&-
}
check "standard descriptors closed" closed
expect_contains "the event is there" closed2.example queue
check "the database is one still" sqlite3 $db 'PRAGMA quick_check'
expect_output "descriptors 0-2 were not given to it" $'ok\n' sqlite3 $db 'PRAGMA quick_check'
unwritable_stdout()
{
    $hooks/post_modify_domain.py create -u john --domain full.example >/dev/full 2>&1
}
check "stdout is full" unwritable_stdout
little()
{
    (ulimit -n 64 -f 0 && hook post_modify_domain create -u mary --domain limit.example)
}
check "no file may grow" little
check "a mark is left for it" test -f $marks/mary
blocked_signals()
{
    (trap '' TERM HUP INT ALRM PIPE XFSZ && cd /tmp && umask 000 && hook post_modify_domain create -u john --domain sig.example)
}
check "signals ignored" blocked_signals
expect_contains "the event is there" sig.example queue
expect_output "the database is root's" $'600\n' stat -c %a $db
many_descriptors()
{
    # All the panel's descriptors but 0-2 are closed before the work begins, and no child is started.
    exec {a}</etc/passwd {b}</etc/shadow
    strace -f -o /tmp/trace $hooks/post_modify_domain.py create -u john --domain fds.example </dev/null
    exec {a}<&- {b}<&-
    grep -q 'close_range(3, 4294967295, 0) *= 0' /tmp/trace && ! grep -qE '(fork|clone|clone3)\(' /tmp/trace
}
check "the panel's descriptors go; no child is started" many_descriptors
environment()
{
    env -i SECRET=geheim LD_BIND_NOW=1 SQLITE_TMPDIR=/nowhere POSIXLY_CORRECT=1 $hooks/post_modify_domain.py create \
        -u john --domain env.example
}
check "an odd environment" environment
expect_lacks "its secrets are not kept" geheim cat $log

# --- durable ------------------------------------------------------------------------------------------------------
forget
check "an event" hook post_modify_domain create -u john --domain durable.example
synced() # the commit is on disk before the program ends
{
    strace -f -e trace=fdatasync,fsync,exit_group -o /tmp/trace $hooks/post_modify_domain.py create -u john \
        --domain synced.example && sed -n '/sync/,$p' /tmp/trace | grep -q exit_group
}
check "is synced before the answer" synced
killed() # killed at the moment of its answer: exit_group is never run
{
    strace -f -e inject=exit_group:signal=KILL -o /tmp/trace $hooks/post_modify_domain.py create -u john \
        --domain killed.example
    [ $? = 137 ]
}
check "a hook that is killed at its end" killed
expect_contains "has queued its event" killed.example queue

# --- the database in trouble --------------------------------------------------------------------------------------
# mark_only TEXT USER: the hook succeeds in time and leaves a mark for the user
mark_only()
{
    rm -rf $marks /run/sitecage/resync
    check "$1: success within a second" in_time hook post_modify_domain create -u "$2" --domain x.example
    check "$1: a mark is left" test -f "${3:-$marks}/$2"
}
lock()
{
    # holds the write lock until its standard input ends
    mkfifo /tmp/hold 2>/dev/null
    sqlite3 $db <<<$'BEGIN IMMEDIATE;\n.shell touch /tmp/locked; cat /tmp/hold\nROLLBACK;' >/dev/null &
    locker=$!
    wait_until 10 test -e /tmp/locked
}
check "another process locks the database" lock
mark_only "locked" john
expect_contains "the log tells" "in use by another process" cat $log
expect_output "the mark's mode" $'600\n' stat -c %a $marks/john
expect_output "its folder's mode" $'700\n' stat -c %a $marks
echo >/tmp/hold
wait "$locker"
check "unlocked" hook post_modify_domain create -u john --domain unlocked.example
expect_contains "the event is there" unlocked.example queue

cp -a /var/lib/sitecage /var/lib/kept
rm -f $db-wal $db-shm
head -c 100000 /dev/urandom >$db
mark_only "damaged" mary
rm -rf /var/lib/sitecage && mkdir -m 700 /var/lib/sitecage && mkdir $db
mark_only "a folder in its place" mary
rm -rf /var/lib/sitecage && touch /var/lib/sitecage
mark_only "no folder" mary /run/sitecage/resync
rm -f /var/lib/sitecage && mv /var/lib/kept /var/lib/sitecage && rm -rf $marks
mount --bind /var/lib/sitecage /var/lib/sitecage && mount -o remount,bind,ro /var/lib/sitecage
mark_only "read-only" mary /run/sitecage/resync
umount /var/lib/sitecage
forget
mkdir -m 700 /var/lib/sitecage
mount -t tmpfs -o size=4k,mode=700 none /var/lib/sitecage && dd if=/dev/zero of=/var/lib/sitecage/fill bs=4k count=1 status=none
check "disk full: success" in_time hook post_modify_domain create -u mary --domain full.example
mark_left()
{
    [ -f $marks/mary ] || [ -f /run/sitecage/resync/mary ]
}
check "disk full: a mark is left" mark_left
umount /var/lib/sitecage

# --- an input that does not end -----------------------------------------------------------------------------------
# Adapters that read standard input are given one that stays open.
mkfifo /tmp/endless
exec {endless}<>/tmp/endless
answered() # PANEL
{
    local start end
    start=$(date +%s%N)
    "/usr/libexec/sitecage/sitecage-$1" hook some-event <&$endless >/tmp/out 2>/tmp/err || return
    end=$(date +%s%N)
    [ $((end - start)) -lt 1500000000 ] && ! [ -s /tmp/err ]
}
all_are_looked_at()
{
    [ -f /run/sitecage/resync/.all ] || [ -f $marks/.all ] || queue | grep -q resync-all
}
for panel in cpanel plesk directadmin; do
    [ -x /usr/libexec/sitecage/sitecage-$panel ] || continue
    forget
    check "$panel: an input without end" answered $panel
    check "$panel: all are looked at" all_are_looked_at
done
exec {endless}<&-

# --- all at once --------------------------------------------------------------------------------------------------
forget
storm()
{
    local i pids=()
    for ((i = 0; i < 32; i++)); do
        $hooks/post_modify_domain.py create -u "u$i" --domain "d$i.example" &
        pids+=($!)
    done
    for i in "${pids[@]}"; do
        wait "$i" || return
    done
}
check "32 processes at once" storm
none_lost()
{
    local i
    [ ! -f $marks/.all ] || return 0
    queue >/tmp/queue
    for ((i = 0; i < 32; i++)); do
        grep -qx "u$i domain-created d$i.example" /tmp/queue || [ -f "$marks/u$i" ] || return
    done
}
check "none is lost" none_lost
expect_output "the database is whole" $'ok\n' sqlite3 $db 'PRAGMA integrity_check'
finish
