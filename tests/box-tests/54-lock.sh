#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A locked user: neither his commands nor his file isolate a site less; what he adds holds; the administrator may all. The
# attack of a sibling that is not isolated (findings: same uid) is tried first without the lock.
# shellcheck disable=SC2317
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

H=/home/john
panel_install
make_user john
make_site john a.example $H/a.example
make_site john b.example $H/b.example
make_site john c.example $H/c.example
put_file john $H/b.example/secret 0644 <<<"the secret of b"
put_file john $H/diary 0644 <<<"dear diary"
apache_start
reads_b() { php_eval a.example "echo file_get_contents('$H/b.example/secret');"; }
reads_diary() { php_eval a.example "echo file_get_contents('$H/diary');"; }
opened() { [ "$(reads_diary 2>/dev/null)" = "dear diary" ]; }
blind() { [ "$("$@" 2>/dev/null)" = "" ]; }
# from_b WORDS...: isolatectl, run by PHP of b.example, which is not isolated
from_b() { php_eval b.example "passthru('isolatectl $* 2>&1');"; }
edit() { as_user john sh -c "printf '%s' '$1' >$H/.lve/domains.json"; }
is_isolated() { cagefsctl --site-isolation-list john | grep -qx a.example; }
file_is_right() { grep -q '"a.example"' "$H/.lve/domains.json" && ! grep -q diary "$H/.lve/domains.json"; }
says_it() { cagefsctl --site-isolation-status | grep -q "^john: the user is locked.*a.example ($1)"; }

cagefsctl --site-isolation-allow-all >/dev/null
check "a is isolated" cagefsctl --site-isolation-enable a.example
check "it reads nothing of b" blind reads_b

## Without a lock
expect_output "control: b's program disables a" $'{"result": "success", "enabled_sites": []}\n' from_b site-isolation disable --domain a.example
expect_output "control: then a reads b" $'the secret of b\n' reads_b
check "isolated again" cagefsctl --site-isolation-enable a.example
edit '{"domains": {"a.example": {"isolated": true, "paths": {"ro": ["diary"]}}}}'
check "control: the file opens more" wait_until 60 opened
edit '{"domains": {"a.example": {"isolated": true}}}'
check "control: and shuts it" wait_until 60 blind reads_diary

## Locked
expect_output "lock" $'CloudLinux Isolates was locked for user(s): john\n' cagefsctl --site-isolation-lock john
expect_fail 1 "nosuch" cagefsctl --site-isolation-lock john nosuch
expect_contains "status says it" $'\nLocked users: john\n' cagefsctl --site-isolation-status
expect_contains "in JSON, too" '"locked_users": ["john"]' cagefsctl --site-isolation-status --json
expect_contains "b's program is refused" '"code": "locked"' from_b site-isolation disable --domain a.example
expect_contains "by the earlier command, too" '"code": "locked"' php_eval b.example "passthru('cagefsctl-user site-isolation-disable --domain a.example 2>&1');"
edit '{"domains": {}}'
check "a file without it is put right" wait_until 60 file_is_right
check "a is still isolated" is_isolated
check "it reads nothing of b" blind reads_b
check "status says what was not followed" says_it isolated
as_user john rm $H/.lve/domains.json
check "no file at all: it is made again" wait_until 60 file_is_right
edit '{"domains": {"a.example": {"isolated": true, "home": "shared", "paths": {"rw": ["diary"]}}}}'
check "a file that opens more is put right" wait_until 60 file_is_right
check "a does not read it" blind reads_diary
check "status says that" wait_until 60 says_it home
expect_output "more sites may be isolated" $'{"result": "success", "enabled_sites": ["a.example", "c.example"]}\n' \
    as_user john isolatectl site-isolation enable --domain c.example
expect_contains "and stay so" '"code": "locked"' from_b site-isolation disable --domain c.example
check "a sees nothing of b after all that" blind reads_b

## The administrator
expect_output "disables as before" $'CloudLinux Isolates was disabled for domain(s),\nc.example\n' cagefsctl --site-isolation-disable c.example
check "it stays so" cagefsctl --site-isolation-regenerate john
expect_output "one site is isolated" $'\nDomains with enabled CloudLinux Isolates for user john:\na.example\n' cagefsctl --site-isolation-list
expect_output "unlock" $'CloudLinux Isolates was unlocked for user(s): john\n' cagefsctl --site-isolation-unlock john
expect_output "then the user may" $'{"result": "success", "enabled_sites": []}\n' as_user john isolatectl site-isolation disable --domain a.example
expect_lacks "status says no more of it" locked cagefsctl --site-isolation-status
finish
