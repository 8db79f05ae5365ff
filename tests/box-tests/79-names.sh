#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Domain names: a panel's and an argument's mean the same in capitals, with a final dot and in letters of any
# language; and what ends with another name of its document root is named.
# Functions are called by the checks.
# shellcheck disable=SC2317
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"

H=/home/john
panel_install
make_user john
for d in a b c d; do
    make_site john $d.example $H/$d
    echo "secret of $d" | put_file john $H/$d/secret 600
done
panel_add Shop.A.Example. john $H/a # the same document root, as some panels write names
panel_add WWW.C.EXAMPLE john $H/c
panel_add bücher.example john $H/d
cagefsctl --site-isolation-allow-all >/dev/null
isolate() { setpriv --reuid john --regid john --init-groups isolatectl site-isolation "$@"; }
listed() { cagefsctl --site-isolation-list | tail -n +3 | tr '\n' ' '; }
hides() { as_user john cagefs_enter_site "$1" sh -c "! cat $H/b/secret" 2>/dev/null; }
control() { as_user john cat $H/b/secret; }

# --- what the panel writes in capitals or with a final dot can be isolated ----------------------------------------
check "control: an account's process sees its other site" control
expect_output "a name with a final dot, as the panel writes it" \
    $'CloudLinux Isolates was enabled for domain(s),\nShop.A.Example.\n' cagefsctl --site-isolation-enable Shop.A.Example.
expect_output "is listed as everybody writes it" 'shop.a.example ' listed
check "it is entered" hides shop.a.example
check "also as the panel writes it" hides Shop.A.Example.
expect_output "a name in capitals, otherwise written" \
    $'CloudLinux Isolates was enabled for domain(s),\nwww.C.example.\n' cagefsctl --site-isolation-enable www.C.example.
expect_output "a name in other letters" \
    $'CloudLinux Isolates was enabled for domain(s),\nbücher.example\n' cagefsctl --site-isolation-enable bücher.example
expect_output "they are listed" 'shop.a.example www.c.example xn--bcher-kva.example ' listed
expect_contains "it is entered by that name" / as_user john cagefs_enter_site bücher.example pwd
expect_contains "status finds one" 'www.c.example' cagefsctl --site-isolation-status WWW.C.Example
check "the user's command finds one" isolate disable --domain WWW.C.example.
expect_output "and has ended it" 'shop.a.example xn--bcher-kva.example ' listed
check "and the one in other letters" isolate disable --domain BÜCHER.example
expect_output "both have ended" 'shop.a.example ' listed

# --- with one name of a document root the others end, and are named -----------------------------------------------
cagefsctl --site-isolation-enable a.example b.example c.example >/dev/null
expect_output "isolated by two names" 'a.example b.example c.example shop.a.example ' listed
expect_output "control: what has no other name" \
    $'CloudLinux Isolates was disabled for domain(s),\nb.example\n' cagefsctl --site-isolation-disable b.example
expect_output "with one name the other ends, and is named" \
    $'CloudLinux Isolates was disabled for domain(s),\na.example,shop.a.example\n' \
    cagefsctl --site-isolation-disable a.example
expect_output "it has ended" 'c.example ' listed
check_not "none of them can be entered" as_user john cagefs_enter_site shop.a.example true
cagefsctl --site-isolation-enable a.example Shop.a.example >/dev/null
expect_output "a name that was not isolated itself ends the one that was" \
    $'CloudLinux Isolates was disabled for domain(s),\nWWW.C.example,c.example\n' \
    cagefsctl --site-isolation-disable WWW.C.example
expect_output "as JSON, and named once where all are given" \
    $'{"result": "success", "domains": ["SHOP.a.example", "a.example"]}\n' \
    cagefsctl --site-isolation-disable SHOP.a.example a.example --json
cagefsctl --site-isolation-enable a.example Shop.a.example b.example c.example >/dev/null
expect_output "as JSON" \
    $'{"result": "success", "domains": ["c.example", "shop.a.example", "a.example"]}\n' \
    cagefsctl --site-isolation-disable c.example shop.a.example --json
check "the log has all that ended" grep -q "user=john disable=.*shop.a.example,a.example: done" /var/log/sitecage.log
expect_output "what is left" 'b.example ' listed
finish
