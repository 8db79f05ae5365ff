#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# DirectAdmin: its scripts and what their environment can and cannot do, its inventory from the API and from the files,
# and a day of the panel: what it does, told or not, ends in what a fresh look at everything gives.
# Functions are called by the checks; $ in single quotes is the inner shell's.
# shellcheck disable=SC2317,SC2016,SC2154
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/directadmin.sh
. "$SC_SOURCE/tests/boxlib/directadmin.sh"
# shellcheck source=tests/boxlib/tls.sh
. "$SC_SOURCE/tests/boxlib/tls.sh"

adapter=/usr/libexec/sitecage/sitecage-directadmin
custom=$da_base/scripts/custom
payloads=$SC_SOURCE/tests/payloads/directadmin
database=/var/lib/sitecage/sitecage.db
db() { sqlite3 -cmd '.timeout 5000' $database "$1"; }

echo "== register, status, unregister"
da_install
hooks=20
expect_fail 1 "$hooks of $hooks of DirectAdmin's hooks are missing" $adapter status
mkdir $custom/user_destroy_post
echo other >$custom/user_destroy_post/other.sh
echo shared >$custom/user_destroy_post.sh
expect_contains "register" "$hooks of $hooks of DirectAdmin's hooks are in place" $adapter register
tree() { find $custom -printf '%p %y %m %U:%G %C@ %i\n' | sort; }
before=$(tree)
expect_contains "register again" "$hooks of $hooks" $adapter register
check "changes nothing" test "$(tree)" = "$before"
expect_contains "status" "$hooks of $hooks" $adapter status
check "scripts are root's" test "$(stat -c '%U %a' $custom/domain_create_post/sitecage.sh)" = "root 755"
check "folders are like scripts/custom" test "$(stat -c '%U %a' $custom/domain_create_post)" = "diradmin 755"
check "unregister" $adapter unregister
check_not "our folders are gone" test -e $custom/domain_create_post
check "others' files stay" grep -qx other $custom/user_destroy_post/other.sh
check "the shared file too" grep -qx shared $custom/user_destroy_post.sh
chmod 777 $custom
expect_fail 1 "is writable by others than root" $adapter register
chmod 755 $custom
expect_fail 1 "needs root" setpriv --reuid 65534 --regid 65534 --clear-groups $adapter register
rm -r $custom/user_destroy_post $custom/user_destroy_post.sh
check "register for the rest" $adapter register

echo "== every sample, into the adapter"
feed() # FILE HOOK: with the sample's variables and hostile ones
{
    local vars out
    mapfile -t vars <"$1"
    out=$(env -i "${vars[@]}" "${da_injected[@]}" "$adapter" hook "$2" </dev/null 2>&1) && [ -z "$out" ]
}
for file in "$payloads"/*.env; do
    name=${file##*/}
    hook=${name%.env}
    check "$name" feed "$file" "${hook%%-*}"
done
expected='docroot-changed||second.example
docroot-changed||
domain-created||*.first.example
domain-created||a.b.first.example
domain-created||alias.example
domain-created||first.example
domain-created||second.example
domain-created||shop.first.example
domain-created||xn--80aikifvh.xn--j1amh
domain-deleted||alias.example
domain-deleted||shop.first.example
domain-renamed|old.example|new.example
user-changed||
user-created||
user-deleted||'
queued() { db "SELECT kind, iif(kind LIKE '%renamed', old_name, ''), iif(kind LIKE '%renamed', new_name, old_name || new_name) FROM event WHERE user = 'jdoe'" | sort; }
check "each event is queued once" test "$(queued)" = "$(sort <<<"$expected")" || queued
check "no event of somebody else" test "$(db "SELECT count(*) FROM event WHERE user NOT IN ('jdoe')")" = 0
no_secret() { ! grep -raE 'REDACTED|da-hook-s3cret' /var/lib/sitecage /var/log/sitecage.log /run/sitecage; }
check "no password is in database or log" no_secret
odd() { out=$(env -i "$@" 2>&1 </dev/null) && [ -z "$out" ]; }
big=$(head -c 100000 /dev/zero | tr '\0' a)
check "an unknown hook" odd username=jdoe $adapter hook brand_new_post
check "no hook" odd $adapter hook
check "nothing at all" odd $adapter hook domain_create_post
check "large values" odd username="$big" domain="$big" subdomain="$big" $adapter hook subdomain_create_post
check "commands in values" odd username='$(touch /tmp/ran)' domain='`touch /tmp/ran`;x' $adapter hook domain_create_post
check_not "did not run" test -e /tmp/ran
check "without descriptors" odd username=jdoe sh -c "exec $adapter hook user_modify_post <&- >&- 2>&-"
db "DELETE FROM event"

echo "== the environment of DirectAdmin's scripts"
traces() { ls $da_evil/traces; }
# The control: an ordinary script of the same hook obeys every one of these variables.
printf '#!/bin/bash\nid >/dev/null\n' >$custom/user_modify_post/zz-control.sh
printf '#!/bin/bash\n[ a = a ]\n' >$custom/user_modify_post/zz-control2.sh
chmod 755 $custom/user_modify_post/zz-control*.sh
check_not "control: other scripts are loud" da_hook user_modify_post username=jdoe
check "control: and do what a customer says" test "$(traces | tr '\n' ' ')" = "env function path " || traces
rm $custom/user_modify_post/zz-control*.sh $da_evil/traces/*
db "DELETE FROM event"
check "ours is silent" da_hook user_modify_post username=jdoe
expect_output "and obeys none" '' traces
check "its event is there" test "$(db "SELECT kind || ' ' || user FROM event")" = "user-changed jdoe"
read_by() { out=$(env -i username=jdoe "$@" "$custom"/user_destroy_post/sitecage.sh 2>&1) && [ -z "$out" ]; }
check "a shell that is given the file" read_by sh
check "has the same effect" test "$(db "SELECT count(*) FROM event WHERE kind = 'user-deleted'")" = 1
db "DELETE FROM event"

echo "== inventory from the files"
da_silent=1
da_user acct main.example
da_domain acct addon.example
da_domain acct xn--bcher-kva.example
da_subdomain acct main.example shop
da_subdomain acct addon.example news
da_subdomain acct addon.example '*'
da_pointer acct main.example alias.example alias
da_pointer acct main.example redirect.example pointer
da_user other foreign.example
da_silent=
domains() { $adapter domains "$@" | jq -r '.metadata.result, (.data | to_entries[] | "\(.key) \(.value.owner) \(.value.document_root) \(.value.is_main)")'; }
D=/home/acct/domains
acct="*.addon.example acct $D/addon.example/public_html/* false
addon.example acct $D/addon.example/public_html false
alias.example acct $D/main.example/public_html false
main.example acct $D/main.example/public_html true
news.addon.example acct $D/addon.example/public_html/news false
shop.main.example acct $D/main.example/public_html/shop false
xn--bcher-kva.example acct $D/xn--bcher-kva.example/public_html false
"
expect_output "of one user" $'ok\n'"$acct" domains --owner acct
expect_contains "of all" "foreign.example other" domains
expect_output "of one name, in its own letters" $'ok\n'"xn--bcher-kva.example acct $D/xn--bcher-kva.example/public_html false"$'\n' domains -n BÜCHER.example
expect_output "of a subdomain" $'ok\n'"news.addon.example acct $D/addon.example/public_html/news false"$'\n' domains --name news.addon.example
answer() { "$@" || [ $? = 1 ]; } # an error's envelope is an answer, too
not_found() { answer "$adapter" domains --name "$1" | jq -e '.metadata.result == "NotFound"'; }
check "a name that nobody has" not_found missing.example
check "a redirect is no site" not_found redirect.example
expect_contains "users" '"username":"acct"' sh -c "$adapter users | jq -c ."
expect_output "a user" "$(id -u acct) acct admin main.example gold"$'\n' sh -c "$adapter users --username acct | jq -r '.data[] | \"\\(.id) \\(.username) \\(.owner) \\(.domain) \\(.package.name)\"'"
expect_output "panel_info" $'DirectAdmin 1.661\n' sh -c "$adapter panel_info | jq -r '.data | \"\\(.name) \\(.version)\"'"
expect_contains "paths" "$da_base/data/users/acct/domains" $adapter paths
as_acct() { answer as_user acct "$adapter" domains "$@" | jq -r '.metadata.result'; }
expect_output "users cannot read DirectAdmin's files" $'PermissionDenied\n' as_acct

echo "== inventory from the API"
tls_host da.example
tls_ca authority
tls_cert good authority da.example
check "a server" tls_start da 2222 good
api_on() # URL
{
    printf '[api]\nurl = %s\nuser = admin\nsecret_file = /etc/sitecage.secret\nca_file = %s/authority.pem\n' "$1" "$tls_dir" >/etc/sitecage.conf
    (umask 077 && echo l0gin-key >/etc/sitecage.secret)
}
api_on https://da.example:2222
tls_answer da /CMD_API_DOMAIN <<<'{"users":{"acct":{"domains":{"main.example":{"public_html":"/home/acct/api/main","subdomains":
    {"shop":{"public_html":"/home/acct/api/shop"}}}}},"other":{"domains":{"foreign.example":{"public_html":"/home/other/api"}}}}}'
by_api="alias.example acct /home/acct/api/main false
main.example acct /home/acct/api/main true
shop.main.example acct /home/acct/api/shop false
"
foreign=/home/other/api
expect_output "of all, aliases from the files" $'ok\n'"${by_api/main.example/foreign.example other $foreign true
main.example}" domains
check "what is asked" test "$(tls_requests da | tail -n 1 | jq -r .path)" = "/CMD_API_DOMAIN?action=document_root"
expect_output "of one user" $'ok\n'"$by_api" domains --owner acct
check "asked as that user" test "$(tls_requests da | tail -n 1 | jq -r .authorization)" = "Basic $(printf 'admin|acct:l0gin-key' | base64)"
tls_answer da /CMD_API_DOMAIN <<<'{"main.example":{"public_html":"/home/acct/mine"}}'
expect_contains "a user's own answer" "main.example acct /home/acct/mine true" domains --owner acct
for word in 500 401 redirect=https://other.example:1/ truncated empty; do
    tls_behave da "$word"
    expect_output "$word: the files" $'ok\n'"$acct" domains --owner acct
done
tls_behave da
for body in '<html>Login</html>' 'error=1&text=No%20way' '{"error":"1","text":"no"}' '{"main.example":7}'; do
    tls_answer da /CMD_API_DOMAIN <<<"$body"
    expect_output "${body:0:12}…: the files" $'ok\n'"$acct" domains --owner acct
done
api_on https://localhost:2222
expect_output "a certificate for another name: the files" $'ok\n'"$acct" domains --owner acct
mv $da_base/data/users $da_base/data/away
both() { answer "$adapter" domains --owner acct | jq -r '.metadata | .result + " " + .message'; }
expect_contains "neither: both reasons" "cannot read DirectAdmin's users" both
expect_contains "classed" "InternalAPIError" both
expect_lacks "and no key" l0gin-key both
mv $da_base/data/away $da_base/data/users
rm /etc/sitecage.conf
tls_stop da

echo "== a day of the panel"
state() { cagefsctl --site-isolation-list && cagefsctl --site-isolation-status; }
list() { cagefsctl --site-isolation-list; }
listed() # USER DOMAIN...: exactly these are isolated
{
    [ "$(list)" = $'\n'"Domains with enabled CloudLinux Isolates for user $1:"$'\n'"$(printf '%s\n' "${@:2}")" ]
}
root_of() { db "SELECT CAST(s.docroot AS TEXT) FROM isolated i JOIN site s ON s.id = i.site_id WHERE i.name = '$1'"; }
rooted() { [ "$(root_of "$1")" = "$2" ]; }
quiet() { [ "$(db 'SELECT count(*) FROM event')" = 0 ]; }
# A fresh look changes nothing of what the day came to.
as_fresh() # TEXT USER
{
    wait_until 30 quiet
    local now fresh
    now=$(state 2>&1)
    check "$1: regenerate" cagefsctl --site-isolation-regenerate "$2"
    fresh=$(state 2>&1)
    check "$1: as a fresh look" test "$now" = "$fresh" || diff <(echo "$now") <(echo "$fresh")
}
check "allow-all" cagefsctl --site-isolation-allow-all
check "three are isolated" cagefsctl --site-isolation-enable main.example addon.example news.addon.example
check "they are listed" listed acct addon.example main.example news.addon.example || list
expect_output "the panel's own hooks are seen to" '' da_hook user_modify_post username=acct

da_subdomain acct main.example later
as_fresh "a subdomain comes" acct
check "nothing more is isolated" listed acct addon.example main.example news.addon.example

da_rename acct addon.example renamed.example
check "a rename: isolation follows, also below it" wait_until 30 listed acct main.example news.renamed.example renamed.example || list
as_fresh "a rename" acct
check "with its document root" rooted renamed.example $D/renamed.example/public_html || root_of renamed.example

da_override acct renamed.example news domains/news.renamed.example/public_html
check "a document root is overridden" da_httpd_write acct
check "it follows" wait_until 30 rooted news.renamed.example $D/news.renamed.example/public_html || root_of news.renamed.example
as_fresh "another document root" acct

da_delete acct renamed.example
check "a domain is deleted: so are those below it" wait_until 30 listed acct main.example || list
as_fresh "a deletion" acct

# Files that change next to a hook are taken for what it told: the daemon may look a minute later.
da_change_username acct renamed
check "the user is renamed, and nobody is told" wait_until 120 listed renamed main.example || { list && tail -n 30 /var/log/sitecage.log; }
as_fresh "another name" renamed

da_delete_user renamed
no_user() { [ "$(list)" = "No users with enabled CloudLinux Isolates" ]; }
check "the user is deleted" wait_until 30 no_user || list
check "no password anywhere" no_secret
finish
