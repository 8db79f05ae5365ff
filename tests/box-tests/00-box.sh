#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The box itself: what it shows, what it hides, and that it has two real sites between which nothing
# stands as long as nothing is isolated: the control of every other test.
# Functions are called by the checks; $ in single quotes is PHP's, awk's or an inner shell's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

## The machine's copy
root_type() { findmnt -n -o FSTYPE /; }
root_flags() { findmnt -n -o OPTIONS /; }
expect_output "/ is an overlay" $'overlay\n' root_type
expect_lacks "/ allows setuid" nosuid root_flags
expect_output "the host name is the box's" $'box\n' hostname
interfaces() { ls /sys/class/net; }
expect_output "loopback is the only interface" $'lo\n' interfaces
check "loopback is up" ip route get 127.0.0.1
routes() { ip route show; }
expect_output "no way out" '' routes
first_process() { tr '\0' '\n' </proc/1/cmdline | sed -n 2p; }
expect_output "process 1 is the box's" "$SC_SOURCE/tests/boxlib/init.sh"$'\n' first_process
propagation() { findmnt -n -o PROPAGATION /; }
expect_output "mounts do not propagate" $'private\n' propagation
check "the old root is gone: only the box's mounts are listed" \
    awk '$5 == "/" { n++ } END { exit n != 1 }' /proc/self/mountinfo
expect_output "no descriptor but 0, 1, 2 came in from outside (3 is of ls)" $'0\n1\n2\n3\n' ls /proc/self/fd
empty() { find "$1" -mindepth 1 "${@:2}"; }
expect_output "/tmp is empty but for the checks and the source" '' \
    empty /tmp -maxdepth 1 ! -name 'checks.*' ! -path "${SC_SOURCE}*" ! -path "/$(cut -d/ -f2,3 <<<"$SC_SOURCE")" \
    ! -path "/$(cut -d/ -f2,3 <<<"$SC_BUILD")"
expect_output "/run is empty but for locks" '' empty /run ! -name lock
expect_output "/dev/shm is empty" '' empty /dev/shm
expect_contains "/sys is read-only" ro, findmnt -n -o VFS-OPTIONS --mountpoint /sys
for node in null zero full random urandom tty; do
    check "/dev/$node is a device" test -c "/dev/$node"
done
check "a terminal can be opened" script -qec true /dev/null
check "the source is at its real path" test -f "$SC_SOURCE/tests/box"
check "writing beside the source works (and vanishes)" touch "$SC_SOURCE/tests/written-in-box"
check_not "there is no System V memory" sh -c 'ipcs -m | grep -q 0x'

## Setuid, users, control groups
check "useradd works" make_user john
expect_contains "the user is in the box's passwd" john: cat /etc/passwd
cp /usr/bin/id /usr/local/bin/setuid-id && chmod 4755 /usr/local/bin/setuid-id
expect_output "setuid programs become root" $'0\n' as_user john /usr/local/bin/setuid-id -u
expect_output "others do not" "$(id -u john)"$'\n' as_user john id -u
grouped()
{
    local hierarchy
    for hierarchy in /sys/fs/cgroup/pids /sys/fs/cgroup/unified /sys/fs/cgroup; do
        [ -e "$hierarchy/cgroup.procs" ] || continue
        mkdir "$hierarchy/sitecage-test" && (echo "$BASHPID" >"$hierarchy/sitecage-test/cgroup.procs" &&
            grep -q 'sitecage-test$' /proc/self/cgroup) && rmdir "$hierarchy/sitecage-test"
        return
    done
}
check "control groups can be made, joined and removed" grouped
orphan() { (sleep 0.1 & ) && wait_until 5 sh -c '! ps -eo stat= | grep -q ^Z'; }
check "process 1 reaps orphans" orphan

## Two sites of one account, each kind of PHP, nothing isolated
check "site a (wrapper)" make_site john a.example /home/john/public_html
check "site b (wrapper)" make_site john b.example /home/john/b.example
check "site c (shebang)" make_site john c.example /home/john/c.example shebang
check "a site in a path with a space" make_site john d.example "/home/john/sites/d e"
echo '<?php $password = "secret of b";' | put_file john /home/john/b.example/config.php
expect_output "the panel's table has the sites" \
    $'a.example\tjohn\t/home/john/public_html\tmain\nb.example\tjohn\t/home/john/b.example\t\n' \
    head -n 2 /opt/cpvendor/etc/refpanel.domains
check "Apache starts" apache_start
for site in a b c d; do
    expect_output "$site.example runs PHP as john" "$(id -u john) $(id -u john) cgi-fcgi" \
        php_eval $site.example 'echo posix_getuid(), " ", posix_geteuid(), " ", PHP_SAPI;'
done
expect_output "PHP knows its document root" "/home/john/sites/d e" \
    php_eval d.example 'echo $_SERVER["DOCUMENT_ROOT"];'
expect_contains "suexec ran it" "cmd: php" cat /var/log/apache2/suexec.log
expect_contains "control: a reads b's secret" "secret of b" \
    php_eval a.example 'readfile("/home/john/b.example/config.php");'
expect_contains "control: c, too" "secret of b" \
    php_eval c.example 'readfile("/home/john/b.example/config.php");'
expect_contains "control: a shell of a's, too" "secret of b" \
    php_eval a.example 'system("cat /home/john/b.example/config.php");'
echo 'Redirect 410 /gone' | put_file john /home/john/public_html/.htaccess
expect_output ".htaccess is obeyed" 410 http_code a.example /gone
printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"; id -un\n' |
    put_file john /home/john/public_html/who.cgi 755
expect_output "CGI programs run as john" $'john\n' http a.example /who.cgi
check "a site added later" make_site john e.example /home/john/public_html/e
check "Apache reloads" apache_reload
expect_output "it serves" ok php_eval e.example 'echo "ok";'
chmod 775 /home/john/cgi-bin
echo '<?php echo 1;' | put_file john /home/john/public_html/e/x.php
expect_output "suexec refuses a folder that others may write" 500 http_code e.example /x.php
chmod 755 /home/john/cgi-bin
expect_output "no such page" 404 http_code a.example /nothing.html
check "a site goes" forget_site e.example
check_not "its line is gone" grep -q e.example /opt/cpvendor/etc/refpanel.domains
check "a document root moves" panel_move d.example '/home/john/a\b'
check "a domain is renamed" panel_rename c.example z.example
expect_output "the table says so" \
    $'z.example\tjohn\t/home/john/c.example\t\nd.example\tjohn\t/home/john/a\\b\t\n' \
    tail -n 2 /opt/cpvendor/etc/refpanel.domains
check "Apache stops" apache_stop
check_not "nothing serves" http a.example /

finish
