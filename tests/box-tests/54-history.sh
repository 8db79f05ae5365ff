#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The history: what the daemon keeps of what sites use, who may read it, and the metrics for Prometheus.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

file=/var/lib/sitecage/history.db
metrics=/var/lib/prometheus/node-exporter/sitecage.prom
panel_install
make_user john
make_user jane
make_site john a.example /home/john/a
make_site john b.example /home/john/b
make_site jane c.example /home/jane/c
mkdir -p "${metrics%/*}"
apache_start

iso() { as_user john isolatectl "$@"; }
# look JQ-EXPRESSION COMMAND...
look() { local expression=$1; shift; "$@" | jq -r "$expression"; }
history() { cagefsctl --site-isolation-history "$@"; }
ago() { sqlite3 "$file" "UPDATE meta SET value = value - $1 WHERE key = 'looked'"; }

## Nothing is isolated: nothing is kept, and nobody is woken
cagefsctl --site-isolation-allow-all >/dev/null
expect_contains "no history yet" "There is no history yet" history
check_not "and no file" test -e $file

## The daemon keeps it
check "two sites" iso site-isolation enable --domain a.example,b.example
check "and jane's" cagefsctl --site-isolation-enable c.example
check "the daemon begins it" wait_until 30 test -s $file
expect_output "for root alone" "600 root"$'\n' stat -c '%a %U' $file
check "and writes the metrics" wait_until 30 test -s $metrics
expect_output "which everybody may read" $'644\n' stat -c %a $metrics
knows() { [ "$(sqlite3 -cmd '.timeout 5000' $file 'SELECT count(*) FROM site')" = 3 ]; }
check "all three sites" wait_until 90 knows

## From here on we look ourselves, and when we like
monitor_off
# shellcheck disable=SC2046 # pids
kill $(pgrep -f "^/usr/libexec/sitecage/sitecage-monitor")
stopped() { ! pgrep -f "^/usr/libexec/sitecage/sitecage-monitor" >/dev/null; }
check "the daemon ends" wait_until 20 stopped
# What the daemon does once a minute.
tick() { (exec -a sitecage-monitor /usr/libexec/sitecage/sitecage-engine --chore history --descriptors 0 --); }
expect_output "a look" $'sites 3\nok\n' tick

## A site at work
php_eval a.example 'while (getrusage()["ru_utime.tv_sec"] < 2); echo "ok";' >/dev/null
expect_output "PHP worked" ok php_eval a.example 'echo "ok";'
echo x | put_file john /home/john/a/no_program
expect_fail 126 "Permission denied" as_user john cagefs_enter_site a.example /home/john/a/no_program
ago 60
expect_output "another look" $'sites 3\nok\n' tick
series() { look '.domains[] | select(.name == "a.example") | .series | '"$1" iso stats --period 1d --step 5m; }
expect_output "its columns" "t cpu cpu_max pmem pmem_max io iops nproc_max ep_max f_cpu f_pmem f_nproc f_ep"$'\n' series '.columns | join(" ")'
expect_output "steps of five minutes, of a day" $'300 true\n' series '"\(.step) \(.to - .from >= 86400 and .to - .from < 86700)"'
events() { look '.domains[] | select(.name == "a.example") | .events[] | "\(.kind) \(.count) \(.detail)"' iso stats --period 1d; }
expect_contains "what went wrong" "run 1 /home/john/a/no_program: Permission denied" events
expect_contains "since when it is isolated" "isolated 1 a.example" events
check "today's document is in it" test "$(iso stats | jq -c 'del(.domains[].usage, .domains[].peak, .scope)')" = \
    "$(iso stats --period 7d | jq -c 'del(.domains[].series, .domains[].events, .domains[].usage, .domains[].peak, .scope)')"
expect_output "without --period no series" $'null\n' look '.domains[0].series' iso stats
expect_output "longer: an hour a step" $'3600\n' look '.domains[0].series.step' iso stats --period 30d
expect_output "longer still: a day a step" $'86400\n' look '.domains[0].series.step' iso stats --period 90d
expect_output "today" $'300\n' look '.domains[0].series.step' iso stats --period today
bad() { local out; out=$(iso stats "$@"); [ $? = 1 ] && jq -r .message <<<"$out"; }
expect_contains "steps that are not kept for so long" "give multiples of 5m for a day" bad --period 30d --step 5m
expect_contains "no period" "--period must be today" bad --period 1w
expect_contains "no step" "--step must be" bad --period 1d --step x
expect_contains "a step of nothing" "--step goes with --period" bad --step 5m

## What it used: a limit gives the site a control group everywhere
points() { series '.points | length'; }
check "a limit" iso limits set --domain a.example --nproc 200
php_eval a.example 'while (getrusage()["ru_utime.tv_sec"] < 2); echo "ok";' >/dev/null
ago 60
tick >/dev/null
some_point() { [ "$(points)" -ge 1 ]; }
check "a point" some_point
expect_output "with what it used" $'true true\n' series '[.points[] | .[2]] | max > 50 | "\(.) true"'

## Nobody reads another's
other() { as_user jane isolatectl stats --period 1d "$@"; }
expect_output "jane has hers" $'c.example\n' look '.domains[].name' other
not_hers() { local out; out=$(other --domain "$1"); [ $? = 1 ] && jq -r .message <<<"$out"; }
expect_output "and not john's" $'Please specify existing domain name and try again\n' not_hers a.example
check_not "nor the file" as_user jane test -r $file

## Root
expect_contains "in words" "a.example of user john since " history
expect_contains "events, too" "run: /home/john/a/no_program: Permission denied" history a.example
expect_contains "who changed it: the user" " user  enable" history a.example
expect_contains "root" " root  enable" history c.example
expect_output "also in JSON" $'[{"by":"root","what":"enable","result":"done"}]\n' \
    look '[.sites[].changes[] | del(.t)] | tojson' history --json c.example
expect_output "in JSON" $'a.example\nb.example\nc.example\n' look '.sites | sort_by(.domain) | .[].domain' history --json --period 2h
expect_fail 1 "Please specify existing domain name and try again" history nosuch.example
expect_fail 2 "--period must be" history --period x
expect_fail 2 "takes no --period" cagefsctl --site-isolation-list --period 1d
cagefsctl --site-isolation-disable b.example >/dev/null
expect_fail 1 "b.example is not isolated" history b.example

## Metrics
has() { grep -qxE "$1" $metrics; }
tick >/dev/null
check "the sites by their state" has 'sitecage_sites\{state="[a-z ]+"\} 2'
check "processor time" has "sitecage_site_cpu_seconds_total\{user=\"john\",domain=\"a.example\",site=\"[0-9]+\"\} [0-9.]+"
check "failures" has 'sitecage_failures_total\{cause="run"\} 1'
check "when they were read" has 'sitecage_look_timestamp_seconds [0-9]+'
check_not "not those that are isolated no more" grep -q b.example $metrics
well_formed()
{
    python3 - $metrics <<'PY'
import re, sys
types, seen = {}, set()
for line in open(sys.argv[1], encoding="utf-8").read().splitlines():
    if line.startswith("# HELP "):
        continue
    if line.startswith("# TYPE "):
        _, _, name, kind = line.split(" ")
        assert name not in types, line
        types[name] = kind
        continue
    m = re.fullmatch(r'([a-z_]+)(\{([a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (-?[0-9.]+)', line)
    assert m, line
    assert m[1] in types, line
    assert (types[m[1]] == "counter") == m[1].endswith("_total"), line
    assert line.rsplit(" ", 1)[0] not in seen, line
    seen.add(line.rsplit(" ", 1)[0])
assert len(seen) > 20
PY
}
check "all of it is what Prometheus reads" well_formed
printf 'metrics = /root/elsewhere.prom\nhistory_size = 16M\n' >/etc/sitecage.conf
tick >/dev/null
check "another place" test -s /root/elsewhere.prom
printf 'metrics = off\nhistory_size = off\n' >/etc/sitecage.conf
rm /root/elsewhere.prom $metrics
expect_output "none of both" $'sites 2\nok\n' tick
check_not "no metrics" test -e $metrics
rm /etc/sitecage.conf

## It may be lost at any time
before=$(wc -l </var/log/sitecage.log)
printf 'this is no database, but it is longer than the head of one is, which has a hundred bytes: %0100d\n' 0 >$file
rm -f $file-wal $file-shm
expect_output "a damaged file: no history" $'[]\n' look '.domains[0].series.points | tojson' iso stats --period 1d
expect_output "it is begun again" $'sites 2\nok\n' tick
expect_output "once" $'sites 2\nok\n' tick
expect_output "which is said once" $'1\n' sh -c "tail -n +$((before + 1)) /var/log/sitecage.log | grep -c 'the history is begun again'"
rm $file $file-wal $file-shm 2>/dev/null
expect_output "one that is missing, too" $'sites 2\nok\n' tick
knows_two() { [ "$(sqlite3 $file 'SELECT count(*) FROM site')" = 2 ]; }
check "with its sites" knows_two
finish
