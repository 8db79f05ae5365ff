#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A home that does not answer keeps no other account from being judged: while john's home hangs, the daemon sees
# that mary's site has no virtual host any more, and that it has one again.
# shellcheck disable=SC2317
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

panel_install
make_user john
make_user mary
make_site john a.example /home/john/a
make_site mary m.example /home/mary/m
check "john is judged before mary" test "$(id -u john)" -lt "$(id -u mary)"
apache_start
echo 'debug = on' >/etc/sitecage.conf # the daemon says when it has looked at an account
check "allowed" cagefsctl --site-isolation-allow-all
check "isolated" cagefsctl --site-isolation-enable a.example m.example

conf=/etc/apache2/sites-enabled/m.example.conf
without_host() { mv $conf /root/m.conf && apache_reload; }
with_host() { mv /root/m.conf $conf && apache_reload; }
unverified() { cagefsctl --site-isolation-status m.example | grep -q unverified; }
verified() { ! unverified; }
check "control: mary's site is verified" wait_until 60 verified
check "her host is no more" without_host
check "control: the daemon sees it while all homes answer" wait_until 60 unverified
check "her host is there again" with_host
check "control: the daemon sees that" wait_until 60 verified

# Apache itself would hang when it reads of john's document root. That his host is gone makes two passes of his account,
# which are to be over before his home hangs: what hangs is to be the judgement.
rm /etc/apache2/sites-enabled/a.example.conf
check "john's host is no more" apache_reload
looked_at_twice()
{
    [ "$(sed '1,/user=john: pools of PHP-FPM changed/d' /var/log/sitecage.log | grep -c 'user=john looked at')" -ge 2 ]
}
check "the daemon sees it" wait_until 60 looked_at_twice
monitor_sleeps
: >"$checks_dir/hangs"
"$SC_SOURCE/tests/boxlib/hangfs.py" /home/john >"$checks_dir/hangs" &
hangfs=$!
check "john's home hangs" wait_until 20 grep -q mounted "$checks_dir/hangs"
monitor_wakes
for round in 1 2; do
    check "$round: mary's host is no more" without_host
    check "$round: the daemon sees it" wait_until 60 unverified
    check "$round: her host is there again" with_host
    check "$round: the daemon sees that" wait_until 60 verified
done
check "somebody was kept waiting" grep -q asked "$checks_dir/hangs"
log_says() { grep -q 'user=john: coverage: .*does not answer' /var/log/sitecage.log; }
check "the log says whose home it is" log_says
umount -l /home/john
kill "$hangfs"
finish
