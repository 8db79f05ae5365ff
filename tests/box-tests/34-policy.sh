#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who may isolate: what the modes mean for sites that are isolated, and for what a user writes into his own file.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

panel_install
make_user john
for site in a b; do
    as_user john mkdir -p "/home/john/$site.example"
    panel_add "$site.example" john "/home/john/$site.example"
    apache_vhost "$site.example" john "/home/john/$site.example" wrapper
done
in_site() { as_user john cagefs_enter_site "$1" true; }
list() { cagefsctl --site-isolation-list; }
only_a=$'\nDomains with enabled CloudLinux Isolates for user john:\na.example\n'
both="$only_a"$'b.example\n'

check "allow-all" cagefsctl --site-isolation-allow-all
check "a is isolated" cagefsctl --site-isolation-enable a.example
expect_output "toggle" $'CloudLinux Isolates user mode toggled to \'deny_all\'.\n' cagefsctl --site-isolation-toggle-mode
expect_output "what is isolated stays so" "$only_a" list
check "and can be entered" in_site a.example
expect_fail 1 "CloudLinux Isolates is not allowed for user john" cagefsctl --site-isolation-enable b.example

sed -i 's/"a.example": {/"b.example": {"isolated": true},\n    &/' /home/john/.lve/domains.json
check "john adds b to his file; the account is regenerated" cagefsctl --site-isolation-regenerate john
expect_output "nothing more is isolated" "$only_a" list
expect_fail 126 "not enabled for this site" in_site b.example
check "his file is as he left it" grep -q b.example /home/john/.lve/domains.json

panel_rename a.example renamed.example
check "a renamed domain" cagefsctl --site-isolation-regenerate john
expect_contains "stays isolated" renamed.example list
check "and can be entered" in_site renamed.example
panel_rename renamed.example a.example
check "and back" cagefsctl --site-isolation-regenerate john

check "john is allowed" cagefsctl --site-isolation-allow john
check "and regenerated" cagefsctl --site-isolation-regenerate john
expect_output "now his file counts" "$both" list
check "b can be entered" in_site b.example

check "john is denied" cagefsctl --site-isolation-deny john
expect_output "nothing is isolated" $'No users with enabled CloudLinux Isolates\n' list
check_not "nor wanted" test -e /home/john/.lve/domains.json
check "deny-all" cagefsctl --site-isolation-deny-all
expect_fail 1 "CloudLinux Isolates is not enabled" cagefsctl --site-isolation-enable a.example
expect_fail 1 "CloudLinux Isolates is not enabled" cagefsctl --site-isolation-deny john
finish
