#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A shutdown sends SIGTERM to every process and waits for them: nothing of Sitecage makes it wait. Nobody in a site can
# end the site's first process by that.
# Functions are called by the checks; $ in single quotes is PHP's or the inner shell's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"

H=/home/john
lives() { [ -n "$1" ] && [ -e "/proc/$1" ]; }
gone_within() { wait_until "$2" gone "$1"; }
gone() { [ -n "$1" ] && ! lives "$1"; }
monitor_pid() { ps -e -o pid=,args= | awk '$2 ~ /\/sitecage-monitor$/ && !/--(chore|wanted)/ { print $1; found = 1 } END { exit !found }'; }
is_caged() { [ "$(php_eval "$1" 'echo getmypid() < 100 ? "caged" : "open";')" = caged ]; }
# What a shutdown would wait for: all but who asks. A process that only waits to be reaped is none.
left()
{
    local dir text
    for dir in /proc/[0-9]*; do
        case ${dir#/proc/} in 1 | "$$" | "$BASHPID") continue ;; esac
        text=$(<"$dir/stat") 2>/dev/null || continue
        [[ ${text##*)} = " Z"* ]] || echo "$text"
    done
}
none_left() { [ -z "$(left)" ]; }

panel_install
echo "debug = on" >>/etc/sitecage.conf
make_user john
make_user mary
make_site john cgi.example $H/cgi.example
fpm_site john fpm.example $H/fpm.example
fpm_site john outer.example $H/public_html
fpm_site john inner.example $H/public_html/inner
fpm_start
apache_start
check "allow-all" cagefsctl --site-isolation-allow-all
check "enable" cagefsctl --site-isolation-enable cgi.example fpm.example inner.example
check "CGI is in its cage" is_caged cgi.example
check "FPM is in its cage" is_caged fpm.example
check "the nested one, too" is_caged inner.example
check "the outer one serves" php_eval outer.example 'echo "ok";'

# From within: as the site's user, and as a root that is nobody in the site's own pid namespace's parents. Forged: what
# the kernel says of a sender from outside (no pid), said by the sender.
k=$(keeper_of john cgi.example)
cat >/run/forged.py <<'PYTHON'
import ctypes, os, struct, sys
number = {"x86_64": 129, "aarch64": 138}[os.uname().machine] # rt_sigqueueinfo
libc = ctypes.CDLL(None, use_errno=True)
for code in (-1, -2, -3, -4, -5, -60): # SI_QUEUE, SI_TIMER, ...
    info = ctypes.create_string_buffer(struct.pack("iiiiii", 15, 0, code, 0, 0, 0), 128)
    if libc.syscall(number, 1, 15, info) != 0:
        sys.exit(f"code {code}: errno {ctypes.get_errno()}")
PYTHON
inside() { nsenter --target "$k" --pid --ipc "$@"; }
still_serves() { sleep 1.5 && lives "$k" && is_caged cgi.example && [ "$(keeper_of john cgi.example)" = "$k" ]; }
check_not "the site's user may not signal its first process" as_user john cagefs_enter_site cgi.example sh -c 'kill -TERM 1'
check "root in the site may" inside kill -TERM 1
check "which does not end it" still_serves
check "not with forged words either" inside python3 /run/forged.py
check "which does not end it" still_serves
check_not "the site's user may not from outside" as_user john kill -TERM "$k"

# From outside: at once when the site is empty, soon with a process that does not end by itself. A request comes to a
# new one, and is answered.
check "root ends an empty one" kill -TERM "$k"
check "at once" gone_within "$k" 2
check "the next request is in a cage" is_caged cgi.example
probe_start p john cgi.example
check "a process that ignores SIGTERM" probe p "trap '' TERM"
k=$(keeper_of john cgi.example)
inner=$(probe_pid p)
check "root ends its site" kill -TERM "$k"
check "a request that comes then is answered" is_caged cgi.example
check "it has ended" gone_within "$k" 5
check "and the process with it" gone_within "$inner" 1

# The daemon, while an account that it has to look at is locked: its worker comes again and again, and none waits.
wait_until 10 monitor_pid
m=$(monitor_pid)
uid=$(id -u john)
exec {lock}>>"/run/sitecage/lock/$uid"
flock -x "$lock"
visited_locked() { grep -q "user=john looked at: another change of the account" /var/log/sitecage.log; }
check "a home changes" as_user john mkdir $H/new
check "the daemon finds the account locked" wait_until 10 visited_locked
workers() { pgrep -f -- "--chore account"; }
none_stays()
{
    local pid
    for pid in $1; do gone "$pid" || return 1; done
}
seen=$(workers)
check "and does not wait for it" wait_until 2 none_stays "$seen"
check "it is ended" kill -TERM "$m"
check "and ends, while the lock is held" gone_within "$m" 15
exec {lock}>&-
check "a new one starts" /usr/libexec/sitecage/sitecage-monitor --daemon
monitor_is_one() { [ "$(monitor_pid | wc -l)" = 1 ]; }
sleep 2
check "idle, it is ended" wait_until 10 monitor_is_one
m=$(monitor_pid)
check "by SIGTERM" kill -TERM "$m"
check "and ends" gone_within "$m" 10
check "a new one starts" /usr/libexec/sitecage/sitecage-monitor --daemon

# Everything at once, as systemd-shutdown does. Another site has a process that stays; requests are under way.
probe_start q john cgi.example
check "a process that ignores SIGTERM" probe q "trap '' TERM"
check "all of Sitecage's long-lived processes are there" sh -c 'for name in sitecage-keeper sitecage-monito sitecage-fpm sitecage-proxye; do pgrep -x "$name" || exit 1; done'
put_php fpm.example slow.php 'sleep(60);'
put_php cgi.example slow.php 'sleep(60);'
http fpm.example /slow.php >/dev/null 2>&1 &
http cgi.example /slow.php >/dev/null 2>&1 &
sleep 1
trap : TERM
kill -TERM -1
check "ten seconds later no process is left" wait_until 10 none_left || ps -e -o pid,ppid,stat,args
finish
