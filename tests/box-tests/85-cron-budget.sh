#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A crontab whose entries stand for very many words costs little to look at: what is too much does not run, and
# status says so; the other entries run as they should.
# shellcheck disable=SC2317,SC2016,SC2088
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

shell=/usr/libexec/sitecage/cron-shell
home=/home/john
panel_install
make_user john
make_site john a.example $home/a.example
make_site john b.example $home/b.example
echo "secret of b" | put_file john $home/b.example/secret
monitor_off

as_john() { as_user john "$@"; }
list() { crontab -u john -l; }
# What stands in front of the entry with this word: the settings that cron makes for it.
settings() # WORD
{
    list | awk -v word="$1" '/^SHELL=|^SITECAGE_SITE=/ {split($0, v, "="); env[v[1]] = $0}
        /^#sitecage:out/ {delete env["SITECAGE_SITE"]}
        index($0, word) && !/^#/ {for (k in env) print env[k]}' | sort
}

# 16 KB: values of many words, entries that expand them hundreds of times, one of which ends in a site
{
    echo "X=$(printf 'a %.0s' $(seq 480))"
    echo "Y=$(printf '~/x %.0s' $(seq 240))"
    for i in $(seq 12); do
        echo "0 0 1 1 * $(printf '$X%.0s' $(seq 430)) : many$i; cat ~/b.e*/secret ~/a.example/x"
    done
    for i in $(seq 40); do
        echo "0 0 1 1 * $(printf '$Y%.0s' $(seq 40)) : links$i; cat ~/b.e*/secret ~/a.example/x"
    done
    echo "0 0 1 1 * : plain; cat ~/b.e*/secret ~/a.example/x"
    echo "0 0 1 1 * : other; cat ~/b.e*/secret"
} >/tmp/hostile
check "it has 16 KB and is a crontab" sh -c '[ "$(wc -c </tmp/hostile)" -gt 12000 ] && crontab -u john /tmp/hostile'
list >/tmp/original

cagefsctl --site-isolation-allow-all >/dev/null
check "enabled" timeout 20 cagefsctl --site-isolation-enable a.example
expect_output "an entry that is too much has no site" $'SHELL=/usr/libexec/sitecage/cron-shell\nSITECAGE_SITE=-\n' settings ': many3;'
expect_output "a plain one behind has its own" $'SHELL=/usr/libexec/sitecage/cron-shell\nSITECAGE_SITE=/home/john/a.example\n' settings ': plain;'
expect_output "and one that names none runs outside" $'SHELL=/bin/sh\n' settings ': other;'
open_ones() { for i in $(seq 40); do settings ": links$i;" | grep '^SITECAGE_SITE=' >/dev/null || echo "links$i"; done; }
expect_output "no entry that names the site runs outside" "" open_ones
expect_fail 126 "cannot be said which site" as_john env SITECAGE_SITE=- $shell -c 'cat ~/b.example/secret'
expect_output "control: the same words outside read the sibling" $'secret of b\n' as_john sh -c 'cat ~/b.e*/secret'
expect_contains "status says so" "entries of the crontab of john do not run" cagefsctl --site-isolation-status
expect_contains "and --json" '"username": "john"' sh -c 'cagefsctl --json --site-isolation-status | python3 -c "import json, sys; print(json.dumps(json.load(sys.stdin)[\"notes\"]))"'

as_john sh -c 'crontab -l | grep -v -e ": many" -e ": links" | crontab -'
check "regenerated" cagefsctl --site-isolation-regenerate john
expect_lacks "without those entries there is nothing to say" "do not run" cagefsctl --site-isolation-status
crontab -u john /tmp/hostile
check "regenerated" cagefsctl --site-isolation-regenerate john
expect_contains "with them there is" "do not run" cagefsctl --site-isolation-status
check "disabled" cagefsctl --site-isolation-disable a.example
list >/tmp/restored
check "the exact text is restored" cmp /tmp/original /tmp/restored
finish
