#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A panel's answer with something odd in it: the odd entry is passed over with a warning, the rest of the account
# goes on, what is understood of the odd entry stays closed, and nothing that was isolated is less so.
# Functions are called by the checks; $ in single quotes is the inner shell's or jq's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"

H=/home/john
hooks=/usr/share/cloudlinux/hooks
db() { sqlite3 /var/lib/sitecage/sitecage.db "$@"; }

# The reference panel's answer, changed by the jq program in odd.jq, with before and after around it.
panel_install
echo "home = shared" >/etc/sitecage.conf # what is closed in it is seen to be open before
cat >/opt/cpvendor/bin/odd <<'SH'
#!/bin/sh
cat /opt/cpvendor/etc/before
/opt/cpvendor/bin/refpanel "$@" | jq -c -f /opt/cpvendor/etc/odd.jq
cat /opt/cpvendor/etc/after
SH
chmod 755 /opt/cpvendor/bin/odd
sed -i 's,^domains = .*,domains = /opt/cpvendor/bin/odd domains,' /opt/cpvendor/etc/integration.ini
odd() { printf '%s' "${1:-.}" >/opt/cpvendor/etc/odd.jq; printf '%b' "${2:-}" >/opt/cpvendor/etc/before; printf '%b' "${3:-}" >/opt/cpvendor/etc/after; }
odd

told() { $hooks/post_modify_domain.py create -u john --domain "$1"; }
site() { make_site john "$1" "$H/$1" && echo "secret of $1" | put_file john "$H/$1/secret" 600; }
sees() { probe p "cat $H/$1/secret" | grep -q "secret of"; }
hidden() { ! probe p "cat $H/$1/secret" && ! probe p "ls $H/$1/"; }
place() { as_user john mkdir -p "$H/$1" && echo "secret of $1" | put_file john "$H/$1/secret" 600; }
lists() { cagefsctl --site-isolation-list john | grep -qx "$1"; }
checks() { cagefsctl --site-isolation-check >"$checks_dir/check" || true; grep -q "$1" "$checks_dir/check"; }
quiet() { cagefsctl "$@" >/dev/null 2>&1; }
settled() { [ "$(db 'SELECT count(*) FROM event')" = 0 ]; }

make_user john
make_user mary
for d in a b c; do site $d.example; done
make_site mary m.example /home/mary/m.example
for p in later odd1 odd2 odd3 odd4 odd5 free; do place $p; done
quiet --site-isolation-allow-all || fail "allow-all" "see above"

# --- one domain without a document root, as panels have for redirects (case 12a) ----------------------------------
odd '(.data | objects)["r.example"] = {"owner": "john", "document_root": null}'
expect_output "an account with an odd domain can be isolated" \
    $'CloudLinux Isolates was enabled for domain(s),\na.example\n' sh -c 'cagefsctl --site-isolation-enable a.example 2>/tmp/err'
check "with a warning that names it" grep -q "r.example.*document_root" /tmp/err
check "a process stays in it" probe_start p john a.example
check "control: it sees what is no document root" sees later
check "and its own" sees a.example
check "and nothing of its siblings" hidden b.example
check "check names it" checks "WARNING.*r.example"
check "and status" sh -c 'cagefsctl --site-isolation-status | grep -q "r.example"'
check "regenerate" quiet --site-isolation-regenerate john
panel_add later.example john $H/later
told later.example
check "a document root that comes is hidden" wait_until 2 hidden later
logged() { [ "$(grep -c "user=john: passed over.*r.example" /var/log/sitecage.log)" = 1 ]; }
check "the log has it once" logged
expect_fail 1 'Please specify existing domain name and try again: r.example is passed over' cagefsctl --site-isolation-enable r.example
expect_contains "the user is told, too" 'r.example is passed over' sh -c \
    'setpriv --reuid john --regid john --init-groups isolatectl site-isolation enable --domain r.example || :'
check "mary's account is not concerned" quiet --site-isolation-enable m.example
check_not "mary's status says nothing of it" sh -c 'cagefsctl --site-isolation-status m.example | grep -q r.example'

# --- every kind, with a place in it where one can be understood -----------------------------------------------------
odd_one() # TEXT ENTRY NAME [PLACE]: the account goes on, the place is closed; then it is open again
{
    local text=$1 place=${4:-}
    [ -z "$place" ] || check "$text: control: the place is open" sees "$place" || true
    odd "(.data | objects)[\"$3\"] = $2"
    check "$text: regenerate" quiet --site-isolation-regenerate john
    check "$text: still isolated" hidden b.example
    [ -z "$place" ] || check "$text: the place is closed" hidden "$place"
    check "$text: another can be isolated" quiet --site-isolation-enable c.example
    check "$text: and be ended" quiet --site-isolation-disable c.example
    odd
    check "$text: the panel is mended" quiet --site-isolation-regenerate john
    [ -z "$place" ] || check "$text: the place is open" sees "$place"
}
odd_one "document_root missing" '{"owner": "john"}' x.example
odd_one "document_root empty" '{"owner": "john", "document_root": ""}' x.example
odd_one "document_root relative" '{"owner": "john", "document_root": "odd1"}' x.example odd1
odd_one "document_root with dots" "{\"owner\": \"john\", \"document_root\": \"$H/b.example/../odd1/.\"}" x.example odd1
odd_one "document_root a number" '{"owner": "john", "document_root": 7}' x.example
odd_one "document_root a list" "{\"owner\": \"john\", \"document_root\": [\"$H/odd1\", \"$H/odd2\"]}" x.example odd2
odd_one "document_root the home" "{\"owner\": \"john\", \"document_root\": \"$H/../john/.\"}" x.example
odd_one "document_root elsewhere" '{"owner": "john", "document_root": "/etc/../srv"}' x.example
odd_one "a name that is none" "{\"owner\": \"john\", \"document_root\": \"$H/odd2\"}" 'no name!' odd2
odd_one "an empty name" "{\"owner\": \"john\", \"document_root\": \"$H/odd2\"}" '' odd2
odd_one "owner missing" "{\"document_root\": \"$H/odd3\"}" x.example odd3
odd_one "owner null" "{\"owner\": null, \"document_root\": \"$H/odd3\"}" x.example odd3
odd_one "owner unknown" "{\"owner\": \"nobodyhere\", \"document_root\": \"$H/odd3\"}" x.example odd3
odd_one "is_main a word" "{\"owner\": \"john\", \"document_root\": \"$H/odd4\", \"is_main\": \"yes\"}" x.example odd4
odd_one "not an object" "\"$H/odd4\"" x.example odd4
odd_one "members of its own" "{\"owner\": \"john\", \"document_root\": \"$H/odd4\", \"php\": [null, {\"x\": 1}], \"\": 0}" x.example odd4
odd_one "nothing at all" 'null' x.example

# A place that does not exist yet.
odd "(.data | objects)[\"no name\"] = {\"owner\": \"john\", \"document_root\": \"$H/sites/new\"}"
check "regenerate" quiet --site-isolation-regenerate john
place sites/new
check "a place that comes later is hidden" wait_until 2 hidden sites/new
odd

# Twice in the answer, which jq cannot say.
cat >/opt/cpvendor/bin/twice <<'SH'
#!/bin/sh
/opt/cpvendor/bin/refpanel "$@" | sed '1s,{"data": {,&"x.example": {"owner": "john"\, "document_root": "/home/john/odd4"}\, "x.example": {"owner": "john"\, "document_root": "/home/john/odd5"}\, "b.example": {"owner": "john"\, "document_root": "/home/john/free"}\, ,'
SH
chmod 755 /opt/cpvendor/bin/twice
sed -i 's,^domains = .*,domains = /opt/cpvendor/bin/twice domains,' /opt/cpvendor/etc/integration.ini
check "control: open" sees odd4
check "regenerate with domains that are there twice" quiet --site-isolation-regenerate john
check "both places of a new one are closed" hidden odd4
check "both" hidden odd5
check "a known one stays where it was" hidden b.example
check "and its other place is closed" hidden free
sed -i 's,^domains = .*,domains = /opt/cpvendor/bin/odd domains,' /opt/cpvendor/etc/integration.ini
check "regenerate" quiet --site-isolation-regenerate john
check "open again" sees free

# --- what was isolated stays so ---------------------------------------------------------------------------------------
for entry in '{"owner": "john", "document_root": null}' '{"owner": "john"}' '{"owner": 5, "document_root": null}' '[]'; do
    odd ".data[\"b.example\"] |= (select(.) | $entry)"
    check "b's entry is $entry: regenerate" quiet --site-isolation-regenerate john
    check "its document root stays hidden" hidden b.example
    odd ".data[\"a.example\"] |= (select(.) | $entry)"
    check "a's entry is $entry: regenerate" quiet --site-isolation-regenerate john
    check "a stays isolated" lists a.example
    check "its process lives" probe_lives p
    db "UPDATE missed SET since = since - 601"
    check "and after a while" quiet --site-isolation-regenerate john
    check "it stays isolated" lists a.example
done
odd
check "the panel is mended" quiet --site-isolation-regenerate john

# --- text around the answer (case 12b) ------------------------------------------------------------------------------------
noise() # TEXT BEFORE [AFTER]: all goes on, and nothing that the answer lacks counts as gone
{
    odd . "$2" "${3:-}"
    check "$1: regenerate" quiet --site-isolation-regenerate john
    check "$1: another can be isolated" quiet --site-isolation-enable c.example
    check "$1: and be ended" quiet --site-isolation-disable c.example
    check "$1: it is told" checks "WARNING.*put "
    panel_add new.example john $H/odd1
    told new.example
    check "$1: a document root that comes is hidden" wait_until 2 hidden odd1
    panel_remove new.example
    $hooks/post_modify_domain.py delete -u john --domain new.example
    check "$1: one that goes is open" wait_until 3 sees odd1
}
noise "a byte order mark" '\xef\xbb\xbf'
noise "PHP's Deprecated" '\nDeprecated: Function strftime() is deprecated in /opt/x.php on line 3\n'
noise "PHP's Warning with HTML" '<br />\n<b>Warning</b>:  Undefined variable in <b>/x.php</b> on line <b>3</b><br />\n'
noise "PHP Notice, twice, and behind" 'PHP Notice:  a in /x.php on line 1\nPHP Notice:  b in /x.php on line 2\n\n' '\nWarning: c in /x on line 9\n'
odd 'if .data then del(.data["b.example"]) else . end' 'PHP Warning:  mysqli::query(): gone away in /x.php on line 3\n'
check "a warning, and a domain is missing: regenerate" quiet --site-isolation-regenerate john
check "its document root stays hidden" hidden b.example
odd 'if .data then .data = {} else . end' 'PHP Warning:  mysqli::query(): gone away in /x.php on line 3\n'
check "a warning, and all are missing: regenerate" quiet --site-isolation-regenerate john
db "UPDATE missed SET since = since - 601"
check "and after a while" quiet --site-isolation-regenerate john
check "a stays isolated" lists a.example
check "and closed" hidden b.example

for text in 'Fatal error: Uncaught Error: x in /x.php:3\n' 'hello\n' 'PHP Parse error:  syntax error in /x.php on line 3\n'; do
    odd . "$text"
    expect_fail 1 "did not answer with valid JSON" cagefsctl --site-isolation-regenerate john
    expect_fail 1 "did not answer with valid JSON" cagefsctl --site-isolation-enable c.example
    check "what is not understood changes nothing" hidden b.example
    check "nothing is less isolated" lists a.example
    as_user john mv $H/b.example $H/b.away && sleep 0.5 && as_user john mv $H/b.away $H/b.example
    check "a document root that comes back is hidden" wait_until 2 hidden b.example
done
odd
check "the panel is mended" quiet --site-isolation-regenerate john
check "the process lived through all of it" probe_lives p
probe_end p
finish
