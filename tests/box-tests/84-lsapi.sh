#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# LSAPI: a real lsphp (tests/php/lsphp-build), started as mod_lsapi starts it (tests/boxlib/lsapi.c): one for each
# virtual host, as the account's user, with the listening socket as standard input and DOCUMENT_ROOT.
# Functions are called by the checks; $ in single quotes is PHP's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

H=/home/john
entry=/usr/libexec/sitecage/lsphp
[ -x "$SC_BUILD/php/lsphp" ] || { echo "no $SC_BUILD/php/lsphp: run tests/php/lsphp-build $SC_BUILD first" >&2; exit 1; }
install -m 755 "$SC_BUILD/php/lsphp" /usr/local/bin/lsphp
mkdir -p /opt/alt/php81/usr/bin && install -m 755 "$SC_BUILD/php/lsphp" /opt/alt/php81/usr/bin/lsphp
cc -O1 -o /usr/local/bin/lsapi "$SC_SOURCE/tests/boxlib/lsapi.c" || exit 1
panel_install
make_user john
for site in a b c; do
    make_site john $site.example $H/$site.example
    echo "secret of $site" | put_file john $H/$site.example/secret.txt
done
make_site john in.example $H/c.example/in
install -d -m 1777 /tmp/lsapi

# lsphp_start NAME DOCROOT|"" PROGRAM: as mod_lsapi does.
lsphp_start()
{
    local words=(LSAPI_CHILDREN=4 LSAPI_MAX_IDLE=300 LSAPI_PGRP_MAX_IDLE=300)
    [ -z "$2" ] || words+=("DOCUMENT_ROOT=$2")
    rm -f "/tmp/lsapi/$1"
    as_user john env -C "$H" "${words[@]}" lsapi serve "/tmp/lsapi/$1" "$3" 2>"/tmp/lsapi/$1.log" &
    eval "pid_$1=$!"
    wait_until 5 test -S "/tmp/lsapi/$1"
}
lsphp_stop()
{
    local -n pid=pid_$1
    kill "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    true
}
# lsphp NAME DOCROOT CODE: runs the code in a request.
lsphp()
{
    php_counter=$((php_counter + 1))
    local file=$2/eval-$BASHPID-$php_counter.php status=0
    printf '<?php %s\n' "$3" | put_file john "$file"
    lsapi get "/tmp/lsapi/$1" "$2" "$file" || status=$?
    rm -f "$file"
    return "$status"
}
reads() { lsphp "$1" "$H/$1.example" "echo @file_get_contents('$H/$2.example/secret.txt') ?: 'none';"; }
in_cage='echo preg_match("/NoNewPrivs:\t1/", file_get_contents("/proc/self/status"));'

## Controls: nothing is isolated
expect_output "--version" "sitecage lsphp" sh -c "$entry --version | cut -d ' ' -f 1-2 | tr -d '\n'"
check "lsphp by the entry" lsphp_start a $H/a.example $entry
expect_output "a request is served" "litespeed" lsphp a $H/a.example 'echo php_sapi_name();'
expect_output "control: a site reads its sibling" $'secret of b\n' reads a b
# what a service with NoNewPrivileges=yes starts is not setuid
powerless() { (cd $H/a.example && as_user john env DOCUMENT_ROOT=$H/a.example setpriv --no-new-privs $entry "$@"); }
printf '<?php %s' 'echo @file_get_contents("/home/john/b.example/secret.txt") ?: "none";' | put_file john $H/a.example/reads.php
expect_contains "control: without new privileges, too" "secret of b" powerless reads.php
expect_output "the program runs as the user, without privileges" "1 0000000000000000" \
    lsphp a $H/a.example 'echo getmyuid() === fileowner("/home/john") ? 1 : 0, " ", preg_match("/CapEff:\t(\w+)/", file_get_contents("/proc/self/status"), $m) ? $m[1] : "";'
expect_output "in no cage" 0 lsphp a $H/a.example "$in_cage"
check "without DOCUMENT_ROOT, as long as nothing is isolated" lsphp_start none "" $entry
expect_output "it is served" "litespeed" lsphp none $H/a.example 'echo php_sapi_name();'
check "one that the entry did not start" lsphp_start b $H/b.example /usr/local/bin/lsphp
check "and one of a site that will not be isolated" lsphp_start c $H/c.example /usr/local/bin/lsphp
expect_output "control: b.example reads its sibling" $'secret of a\n' reads b a
expect_output "control: c.example reads its sibling" $'secret of a\n' reads c a

## Isolated
slow='for ($i = 0; $i < 30; $i++) usleep(100000); echo "done ", @file_get_contents("../c.example/secret.txt") ? "all" : "own";'
lsphp a $H/a.example "$slow" >/tmp/slow & slow_pid=$!
sleep 1
check "the feature is allowed" cagefsctl --site-isolation-allow-all
check "sites are isolated" cagefsctl --site-isolation-enable a.example b.example
wait "$slow_pid"
expect_output "a request that ran ended well" "done all" cat /tmp/slow
for name in a b none; do
    check_not "lsphp of before has ended: $name" lsphp $name $H/a.example 'echo "ran";'
done
expect_output "c.example's goes on" $'secret of a\n' reads c a
for name in a b; do
    check "lsphp by the entry ($name)" lsphp_start $name $H/$name.example $entry
    expect_output "served by LSAPI" litespeed lsphp $name $H/$name.example 'echo php_sapi_name();'
    expect_output "in the cage ($name)" 1 lsphp $name $H/$name.example "$in_cage"
    expect_output "its own files" "secret of $name"$'\n' reads $name $name
    expect_output "not its siblings'" none reads $name c
done
expect_output "a cannot read b" none reads a b
expect_output "processes of others are not seen" 0 lsphp a $H/a.example 'echo count(glob("/proc/[0-9]*/exe")) > 12 ? 1 : 0;'
check "a site that is not isolated, by the entry" lsphp_start c $H/c.example $entry
expect_output "is served as before" $'secret of a\n' reads c a
expect_output "in no cage" 0 lsphp c $H/c.example "$in_cage"

# an isolated site inside of one that is not, asked for by the outer one's name
inner() { lsapi get /tmp/lsapi/c $H/c.example $H/c.example/in/cage.php; }
printf '<?php %s' "$in_cage" | put_file john $H/c.example/in/cage.php
expect_output "control: its code runs outside" 0 inner
check "isolate it" cagefsctl --site-isolation-enable in.example
check "lsphp of the outer one again" lsphp_start c $H/c.example $entry
expect_output "serves its own" $'secret of a\n' reads c a
expect_contains "but cannot open the inner one's code" "Permission denied" inner
check "disable it" cagefsctl --site-isolation-disable in.example
check "lsphp of the outer one again" lsphp_start c $H/c.example $entry
expect_output "and it runs again" 0 inner

# the server's own at the place of a version: links to the entry are called by their names
ln -s $entry /usr/libexec/sitecage/lsphp81
lsphp_stop a
check "of a version" lsphp_start a $H/a.example /usr/libexec/sitecage/lsphp81
expect_output "runs that version's, in the cage" "1 /opt/alt/php81/usr/bin/lsphp" \
    lsphp a $H/a.example "$in_cage"' echo " ", readlink("/proc/self/exe");'

## Fails closed
expect_fail 126 "[Service] NoNewPrivileges=no" powerless reads.php
in_site() { as_user john cagefs_enter_site a.example "$@"; }
expect_contains "in the site the entry is the real one" none in_site $entry reads.php
check "without DOCUMENT_ROOT" lsphp_start none "" $entry
check_not "nothing runs" lsphp none $H/a.example 'echo "ran";'
expect_contains "the log says why" "lsapi_per_user" cat /tmp/lsapi/none.log
check "a place of the site's counts before DOCUMENT_ROOT" lsphp_start none $H/c.example $entry
inside() { (cd $H/a.example && as_user john env DOCUMENT_ROOT=$H/c.example $entry "$@"); }
printf '<?php %s' "$in_cage" | put_file john $H/a.example/cage.php
expect_contains "code in a.example's directory runs in its cage, whatever DOCUMENT_ROOT says" 1 inside cage.php
rm -f /usr/local/bin/lsphp && ln -s $entry /usr/local/bin/lsphp
expect_fail 126 native.conf as_user john env DOCUMENT_ROOT=$H/c.example $entry x.php
rm /usr/local/bin/lsphp && install -m 755 "$SC_BUILD/php/lsphp" /usr/local/bin/lsphp

## ep: no more children than entries
lsphp_stop a
check "a limit of 2 entries" as_user john isolatectl limits set --domain a.example --ep 2
check "lsphp again" lsphp_start a $H/a.example $entry
expect_output "it got as many children" LSAPI_CHILDREN=2 \
    lsphp a $H/a.example 'preg_match("/LSAPI_CHILDREN=\d+/", file_get_contents("/proc/self/environ"), $m); echo $m[0];'

## Disabled
lsphp a $H/a.example "$slow" >/tmp/slow & slow_pid=$!
sleep 1
check "disabling" cagefsctl --site-isolation-disable a.example
wait "$slow_pid"
expect_output "a request that ran ended well" "done own" cat /tmp/slow
check "lsphp again" lsphp_start a $H/a.example $entry
expect_output "it is outside" $'secret of b\n' reads a b

## lsapi_per_user On
apache_configure
echo 'lsapi_per_user On' >/etc/apache2/conf-enabled/lsapi.conf
text='/etc/apache2/conf-enabled/lsapi.conf:1: lsapi_per_user On is incompatible with CloudLinux Isolates. In per-user mode, a single lsphp master process handles all virtual hosts for a user, making per-domain isolation architecturally impossible. Switch to lsapi_per_user Off (the default) before enabling isolation.'
expect_fail 1 "$text" cagefsctl --site-isolation-enable a.example
lines() { { cagefsctl --site-isolation-enable a.example || true; } 2>&1 | wc -l; }
expect_output "on one line" $'1\n' lines
by_user() { as_user john isolatectl site-isolation enable --domain a.example; }
user_says() { by_user 2>&1 || true; }
check_not "nor by the user" by_user
expect_contains "who is told the same" "lsapi_per_user On is incompatible" user_says
row() { { cagefsctl --site-isolation-check 2>/dev/null || true; } | grep 'web server: LSAPI'; }
expect_contains "the check shows it" "FAILED" row
echo 'lsapi_per_user Off' >/etc/apache2/conf-enabled/lsapi.conf
check_not "no such row when it is off" row
check "and it can be enabled" cagefsctl --site-isolation-enable a.example

finish
