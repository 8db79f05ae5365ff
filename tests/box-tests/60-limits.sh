#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Resource limits: each holds under a program that tries to exceed it, and not when it is off; the
# sibling without a limit is untouched; what is lost is made again; nothing is left behind.
# Functions are called by the checks; $ in single quotes is an inner shell's.
# shellcheck disable=SC2317,SC2016,SC2154
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/groups.sh
. "$SC_SOURCE/tests/boxlib/groups.sh"

gcc -O1 -D_GNU_SOURCE -o /usr/local/bin/eat "$SC_SOURCE/tests/boxlib/eat.c" || exit
show=$SC_BUILD/tests/limits-show

panel_install
make_user john
make_site john a.example /home/john/a.example
make_site john b.example /home/john/b.example
uid=$(id -u john)
table=/run/sitecage/$uid/sites

# limit DOMAIN JSON: sets the limits of a domain in the user's file, by hand, and regenerates.
declare -A limits_now=()
limit()
{
    local domain sep='' user=${site_owner[$1]}
    limits_now[$1]=$2
    {
        printf '{"version": 1, "domains": {'
        for domain in "${!site_owner[@]}"; do
            [ "${site_owner[$domain]}" = "$user" ] || continue
            printf '%s"%s": {"isolated": true, "limits": {%s}}' "$sep" "$domain" "${limits_now[$domain]:-}"
            sep=', '
        done
        printf '}}\n'
    } | put_file "$user" "/home/$user/.lve/domains.json" 600 &&
        cagefsctl --site-isolation-regenerate "$user"
}

in_site()
{
    local domain=$1
    shift
    as_user "${site_owner[$domain]}" cagefs_enter_site "$domain" "$@"
}

# measure DOMAIN eat-ARGUMENTS: the first number that eat printed, in $measured; its status.
measure()
{
    local domain=$1 status=0 out
    shift
    out=$(in_site "$domain" eat "$@" 2>&1) || status=$?
    read -r measured measured2 _ <<<"$out"
    return $status
}

# between TEXT LOW HIGH VALUE
between()
{
    if [[ $4 =~ ^[0-9]+$ ]] && [ "$4" -ge "$2" ] && [ "$4" -le "$3" ]; then
        pass "$1: $4 (wanted $2 to $3)"
    else
        fail "$1" "it is '$4', wanted $2 to $3"
    fi
}

stat_of()
{
    "$show" stats "$uid" "$1" | sed -n "s/^$2 //p"
}

iso() { as_user john isolatectl "$@"; }
iso_fails() { ! iso "$@"; }

# told DOMAIN usage|peak|limits|faults LIMIT: a figure of isolatectl stats
told()
{
    iso stats --domain "$1" | sed -n "s/.*\"$2\": {[^}]*\"$3\": \([0-9]*\)[,}].*/\1/p"
}

groups_of()
{
    find /sys/fs/cgroup -type d -path "*/sitecage*" | sort
}

no_groups()
{
    [ -z "$(groups_of)" ] || { groups_of && return 1; }
}

caps=$("$show" caps)
printf '%s\n' "$caps" | sed 's/^/     /'
can()
{
    grep -qx "$1 yes" <<<"$caps"
}

cagefsctl --site-isolation-allow-all >/dev/null
cagefsctl --site-isolation-enable a.example b.example >/dev/null
id_a=$(sed -n 's/^isolated \([0-9]*\) .*a\.example$/\1/p' "$table")

## No limit: groups that count and limit nothing
id_b=$(sed -n 's/^isolated \([0-9]*\) .*b\.example$/\1/p' "$table")
check "no limit: the groups only count" only_counts "$id_a"
weighs() { [ ! -e "$1/cpu.weight" ] || [ "$(cat "$1/cpu.weight")" = 33 ]; }
check "all sites together weigh as much as a service (version 2)" weighs /sys/fs/cgroup/sitecage
expect_lacks "no limit: no group in the table that must be joined" "cgroup " cat "$table"

## What a site without limits uses
uses() { [ "$(told "$1" usage "$2")" -ge "$3" ]; }
peaked() { [ "$(told "$1" peak "$2")" -ge "$3" ]; }
in_site b.example sh -c 'eat mem 60; eat cpu 1; sleep 1000' >/dev/null 2>&1 &
check "its cpu is counted" wait_until 30 uses b.example cpu 1
check "its processes" wait_until 30 uses b.example nproc 1
check "its memory, in pages" wait_until 30 peaked b.example pmem 15000
check "it has come to its end" wait_until 60 pgrep -x sleep
cpu_before=$(stat_of "$id_b" usage.cpu)
check "and kept" test "$cpu_before" -gt 0
expect_output "the sibling's is its own" $'0\n' told a.example usage nproc
pkill -x sleep
wait

## Groups that count are lost: by an administrator, or because the machine has just started
lose_groups() { groups_of_site "$1" | xargs rmdir && no_groups_of "$1"; }
nobody_left() { ! groups_of_site "$1" | sed 's,$,/cgroup.procs,' | xargs cat | grep .; }
check "b's are empty" wait_until 10 nobody_left "$id_b"
check "removed" lose_groups "$id_b"
check "an entry makes them again" in_site b.example true
check "they are there" only_counts "$id_b"
set_flags()
{
    local mount
    while read -r mount; do
        mount -o "remount,bind,$1" "$mount" || return
    done < <(awk '$3 ~ /^cgroup/ { print $2 }' /proc/mounts)
}
check "removed" wait_until 10 lose_groups "$id_b"
check "and cannot be made" set_flags ro
check_not "control: not at all" mkdir "$(awk '$3 ~ /^cgroup/ { print $2; exit }' /proc/mounts)/nothing"
expect_output "a site that nothing limits starts without them" $'here\n' in_site b.example echo here
check "groups can be made" set_flags rw
check "an entry makes them again" in_site b.example true
check "they are there" only_counts "$id_b"

## cpu
# 5 % is far below what a busy machine still gives to a program without a limit.
if can cpu; then
    measure a.example cpu 2
    between "without a limit there is cpu, in hundredths of a percent over 2 s" 501 12000 "$measured"
    check "set cpu" limit a.example '"cpu": 500'
    measure a.example cpu 2
    between "cpu 500 holds" 100 800 "$measured"
    in_site b.example eat cpu 2 >/tmp/sibling &
    measure a.example cpu 2
    wait $!
    between "the sibling is not held to it" 501 12000 "$(cat /tmp/sibling)"
    between "periods in which it was held back" 10 1000 "$(stat_of "$id_a" faults.cpu)"
    check "set a very small cpu" limit a.example '"cpu": 50'
    measure a.example cpu 2
    between "cpu 50 holds" 1 400 "$measured"
    limit a.example '"cpu": 9' >/dev/null 2>&1
    expect_fail 1 "limit cpu: 9 is too little" cagefsctl --site-isolation-regenerate john
else
    limit a.example '"cpu": 2500' >/dev/null 2>&1
    expect_fail 38 "limit cpu" cagefsctl --site-isolation-regenerate john
fi
check "cpu 0 takes it away" limit a.example '"cpu": 0'
check "the groups only count then" only_counts "$id_a"

## pmem
if can pmem; then
    check "memory is free without a limit" measure a.example mem 100
    check "set pmem" limit a.example '"pmem": 33554432'
    check "less than the limit is given" measure a.example mem 16
    in_site a.example eat mem 100 >/dev/null 2>&1
    status=$?
    between "32 MiB hold: status of a process that takes 100 MiB" 137 137 $status
    check "the sibling takes 100 MiB" measure b.example mem 100
    between "peak of pmem: that of the time before the limit" 104857600 120000000 "$(stat_of "$id_a" peak.pmem)"
    between "faults of pmem" 1 10 "$(stat_of "$id_a" faults.pmem)"
    between "isolatectl stats: limit of pmem, pages" 8192 8192 "$(told a.example limits pmem)"
    between "peak of pmem, pages" 25600 29300 "$(told a.example peak pmem)"
    between "faults of pmem" 1 10 "$(told a.example faults pmem)"
    check "raise pmem" limit a.example '"pmem": 268435456'
    check "then 100 MiB are given" measure a.example mem 100
    check "lower pmem again" limit a.example '"pmem": 33554432'
    check_not "and it holds again" measure a.example mem 100
fi

## nproc
if can nproc; then
    check "set nproc" limit a.example '"nproc": 20'
    measure a.example proc 50
    between "nproc 20 holds: processes besides the one that starts them" 15 19 "$measured"
    check "the sibling starts 50" measure b.example proc 50
    between "peak of nproc" 20 20 "$(stat_of "$id_a" peak.nproc)"
    between "faults of nproc" 1 10 "$(stat_of "$id_a" faults.nproc)"
    between "isolatectl stats: limit of nproc" 20 20 "$(told a.example limits nproc)"
    between "peak of nproc" 20 20 "$(told a.example peak nproc)"
    between "faults of nproc" 1 10 "$(told a.example faults nproc)"
    between "the sibling has none" 0 0 "$(told b.example faults nproc)"
    expect_contains "the administrator is told the same" "\"faults\": $(iso stats --domain a.example | sed 's/.*"faults": \({[^}]*}\).*/\1/')" \
        cagefsctl --site-isolation-status --json a.example
    for ((i = 0; i < 25; i++)); do
        in_site a.example sleep 60 2>/dev/null &
    done
    settled() { [ "$(jobs -rp | wc -l)" = 20 ] && [ "$(stat_of "$id_a" usage.nproc)" = 20 ]; }
    wait_until 30 settled # one that is refused counts for a moment
    between "entries do not go past nproc either" 20 20 "$(stat_of "$id_a" usage.nproc)"
    expect_fail 126 "as many processes as its limit" in_site a.example true
    pkill -x sleep
    wait
    check "no limit any more" limit a.example ''
    check "50 processes without a limit" measure a.example proc 50
fi

## vmem
check "512 MiB of addresses without a limit" measure a.example vm 512
check "set vmem" limit a.example '"vmem": 268435456'
measure a.example vm 512
between "vmem holds: MiB mapped below 256" 200 256 "$measured"
check "the sibling maps 512 MiB" measure b.example vm 512
check "vmem needs no group" only_counts "$id_a"

## ep
check "set ep" limit a.example '"ep": 3'
check "ep needs no group" only_counts "$id_a"
for ((i = 0; i < 3; i++)); do
    in_site a.example sleep 30 &
done
running=$(jobs -p)
wait_until 5 eval '[ "$(stat_of "$id_a" usage.ep)" = 3 ]'
between "three entries run" 3 3 "$(stat_of "$id_a" usage.ep)"
expect_fail 75 "the site has as many entry processes as its limit allows" in_site a.example true
check "the sibling can be entered" in_site b.example true
apache_start
put_php a.example ok.php 'echo "ok";'
put_php b.example ok.php 'echo "ok";'
expect_output "the web visitor gets 508" 508 http_code a.example /ok.php
expect_508()
{
    curl -si --resolve a.example:8080:127.0.0.1 http://a.example:8080/ok.php
}
expect_contains "with the usual words" "temporarily unable to serve your request as it exceeded resource limit" expect_508
expect_contains "and when to come again" "Retry-After: 14400" expect_508
expect_output "the sibling's visitor does not" ok http b.example /ok.php
between "refusals are counted" 4 4 "$(stat_of "$id_a" faults.ep)"
kill -9 "$(pgrep -f 'cagefs_enter_site a.example sleep' | head -n 1)"
two_run() { [ "$(stat_of "$id_a" usage.ep)" = 2 ]; }
check "an entry that was killed gives its place back" wait_until 5 two_run # asked, not tried: a refusal would count
check "to the next one" in_site a.example true
# shellcheck disable=SC2086 # pids
kill $running 2>/dev/null
pkill -x sleep
wait
all_free() { [ "$(stat_of "$id_a" usage.ep)" = 0 ]; }
check "all places are free, once those that waited have ended" wait_until 5 all_free
between "the most at once" 3 3 "$(stat_of "$id_a" peak.ep)"
expect_output "the web visitor is served again" ok http a.example /ok.php

## isolatectl stats. What is counted without a limit differs from run to run, and by the version of control groups.
figures='{"cpu": 0, "ep": %u, "vmem": 0, "pmem": 0, "nproc": %u, "io": 0, "iops": 0}'
# shellcheck disable=SC2059 # formats
expected()
{
    printf '{"name": "%s", "lve_id": %u, "owner_uid": %u, "usage": ' "$1" "$2" "$uid"
    printf "$figures, \"peak\": $figures, \"limits\": $figures, \"faults\": $figures}" 0 "$7" "$3" 0 "$4" "$6" "$5" 0
}
even()
{
    sed -E ':next; s/("(usage|peak)": \{[^}]*"(cpu|pmem|io|iops)": )[1-9][0-9]*/\10/; t next; :more; s/("faults": \{[^}]*"(cpu|pmem|nproc)": )[1-9][0-9]*/\10/; t more; s/("peak": \{[^}]*"nproc": )[0-9]+/\10/g'
}
# without the scope
domains_of()
{
    iso stats "$@" | sed 's/.*"domains": //' | even
}
without_history() { domains_of "$@" | sed -E 's/, "series": \{[^}]*\}, "events": \[[^]]*\]//g'; } # 54-history has it
wait_until 5 eval '[ "$(told a.example usage nproc)" = 0 ]'
expect_output "stats of one domain" "[$(expected a.example "$id_a" 3 3 4 0 0)]}"$'\n' domains_of --domain A.example
expect_output "stats of all, with a period" "[$(expected a.example "$id_a" 3 3 4 0 0), $(expected b.example "$id_b" 0 0 0 0 0)]}"$'\n' \
    without_history --period 1d
scope_of() { iso stats --period today | sed -E 's/("period": ")[1-9][0-9]*s/\1SECONDSs/'; }
expect_contains "the scope is what was looked at" "\"scope\": {\"owner_uid\": $uid, \"period\": \"SECONDSs\", \"note\": " scope_of
in_site b.example sleep 30 &
check "processes are counted" wait_until 5 eval '[ "$(told b.example usage nproc)" = 1 ]'
kill %% 2>/dev/null
pkill -x sleep
wait
status_of_a() { cagefsctl --site-isolation-status --json a.example | even; }
expect_contains "the administrator's figures are the same" "$(expected a.example "$id_a" 3 3 4 0 0 | sed 's/.*"usage"/"usage"/; s/}}*$/}/')" \
    status_of_a
make_user jane
make_site jane c.example /home/jane/c.example
cagefsctl --site-isolation-enable c.example >/dev/null
for domain in c.example nosuch.example ../../etc; do
    expect_fail 1 "" iso stats --domain $domain
    expect_output "stats of $domain: the same answer" \
        $'{"result": "error", "message": "Please specify existing domain name and try again", "code": "unknown_domain"}\n' \
        eval "iso stats --domain $domain || true"
done
expect_contains "a period is checked" "--period must be today, or" iso_fails stats --period 1w
expect_lacks "nothing of other users" c.example iso stats
expect_contains "jane sees hers" '"name": "c.example"' as_user jane isolatectl stats
expect_contains "from PHP of an isolated site" '"ep": 4,' php_eval a.example \
    'echo shell_exec("PROXYEXEC_UID=0 isolatectl stats --domain a.example 2>&1");'
cagefsctl --site-isolation-disable c.example >/dev/null
# Each that comes in stays until all have tried.
for ((i = 0; i < 40; i++)); do
    in_site a.example sh -c 'echo in; until [ -e /home/john/a.example/go ]; do sleep 0.1; done' >>/tmp/burst 2>/dev/null &
done
all_tried() { [ "$(jobs -rp | wc -l)" = 3 ] && [ "$(grep -c in /tmp/burst)" = 3 ]; }
came_in() { cat /tmp/burst; }
check "of 40 at once the others are refused" wait_until 120 all_tried
as_user john touch /home/john/a.example/go
wait
expect_output "and 3 come in" $'in\nin\nin\n' came_in

## io, iops
limit a.example '"io": 1024' >/dev/null 2>&1
if can io; then
    expect_fail 38 "limit io cannot be held on this server: /home/john does not lie on a block device" \
        cagefsctl --site-isolation-regenerate john
else
    expect_fail 38 "limit io cannot be held on this server" cagefsctl --site-isolation-regenerate john
fi
expect_contains "what was refused changed nothing" "ep $id_a 3" cat "$table"
limit a.example '' >/dev/null

# A disk of its own, in the box's memory; it goes when its file system is unmounted.
mkdir -p /home/dora
disk=
if can io && [ -e /sys/class/misc/loop-control ]; then
    mknod /dev/loop-control c 10 237 2>/dev/null
    for ((i = 0; i < 64; i++)); do
        [ -e "/dev/loop$i" ] || mknod "/dev/loop$i" b 7 $i
    done
    truncate -s 64M /run/disk && mkfs.ext4 -q -O ^has_journal /run/disk &&
        mount -o loop /run/disk /home/dora && disk=yes
fi
if [ -n "$disk" ]; then
    useradd --no-create-home --home-dir /home/dora --user-group --shell /bin/bash dora
    chown dora:dora /home/dora && chmod 711 /home/dora
    make_site dora d.example /home/dora/d.example
    make_site dora e.example /home/dora/e.example
    cagefsctl --site-isolation-enable d.example e.example >/dev/null
    check "writing without a limit" measure d.example write /home/dora/d.example/file 16384
    between "is fast, KiB/s" 4000 100000000 "$measured"
    check "set io" limit d.example '"io": 1024'
    check "writing with io 1024" measure d.example write /home/dora/d.example/file 2048
    between "it holds, KiB/s" 700 1400 "$measured"
    check "reading with io 1024" measure d.example read /home/dora/d.example/file 2048
    between "it holds, KiB/s" 700 1400 "$measured"
    check "the sibling writes" measure e.example write /home/dora/e.example/file 16384
    between "as fast as it can, KiB/s" 4000 100000000 "$measured"
    check "set iops" limit d.example '"iops": 100'
    check "reading with iops 100" measure d.example read /home/dora/d.example/file 1000
    between "it holds, operations/s" 70 140 "$measured2"
    check "the sibling reads" measure e.example read /home/dora/e.example/file 16384
    between "as fast as it can, operations/s" 1000 100000000 "$measured2"
    cagefsctl --site-isolation-deny dora >/dev/null
    check "no groups of hers are left" sh -c "! find /sys/fs/cgroup -type d -path '*/sitecage/$(id -u dora)*' | grep ."
    umount -l /home/dora
else
    echo "     no disk of its own can be made here: io and iops were not tried"
fi

## They survive
if can cpu && can pmem && can nproc; then
    all='"cpu": 2500, "pmem": 67108864, "nproc": 25, "ep": 3, "vmem": 536870912'
    check "all at once" limit a.example "$all"
    before=$(cat "$table")
    groups=$(groups_of)
    holds()
    {
        [ "$(groups_of)" = "$groups" ] || { groups_of && return 1; }
        [ "$(cat "$table")" = "$before" ] || { cat "$table" && return 1; }
        ! measure a.example mem 100 && ! measure a.example proc 50 && ! measure a.example vm 600 &&
            measure b.example proc 50
    }
    check "they hold" holds
    check "regenerate" cagefsctl --site-isolation-regenerate john
    check "they hold after regenerate" holds
    pkill -x sitecage-keeper
    check "they hold after the keeper was killed" holds
    check "remount" cagefsctl --remount-all
    check "they hold after remount" holds
    # a reboot: no runtime state, no groups
    reboot_now()
    {
        pkill -x sitecage-keeper
        wait_until 5 eval '! pgrep -x sitecage-keeper'
        rm -rf /run/sitecage
        groups_of | sort -r | xargs rmdir
    }
    check "the machine starts anew" reboot_now
    check "no group is there then" no_groups
    check "the first entry" in_site a.example true
    check "they hold after a boot" holds
    # somebody removed only the groups
    groups_of | sort -r | xargs rmdir
    check "an entry makes lost groups again" in_site a.example true
    check "they hold then" holds

    # limits that go while a process runs: it is let go, and stays
    in_site a.example sleep 30 &
    wait_until 5 eval '[ "$(stat_of "$id_a" usage.nproc)" = 1 ]'
    check "all limits off while a process runs" limit a.example ''
    check "the next entry is free" measure a.example proc 50
    check "the old one is in no group any more that limits" only_counts "$id_a"
    check "it runs on" pgrep -x sleep
    kill %% 2>/dev/null
    pkill -x sleep
    wait
    check "another pass" limit a.example ''
    check "makes no others" only_counts "$id_a"

    check "all again" limit a.example "$all"
    in_site a.example sleep 30 &
    wait_until 5 eval '[ "$(stat_of "$id_a" usage.nproc)" = 1 ]'
    check "disable the site while a process runs" cagefsctl --site-isolation-disable a.example
    check "nothing of it is left" no_groups_of "$id_a"
    wait
fi
cagefsctl --site-isolation-disable b.example >/dev/null
check "no group is left" no_groups
check "nothing is left in /run" test ! -e "/run/sitecage/$uid"
finish
