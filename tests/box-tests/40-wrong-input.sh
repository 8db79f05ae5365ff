#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Whatever panel, user or administrator get wrong: a clear message of one line, exit status 1, nothing changed, and
# the isolation that there was stays in force. What ends isolation works even when the panel does not.
# $ in single quotes is the inner shell's; functions are called by the checks.
# shellcheck disable=SC2317,SC2016,SC2086,SC2088
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"
# shellcheck source=tests/boxlib/state.sh
. "$SC_SOURCE/tests/boxlib/state.sh"

H=/home/john
ini=/opt/cpvendor/etc/integration.ini
json=$H/.lve/domains.json
conf=/etc/sitecage.conf

monitor_off
make_user john
make_user mary

# --- no panel -----------------------------------------------------------------------------------------------------
one_line_error() # the last check's stderr
{
    [ "$(wc -l <"$checks_dir/err")" = 1 ] && ! [ -s "$checks_dir/out" ]
}
# refused PART COMMAND...: exit 1, PART and nothing else in one line on stderr
refused()
{
    expect_fail 1 "$@" && { one_line_error || fail "one line on stderr: $*" "it is not" "${@:2}"; }
}
mv /opt/cpvendor /opt/cpvendor.away 2>/dev/null
for path in /usr/local/cpanel /usr/local/psa /usr/local/directadmin /opt/cpvendor/etc/integration.ini; do
    refused "$path" cagefsctl --site-isolation-allow-all
done
check_not "no panel: the feature is not on" test -e /opt/cloudlinux/flags/enabled-flags.d/website-isolation.flag
refused 'CloudLinux Isolates is not enabled' cagefsctl --site-isolation-enable a.example
rm -rf /opt/cpvendor.away

# --- a working beginning: A is isolated and runs, B is not, mary has one too --------------------------------------
panel_install
site_with_secret john a.example $H/a
site_with_secret john b.example $H/b
site_with_secret mary m.example /home/mary/m
cagefsctl --site-isolation-allow-all >/dev/null
cagefsctl --site-isolation-enable a.example m.example >/dev/null
cp "$panel_table" "$checks_dir/table"
cp $ini "$checks_dir/ini"
cp $json "$checks_dir/json"
check "control: A runs" probe_start p john a.example
check "control: M is entered" as_user mary cagefs_enter_site m.example true

in_force()
{
    [ "$(probe p 'cat secret')" = "secret of a.example" ] && [ -z "$(probe p "cat $H/b/secret /home/mary/m/secret 2>/dev/null")" ] &&
        [ "$(behaviour a.example john)" = isolated ]
}

# The service of outside commands takes its notes a moment after a site is enabled.
proxies_settled() { ! pgrep -f /sitecage-proxyexecd >/dev/null || [ -z "$(ls -A /run/sitecage/proxy.d 2>/dev/null)" ]; }

# unchanged TEXT PART COMMAND...: refused, and nothing has changed
unchanged()
{
    local text=$1 before after
    shift
    wait_until 10 proxies_settled
    before=$(state_exact john mary)
    refused "$@" || return
    after=$(state_exact john mary)
    if [ "$before" != "$after" ]; then
        diff <(echo "$before") <(echo "$after") >"$checks_dir/out"
        fail "$text: nothing changed" "something did" "${@:2}"
    else
        in_force || fail "$text: the isolation is in force" "it is not"
    fi
}

E=(cagefsctl --site-isolation-enable b.example)
R=(cagefsctl --site-isolation-regenerate john)

# --- the panel's file ---------------------------------------------------------------------------------------------
head -c 3000 /dev/urandom >$ini
unchanged "garbage" $ini "${E[@]}"
unchanged "garbage" $ini "${R[@]}"
printf 'domains = /opt/cpvendor/bin/refpanel domains\n' >$ini
unchanged "no section" $ini "${E[@]}"
printf '[integration_scripts]\nusers = /opt/cpvendor/bin/refpanel users\n' >$ini
unchanged "no key" "domains" "${E[@]}"
: >$ini
unchanged "empty" $ini "${E[@]}"
cp "$checks_dir/ini" $ini
chmod 666 $ini
unchanged "world-writable" $ini "${E[@]}"
chmod 644 $ini
chown john $ini
unchanged "a user's" $ini "${E[@]}"
chown root $ini

script() # TEXT: of the vendor's script, from stdin
{
    cat >/opt/cpvendor/bin/bad.new
    chmod "${1:-755}" /opt/cpvendor/bin/bad.new
    mv /opt/cpvendor/bin/bad.new /opt/cpvendor/bin/bad
    printf '[integration_scripts]\ndomains = /opt/cpvendor/bin/bad\nusers = /opt/cpvendor/bin/bad\n' >$ini
}
printf '[integration_scripts]\ndomains = /opt/cpvendor/bin/absent\n' >$ini
unchanged "script missing" /opt/cpvendor/bin/absent "${E[@]}"
script 644 <<<'#!/bin/sh'
unchanged "script not executable" /opt/cpvendor/bin/bad "${E[@]}"
script 777 <<<'#!/bin/sh'
unchanged "script writable by everybody" /opt/cpvendor/bin/bad "${E[@]}"
script <<<'#!/nonexistent/interpreter'
unchanged "script without an interpreter" /opt/cpvendor/bin/bad "${E[@]}"

answer() # TEXT: what the script prints
{
    printf '%s' "$1" >/opt/cpvendor/answer
    script <<<'#!/bin/sh
cat /opt/cpvendor/answer'
}
ok='"metadata":{"result":"ok"}}'
for bad in '' 'oops' '{"data":{' '[]' '{}' '"x"' "{\"data\":[1],$ok" "{\"data\":{\"b.example\":1},$ok" \
    "{\"data\":{\"b.example\":{\"owner\":1,\"document_root\":\"$H/b\"}},$ok" \
    "{\"data\":{\"b.example\":{\"owner\":\"john\"}},$ok" \
    "{\"data\":{\"b.example\":{\"owner\":\"john\",\"document_root\":7}},$ok" \
    "{\"data\":{\"b.example\":{\"owner\":\"\",\"document_root\":\"$H/b\"}},$ok" \
    "{\"data\":{\"b.example\":{\"owner\":\"../x\",\"document_root\":\"$H/b\"}},$ok" \
    '{"data":null,"metadata":{"result":"InternalAPIError","message":"the database is down"}}' \
    '{"data":null,"metadata":{"result":"Wrong"}}'; do
    answer "$bad"
    unchanged "answer '$bad'" /opt/cpvendor/bin/bad "${E[@]}"
done
answer '{"data":null,"metadata":{"result":"InternalAPIError","message":"the database is down"}}'
unchanged "the vendor's own words" 'the database is down' "${E[@]}"
unchanged "regenerate says it too" 'the database is down' "${R[@]}"

took() # SECONDS COMMAND...: within them
{
    local limit=$1 start=$SECONDS status=0
    shift
    "$@" || status=$?
    [ $((SECONDS - start)) -le "$limit" ] || { echo "took $((SECONDS - start)) s" >&2; return 98; }
    return $status
}
script <<<'#!/bin/sh
head -c 100000000 /dev/zero | tr "\0" x'
unchanged "100 MB" /opt/cpvendor/bin/bad took 20 "${E[@]}"
script <<<'#!/bin/sh
sleep 1000'
unchanged "hangs" /opt/cpvendor/bin/bad took 20 "${E[@]}"
check_not "nothing of it is left" pgrep -x sleep
script <<<'#!/bin/sh
trap "" TERM HUP; (trap "" TERM HUP; sleep 1000) & sleep 1000'
printf 'panel_timeout = 2\n' >$conf
unchanged "hangs, panel_timeout = 2" "within 2 s" took 8 "${E[@]}"
unchanged "hangs, regenerate" "within 2 s" took 8 "${R[@]}"
sleep 0.3
check_not "nothing of it is left either" pgrep -x sleep

# --- what ends isolation works without the panel, and does not wait for it long -----------------------------------
again() # the panel as it should be, and A and M isolated
{
    cp "$checks_dir/ini" $ini && cp "$checks_dir/table" "$panel_table" && cagefsctl --site-isolation-allow-all >/dev/null &&
        cagefsctl --site-isolation-enable a.example m.example >/dev/null
}
hang()
{
    script <<<'#!/bin/sh
sleep 1000'
}
nothing_isolated=$'No users with enabled CloudLinux Isolates\n'
hang
expect_output "disable, the panel hangs" $'CloudLinux Isolates was disabled for domain(s),\na.example\n' took 8 cagefsctl --site-isolation-disable a.example
expect_output "it is open" $'open\n' behaviour a.example john
check "its process has ended" probe_is_gone p
probe_end p
refused 'Please specify existing domain name and try again' took 8 cagefsctl --site-isolation-disable unknown.example
again
hang
check "deny, the panel hangs" took 8 cagefsctl --site-isolation-deny john mary
expect_output "nobody is isolated" "$nothing_isolated" cagefsctl --site-isolation-list
cagefsctl --site-isolation-allow john mary >/dev/null
again
hang
expect_output "deny-all, the panel hangs" $'CloudLinux Isolates was denied for all users.\n' took 8 cagefsctl --site-isolation-deny-all
expect_output "nobody is isolated" "$nothing_isolated" cagefsctl --site-isolation-list
rm -f $conf
again
rm -r /opt/cpvendor/bin
expect_output "disable, the scripts are gone" $'CloudLinux Isolates was disabled for domain(s),\na.example\n' cagefsctl --site-isolation-disable a.example
panel_install
again
mv /opt/cpvendor /opt/cpvendor.away
expect_output "disable, there is no panel" $'CloudLinux Isolates was disabled for domain(s),\na.example\n' cagefsctl --site-isolation-disable a.example
expect_output "deny-all, there is no panel" $'CloudLinux Isolates was denied for all users.\n' cagefsctl --site-isolation-deny-all
expect_output "nobody is isolated" "$nothing_isolated" cagefsctl --site-isolation-list
expect_output "nothing is left" '' leftovers john mary
mv /opt/cpvendor.away /opt/cpvendor
again
check "all is well again" probe_start p john a.example

# --- domains ------------------------------------------------------------------------------------------------------
table()
{
    cp "$checks_dir/table" "$panel_table"
}
mkdir -p /srv/x $H/real
for root in /srv/x /etc / "$H/../mary/m" /home/mary/m /home/mary relative/path "$H/b/../../mary/m" "" "$H/absent"; do
    panel_move b.example "$root"
    unchanged "document root '$root'" b.example "${E[@]}"
    table
done
as_user john ln -s /etc $H/link-etc
as_user john ln -s /home/mary/m $H/link-mary
as_user john sh -c "echo x >$H/file"
for name in link-etc link-mary file; do
    panel_move b.example $H/$name
    unchanged "document root is the $name" b.example "${E[@]}"
    table
done
panel_add other.example john /srv/x
unchanged "another domain of john is outside" other.example cagefsctl --site-isolation-enable other.example
unchanged "one of two is outside" other.example cagefsctl --site-isolation-enable b.example other.example
# it is refused for itself alone
expect_output "the one inside works" $'CloudLinux Isolates was enabled for domain(s),\nb.example\n' "${E[@]}"
check "so does a pass over the account" "${R[@]}"
check "disabled again" cagefsctl --site-isolation-disable b.example
table
# what is wrong with mary is no matter of john's
panel_move m.example /srv/x
expect_output "mary's is outside: john's works" $'CloudLinux Isolates was enabled for domain(s),\nb.example\n' "${E[@]}"
check "disabled again" cagefsctl --site-isolation-disable b.example
refused m.example cagefsctl --site-isolation-enable m.example
expect_output "hers is isolated as before" $'isolated\n' behaviour m.example mary
table
cagefsctl --site-isolation-regenerate mary john >/dev/null

panel_add ghost.example ghost /home/ghost/x
unchanged "a user without an account" ghost cagefsctl --site-isolation-enable ghost.example
panel_add root.example root /root/x
unchanged "root's domain" root cagefsctl --site-isolation-enable root.example
unchanged "one of several is wrong" root cagefsctl --site-isolation-enable b.example root.example
unchanged "one of several is unknown" unknown.example cagefsctl --site-isolation-enable b.example unknown.example
for name in unknown.example '..' '/' 'a b' "$(printf 'x%.0s' $(seq 300)).example" $'new\nline' 'b.example/../a.example'; do
    unchanged "a domain called '$name'" 'Please specify existing domain name and try again' cagefsctl --site-isolation-enable "$name"
done
unchanged "an unknown user" nobodyknows cagefsctl --site-isolation-regenerate nobodyknows
unchanged "one of two users is unknown" nobodyknows cagefsctl --site-isolation-deny john nobodyknows
table

# --- ~/.lve/domains.json ------------------------------------------------------------------------------------------
restore_json()
{
    rm -rf $json
    put_file john $json 600 <"$checks_dir/json"
}
bad_json() # TEXT
{
    unchanged "domains.json: $1" domains.json "${E[@]}"
    unchanged "domains.json: $1" domains.json "${R[@]}"
    expect_output "domains.json: $1: it is listed as before" $'\nDomains with enabled CloudLinux Isolates for user john:\na.example\n' \
        cagefsctl --site-isolation-list john
    restore_json
}
for text in '' 'garbage' '{' '{"domains":{"a.example":{"isolated":tr' '[]' '{"domains":[]}' '{"domains":{"a.example":{"isolated":"yes"}}}' \
    '{"domains":{"a.example":{"limits":{"cpu":-1}}}}' '{"domains":{"a.example":{"limits":{"cpu":"x"}}}}' '{"version":99,"domains":{}}' \
    '{"domains":{"a.example":{"paths":{"ro":["../mary"]}}}}' '{"domains":{"a.example":{"paths":{"rw":["/etc"]}}}}' \
    '{"domains":{"a.example":{}},"domain":{}}' '{"domains":{"A.example":{},"a.example":{}}}' '{"domains":{"../x":{}}}'; do
    put_file john $json 600 <<<"$text"
    bad_json "'$text'"
done
head -c 20 "$checks_dir/json" | put_file john $json 600
bad_json "cut short"
printf '{"domains":{"a.example":{"isolated":true}},\0"version":1}' | put_file john $json 600
bad_json "a zero byte"
(printf '{"domains":{'; yes 2>/dev/null '                                                  ' | head -c 100000000; echo '}}') | put_file john $json 600
bad_json "100 MB"
rm $json && as_user john mkfifo $json
bad_json "a FIFO"
rm $json && as_user john ln -s /etc/shadow $json
bad_json "a link to /etc/shadow"
rm $json && as_user john ln -s "$H/copy.json" $json && put_file john "$H/copy.json" 600 <"$checks_dir/json"
bad_json "a link to a good one"
rm "$H/copy.json"
chown mary $json
bad_json "another's"
restore_json
chown root $json
bad_json "root's"
restore_json && chmod 666 $json
bad_json "writable by everybody"
restore_json && as_user john ln $json $H/second
bad_json "a second link"
rm -f $H/second $json && as_user john mkdir $json
bad_json "a directory"
as_user john mv $H/.lve $H/.lve.real && as_user john ln -s .lve.real $H/.lve
unchanged "~/.lve is a link" domains.json "${E[@]}"
as_user john sh -c "rm $H/.lve && mv $H/.lve.real $H/.lve"
# what ends isolation works with a broken file, too: the administrator's word counts
put_file john $json 600 <<<garbage
check "deny with a broken domains.json" cagefsctl --site-isolation-deny john
expect_output "only mary's is left" $'\nDomains with enabled CloudLinux Isolates for user mary:\nm.example\n' cagefsctl --site-isolation-list
expect_output "it is open" $'open\n' behaviour a.example john
restore_json
rm -f $json
cagefsctl --site-isolation-allow john >/dev/null
again
probe_end p
check "all is well again" probe_start p john a.example

# --- sitecage.conf, the database, the policy ----------------------------------------------------------------------
for text in 'panel = nonsense' 'nonsense' '[other]' 'panel_timeout = 0' 'panel_timeout = x' 'unknown = 1' "$(head -c 300 /dev/zero | tr '\0' x)"; do
    echo "$text" >$conf
    unchanged "sitecage.conf: '$text'" $conf "${E[@]}"
done
head -c 5000 /dev/urandom >$conf
unchanged "sitecage.conf: garbage" $conf "${E[@]}"
echo 'debug = off' >$conf && chmod 666 $conf
unchanged "sitecage.conf: writable by everybody" $conf "${E[@]}"
rm $conf && mkdir $conf
unchanged "sitecage.conf: a directory" $conf "${E[@]}"
rmdir $conf

for text in "$H/a rw" "$H/a xx ~/x" "$H/a rw ../x" 'x'; do
    echo "$text" >/etc/cagefs/site-isolation.paths
    unchanged "site-isolation.paths: '$text'" site-isolation.paths "${E[@]}"
    unchanged "site-isolation.paths: '$text'" site-isolation.paths "${R[@]}"
done
rm /etc/cagefs/site-isolation.paths
chmod 777 /etc/cagefs
unchanged "/etc/cagefs writable by everybody" /etc/cagefs "${E[@]}"
chmod 755 /etc/cagefs

db_refused() # TEXT
{
    local before after
    before=$(find /run/sitecage $H/.lve $H/.cagefs -type f ! -path '*/lock/*' -exec sha256sum {} + | sort)
    refused "$database" "${E[@]}"
    refused "$database" cagefsctl --site-isolation-list
    after=$(find /run/sitecage $H/.lve $H/.cagefs -type f ! -path '*/lock/*' -exec sha256sum {} + | sort)
    [ "$before" = "$after" ] || fail "database $1: nothing changed" "something did"
    check "database $1: the isolation is in force" in_force
    rm -rf "$database" "$database-wal" "$database-shm"
    cp -p "$checks_dir/db" "$database"
}
db 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
cp -p "$database" "$checks_dir/db"
head -c 20000 /dev/urandom >"$database"
db_refused "garbage"
head -c 3000 "$checks_dir/db" >"$database"
db_refused "cut short"
db 'PRAGMA user_version = 999'
db_refused "of a newer version"
db 'PRAGMA application_id = 1'
db_refused "another program's"
rm "$database" && mkdir "$database"
db_refused "a directory"
rm "$database" && ln -s "$checks_dir/db" "$database"
db_refused "a link"
chown john "$database"
db_refused "a user's"
check "restored: it works" "${E[@]}"
check "and disables" cagefsctl --site-isolation-disable b.example
# the documented way out: move it away
rm "$database"*
check "without a database regenerate makes one" "${R[@]}"
expect_output "with what was isolated" $'\nDomains with enabled CloudLinux Isolates for user john:\na.example\n' cagefsctl --site-isolation-list
expect_output "and it is isolated" $'isolated\n' behaviour a.example john
finish
