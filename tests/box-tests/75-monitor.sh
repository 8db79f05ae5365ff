#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The reconciling daemon: lives as long as a site is isolated; what the panel tells, what happens in homes and what
# nobody tells is in force in running sites; it loses nothing when it is killed, cannot be kept busy, and sleeps.
# $ in single quotes is the inner shell's; functions are called by the checks.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"
# shellcheck source=tests/boxlib/state.sh
. "$SC_SOURCE/tests/boxlib/state.sh"

H=/home/john
monitor=/usr/libexec/sitecage/sitecage-monitor
hooks=/usr/share/cloudlinux/hooks

monitor_pid()
{
    ps -e -o pid=,args= | awk '$2 ~ /\/sitecage-monitor$/ && !/--(chore|wanted)/ { print $1; found = 1 } END { exit !found }'
}

monitor_kill() # SIGNAL
{
    local pid
    pid=$(monitor_pid) || return
    kill "-$1" "$pid"
    [ "$1" = USR1 ] || wait_until 5 gone "$pid"
}

gone() { [ ! -e "/proc/$1" ]; }
no_monitor() { ! monitor_pid; }
monitor_start() { "$monitor" --daemon; }

# in_time TEXT COMMAND...: it succeeds within 2 seconds (polled); says after how many ms.
in_time()
{
    local text=$1 start now
    shift
    start=$(date +%s%N)
    until "$@" >/dev/null 2>&1; do
        now=$(date +%s%N)
        if [ $((now - start)) -gt 2000000000 ]; then
            fail "$text" "not within 2 s" "$@"
            tail -5 /var/log/sitecage.log
            return 1
        fi
        sleep 0.02
    done
    now=$(date +%s%N)
    pass "$text ($(((now - start) / 1000000)) ms)"
}

sees() { [ "$(probe p "cat $H/$1/secret")" = "secret of ${2:-$1}" ]; } # from inside a running process of site A
hidden() { ! probe p "cat $H/$1/secret" && ! probe p "ls $H/$1/"; }
lists() { cagefsctl --site-isolation-list john | grep -qx "$1"; }
dir_with_secret() # NAME
{
    as_user john mkdir -p "$H/$1" && echo "secret of $1" | put_file john "$H/$1/secret"
}
probe_not_key() { ! probe p "cat $H/.ssh/id"; }
test_queue_empty() { [ "$(db 'SELECT count(*) FROM event')" = 0 ]; }
mary_new_hidden() { ! probe q "cat /home/mary/new/secret"; }
mary_n_hidden() { ! probe q "cat /home/mary/n/secret"; }
gnupg_hidden() { ! probe p "cat $H/.gnupg/key"; }
stays() # SECONDS COMMAND...: it succeeds all the time
{
    local end=$((SECONDS + $1))
    shift
    while [ $SECONDS -lt $end ]; do
        "$@" || return 1
        sleep 0.1
    done
}

panel_install
echo "home = shared" >/etc/sitecage.conf # what is closed in it is seen to be open before
make_user john
make_user mary
site_with_secret john a.example $H/sites/a
site_with_secret john b.example $H/b
site_with_secret mary m.example /home/mary/m
site_with_secret mary n.example /home/mary/n
for dir in later down control reroot mary; do dir_with_secret $dir; done

# --- it lives while a site is isolated --------------------------------------------------------------------------
check "at first there is none" no_monitor
expect_output "allow-all says only what it says" $'CloudLinux Isolates was allowed for all users.\n' \
    cagefsctl --site-isolation-allow-all
check "none after allow-all" no_monitor
expect_fail 2 "usage" "$monitor" --nonsense
expect_fail 2 "usage" as_user john "$monitor" --once
cagefsctl --site-isolation-enable a.example >/dev/null || fail "enable" "see above"
check "the first isolated site starts it" monitor_pid
check "a process stays in site A" probe_start p john a.example
first=$(monitor_pid)
expect_fail 1 "it runs already" "$monitor" --foreground
cagefsctl --site-isolation-enable b.example >/dev/null
check "the second site leaves it alone" test "$(monitor_pid)" = "$first"
expect_contains "--site-isolation-check knows it" "the daemon runs" sh -c 'cagefsctl --site-isolation-check || :'
cagefsctl --site-isolation-disable b.example >/dev/null
sleep 1
check "it stays when a site is left" test "$(monitor_pid)" = "$first"

# --- what the panel tells ---------------------------------------------------------------------------------------
check "control: A sees what is no document root" sees later
panel_add later.example john $H/later
$hooks/post_modify_domain.py create -u john --domain later.example
in_time "a new domain is hidden from a running process" hidden later
check "and A still sees itself" sees sites/a a.example
panel_rename a.example a2.example
$hooks/post_modify_domain.py modify -u john --domain a.example --new-domain a2.example
in_time "a renamed domain is isolated under its new name" lists a2.example
check_not "and no more under the old one" lists a.example
check "its processes live on" probe_lives p
check "and see nothing else" hidden later
panel_rename a2.example a3.example
$hooks/post_modify_domain.py modify -u john --domain a2.example --new-domain a3.example
in_time "and once more" lists a3.example
check "control: A sees the later document root" sees reroot
panel_move later.example $H/reroot
$hooks/post_modify_domain.py docroot -u john --domain later.example
in_time "a moved document root is hidden" hidden reroot
in_time "and the former one visible" sees later
panel_remove later.example
$hooks/post_modify_domain.py delete -u john --domain later.example
in_time "a deleted domain is visible again" sees reroot
check "the queue is empty" wait_until 5 test_queue_empty

# --- an event before the panel has it ---------------------------------------------------------------------------
$hooks/post_modify_domain.py create -u john --domain early.example
sleep 0.6
check "an early event waits" test "$(db 'SELECT count(*) FROM event')" = 1
panel_add early.example john $H/later
check "and is true later" wait_until 5 hidden later
panel_remove early.example
$hooks/post_modify_domain.py delete -u john --domain early.example
in_time "gone again" sees later

# --- without it -------------------------------------------------------------------------------------------------
monitor_kill KILL
check "killed" no_monitor
mv "$monitor" "$monitor.away" # else the hook would start it
panel_add control.example john $H/control
$hooks/post_modify_domain.py create -u john --domain control.example
check "control: without the daemon the site goes on to see it" stays 3 sees control
mv "$monitor.away" "$monitor"
monitor_start
in_time "events that came while it was down are done when it starts" hidden control
monitor_kill KILL
as_user john mv $H/b $H/b.away
monitor_start

# --- the home ---------------------------------------------------------------------------------------------------
sleep 1
as_user john mv $H/b.away $H/b
in_time "B came back" hidden b
as_user john rm -rf $H/b
sleep 0.5
dir_with_secret b
in_time "a document root that was removed and made again is hidden" hidden b
dir_with_secret other
check "control: another directory is visible" sees other
as_user john mv $H/b $H/b.old
as_user john mv $H/other $H/b
in_time "another directory in its place is hidden" hidden b
as_user john rm -rf $H/b.old
dir_with_secret target
check "control: the target is visible" sees target
as_user john mv $H/b $H/b.old
as_user john ln -s target $H/b
in_time "a link in its place: what it leads to is hidden" hidden target
as_user john rm -rf $H/b && as_user john mv $H/b.old $H/b
in_time "and the directory again" hidden b
echo key | put_file john $H/.ssh.new
check "control: a file in the home is visible" probe p "cat $H/.ssh.new"
as_user john mkdir $H/.ssh && as_user john mv $H/.ssh.new $H/.ssh/id
in_time "a secret that is new in the home is hidden" probe_not_key

# --- domains.json by hand ---------------------------------------------------------------------------------------
edit() # JQ-PROGRAM
{
    jq "$1" $H/.lve/domains.json | put_file john $H/.lve/edited 600 && as_user john mv $H/.lve/edited $H/.lve/domains.json
}
share_seen() { probe p "echo x >$H/share/new && rm $H/share/new"; }
dir_with_secret share
check_not "control: A cannot write beside itself" share_seen
edit '.domains["a3.example"].paths = {"rw": ["share"]}'
in_time "a path that was added by hand is there" share_seen

# --- a name that comes back ---------------------------------------------------------------------------------------
panel_rename a3.example a.example
$hooks/post_modify_domain.py modify -u john --domain a3.example --new-domain a.example
in_time "a domain is renamed to a name that it once had" lists a.example
panel_rename a.example a3.example
$hooks/post_modify_domain.py modify -u john --domain a.example --new-domain a3.example
in_time "and again" lists a3.example
sleep 3 # until nothing in the home is a reason to look

# --- what nobody tells: the full pass -----------------------------------------------------------------------------
monitor_kill USR1 # and the poll of the panel is a minute away
sleep 1
panel_add silent.example john $H/down
check "control: nobody told" stays 2 sees down
monitor_kill USR1
in_time "a full pass finds it" hidden down
panel_remove silent.example
check "--once, beside the daemon" "$monitor" --once
in_time "visible again" sees down
check "it says when it passed" grep -qE '^[0-9]+ [0-9]+ 2 [0-9]+$' /run/sitecage/monitor.survey
mkdir -p /var/lib/sitecage/resync
panel_add marked.example john $H/down
: >/var/lib/sitecage/resync/john
in_time "a hook's mark is taken" hidden down
check_not "and removed" test -e /var/lib/sitecage/resync/john
panel_remove marked.example
: >/var/lib/sitecage/resync/.all
check "a mark for all makes a full pass" wait_until 70 sees down

# --- killed under 32 hooks at once ----------------------------------------------------------------------------------
one_hook() # N
{
    dir_with_secret "many$1"
    (
        flock 9
        panel_add "many$1.example" john "$H/many$1"
    ) 9>/tmp/panel.lock
    $hooks/post_modify_domain.py create -u john --domain "many$1.example"
}
for i in $(seq 32); do
    one_hook "$i" &
    hook_jobs[i]=$!
done
for i in 1 2 3 4; do
    sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
    monitor_kill KILL
    monitor_start
done
wait "${hook_jobs[@]}"
all_hidden()
{
    local n
    for n in $(seq 32); do
        hidden "many$n" || return 1
    done
}
check "after kill -9 under 32 hooks all is in force" wait_until 15 all_hidden
check "the queue is done" wait_until 15 test_queue_empty
state_meaning john >"$checks_dir/followed"
cagefsctl --site-isolation-regenerate john >/dev/null
state_meaning john >"$checks_dir/fresh"
check "and as a fresh regenerate would make it" diff "$checks_dir/followed" "$checks_dir/fresh"
check "the process lived through all of it" probe_lives p

# --- it sleeps --------------------------------------------------------------------------------------------------------
switches() { awk '/^voluntary_ctxt_switches/ { print $2 }' "/proc/$(monitor_pid)/status"; }
ticks() { awk '{ print $14 + $15 + $16 + $17 }' "/proc/$1/stat"; }
monitor_kill USR1 # the poll of the panel is a minute away
sleep 8
before=$(switches)
sleep 10
after=$(switches)
check "in 10 quiet seconds it wakes at most 3 times ($((after - before)))" test $((after - before)) -le 3

# --- a flood ------------------------------------------------------------------------------------------------------------
cagefsctl --site-isolation-enable m.example >/dev/null
probe_start q mary m.example
as_user mary mkdir /home/mary/new
as_user john python3 -c '
import os, time
end = time.time() + 12
os.chdir("'$H'")
while time.time() < end:
    for i in range(100):
        os.close(os.open("f%d" % i, os.O_CREAT | os.O_WRONLY))
        os.unlink("f%d" % i)
' &
flooder=$!
sleep 0.5
pid=$(monitor_pid)
monitor_before=$(ticks "$pid")
sleep 1
echo "secret of new" | put_file mary /home/mary/new/secret
check "control: mary sees it" probe q "cat /home/mary/new/secret"
panel_add new.example mary /home/mary/new
$hooks/post_modify_domain.py create -u mary --domain new.example
in_time "another account's event is served meanwhile" mary_new_hidden
as_user mary mv /home/mary/n /home/mary/n.old
as_user mary mv /home/mary/n.old /home/mary/n
in_time "another account's home too" mary_n_hidden
sleep 6
monitor_after=$(ticks "$pid")
flood=$(ticks "$(pgrep -n -u john -x python3)")
check "the flood costs the daemon little: $((monitor_after - monitor_before)) ticks of $flood" \
    test $(((monitor_after - monitor_before) * 5)) -lt "$flood"
wait "$flooder"
check "it still runs" test "$(monitor_pid)" = "$pid"
mkdir_ssh() { as_user john mkdir $H/.gnupg && echo key | put_file john $H/.gnupg/key; }
mkdir_ssh
check "and looks at the flooder again" wait_until 40 gnupg_hidden

# --- it ends ------------------------------------------------------------------------------------------------------------
cagefsctl --site-isolation-disable m.example >/dev/null
sleep 0.5
check "it stays when a site is left" test "$(monitor_pid)" = "$pid"
cagefsctl --site-isolation-disable a3.example b.example >/dev/null
in_time "it ends after the last" no_monitor
check_not "its socket is gone" test -e /run/sitecage/monitor.sock
cagefsctl --site-isolation-enable a3.example >/dev/null
check "and starts with the next" monitor_pid
as_user john isolatectl site-isolation disable --domain a3.example >/dev/null
in_time "also when the user ends it" no_monitor
as_user john isolatectl site-isolation enable --domain a3.example >/dev/null
check "or begins" monitor_pid
for i in 1 2 3 4 5 6; do # the end of one and the start of the next at once
    cagefsctl --site-isolation-disable a3.example >/dev/null
    cagefsctl --site-isolation-enable a3.example >/dev/null
    sleep "0.$i"
    monitor_pid >/dev/null || fail "round $i: it runs" "it does not"
done
check "after all of that it runs" monitor_pid
cagefsctl --site-isolation-deny-all >/dev/null
check "deny-all ends it at once" no_monitor
finish
