#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Services that systemd confines: entries that they start build no view in their sandbox, and enter sites by the
# service outside where the sandbox lets them not.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

H=/home/john
libexec=/usr/libexec/sitecage
confine=$SC_BUILD/tests/confine
panel_install
make_user john
make_site john a.example $H/a.example
make_site john b.example $H/b.example
for site in a.example b.example; do
    echo "secret of $site" | put_file john "$H/$site/secret"
done
echo "of the machine" >/etc/which-machine
monitor_off

# sandbox [strict] COMMAND...: as ProtectHome=tmpfs, PrivateTmp, PrivateDevices; with `strict` as ProtectSystem=strict,
# too. What it shows as /etc/which-machine is another file than the machine's.
sandbox()
{
    unshare --mount --propagation slave sh -eu -c '
        strict=
        mkdir -p /run/apache2
        [ "$1" != strict ] || { strict=1; shift; }
        echo "of the sandbox" >/run/which-sandbox
        mount --bind /run/which-sandbox /etc/which-machine
        mount -t tmpfs tmpfs /tmp
        [ -n "${SHOW_HOME:-}" ] || mount -t tmpfs tmpfs /home
        mkdir /tmp/dev
        for node in null zero full random urandom tty; do : >/tmp/dev/$node; mount --bind /dev/$node /tmp/dev/$node; done
        mkdir -p /tmp/dev/shm /tmp/dev/pts
        mount --rbind /dev/pts /tmp/dev/pts
        mount --rbind /tmp/dev /dev
        if [ -n "$strict" ]; then
            for dir in /etc /usr /run /sys/fs/cgroup; do mount --rbind $dir $dir; mount -o remount,bind,ro $dir; done
            for dir in /run/apache2 /run/lock; do mount --bind $dir $dir; mount -o remount,bind,rw $dir; done
        fi
        cd /
        exec "$@"' sandbox "$@"
}
in_site() { as_user john cagefs_enter_site a.example "$@"; }
sandboxed_as_john() # [strict] COMMAND...
{
    local strict=()
    [ "$1" != strict ] || { strict=(strict); shift; }
    sandbox "${strict[@]}" setpriv --reuid john --regid john --init-groups env -i PATH=/usr/bin:/bin HOME=/home/john "$@"
}
no_keeper() { ! pgrep -x sitecage-keeper; }
end_keepers()
{
    pkill -KILL -x sitecage-keeper
    wait_until 30 no_keeper
}
service() { pgrep -o -f "^$libexec/sitecage-proxyexecd"; }
no_service() { ! service; }
stop_service()
{
    kill "$(service)"
    wait_until 30 no_service
}
start_service() { $libexec/sitecage-proxyexecd --daemon; }
build_by_hand() { sandbox $libexec/sitecage-build "$(id -u john)" "$id"; }

check_it() { cagefsctl --site-isolation-check 2>/dev/null || [ $? = 1 ]; }
apache_start
check "allow-all" cagefsctl --site-isolation-allow-all
check "enable" cagefsctl --site-isolation-enable a.example
id=$(basename "$(ls /run/sitecage/"$(id -u john)"/*.plan)" .plan)
expect_output "the site outside of any sandbox" $'of the machine\n' in_site cat /etc/which-machine
end_keepers

## What a sandbox would do to a view
check_not "control: a view cannot be built where homes are hidden" build_by_hand
export SHOW_HOME=1
check "control: it can be built in a sandbox" build_by_hand
unset SHOW_HOME
expect_output "control: then it is the sandbox's for everybody" $'of the sandbox\n' in_site cat /etc/which-machine
end_keepers

## The service builds it
expect_output "an entry in a sandbox: the view is the machine's" $'of the machine\n' \
    sandboxed_as_john cagefs_enter_site a.example cat /etc/which-machine
expect_output "and has the home's files" $'secret of a.example\n' \
    sandboxed_as_john cagefs_enter_site a.example cat $H/a.example/secret
check_not "and no sibling's" sandboxed_as_john cagefs_enter_site a.example cat $H/b.example/secret
expect_output "control: where nothing is isolated that file is there" $'secret of b.example\n' as_user john cat $H/b.example/secret
end_keepers
rm -r "/run/sitecage/$(id -u john)"
expect_output "after /run was emptied, too" $'of the machine\n' \
    sandboxed_as_john cagefs_enter_site a.example cat /etc/which-machine

## Without the service nothing is built in a sandbox
end_keepers
stop_service
expect_fail 126 "systemctl start sitecage-proxyexec" sandboxed_as_john cagefs_enter_site a.example cat /etc/which-machine
check "no keeper was started" no_keeper
expect_output "outside of sandboxes entries do without it" $'of the machine\n' in_site cat /etc/which-machine
expect_output "in one they enter what runs already" $'of the machine\n' \
    sandboxed_as_john cagefs_enter_site a.example cat /etc/which-machine
check "the service starts" start_service
socket_mode() { stat -c '%a %U' /run/sitecage/proxy.outside; }
expect_output "its socket is root's alone" $'600 root\n' socket_mode

## What may not join namespaces has it done outside
filtered() { as_user john "$confine" "$@"; }
root_filtered() { "$confine" setpriv --reuid john --regid john --init-groups env -i PATH=/usr/bin:/bin "$@"; }
check_not "control: the filter works" "$confine" nsenter --mount=/proc/self/ns/mnt true
ask() { printf 'what john said' | root_filtered cagefs_enter_site a.example sh -c 'cat; cat secret; id -un; pwd; echo err >&2; exit 7' 2>/tmp/err; echo "status $?"; }
expect_output "a filter against namespaces: input, output, user, place, status" \
    $'what john saidsecret of a.example\njohn\n/home/john/a.example\nstatus 7\n' ask
expect_output "and standard error" $'err\n' cat /tmp/err
check_not "no sibling is read" root_filtered cagefs_enter_site a.example cat $H/b.example/secret
bounded() # CAPABILITIES COMMAND...: without these in the bounding set
{
    local caps=$1
    shift
    setpriv --bounding-set "$caps" setpriv --reuid john --regid john --init-groups env -i PATH=/usr/bin:/bin "$@"
}
expect_output "bounded capabilities" $'secret of a.example\n' bounded -sys_admin cagefs_enter_site a.example cat secret
expect_output "others" $'secret of a.example\n' bounded -sys_ptrace,-setpcap cagefs_enter_site a.example cat secret
privileges() { root_filtered cagefs_enter_site a.example grep -E '^(CapPrm|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; }
expect_output "it has no privilege inside" \
    $'CapPrm:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n' privileges
new_pids() { unshare --pid --fork --mount-proc setpriv --reuid john --regid john --init-groups env -i PATH=/usr/bin:/bin "$@"; }
expect_output "a pid namespace of its own" $'secret of a.example\n' new_pids cagefs_enter_site a.example cat secret

## It ends with its entry, and gets its signals
begun() { pgrep -u john -f '^sleep 4321$'; }
not_begun() { ! begun; }
root_filtered cagefs_enter_site a.example sleep 4321 &
check "a program runs" wait_until 30 begun
kill -KILL "$(pgrep -u john -f '^cagefs_enter_site a.example sleep 4321')"
check "the entry is killed: its program ends" wait_until 30 not_begun
root_filtered cagefs_enter_site a.example sleep 4321 &
entry=$!
wait_until 30 begun
kill -TERM "$(pgrep -u john -f '^cagefs_enter_site a.example sleep 4321')"
wait $entry
check "a signal is passed on" test $? = 143

## Limits
check "limits" as_user john isolatectl limits set --domain a.example --ep 2 --pmem 134217728
strict() { sandboxed_as_john strict cagefs_enter_site a.example "$@"; }
check_not "control: strict means read-only" sandbox strict touch /run/sitecage/x
expect_output "/run read-only, with limits" $'secret of a.example\n' strict cat $H/a.example/secret
strict sleep 4321 &
in_site sleep 4321 &
two() { [ "$(begun | wc -l)" = 2 ]; }
check "two entries run" wait_until 30 two
expect_fail 75 "as many entry processes" root_filtered cagefs_enter_site a.example true
pkill -u john -f '^sleep 4321$'
wait_until 30 not_begun

## Apache in a sandbox: suexec
apache_stop
end_keepers
apache_next_generation
export SHOW_HOME=1
served() { php_eval a.example 'echo file_get_contents("/etc/which-machine"), @file_get_contents("/home/john/b.example/secret");'; }
open() { php_eval b.example 'echo file_get_contents("/etc/which-machine"), @file_get_contents("/home/john/a.example/secret");'; }
posted() { http a.example /post.php --data-binary @/usr/bin/env | cmp - /usr/bin/env; }
put_php a.example post.php 'readfile("php://input");'
check "Apache starts where no namespaces can be made or joined" sandbox "$confine" apache2ctl start
apache_wait
expect_output "control: what is not isolated runs in the sandbox" $'of the sandbox\nsecret of a.example\n' open
expect_output "the isolated site is the machine's" $'of the machine\n' served || apache_logs
check "a body of a request" posted
apache_stop
stop_service
apache_next_generation
sandbox "$confine" apache2ctl start
apache_wait
expect_output "without the service: 503, not un-isolated" 503 http_code a.example /post.php
expect_contains "and the log names what does it" "systemctl start sitecage-proxyexec" cat /var/log/apache2/a.example.error.log
apache_stop
start_service

## mod_sitecage where nothing can be written below /run
apache_next_generation
echo "a page" | put_file john $H/a.example/page.txt
as_user john ln -s $H/b.example/secret $H/a.example/link.txt
as_user john ln -s $H/b.example/secret $H/b.example/link.txt
rm -f /var/lib/sitecage/web/report /var/lib/sitecage/web/group
check "Apache starts" sandbox strict apache2ctl start
apache_wait
reporter() { sed -n 's/^#pid //p' /var/lib/sitecage/web/report; }
expect_output "its report is there" "$(cat /run/apache2/apache2.pid)"$'\n' reporter
expect_output "a page of the isolated site" $'a page\n' http a.example /page.txt
check_not "a link to a sibling" http a.example /link.txt
expect_output "control: of a site that is not isolated" $'secret of b.example\n' http b.example /link.txt
expect_output "and its PHP" $'of the machine\n' served
# as allow-all does it in a server that runs
apache_next_generation
check "it reads its configuration again" sandbox strict apache2ctl graceful
apache_wait
expect_output "and serves" $'a page\n' http a.example /page.txt
apache_stop

## What no entry can work in is said before anything is isolated
apache_next_generation
check "Apache starts without new privileges" setpriv --no-new-privs apache2ctl start
apache_wait
expect_fail 1 "NoNewPrivileges=yes" cagefsctl --site-isolation-enable b.example
expect_contains "check names it, and the way out" "[Service] NoNewPrivileges=no" check_it
expect_contains "and the site that it concerns" "FAILED   domain a.example: CGI: the web server runs with NoNewPrivileges=yes" check_it
apache_stop
apache_next_generation
sandbox apache2ctl start
apache_wait
expect_contains "in a sandbox that does no harm it says so" "OK       web server: its unit: " check_it
stop_service
expect_contains "but not without the service" "FAILED   web server: its unit: " check_it
start_service
apache_stop

## cron in a sandbox
install -m 755 "$SC_SOURCE/tests/boxlib/like_cron.py" /usr/local/bin/like-cron
echo "17 3 * * * cd $H/a.example; cat secret /etc/which-machine; cat ../b.example/secret || true" | crontab -u john -
job() { "$@" like-cron john 'cat secret' 2>/dev/null; }
expect_output "control: a job that is not in the site reads a sibling" \
    $'secret of a.example\nof the machine\nsecret of b.example\n' job env
check "a site's job is led into it" cagefsctl --site-isolation-regenerate john
in_its_site=$'secret of a.example\nof the machine\n'
expect_output "a site's job" "$in_its_site" job env
expect_output "where /run is read-only, and no namespace can be joined" "$in_its_site" job sandbox strict "$confine"
expect_output "with few capabilities" "$in_its_site" job setpriv --bounding-set -sys_admin,-sys_ptrace
expect_fail 126 "[Service] NoNewPrivileges=no" setpriv --no-new-privs like-cron john 'cat secret'
crond() { pgrep -x cron; }
no_crond() { ! crond; }
check_not "nothing confines it: no row" grep -q 'cron: its unit' <(check_it)
check "cron starts in a sandbox" sandbox cron
check "it runs" wait_until 30 crond
expect_contains "check says that it does no harm" "OK       cron: its unit: it is in no unit is confined" check_it
pkill -x cron
check "it ends" wait_until 30 no_crond
check "cron starts without new privileges" setpriv --no-new-privs cron
check "it runs" wait_until 30 crond
expect_contains "check says that jobs are not run" \
    "FAILED   cron: its unit: cron runs with NoNewPrivileges=yes, so that no job of an isolated site is run" check_it
said() { cagefsctl --json --site-isolation-enable a.example | jq -r '.notices[]?'; }
expect_contains "and so does enable" "user john: cron runs with NoNewPrivileges=yes, so that no job of an isolated site is run" said
pkill -x cron
check "it ends" wait_until 30 no_crond
check_not "where nothing is wrong it says nothing of it" grep -q NoNewPrivileges <(said)
crontab -u john -r

## Devices where none can be made
no_mknod() { setpriv --bounding-set -mknod "$@"; }
check_not "control: none can be made" no_mknod mknod /tmp/null c 1 3
check_of() { no_mknod cagefsctl --site-isolation-check 2>/dev/null || [ $? = 1 ]; }
expect_contains "a view is built with the server's own" "OK       view: " check_of
end_keepers
no_mknod $libexec/sitecage-build "$(id -u john)" "$id"
devices() { in_site sh -c 'echo lost >/dev/null && head -c 2 /dev/zero | od -An -tx1 && stat -c %t:%T /dev/urandom'; }
expect_output "and they work" $' 00 00\n1:9\n' devices
finish
