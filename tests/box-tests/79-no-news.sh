#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An event that tells nothing new costs no pass, and one deletion in cPanel, which calls several hooks, costs one.
# Functions are called by the checks.
# shellcheck disable=SC2317
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/state.sh
. "$SC_SOURCE/tests/boxlib/state.sh"
# shellcheck source=tests/boxlib/cpanel.sh
. "$SC_SOURCE/tests/boxlib/cpanel.sh"

log=/var/log/sitecage.log
printf 'debug = on\n' >/etc/sitecage.conf # each step of a pass is logged
cpanel_install
cpanel_create bob bob.example
for label in blog shop news; do cpanel_add_sub bob $label bob.example $label; done
check "the hooks are in place" /usr/libexec/sitecage/sitecage-cpanel register
check "allow all" cagefsctl --site-isolation-allow-all
check "isolate two" cagefsctl --site-isolation-enable bob.example shop.bob.example

passes() { grep -c "user=bob step mark: " $log; }
looks() { grep -c "user=bob looked at: " $log; }
events() { db "SELECT count(*) FROM event"; }
# quiet: nothing waits, and nobody has looked at the account for two seconds
quiet()
{
    local before
    before=$(looks)
    [ "$(events)" = 0 ] && sleep 2 && [ "$(events)" = 0 ] && [ "$(looks)" = "$before" ]
}
check "all is quiet" wait_until 60 quiet

# told TEXT PASSES COMMAND...: the command's events are dealt with, and cost no more passes than that
told()
{
    local text=$1 most=$2 passes looks
    shift 2
    passes=$(passes) looks=$(looks)
    check "$text" "$@"
    looked() { [ "$(looks)" -gt "$looks" ] && [ "$(events)" = 0 ]; }
    check "$text: it was looked at" wait_until 60 looked
    check "$text: all is quiet" wait_until 60 quiet
    passed=$(($(passes) - passes))
    at_most() { [ "$passed" -le "$most" ]; }
    check "$text: $most passes at the most" at_most || { echo "$passed passes"; tail -n 60 $log; }
}
made_one() { [ "$passed" -ge 1 ]; }
again() { cpanel_fire Cpanel Api2::SubDomain::addsubdomain post "$(cpanel_api_data bob domain="$1" rootdomain=bob.example)"; }
deleted() { cpanel_fire Whostmgr Domain::delsubdomain post "$(jq -nc --arg s "$1" '{user: "bob", subdomain: $s, rootdomain: "bob.example"}')"; }

told "a known domain is told again" 0 again blog
told "an isolated one is told again" 0 again shop
told "one that never was is deleted" 0 deleted never
told "control: a new subdomain" 1 cpanel_add_sub bob new bob.example new
check "it made a pass" made_one
told "a subdomain is deleted, told by two hooks" 1 cpanel_del_sub bob news bob.example
check "it made a pass" made_one
told "its deletion is told once more" 0 deleted news
# it leaves ~/.lve/domains.json, which is watched; and its view ends, which leaves files
shop_runs() { runuser -u bob -- cagefs_enter_site shop.bob.example true; }
check "its site runs" shop_runs
tokens() { ls /home/bob/.cagefs/websites | wc -l; }
expect_output "two sites have storage" $'2\n' tokens
told "an isolated subdomain is deleted" 1 cpanel_del_sub bob shop bob.example
check "it made a pass" made_one
expect_output "its storage ended with its view" $'1\n' tokens
listed() { cagefsctl --site-isolation-list 2>/dev/null | tail -n +3; }
expect_output "what is left is isolated" $'bob.example\n' listed

# the user's own file: what he writes into it is followed, the same once more is not
config=/home/bob/.lve/domains.json
touches() { cp -p $config $config.new && touch $config.new && mv $config.new $config; }
told "the user's file is replaced by the same" 0 touches
writes() { jq -c "$1" $config >$config.new && chown bob: $config.new && mv $config.new $config; }
told "control: it is replaced by another" 2 writes '.domains["bob.example"].limits = {"ep": 7}'
check "it made a pass" made_one
told "control: and by one that wants nothing" 3 writes '{}'
check "it made a pass" made_one
expect_output "nothing is isolated" '' listed
check "isolate one again" cagefsctl --site-isolation-enable bob.example
check "all is quiet" wait_until 60 quiet

# what says nothing new of the panel may be news of the account: a pass that failed is made up for
db "UPDATE user SET stale = 1" >/dev/null
told "control: a known domain, the last pass failed" 9 again blog
check "it made a pass" made_one
finish
