#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Limits that are set while a site runs hold for what runs already: PHP-FPM's master and workers, FastCGI programs,
# shells, what they started; also for what was just being started, and for what tries to run away. Limits that are
# taken away hold no longer.
# Functions are called by the checks; $ in single quotes is PHP's or the inner shell's.
# shellcheck disable=SC2317,SC2016,SC2154
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi fcgid"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"
# shellcheck source=tests/boxlib/groups.sh
. "$SC_SOURCE/tests/boxlib/groups.sh"

gcc -O1 -D_GNU_SOURCE -o /usr/local/bin/eat "$SC_SOURCE/tests/boxlib/eat.c" || exit
cat >/run/hop.c <<'C'
/* hop: a process that lives for an instant and goes on in its child. hop N: N chains of them, in sessions of their own. */
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    for (int i = argc > 1 ? atoi(argv[1]) : 1; i > 1 && fork() != 0; i--)
        ;
    setsid();
    for (;;)
        if (fork() > 0)
            _exit(0);
}
C
gcc -O1 -o /usr/local/bin/hop /run/hop.c || exit
cat >/run/deaf.c <<'C'
/* deaf: its first thread has ended, another one lives; debuggers see nothing of it. */
#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>
static void *stay(void *arg) { sleep(1000); return arg; }
int main(void)
{
    pthread_t t;
    prctl(PR_SET_DUMPABLE, 0);
    pthread_create(&t, 0, stay, 0);
    pthread_exit(0);
}
C
gcc -O1 -pthread -o /usr/local/bin/deaf /run/deaf.c || exit
show=$SC_BUILD/tests/limits-show
caps=$("$show" caps)
printf '%s\n' "$caps" | sed 's/^/     /'
for needed in pmem nproc; do
    grep -qx "$needed yes" <<<"$caps" || fail "this machine can hold $needed" "it cannot: nothing is tried here"
done

H=/home/john
iso() { as_user john isolatectl "$@"; }
set_limits() { iso limits set --domain "$@"; }
keeper_ns() { readlink "/proc/$(keeper_of john "$1")/ns/pid"; }

# of_site DOCROOT: "PID" of each living process of the site but its keeper. A zombie of one thread is none.
of_site()
{
    local ns pid keeper
    keeper=$(keeper_of john "$1") && ns=$(readlink "/proc/$keeper/ns/pid") || return
    for pid in /proc/[0-9]*; do
        pid=${pid#/proc/}
        [ "$pid" != "$keeper" ] && [ "$(readlink "/proc/$pid/ns/pid" 2>/dev/null)" = "$ns" ] || continue
        ! grep -qs '^State:.*Z' "/proc/$pid/status" || grep -qs '^Threads:.*[^1]$' "/proc/$pid/status" || continue
        echo "$pid"
    done
}
# group_files: of the site's groups, in all hierarchies
members() { find /sys/fs/cgroup -path "*/sitecage/*/$1/cgroup.procs" -print0 | xargs -0r "${2:-cat}"; }
id_of() { sed -n "s/^isolated \([0-9]*\) .*$1\$/\1/p" "/run/sitecage/$(id -u john)/sites"; }
# threads_in PID FILE: version 2 does not list a process whose first thread has ended, but lists the others.
threads_in()
{
    local thread n=0
    for thread in "/proc/$1/task"/*; do
        thread=${thread##*/}
        [ "$thread" = "$1" ] && continue
        n=$((n + 1))
        grep -qsx "$thread" "$2" || return 1
    done
    [ $n -gt 0 ]
}
# all_in DOCROOT-BELOW-HOME: each process of the site is in each of the site's groups
all_in()
{
    local pid id file
    id=$(id_of "$1")
    local files=0 processes=0
    while read -r file; do
        files=$((files + 1))
        for pid in $(of_site "$1"); do
            processes=$((processes + 1))
            grep -qx "$pid" "$file" || [ ! -e "/proc/$pid" ] || threads_in "$pid" "${file%procs}threads" ||
                { echo "not in $file: $(tr '\0' ' ' <"/proc/$pid/cmdline") $(grep State "/proc/$pid/status")" && return 1; }
        done
    done < <(find /sys/fs/cgroup -path "*/sitecage/*/$id/cgroup.procs")
    [ $files -gt 0 ] && [ $processes -gt 0 ] || { echo "nothing to compare: $files files, $processes processes" && return 1; }
}

panel_install
make_user john
fpm_memory=512M
fpm_site john fpm.example $H/fpm.example
make_site john shell.example $H/shell.example
make_site john cgid.example $H/cgid.example shebang
sed -i 's/AddHandler cgi-script .php/AddHandler fcgid-script .php/; /REDIRECT_STATUS/d' /etc/apache2/sites-enabled/cgid.example.conf
sed -i "/fcgid-script/a FcgidWrapper $H/cgi-bin/php .php" /etc/apache2/sites-enabled/cgid.example.conf
fpm_start
apache_start
check "allow-all" cagefsctl --site-isolation-allow-all
check "enable" cagefsctl --site-isolation-enable fpm.example shell.example cgid.example

## Without limits: all that runs is counted
expect_output "a page" ok php_eval fpm.example 'echo "ok";'
expect_output "FastCGI" cgi-fcgi php_eval cgid.example 'echo php_sapi_name();'
check "PHP-FPM's master and workers are in the site's groups" all_in fpm.example
check "FastCGI's programs are" all_in cgid.example

## PHP-FPM: what the issue was
takes='ini_set("memory_limit", "512M"); $s = str_repeat("x", 250 << 20); echo strlen($s) >> 20;'
expect_output "control: a running site without a limit takes 250 MB" 250 php_eval fpm.example "$takes"
master=$(pgrep -f -o 'php-fpm: master process \(/proc/self/fd')
expect_contains "limits set: success" '"result": "success"' set_limits fpm.example --pmem 134217728
check "master and workers are in the groups" all_in fpm.example
check_not "128 MiB hold: 250 MB are not taken" php_eval fpm.example "$takes"
check "the master is the same" test -e "/proc/$master"
expect_output "it serves" ok php_eval fpm.example 'echo "ok";'
expect_output "what is below the limit is taken" 60 php_eval fpm.example 'ini_set("memory_limit", "512M"); echo strlen(str_repeat("x", 60 << 20)) >> 20;'
check "nproc, too" set_limits fpm.example --nproc 30
check "they are in the groups" all_in fpm.example
expect_output "no more than 30 processes" refused php_eval fpm.example 'for ($i = 0; $i < 60; $i++) $p[] = proc_open(["/bin/sleep", "3"], [], $x); echo in_array(false, $p, true) ? "refused" : "all";'
sleep 3
expect_contains "all taken away" '"pmem": 0' set_limits fpm.example --pmem 0 --nproc 0
check "processes go back, the groups only count" only_counts "$(id_of fpm.example)"
check "they are in those" all_in fpm.example
expect_output "and 250 MB are taken again" 250 php_eval fpm.example "$takes"
check "the master is still the same" test -e "/proc/$master"

## Edited by hand, and followed
edit()
{
    jq --arg d "$1" ".domains[\$d].limits = $2" $H/.lve/domains.json >/run/edited && put_file john $H/.lve/domains.json 600 </run/edited
}
monitor_gone() { ! pgrep -x sitecage-monito; }
pkill -x sitecage-monito
wait_until 10 monitor_gone
check "the file is edited" edit fpm.example '{"pmem": 134217728}'
check "apply" iso limits apply --domain fpm.example
check_not "it holds" php_eval fpm.example "$takes"
check "the file is edited" edit fpm.example '{}'
check "regenerate" cagefsctl --site-isolation-regenerate john
expect_output "no limit holds" 250 php_eval fpm.example "$takes"
check "the file is edited" edit fpm.example '{"pmem": 134217728}'
check "regenerate" cagefsctl --site-isolation-regenerate john
check_not "it holds" php_eval fpm.example "$takes"
check "no limit" set_limits fpm.example --pmem 0
check "the daemon starts" /usr/libexec/sitecage/sitecage-monitor --daemon
check "the file is edited" edit fpm.example '{"pmem": 134217728}'
limited() { ! only_counts "$(id_of "$1")" >/dev/null; }
check "the daemon sets the limit" wait_until 10 limited fpm.example
check "all is in the groups" wait_until 10 all_in fpm.example
check_not "it holds" php_eval fpm.example "$takes"

## Shells, and what they left behind; vmem, which is no group's
probe_start p john shell.example
check "a process in the background" probe p 'setsid sleep 1000 >/dev/null 2>&1 </dev/null & true'
check "one with a thread that outlives the first" probe p 'setsid deaf >/dev/null 2>&1 </dev/null & true'
expect_output "vmem before" unlimited$'\n' probe p 'ulimit -v'
check "limits set" set_limits shell.example --pmem 134217728 --vmem 1073741824
check "all are in the groups" all_in shell.example
expect_output "vmem holds in the running shell" 1048576$'\n' probe p 'ulimit -v'
expect_output "for good" 1048576$'\n' probe p 'ulimit -Hv'
check_not "pmem holds" probe p 'eat mem 250'
check_not "vmem holds" probe p 'eat vm 2000'
check "another vmem" set_limits shell.example --vmem 536870912
expect_output "is had by the running shell" 524288$'\n' probe p 'ulimit -Hv'
# What runs can be given more only by a root that may (CAP_SYS_RESOURCE): not in every container.
may_raise=$((0x$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status) >> 24 & 1))
echo "     root may raise limits here: $may_raise"
check "more vmem" set_limits shell.example --vmem 2147483648
if [ $may_raise = 1 ]; then
    expect_output "is had by the running shell" 2097152$'\n' probe p 'ulimit -Hv'
fi
probe_start q john shell.example
expect_output "and by a new one" 2097152$'\n' probe q 'ulimit -Hv'
probe_end q
check "one that has less by itself" probe p '(ulimit -v 500000; exec setsid sleep 1001 >/dev/null 2>&1 </dev/null) & true'
check "no vmem" set_limits shell.example --vmem 0
if [ $may_raise = 1 ]; then
    expect_output "is unlimited" unlimited$'\n' probe p 'ulimit -Hv'
fi
address_space() { sed -n 's/^Max address space *\([^ ]*\) .*/\1/p' "/proc/$(pgrep -f 'sleep 1001')/limits"; }
expect_output "what a process set by itself stays" 512000000$'\n' address_space
check "no limits" set_limits shell.example --pmem 0
check "the groups only count" only_counts "$(id_of shell.example)"
check "and 250 MB are taken" probe p 'eat mem 250'

## FastCGI
expect_output "FastCGI serves" cgi-fcgi php_eval cgid.example 'echo php_sapi_name();'
expect_output "control: 250 MB" 250 php_eval cgid.example "$takes"
check "limits set" set_limits cgid.example --pmem 134217728
check "its programs are in the groups" all_in cgid.example
check_not "it holds" php_eval cgid.example "$takes"
check "no limits" set_limits cgid.example --pmem 0

## What runs away: chains of processes of which each lives for an instant. With as many processes as nproc allows
## none of them can fork any more, and each chain is one process that can be looked at.
probe_end p
probe_start p john shell.example
inner_pid() { probe p 'sh -c "echo \$\$"'; }
check "three chains" probe p 'hop 3 >/dev/null 2>&1 </dev/null &
sleep 0.3'
first=$(inner_pid)
sleep 0.3
check "control: they run, a hundred processes in 0.3 s" test $(($(inner_pid) - first)) -gt 100
check "a process that was stopped before" probe p 'setsid sleep 1002 >/dev/null 2>&1 </dev/null & sleep 0.2; kill -STOP $!'
state_of() { sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$(pgrep -f "$1")/status"; }
check "limits set" set_limits shell.example --nproc 3
three_hops() { [ "$(pgrep -x hop | wc -l)" = 3 ]; }
check "each chain is held" wait_until 5 three_hops
hops=$(pgrep -x hop)
sleep 0.3
expect_output "for good" "$hops"$'\n' pgrep -x hop
check "all of the site is in the groups" all_in shell.example
expect_output "what was stopped before still is" T$'\n' state_of 'sleep 1002$'
check_not "and nothing else is" pgrep -x hop -r T,t
check "the site's end" cagefsctl --remount john
no_hops() { ! pgrep -x hop; }
check "ends them" wait_until 5 no_hops
check "no limits" set_limits shell.example --nproc 0
probe_end p

## What is just being started: an entry that has read the old table, and waits for the site to be built
entry() { as_user john cagefs_enter_site shell.example sleep 100; }
waits() { [ "$(pgrep -c -f 'sitecage-build .* '"$id")" = 1 ]; }
has_groups() { grep -q "^cgroup $id " "/run/sitecage/$(id -u john)/sites"; }
id=$(id_of shell.example)
check_not "the site does not run" keeper_of john shell.example
exec {lock}>>"/run/sitecage/$(id -u john)/$id.build"
flock -x "$lock"
entry {lock}>&- &
check "an entry waits for its site" wait_until 5 waits
set_limits shell.example --pmem 134217728 >/run/set.out 2>&1 {lock}>&- &
check "limits are set meanwhile" wait_until 30 has_groups
exec {lock}>&-
started() { pgrep -f 'sleep 100$'; }
check "it starts" wait_until 20 started
check "the command is done" wait_until 20 grep '"result": "success"' /run/set.out
check "and what it started is in the groups" all_in shell.example
pkill -f 'sleep 100$'
wait

check "disable" cagefsctl --site-isolation-disable fpm.example shell.example cgid.example
check "no group is left" sh -c '! find /sys/fs/cgroup -type d -path "*/sitecage/*" | grep .'
check "nothing is left in /run" test ! -e "/run/sitecage/$(id -u john)"
finish
