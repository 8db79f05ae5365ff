#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What cron, mod_fcgid and LSAPI run for a site that learns is recorded; what could not be recorded is said; where the
# kernel does not let us see it, nothing is begun.
# Functions are called by the checks; $ in single quotes is PHP's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

H=/home/john
export APACHE_MODULES=fcgid
gcc -O1 -o /usr/local/bin/refuse "$SC_SOURCE/tests/boxlib/refuse.c" -lseccomp || exit 1
install -m 755 "$SC_SOURCE/tests/boxlib/like_cron.py" /usr/local/bin/like-cron
# lsphp as far as the entry sees it: a program that mod_lsapi starts with DOCUMENT_ROOT
printf '#!/bin/sh\ncat %s/by-lsapi/x\n' $H >/usr/local/bin/lsphp && chmod 755 /usr/local/bin/lsphp
panel_install
make_user john
for site in a b; do
    make_site john $site.example $H/$site.example shebang
    sed -i -e 's/AddHandler cgi-script .php/AddHandler fcgid-script .php/' \
        -e "/<\/VirtualHost>/i FcgidWrapper $H/cgi-bin/php-fcgi .php" /etc/apache2/sites-enabled/$site.example.conf
    put_php $site.example use.php 'readfile("/home/john/by-fcgid/x"); echo substr(php_sapi_name(), 0, 3);'
done
printf '#!/bin/sh\nexec /usr/bin/php-cgi\n' | put_file john $H/cgi-bin/php-fcgi 755
as_user john mkdir $H/by-cron $H/by-fcgid $H/by-lsapi
for by in cron fcgid lsapi; do echo "$by" | put_file john $H/by-$by/x; done
crontab -u john - <<'FILE'
1 1 1 1 * cd ~/a.example; cat /home/john/by-cron/x
2 1 1 1 * cd ~/b.example; : other; cat /home/john/by-cron/x
FILE
apache_start

by_cron() { like-cron john "${1:-a.example}"; }
by_fcgid() { http "${1:-a.example}" /use.php; }
by_lsapi() { as_user john env -C "$H" "DOCUMENT_ROOT=$H/${1:-a.example}" /usr/libexec/sitecage/lsphp; }
learn() { cagefsctl --site-isolation-learn a.example "$@"; }
places()
{
    learn --report --json | python3 -c '
import json, sys
for p in json.load(sys.stdin)["places"]:
    print(p["path"].removeprefix("/home/john/"), p["grant"]["mode"], "+".join(p["uses"]))'
}
member() { learn --report --json | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
state() { cagefsctl --site-isolation-status a.example --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["sites"][0]["state"])'; }

expect_output "control: cron's job works" $'cron\n' by_cron
expect_output "control: mod_fcgid's program works" $'fcgid\ncgi' by_fcgid
expect_output "control: LSAPI's program works" $'lsapi\n' by_lsapi
check "allow" cagefsctl --site-isolation-allow-all

## Where the kernel does not let us see it
expect_fail 1 "this kernel does not let us see what a site opens" refuse fanotify_init=EPERM cagefsctl --site-isolation-learn a.example
expect_fail 1 "this kernel does not let us see what is opened on a mount" refuse fanotify_mark=EPERM cagefsctl --site-isolation-learn a.example
expect_fail 1 "fanotify: Function not implemented" refuse fanotify_init=ENOSYS cagefsctl --site-isolation-learn a.example
expect_output "nothing was begun" $'off\n' state
check_not "nor written" test -e $H/.lve/domains.json
expect_fail 1 "nothing was recorded" learn --report

## What is run for it
check "it learns" learn
expect_output "nothing of it ran: nothing is recorded" "" places
expect_output "b's job works, too" $'cron\n' by_cron other
expect_output "b's program" $'fcgid\ncgi' by_fcgid b.example
expect_output "b's other" $'lsapi\n' by_lsapi b.example
expect_output "and is not recorded as a's" "" places
expect_output "cron's job works" $'cron\n' by_cron
expect_output "it is recorded" $'by-cron ro read\n' places
expect_output "LSAPI's program works" $'lsapi\n' by_lsapi
expect_output "it is recorded" $'by-cron ro read\nby-lsapi ro read\n' places
expect_output "mod_fcgid's program works" $'fcgid\ncgi' by_fcgid
expect_output "it is recorded; its wrapper is in the view anyway" $'by-cron ro read\nby-fcgid ro read\nby-lsapi ro read\n' places
expect_output "all of it" $'True\n' member whole

## More at once than the kernel keeps
check "it learns from new on" learn --stop
check "it learns" learn
as_user john sh -c "mkdir -p $H/many && cd $H/many && seq -f %06g 40000 | xargs touch"
expect_output "something of it runs" $'cron\n' by_cron
expect_output "control: nothing was lost until now" "True 0"$'\n' sh -c 'echo "$1 $2"' sh "$(member whole)" "$(member lost)"
recorders() { pgrep -x sitecage-learn; }
check "there is one recorder" test "$(recorders | wc -l)" = 1
kill -STOP "$(recorders)"
as_user john cagefs_enter_site a.example sh -c "find $H/many -type f -print0 | xargs -0 cat" >/dev/null
kill -CONT "$(recorders)"
not_whole() { [ "$(member whole)" = False ] && [ "$(member lost)" -gt 0 ]; }
check "the report says that it is not whole" wait_until 20 not_whole
expect_contains "in words, too" "The report is not whole" learn --report
came() { places | grep -x "by-cron ro read"; }
check "what came in is there" came
expect_contains "who is given what was recorded hears of it" "it may need what is not in the report" \
    sh -c "cagefsctl --site-isolation-enable a.example --learned 2>&1"
check "off" cagefsctl --site-isolation-disable a.example

## More places than a record has room for
rm -rf $H/many
check "it learns from new on" learn
as_user john sh -c "cd $H && seq -f place-%g 1200 | xargs touch"
as_user john cagefs_enter_site a.example sh -c "cat $H/place-*"
more() { [ "$(member left_out)" -gt 0 ]; }
check "what found no room is counted" wait_until 20 more
expect_output "and said" $'False\n' member whole
expect_contains "in words, too" "it has room for 1000 places" learn --report
check "the record has that many" test "$(places | wc -l)" -le 1000

## The kernel lets us no more, when a view is built
check "it learns no more" learn --stop
check "its view has ended" wait_until 10 sh -c "! pgrep -x sitecage-learn"
rm -f $H/place-*
check "it learns" learn
check "the daemon, which would start a recorder, sleeps" monitor_sleeps
unseen() { refuse fanotify_init=EPERM setpriv --reuid john --regid john --init-groups cagefs_enter_site a.example cat $H/by-cron/x; }
expect_output "the site runs all the same" $'cron\n' unseen
nobody() { [ "$(member recorded_now)" = False ]; }
check "nobody records it" wait_until 10 nobody
expect_output "the report says so" "False 1 0"$'\n' sh -c 'echo "$*"' sh "$(member whole)" "$(member lost)" "$(member left_out)"
monitor_wakes
finish
