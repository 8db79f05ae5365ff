#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# proxyexec: programs outside of the cage for callers inside, and what a hostile caller gets.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

lib=/usr/libexec/sitecage
client=$lib/sitecage-proxyexec
panel_install
make_user john
make_user jane
make_site john a.example /home/john/a.example
make_site john b.example /home/john/b.example
make_site jane c.example /home/jane/c.example
apache_start
echo "B's secret" | put_file john /home/john/b.example/secret 600

## The programs
cat >/usr/local/bin/show <<'PROGRAM'
#!/bin/sh
case ${1:-} in
id) id -un; id -Gn ;;
cwd) pwd ;;
env) env | sort ;;
status) exit "$2" ;;
kill) kill -"$2" $$ ;;
read) cat "$2" ;;
both) cat; echo to stderr >&2 ;;
fds) ls /proc/self/fd ;;
wait)
    trap 'echo got TERM; exit 5' TERM
    trap 'echo got INT; exit 6' INT
    trap 'echo hung up >/tmp/hung-up; exit 7' HUP
    echo ready
    while :; do sleep 0.05; done
    ;;
*) echo "$# $*" ;;
esac
PROGRAM
chmod 755 /usr/local/bin/show
cp /usr/local/bin/show /usr/local/bin/wrapped
cp /usr/local/bin/show /usr/local/bin/filtered
mkdir -p /usr/share/cagefs/safeprograms /etc/cagefs/filters
printf '#!/bin/sh\necho wrapper\nexec %s WRAPPED "$@"\n' "$client" >/usr/share/cagefs/safeprograms/test.wrapper
chmod 755 /usr/share/cagefs/safeprograms/test.wrapper
cat >/etc/cagefs/test.proxy.commands <<'FILE'
# a test's
SHOW=/usr/local/bin/show
SHOW2:noproceed=/usr/local/bin/show
WRAPPED:test.wrapper=/usr/local/bin/wrapped
FILTERED=/usr/local/bin/filtered
ROOTSHOW:noproceed=root:/usr/local/bin/show
JANESHOW:noproceed=jane:/usr/local/bin/show
MISSING:noproceed=/usr/local/bin/nosuch
FILE
cat >/etc/cagefs/filters/filtered.json <<'FILE'
{"/usr/local/bin/filtered": {"deny": ["-be"], "restrict_path": ["-C"], "strict_options": true}}
FILE

check_not "no daemon before the feature is on" test -e /run/sitecage/proxy.sock
out() { as_user john "$client" "$@"; }
expect_fail 111 "the proxyexec service does not run" out SHOW

cagefsctl --site-isolation-allow-all >/dev/null
cagefsctl --site-isolation-enable a.example c.example >/dev/null

## Outside
expect_output "arguments" $'3 a b c d\n' out SHOW a 'b c' d
expect_output "no arguments, and an empty one" $'1 \n' out SHOW ''
expect_output "runs as the caller, with his groups" $'john\njohn\n' out SHOW id
expect_output "runs as root where the file says so" $'root\nroot\n' out ROOTSHOW id
expect_output "runs as another user" $'jane\njane\n' out JANESHOW id
expect_output "the exit status" '7' sh -c 'setpriv --reuid john --regid john --init-groups '"$client"' SHOW status 7; printf $?'
ended_by() { { (setpriv --reuid john --regid john --init-groups "$client" SHOW kill KILL); echo $?; } 2>/dev/null; }
expect_output "the signal that ended it" $'137\n' ended_by
piped() { echo "through stdin" | out SHOW both 2>&1; }
expect_output "stdin, stdout, stderr" $'through stdin\nto stderr\n' piped
in_dir() { (cd "$1" && shift && out SHOW cwd); }
expect_output "the working directory" $'/home/john/b.example\n' in_dir /home/john/b.example
expect_output "it has 0-2 and no more" $'0\n1\n2\n3\n' out SHOW fds
environment()
{
    cd /
    as_user john env TERM=xterm LANG=C.UTF-8 LC_ALL=C TZ=UTC COLUMNS=80 LD_PRELOAD=/x PATH=/evil:/usr/bin SECRET=1 TERMINFO=/x \
        PROXYEXEC_UID=0 "$client" "${1:-SHOW}" env
}
uid=$(id -u john)
expect_output "the environment" "COLUMNS=80
HOME=/home/john
LANG=C.UTF-8
LC_ALL=C
LOGNAME=john
PATH=/usr/local/bin:/usr/bin:/bin
PROXYEXEC_GID=$(id -g john)
PROXYEXEC_SITE=
PROXYEXEC_UID=$uid
PWD=/
SHELL=/bin/sh
TERM=xterm
TZ=UTC
USER=john
" environment
bad_zone() { as_user john env TZ=:/etc/shadow LANG=../x LC_MESSAGES=/x TERM=../x "$client" SHOW env; }
expect_lacks "no variable that names a file" "/etc/shadow" bad_zone
expect_lacks "nor a path" "../x" bad_zone
expect_fail 127 "NOSUCH is no command that runs outside" out NOSUCH
expect_fail 127 "No such file" out MISSING
expect_fail 1 "Cannot be run as root" "$client" SHOW
expect_fail 2 "usage" out

## Filters
expect_output "an option that may pass" $'1 -bs\n' out FILTERED -bs
expect_fail 1 "the option -be is not allowed" out FILTERED -be
expect_fail 1 "the option -bexyz is not allowed" out FILTERED -bexyz
expect_fail 1 "the option -vbe is not allowed" out FILTERED -vbe
expect_output "a path below the home" $'2 -C /home/john/x\n' out FILTERED -C /home/john/x
expect_fail 1 "must be below /home/john" out FILTERED -C /etc/passwd
expect_fail 1 "must be below /home/john" out FILTERED -C/home/john/../jane/x
as_user john ln -s /etc /home/john/etc
expect_fail 1 "must be below /home/john" out FILTERED -C /home/john/etc/passwd
echo '{"x": 1}' >/etc/cagefs/filters/filtered.json
expect_fail 126 "the server's settings are wrong" out FILTERED -bs
cat >/etc/cagefs/filters/filtered.json <<'FILE'
{"default": {"allow": ["-a", "--long"]}}
FILE
expect_output "allowed ones" $'3 -a --long=1 word\n' out FILTERED -a --long=1 word
expect_fail 1 "the option -b is not allowed" out FILTERED -b

## Settings that root must not obey
chmod 666 /etc/cagefs/test.proxy.commands
expect_fail 126 "the server's settings are wrong" out SHOW
chmod 644 /etc/cagefs/test.proxy.commands
chmod 777 /usr/local/bin/show
expect_fail 126 "the server's settings are wrong" out ROOTSHOW id
chmod 755 /usr/local/bin/show

## Signals, and callers that go away
start_waiting()
{
    rm -f /tmp/said
    setpriv --reuid john --regid john --init-groups "$client" SHOW wait >/tmp/said 2>/dev/null &
    caller=$!
    wait_until 5 grep -q ready /tmp/said
}
signalled()
{
    start_waiting || return 1
    kill -"$1" "$caller"
    wait "$caller"
    printf '%s %s\n' "$?" "$(tail -n 1 /tmp/said)"
}
expect_output "SIGTERM is passed on" $'5 got TERM\n' signalled TERM
expect_output "SIGINT is passed on" $'6 got INT\n' signalled INT
vanish()
{
    rm -f /tmp/hung-up
    touch /tmp/hung-up.ok
    start_waiting || return 1
    kill -KILL "$caller"
    wait_until 5 test -e /tmp/hung-up && wait_until 5 sh -c '! pgrep -x show'
}
check "who is killed takes the program with him" vanish 2>/dev/null

## In an isolated site: the programs are replaced
in_site() { php_eval a.example 'chdir("/home/john/a.example"); exec('"'$1'"' . " 2>&1", $o, $s); echo implode("\n", $o), "\n", $s;'; }
expect_output "inside, the program itself sees no sibling" $'1' php_eval a.example 'echo (int)!is_dir("/home/john/b.example/.") | (int)!is_readable("/home/john/b.example/secret");'
expect_contains "the program at its own path runs outside" "B's secret" in_site '/usr/local/bin/show read /home/john/b.example/secret'
expect_contains "also by PATH, whatever it is called by" "B's secret" in_site 'ln -sf /usr/local/bin/show ./other; ./other read /home/john/b.example/secret'
expect_output "the working directory" $'/home/john/a.example\n0' in_site 'show cwd'
expect_output "another /tmp is inside: the document root instead" $'/home/john/a.example\n0' in_site 'cd /tmp && show cwd'
expect_contains "the site" "PROXYEXEC_SITE=60000:/home/john/a.example" in_site 'show env'
expect_output "a wrapper" $'wrapper\njohn\njohn\n0' in_site 'wrapped id'
expect_output "no wrapper for noproceed" $'1 x\n0' in_site "$client SHOW2 x"
cat >/etc/cagefs/filters/show.json <<'FILE'
{"default": {"restrict_path": ["-C"]}}
FILE
expect_contains "paths: below the document root" "must be below /home/john/a.example" in_site 'show -C /home/john/b.example/secret'
expect_output "this one is" $'2 -C x\n0' in_site 'show -C x'
rm /etc/cagefs/filters/show.json

## Raw callers inside: PHP with the bytes of docs/proxyexec-protocol.md
put_php a.example raw.php '
function body($name, $args, $cwd = "/home/john/a.example", $kind = 1) {
    $b = pack("Cx3nn", $kind, count($args), 0) . "$cwd\0$name\0";
    foreach ($args as $a) $b .= "$a\0";
    return $b;
}
function msg($b) { return "SPX1" . pack("N", strlen($b)) . $b; }
function dial($path = "/run/sitecage/sock") {
    $s = socket_create(AF_UNIX, SOCK_STREAM, 0);
    return @socket_connect($s, $path) ? $s : null;
}
function fds($n) {
    $all = [];
    for ($i = 0; $i < $n; $i++)
        $all[] = fopen($i < 3 ? "/dev/null" : __FILE__, $i && $i < 3 ? "w" : "r");
    return $all;
}
function hand($s, $bytes, $n) {
    $m = ["iov" => [$bytes]];
    if ($n) $m["control"] = [["level" => SOL_SOCKET, "type" => SCM_RIGHTS, "data" => fds($n)]];
    return @socket_sendmsg($s, $m, 0);
}
function answer($s) {
    socket_set_option($s, SOL_SOCKET, SO_RCVTIMEO, ["sec" => 8, "usec" => 0]);
    $all = "";
    while (($more = @socket_read($s, 4096)) !== false && $more !== "") $all .= $more;
    if ($all === "") return "nothing";
    $h = unpack("a1type/Cvalue/nlen", $all);
    return $h["type"] . $h["value"] . " " . substr($all, 4);
}'
raw() { php_eval a.example 'require "raw.php"; '"$1"; }
expect_output "control: a right message is served" 'X7 ' raw '$s = dial(); hand($s, msg(body("SHOW", ["status", "7"])), 4); echo answer($s);'
for n in 0 1 2 3 5; do
    expect_output "$n descriptors are refused" 'E100 this is no request' \
        raw '$s = dial(); hand($s, msg(body("SHOW", ["status", "7"])), '$n'); echo answer($s);'
done
expect_output "another magic" 'E100 this is no request' raw '$s = dial(); hand($s, "SPX2" . substr(msg(body("SHOW", [])), 4), 4); echo answer($s);'
expect_output "4 GB announced" 'E100 this is no request' raw '$s = dial(); hand($s, "SPX1\xff\xff\xff\xff", 4); echo answer($s);'
expect_output "counts that do not fit" 'E100 this is no request' raw '$b = body("SHOW", ["a"]); $b[5] = "\x09"; $s = dial(); hand($s, msg($b), 4); echo answer($s);'
expect_output "bytes left over" 'E100 this is no request' raw '$s = dial(); hand($s, msg(body("SHOW", ["a"]) . "x\0"), 4); echo answer($s);'
expect_output "a relative directory" 'E100 this is no request' raw '$s = dial(); hand($s, msg(body("SHOW", [], "x")), 4); echo answer($s);'
expect_output "half a message and silence" 'E100 the request did not come in time' raw '$s = dial(); hand($s, substr(msg(body("SHOW", [])), 0, 9), 4); echo answer($s);'
expect_output "silence" 'E100 the request did not come in time' raw '$s = dial(); echo answer($s);'
expect_output "a byte every half second gains no time" 'E100 the request did not come in time' \
    raw '$s = dial(); $m = msg(body("SHOW", [])); hand($s, $m[0], 4); for ($i = 1; $i < 6; $i++) { usleep(500000); @socket_write($s, $m[$i]); } echo answer($s);'
expect_output "other words than signals afterwards end the call" 'X7 ' raw '@unlink("/tmp/x"); $s = dial(); hand($s, msg(body("SHOW", ["wait"])), 4); usleep(300000); socket_write($s, "ZZ"); echo answer($s);'
expect_output "the account's own socket is not reached" 'no' raw 'echo dial("/run/sitecage/proxy.sock") ? "yes" : "no";'
expect_output "nor a sibling's directory by its number" 'no' raw 'echo dial("/run/sitecage/'"$uid"'/60000.proxy/sock") ? "yes" : "no";'
expect_contains "a fake directory of the working directory" '/home/john/a.example' \
    in_site 'mkdir -p home && cd home && show cwd'

## Flood
flood='$all = []; $max = 0; for ($i = 0; $i < 10000; $i++) { $s = dial(); if ($s) $all[] = $s; if (count($all) > 400) array_shift($all); } echo "done";'
calls() { pgrep -c -P "$(daemon)" sitecage-proxye; }
daemon() { pgrep -o -x sitecage-proxye; }
most=0
raw "set_time_limit(120); $flood" >/tmp/flood.out 2>&1 &
flooder=$!
while kill -0 "$flooder" 2>/dev/null; do
    now=$(calls)
    [ "$now" -le "$most" ] || most=$now
    sleep 0.02
done
expect_output "10 000 connections of one site" 'done' cat /tmp/flood.out
if [ "$most" -le 16 ] && [ "$most" -gt 0 ]; then pass "never more than 16 of them at once ($most)"; else fail "at most 16 at once" "$most"; fi
hold='$all = []; for ($i = 0; $i < 300; $i++) $all[] = dial(); sleep(3); echo "done";'
raw "$hold" >/tmp/hold.out &
holder=$!
sleep 0.5
expect_output "while a site holds all its places, the account has its own" $'0 \n' out SHOW
expect_output "and another user's site too" $'0\n0' php_eval c.example 'exec("/usr/local/bin/show 2>&1", $o, $s); echo implode("\n", $o), "\n", $s;'
wait "$holder"
expect_output "then it is served again" $'0\n0' in_site 'show'

## Another user's site
other()
{
    # as root, hand john's socket to jane: what no user can do
    mkdir -p /tmp/given && mount --bind "/run/sitecage/$uid/60000.proxy" /tmp/given
    as_user jane php -r '$s = socket_create(AF_UNIX, SOCK_STREAM, 0); socket_connect($s, "/tmp/given/sock"); echo substr(socket_read($s, 99), 4);'
    umount /tmp/given
}
expect_output "a site's socket takes no other user" "this is another user's site" other
expect_fail 2 'Permission denied' as_user jane ls "/run/sitecage/$uid/60000.proxy"
expect_fail 2 'Permission denied' as_user john ls "/run/sitecage/$uid/60000.proxy"

## Restarts, with running cages
before=$(daemon)
kill -KILL "$before"
expect_output "a daemon that is gone: the caller is told, and nothing runs inside instead" \
    $'proxyexec: the proxyexec service does not run; the administrator starts it with: cagefsctl --site-isolation-regenerate USER\n111' \
    in_site 'show x'
expect_fail 111 "the proxyexec service does not run" out SHOW
cagefsctl --site-isolation-regenerate john >/dev/null
check "regenerate starts it" test "$(daemon)" != "$before"
expect_output "running cages find the new one" $'1 x\n0' in_site 'show x'
two=$(daemon)
cagefsctl --site-isolation-regenerate john >/dev/null
cagefsctl --site-isolation-allow-all >/dev/null
check "starting it again changes nothing" test "$(daemon)" = "$two"
cagefsctl --site-isolation-enable b.example >/dev/null
expect_output "a new site is served without a restart" $'1 y\n0' \
    php_eval b.example 'exec("/usr/local/bin/show y 2>&1", $o, $s); echo implode("\n", $o), "\n", $s;'
check_not "a site that is no more has no socket" sh -c "cagefsctl --site-isolation-disable b.example >/dev/null; ls /run/sitecage/$uid/60002.proxy"

## An emptied /run
gone() { ! kill -0 "$two" 2>/dev/null; }
rm -rf /run/sitecage
check "the daemon of a directory that is gone ends" wait_until 5 gone
expect_output "the next entry brings it back" $'1 z\n0' in_site 'show z'
start_waiting
cagefsctl --site-isolation-deny-all >/dev/null
check_not "deny-all ends the daemon" pgrep -f sitecage-proxyexecd$
check "what it ran goes on" kill -0 "$caller"
kill -TERM "$caller"
wait "$caller"
expect_output "to its end" '5' printf %s $?
check_not "no socket is left" test -e /run/sitecage/proxy.sock
expect_fail 111 "the proxyexec service does not run" out SHOW

## Where systemd is the init (a stand-in for systemctl, with what the unit does)
cat >/usr/local/sbin/systemctl <<'STANDIN'
#!/bin/sh
echo "$*" >>/tmp/systemctl.log
case $1 in
start)
    php -r '$s = socket_create(AF_UNIX, SOCK_DGRAM, 0); socket_bind($s, "/run/notify"); touch("/run/notify.ok");
        socket_recvfrom($s, $b, 99, 0, $from); file_put_contents("/tmp/ready", $b);' &
    while ! [ -e /run/notify.ok ]; do sleep 0.05; done
    NOTIFY_SOCKET=/run/notify setsid /usr/libexec/sitecage/sitecage-proxyexecd </dev/null >/dev/null 2>&1 &
    echo $! >/run/unit.pid
    wait %1
    ;;
stop) kill "$(cat /run/unit.pid)" ;;
esac
STANDIN
chmod 755 /usr/local/sbin/systemctl
mkdir -p /run/systemd/system
cagefsctl --site-isolation-allow-all >/dev/null
units() { grep -v sitecage-web /tmp/systemctl.log; } # the service for Apache is another matter
expect_output "the unit is started" $'start sitecage-proxyexec.service\n' units
expect_output "it says when it answers" 'READY=1' cat /tmp/ready
expect_output "it answers" $'1 s\n' out SHOW s
cagefsctl --site-isolation-deny-all >/dev/null
expect_output "the unit is stopped" $'start sitecage-proxyexec.service\nstop sitecage-proxyexec.service\n' units
check_not "it is gone" test -e /run/sitecage/proxy.sock
rm -r /run/systemd/system /usr/local/sbin/systemctl
unit=/usr/lib/systemd/system/sitecage-proxyexec.service
expect_contains "the unit starts it" "ExecStart=$lib/sitecage-proxyexecd" cat "$unit"
check "the unit is enabled, as systemctl would do it" \
    test "$(readlink -f /etc/systemd/system/multi-user.target.wants/sitecage-proxyexec.service)" = "$(readlink -f "$unit")"
finish
