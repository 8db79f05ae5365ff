#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An isolated site whose document root is away for a while: nothing of it runs, nothing of it is lost.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

panel_install
make_user john
make_site john a.example /home/john/a.example
make_site john b.example /home/john/b.example
apache_start
put_php a.example who.php 'echo "a\n";'
list() { cagefsctl --site-isolation-list; }
status() { cagefsctl --site-isolation-status; }
site_id() { sqlite3 /var/lib/sitecage/sitecage.db "select id || ' ' || token from site where cast(docroot as text) = '/home/john/a.example'"; }
in_a() { as_user john cagefs_enter_site a.example "$@"; }
only_a=$'\nDomains with enabled CloudLinux Isolates for user john:\na.example\n'

check "allow" cagefsctl --site-isolation-allow-all
check "a is isolated" cagefsctl --site-isolation-enable a.example
expect_output "it serves" $'a\n' http a.example /who.php
check "it keeps something in its storage" in_a sh -c 'echo kept >/var/tmp/note'
before=$(site_id)

check "the document root is moved away" mv /home/john/a.example /home/john/away
mkdir /home/john/a.example.empty
for pass in 1 2; do
    check "pass $pass without it" cagefsctl --site-isolation-regenerate john
    expect_output "it is listed" "$only_a" list
    expect_contains "status says why" "document root is missing" status
    expect_fail 126 "cannot be isolated now" in_a true
done
# Apache itself does not find the file any more; a handler's request for the site would get 503
check "deny_all, another pass" sh -c 'cagefsctl --site-isolation-toggle-mode && cagefsctl --site-isolation-regenerate john'
expect_output "it is still listed" "$only_a" list

check "the document root comes back" mv /home/john/away /home/john/a.example
check "regenerate" cagefsctl --site-isolation-regenerate john
expect_output "it is the same site" "$before"$'\n' site_id
expect_output "it serves" $'a\n' http a.example /who.php
expect_output "from its cage, with what it kept" $'kept\n' in_a cat /var/tmp/note
expect_output "b is not isolated" ok php_eval b.example 'echo getmypid() > 50 ? "ok" : "caged";'
check "away again" mv /home/john/a.example /home/john/away
check "it can be disabled" cagefsctl --site-isolation-disable a.example
expect_output "nothing is isolated" $'No users with enabled CloudLinux Isolates\n' list
check_not "nothing of it is left" test -e /home/john/.cagefs
finish
