#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Many sites by one command: which, in what order, what is said; killed and interrupted in the middle and run again: all are
# done, none twice.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

N=16
panel_install
for i in $(seq $N); do
    make_user "u$i"
    for site in a b; do
        make_site "u$i" "$site$i.example" "/home/u$i/$site"
    done
done
cagefsctl --site-isolation-allow-all >/dev/null

isolated() { cagefsctl --site-isolation-list | grep -c '\.example$'; }

complete() { [ "$(isolated 2>&1)" = 32 ]; } # and nothing is said to be wrong

## Which
expect_output "a dry run of all but one says so" '31 0 excluded 1'$'\n' \
    sh -c "cagefsctl --site-isolation-enable --all --exclude b3.example --dry-run --json | jq -r '\"\(.done | length) \(.failed | length) \(.skipped[0].reason) \(.skipped | length)\"'"
expect_contains "in words, too" '32 sites: 31 would be done, 0 would fail, 1 skipped' \
    cagefsctl --site-isolation-enable --all --exclude b3.example --dry-run
expect_output "nothing has changed" $'No users with enabled CloudLinux Isolates\n' cagefsctl --site-isolation-list
printf '# two of them\n a1.example\r\n\nb2.example # here\n' >/root/names
expect_output "a file, and a user" $'CloudLinux Isolates was enabled for domain(s),\na1.example,a2.example,b2.example\n3 sites: 3 done, 0 failed, 0 skipped\n' \
    cagefsctl --site-isolation-enable --file /root/names --user u2
from_stdin() { cagefsctl --isolates-disable --file - </root/names; }
expect_output "standard input, to disable" $'CloudLinux Isolates was disabled for domain(s),\na1.example,b2.example\n2 sites: 2 done, 0 failed, 0 skipped\n' from_stdin
echo a1x.example >>/root/names
expect_fail 1 "a1x.example; did you mean a1" cagefsctl --site-isolation-enable --file /root/names --keep-going
expect_output "a file that is not there" $'not_found\n' \
    sh -c 'cagefsctl --json --site-isolation-enable --file /root/nosuch | jq -r .code'
echo https://a1.example/ >/root/pasted
expect_fail 1 "https://a1.example/; did you mean a1.example?" cagefsctl --site-isolation-enable --file /root/pasted
expect_fail 1 "User u11x does not exist; did you mean u11?" cagefsctl --site-isolation-enable --user u11x
expect_fail 1 nosuch cagefsctl --site-isolation-enable --user u1 --user nosuch
expect_fail 1 nosuch.example cagefsctl --site-isolation-enable --all --exclude nosuch.example
expect_output "names are checked before anything begins" $'1\n' isolated
check "one left over" cagefsctl --site-isolation-disable a2.example

## One that cannot be done
rm -r /home/u5/b
expect_fail 1 "b5.example cannot be isolated" cagefsctl --site-isolation-enable --user u5 --user u6
expect_contains "those that one pass would have done stand in one line" 'FAILED a5.example,b5.example: b5.example cannot be isolated' \
    sh -c 'cagefsctl --site-isolation-enable --user u5 --user u6 2>/dev/null || [ $? = 1 ]'
expect_fail 1 "1 of 4 sites failed; the first: b5.example" cagefsctl --site-isolation-enable --user u5 --user u6 --keep-going
expect_output "the others are done" $'3\n' isolated
as_user u5 mkdir /home/u5/b

## Killed, and run again
log=/var/log/sitecage.log
done_now() { grep -c 'enable=.*: done$' $log; }
some_more() { [ "$(done_now)" -ge $((before + 3)) ]; }
before=$(done_now)
cagefsctl --site-isolation-enable --all >/dev/null 2>&1 &
pid=$!
check "some accounts are done" wait_until 60 some_more
kill -9 $pid
wait $pid
some() { local n; n=$(isolated) && [ "$n" -gt 3 ] && [ "$n" -lt $((2 * N)) ]; }
check "control: some are isolated, not all" some
cagefsctl --site-isolation-enable --all >/dev/null 2>&1 &
pid=$!
before=$(done_now)
check "some more" wait_until 60 some_more
kill -TERM $pid
check_not "interrupted, it fails" wait $pid
check "control: not all are isolated yet" some
expect_contains "the third time it does the rest" ' 0 failed, ' cagefsctl --site-isolation-enable --all
check "all are isolated, and covered, also the account at which it was killed" complete
twice() { grep -o 'enable=[^ :]*' "$log" | sed 's/enable=//' | tr , '\n' | grep -v '^[ab][1256]\.' | sort | uniq -d; }
expect_output "none was done twice" '' twice
expect_contains "a fourth time there is nothing to do" '32 sites: 0 done, 0 failed, 32 skipped' cagefsctl --site-isolation-enable --all

## An account at which a command was killed, and whose lock somebody has: it is not called done before it is
uid=$(id -u u4)
left() { # as killed between the database and what is made from it
    exec {held}>"/run/sitecage/lock/$uid" && flock -w 30 "$held" && rm -r "/run/sitecage/$uid" &&
        sqlite3 /var/lib/sitecage/sitecage.db "INSERT INTO pending VALUES($uid, 1)"
}
waits() { find "/proc/$pid/fd" -lname "/run/sitecage/lock/$uid" | grep -q .; }
check "a change is left half-way" left
expect_contains "control: the database has the sites as isolated" b4.example cagefsctl --site-isolation-list u4
cagefsctl --site-isolation-enable --user u3 --user u4 >/root/said 2>&1 {held}>&- &
pid=$!
check "who enables all waits for whoever has the account" wait_until 20 waits
check_not "control: the sites are not made" test -e "/run/sitecage/$uid/sites"
exec {held}>&-
check "it succeeds" wait $pid
expect_contains "with all of them" ' 0 failed, ' cat /root/said
check "and they are made" test -e "/run/sitecage/$uid/sites"
settled() { [ "$(sqlite3 /var/lib/sitecage/sitecage.db 'SELECT count(*) FROM pending')" = 0 ]; }
check "nothing is left to do" wait_until 30 settled

## Another name of what is left out
panel_add other7.example u7 /home/u7/a
cagefsctl --site-isolation-regenerate u7 >/dev/null
expect_contains "a site stays with its other name" '3 sites: 1 done, 0 failed, 2 skipped' \
    cagefsctl --site-isolation-disable --user u7 --exclude other7.example
expect_contains "control: it is isolated" a7.example cagefsctl --site-isolation-list u7
as_user u7 ln -s a /home/u7/link
panel_add link7.example u7 /home/u7/link
cagefsctl --site-isolation-regenerate u7 >/dev/null
expect_contains "also where the panel calls it by a link" '4 sites: 0 done, 0 failed, 4 skipped' \
    cagefsctl --site-isolation-enable --user u7 --exclude b7.example --exclude a7.example
expect_contains "and to disable" '4 sites: 0 done, 0 failed, 4 skipped' \
    cagefsctl --site-isolation-disable --user u7 --exclude link7.example
expect_output "a dry run names the site's other names, too" \
    $'CloudLinux Isolates would be disabled for domain(s),\nlink7.example,a7.example\n' \
    cagefsctl --site-isolation-disable link7.example --dry-run
expect_contains "and changes nothing" a7.example cagefsctl --site-isolation-list u7
panel_remove link7.example
panel_remove other7.example
check "as before" cagefsctl --site-isolation-enable b7.example

## What is not isolated
expect_output "disable of many" $'CloudLinux Isolates was disabled for domain(s),\na7.example,b7.example\n3 sites: 2 done, 0 failed, 1 skipped\n' \
    cagefsctl --site-isolation-disable --user u7 a8.example --exclude a8.example
lines() { cagefsctl --site-isolation-status "$@" | sed 's/  */ /g' | tail -n +4; }
expect_output "status of what is not isolated" $'a7.example u7 off - /home/u7/a\nb7.example u7 off - /home/u7/b\n' lines --not-isolated
all_rows() { lines --all | wc -l; }
expect_output "status of all" $'32\n' all_rows
expect_contains "of a user that is denied" '"reason": "not_allowed"' \
    sh -c 'cagefsctl --site-isolation-deny u9 >/dev/null; cagefsctl --site-isolation-enable --all --json'
expect_contains "all end" ' 0 failed, ' cagefsctl --site-isolation-disable --all
expect_output "nothing is isolated" $'No users with enabled CloudLinux Isolates\n' cagefsctl --site-isolation-list
finish
