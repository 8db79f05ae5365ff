#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A site that is entered on a terminal gets one of its own: what it leaves behind can do nothing with the caller's, and
# who sits there notices no difference.
# shellcheck disable=SC2317,SC2016,SC2034
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

A=/home/john/a
panel_install
make_user john
make_site john a.example $A
make_site john b.example /home/john/b
apache_start
check "allowed" cagefsctl --site-isolation-allow-all
check "enabled" cagefsctl --site-isolation-enable a.example b.example
put_file john $A/left-behind.py <"$SC_SOURCE/tests/boxlib/left-behind.py"

in="cagefs_enter_site a.example"
person() { "$SC_SOURCE/tests/boxlib/person.py" john "$@"; } # STEP... -- COMMAND...
shell="bash --norc --noprofile -i"
plain="dash -i" # a shell that leaves the terminal's modes alone
check "it can be entered" as_user john $in true

## What is left behind. After the program the person types to cat, as to the next shell.
log=$A/log
typed() # FORM WITH STEP...: what FORM leaves behind, run by WITH, is ready to steal; then the steps
{
    local form=$1 with=$2
    shift 2
    rm -f $log* $A/ended
    person run "test -e $A/ended" run "touch $log.now" run "grep -qx ready $log" "$@" run "touch $log.end" \
        run "! pgrep -f '^python3 [^ ]*left-behind'" -- bash -c "$with python3 $A/left-behind.py $form $log; touch $A/ended; exec cat"
}
lines=()
for n in {1..20}; do
    lines+=(type "secret $n\\r" see "secret $n")
done
echoed=()
for n in {1..20}; do
    echoed+=(type "secret $n\\r" see "secret $n\\nsecret $n\\n")
done
got_nothing() { [ "$(cat $log)" = ready ]; }
forms="foreground session passed keep-reading"
for form in $forms; do
    check "control: $form steals what is typed" typed $form "" "${lines[@]}" run "grep -q 'read.*secret' $log"
    check "$form: what is typed arrives" typed $form "$in" "${echoed[@]}"
    check "$form: it got nothing" got_nothing || cat $log
done
check "control: a session of its own writes" typed session "" run "grep -qx 'did write' $log"
# An entry that is killed: its program with it, but not what made a session of its own, or was never in it
kill_entry='pid=$(pgrep -f "^cagefs_enter_site a.example sh") && kill -9 $pid'
killed_typed()
{
    rm -f $log* $A/ended
    person run 'pgrep -x sleep' run "$kill_entry" run "test -e $A/ended" modes cooked run "touch $log.now" \
        run "grep -qx ready $log" "${echoed[@]}" run "touch $log.end" run "! pgrep -f '^python3 [^ ]*left-behind'" -- \
        bash -c "$in sh -c 'python3 $A/left-behind.py $1 $log; exec sleep 1234'; touch $A/ended; exec cat"
}
for form in session passed; do
    check "an entry killed by kill -9, $form: what is typed arrives" killed_typed $form
    check "an entry killed by kill -9, $form: it got nothing" got_nothing || cat $log
done
check "nothing of the entries is left" wait_until 10 sh -c '! pgrep "sitecage-(watch|leader)"'

## What a program in the site finds: its own terminal, and no way to the caller's
cat >/usr/local/bin/terminals <<'PROGRAM'
#!/usr/bin/env python3
# Every terminal that can be reached: its device's file system must be that of /dev/pts here, and the session that is on
# the controlling one must be seen here.
import glob, os, sys
own = os.stat("/dev/pts").st_dev
for name in glob.glob("/proc/[0-9]*/fd/*") + ["/dev/tty"]:
    try:
        fd = os.open(name, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        continue
    if os.isatty(fd):
        mine = os.getsid(0) > 0 if name == "/dev/tty" else os.fstat(fd).st_dev == own
        print("own" if mine else "another's", os.ttyname(fd))
PROGRAM
chmod 755 /usr/local/bin/terminals
others() { person end 0 -- "$@" | sort -u | grep -vE '^own /dev/(pts/0|tty)$'; }
check_not "only its own" others $in terminals
check_not "only its own, where input and output are files" others bash -c "$in terminals </dev/null 2>/dev/null"
refused_ioctl() { person see EPERM end 1 -- $in "$A/attack" "$1"; }
cc -O1 -o /usr/local/bin/attack "$SC_SOURCE/tests/boxlib/attack.c" -lrt
put_file john $A/attack 755 </usr/local/bin/attack
check "TIOCSTI is refused on it, too" refused_ioctl tiocsti
check "kill(0) does not reach the caller's job" person see survived end 0 -- \
    bash -c "$in $A/attack kill-group; echo survived"
check "control: it does outside" person end 138 -- bash -c "$A/attack kill-group; echo survived"
check "it has a controlling terminal" person see pts/0 end 0 -- $in sh -c 'tty </dev/tty; ps -o tty= -p $$'
modes_of_it() { person end 0 -- bash -c "$in stty -echo -icanon; stty -a" | grep -q ' icanon.* echo '; }
check "what it does to its modes is its own" modes_of_it

## Pipes and files stay what they are
kind_of() { as_user john cagefs_enter_site a.example readlink "/proc/self/fd/$1"; }
kinds() { kind_of 0 </dev/null && kind_of 1 | cat; }
expect_contains "without a terminal: a pipe" pipe: kinds
expect_contains "without a terminal: a file" /dev/null kinds
no_terminal() { as_user john $in ps -o tty= | tr -d ' \n'; }
expect_output "without a terminal: none inside" "?" no_terminal
no_leader() { as_user john $in sh -c 'ps -e -o comm= | grep -c sitecage-leader' || true; }
expect_output "and nobody works one" $'0\n' no_leader
fds() { person end 0 -- bash -c "$1"; }
expect_contains "output to a pipe" pipe: fds "$in readlink /proc/self/fd/1 | cat"
expect_contains "input from a pipe" pipe: fds "echo x | $in readlink /proc/self/fd/0"
expect_output "output to a file" $'out\n' fds "$in sh -c 'echo out; tty >&2' >$A/out 2>$A/err; cat $A/out"
check "echo | entry" person see "4\\n" end 0 -- bash -c "echo 2+2 | $in bash -c 'read x; echo \$((x))'"
check "entry | less" person see "23\\n" type q end 0 -- bash -c "$in seq 1000 | less"
check "| entry less" person see "23\\n" type G see "1000" type q end 0 -- bash -c "seq 1000 | $in less"
check "entry <file" person see "root:" end 0 -- bash -c "$in head -1 </etc/passwd"
check "a pipeline whose program asks" person see 'who?' type 'me\r' see 'hello me\n2\n' end 0 -- \
    bash -c "$in bash -c 'read -p who? x; echo hello \$x; echo 2' | tee /dev/null"
same_bytes() # COMMAND: shows on the terminal what it shows outside
{
    [ "$(person end 0 -- bash -c "$1" | od -c)" = "$(person end 0 -- $in bash -c "$1" | od -c)" ]
}
for command in 'printf "a\nb\r\n\tc\n\n\x1b[1mbold\x1b[m \xff\x00."' 'printf "x\n" >&2; tput cols' 'stty size; stty -a' \
    'stty -onlcr; printf "1\n2\n"' 'seq 5 | cat' 'head -c 300000 /dev/zero | tr "\0" "y"'; do
    check "the same bytes: $command" same_bytes "$command"
done
same_piped() { [ "$(fds "$1 printf 'a\nb\r\n' | cat | od -c" | od -c)" = "$(fds "printf 'a\nb\r\n' | cat | od -c" | od -c)" ]; }
check "the same bytes, piped" same_piped "$in"
same_err() { [ "$(fds "$1 sh -c 'printf \"a\nb\r\n\" >&2' | cat" | od -c)" = "$(fds "printf 'a\nb\r\n'" | od -c)" ]; }
check "the same bytes, standard error beside a pipe" same_err "$in"

## At the keyboard
check "tty, size, a change of it" person see 'prompt> ' type "PS1='in> ' $in bash --norc -i\\r" see 'in> ' type 'tty\r' \
    see /dev/pts/0 see 'in> ' type 'stty size\r' see '24 80' size 30 100 see 'in> ' type 'stty size\r' see '30 100' \
    see 'in> ' type 'exit 7\r' see 'exit' see 'prompt> ' type 'echo st=$?\r' see 'st=7' -- $shell
check "a program is told of a change of size" person see ready size 40 90 see '40 90' type '\x03' end 130 -- \
    $in dash -c 'trap "stty size" WINCH; echo ready; while :; do sleep 0.1; done'
check "^C" person see 'prompt> ' type "$in sleep 100\\r" modes raw type '\x03' see 'prompt> ' modes cooked type 'echo st=$?\r' \
    see 'st=130' -- $plain
check "^\\" person see 'prompt> ' type "$in sleep 100\\r" modes raw type '\x1c' see 'prompt> ' modes cooked type 'echo st=$?\r' \
    see 'st=131' -- $plain
check "^C that is handled" person see ready type '\x03' see 'handled' end 5 -- \
    $in bash -c 'trap "echo handled; exit 5" INT; echo ready; while :; do sleep 0.1; done'
for sh in bash dash; do
    check "^C ends the script that entered: $sh" person see 1 modes raw type '\x03' end 130 modes cooked unseen 2 -- \
        $sh -c "echo 1; $in sleep 100; echo 2; $in sleep 100; echo 2"
done
check "^D" person see ready type 'line\r\x04' see 'line\nline' end 0 -- $in sh -c 'echo ready; cat'
check "^Z, fg, ^C" person see 'prompt> ' type "$in sleep 1000\\r" modes raw type '\x1a' see Stopped \
    run '[ "$(ps -o state= -C sleep)" = T ]' see 'prompt> ' type 'fg\r' see 'sleep 1000\n' modes raw \
    run '[ "$(ps -o state= -C sleep)" = S ]' type '\x03' see 'prompt> ' -- $shell
check "^Z, bg" person see 'prompt> ' type "$in sleep 1001\\r" modes raw type '\x1a' see Stopped see 'prompt> ' type 'bg\r' \
    see 'prompt> ' run '[ "$(ps -o state= -C sleep)" = S ]' type 'kill %1\r' see 'prompt> ' run '! pgrep -x sleep' -- $shell
check "^Z brings the modes back" person see 'prompt> ' type "$in sleep 1002\\r" modes raw type '\x1a' see Stopped modes cooked \
    type 'fg\r' modes raw type '\x03' see 'prompt> ' modes cooked -- $plain
check "in the background, until it reads" person see 'prompt> ' type "$in cat &\\r" see 'prompt> ' \
    run '[ "$(ps -o state= -C cagefs_enter_si)" = T ]' type '\r' see Stopped see 'prompt> ' type 'fg\r' see 'cat\n' modes raw \
    type 'hello\r' see 'hello\nhello\n' type '\x04' see 'prompt> ' -- $shell
check "in the background it writes" person see 'prompt> ' type "$in sh -c 'sleep 0.2; echo writ''ten' &\\r" see 'written' \
    -- $shell
check "kill -TSTP and -CONT of the entry" person see 'prompt> ' type "$in sleep 1003\\r" modes raw \
    run 'kill -TSTP $(pgrep -f "^cagefs_enter_site.*1003")' see Stopped see 'prompt> ' type 'fg\r' see 'sleep 1003\n' modes raw \
    type '\x03' see 'prompt> ' -- $shell
check "job control of a shell inside" person see 'prompt> ' type "PS1='in> ' $in bash --norc -i\\r" see 'in> ' \
    type 'sleep 1004\r' run 'pgrep -x sleep' type '\x1a' see Stopped see 'in> ' type 'fg\r' see 'sleep 1004\n' type '\x03' \
    see 'in> ' type 'suspend\r' see Stopped see 'prompt> ' type 'fg\r' see 'bash' type '\r' see 'in> ' type 'exit\r' see exit \
    see 'prompt> ' -- $shell
check "an editor" person see 'prompt> ' type "$in vi $A/text\\r" see '~' modes raw type 'iabc\x1b:x\r' see 'prompt> ' modes cooked \
    type "cat $A/text\\r" see 'abc' -- $plain
check "script inside" person see 'Script started' type 'exit\r' see 'Script done' end 0 -- \
    $in script -c 'sh -i' /dev/null
check "a password is not shown" person see 'Password: ' type 'sesame\r' see 'got 6' unseen sesame end 0 -- \
    $in python3 -c 'import getpass; print("got", len(getpass.getpass()))'
check "a password, with input and output elsewhere" person see 'Password: ' type 'sesame\r' end 0 run "grep -qx 6 $A/length" -- \
    bash -c "echo x | $in python3 -c 'import getpass; print(len(getpass.getpass()))' >$A/length"

## Ends
for status in 0 1 42 255; do
    check "status $status" person end $status -- $in sh -c "exit $status"
done
check "a signal" person end 143 -- $in sh -c 'kill $$'
check "no such program" person see 'nosuch' end 127 modes cooked -- $in nosuch
check "no such site" person see 'no isolated site' end 126 modes cooked -- cagefs_enter_site c.example true
for sig in TERM HUP INT; do
    check "SIG$sig of the entry" person modes raw run "kill -$sig \$(pgrep -f '^cagefs_enter_site.*1005')" \
        end $((128 + $(kill -l $sig))) modes cooked run '! pgrep -x sleep' -- $in sleep 1005
done
check "kill -9 of the entry" person modes raw run 'kill -9 $(pgrep -f "^cagefs_enter_site.*1006")' end 137 modes cooked \
    run '! pgrep -x sleep' -- $in sleep 1006
check "kill -9 of the program" person modes raw run 'kill -9 $(pgrep -f "^sleep 1007")' end 137 modes cooked -- $in sleep 1007
check "the terminal hangs up" person see ready hang-up run '! pgrep -f "^sleep 1008"' -- $in sh -c 'echo ready; sleep 1008; true'
check "it hangs up, and the program does not care" person see ready hang-up run "test -e $A/went-on" \
    end 0 -- $in sh -c "trap '' HUP; echo ready; cat; sleep 0.2; touch $A/went-on"
check "a job in the background outlives its terminal" person see 'prompt> ' \
    type "$in sh -c 'sleep 1; cat; touch $A/outlived' >/dev/null 2>&1 &\\r" see 'prompt> ' run 'pgrep -x cagefs_enter_si' \
    type 'exit\r' end 0 hang-up run "test -e $A/outlived" -- $shell
check "all of the output" person see "\\n20000\\n" end 0 -- $in seq 20000
check "nobody reads: ^C arrives" person see ready deaf type '\x03' run '! pgrep -x yes' hears end 130 -- $in sh -c 'echo ready; exec yes'
check "nobody reads: SIGTERM arrives" person see ready deaf run '[ "$(ps -o state= -C yes)" = S ]' \
    run 'pkill -x cagefs_enter_si; ! pgrep -x yes' hears end 143 -- $in sh -c 'echo ready; exec yes'
check "nobody reads, the program has ended: SIGTERM ends the entry" person deaf run "test -e $A/begun" \
    run 'sleep 0.5; ! pgrep -x seq' run 'pkill -x cagefs_enter_si' end 0 -- $in sh -c "touch $A/begun; exec seq 3000"
check "what nobody reads does not hold what is shown" person see ready flood run "touch $A/go" see done end 0 -- \
    $in sh -c "stty -echo; echo ready; until test -e $A/go; do sleep 0.1; done; echo done"
check "what floods the terminal after the end is cut" person end 0 -- $in bash -c "trap '' HUP TTOU; yes & exit 0"
check "and ends" wait_until 10 sh -c '! pgrep -x yes'
flags_of_it() { fds "$in true; python3 -c 'import os; print(os.get_blocking(0), os.get_blocking(1))'"; }
expect_output "the caller's descriptors block as before" $'True True\n' flags_of_it
check "nothing is left" wait_until 10 sh -c '! pgrep "sitecage-(watch|leader)|cagefs_enter"'

## Terminals are the site's own
cat >/usr/local/bin/many-terminals <<'PROGRAM'
#!/usr/bin/env python3
import os
n = 0
try:
    while os.openpty():
        n += 1
except OSError:
    print("at most", n)
PROGRAM
chmod 755 /usr/local/bin/many-terminals
some() { as_user john $in sh -c 'ulimit -n 4096; many-terminals' | grep -qE '^at most (1[0-9][0-9]|2[0-5][0-9])$'; }
check "a site can have some" some
no_terminal_left()
{
    as_user john $in python3 -c 'import os, time
try:
    while os.openpty(): pass
except OSError:
    open("'$A/all'", "w").close(); time.sleep(1009)' &
    wait_until 20 test -e $A/all && person see 'cannot make a terminal' end 126 -- $in true
}
check "with none left nothing runs on the caller's" no_terminal_left
check "another site has its own" person end 0 -- cagefs_enter_site b.example true
check "without a terminal it runs" as_user john $in true
pkill -f ^python3.*1009

## cron's shell, LSAPI: the same on a terminal
site=$(python3 -c 'import urllib.parse; print(urllib.parse.quote("'$A'"))')
check "cron's shell" person see '/dev/pts/0' end 0 -- env SITECAGE_SITE="$site" SITECAGE_SHELL=/bin/sh \
    /usr/libexec/sitecage/cron-shell -c tty
printf '#!/bin/sh\ntty\n' >/usr/local/bin/lsphp
chmod 755 /usr/local/bin/lsphp
check "lsphp" person see '/dev/pts/0' end 0 -- env -C $A DOCUMENT_ROOT=$A /usr/libexec/sitecage/lsphp

## What proxyexec runs outside for a caller inside has the site's terminal, while the entry lasts
cat >/usr/local/bin/outside <<'PROGRAM'
#!/bin/sh
case $1 in
fds) stat -L -c 'device %d' - <&0; ps -o tty= -p $$ ;;
left) exec python3 /home/john/a/left-behind.py "$2" /home/john/a/log ;;
esac
PROGRAM
chmod 755 /usr/local/bin/outside
echo 'OUTSIDE:noproceed=/usr/local/bin/outside' >/etc/cagefs/test.proxy.commands
client=/usr/libexec/sitecage/sitecage-proxyexec
check "proxyexec's daemon reads it" wait_until 10 as_user john $in $client OUTSIDE fds
device_in() { person end 0 -- $in stat -L -c 'device %d' /dev/pts; }
device_out() { person end 0 -- $in $client OUTSIDE fds | head -1; }
check "a program outside has the site's terminal" test "$(device_in)" = "$(device_out)"
check "and is not controlled by it" person see '?\n' end 0 -- $in $client OUTSIDE fds
for form in foreground keep-reading passed; do
    rm -f $log* $A/ended
    check "left outside, $form: what is typed arrives" person run "test -e $A/ended" run "touch $log.now" \
        run "grep -qx ready $log" "${echoed[@]}" run "touch $log.end" run "! pgrep -f '^python3 [^ ]*left-behind'" -- \
        bash -c "$in $client OUTSIDE left $form; touch $A/ended; exec cat"
    check "left outside, $form: it got nothing" got_nothing || cat $log
done
finish
