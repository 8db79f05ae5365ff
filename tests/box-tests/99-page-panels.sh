#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The page in DirectAdmin, in Plesk and in a panel with integration scripts, each with its own way of calling: a browser
# isolates a site, and a stranger's request changes nothing. tests/page/fetch has the browser.
# Functions are called by the checks; $ in single quotes is PHP's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/directadmin.sh
. "$SC_SOURCE/tests/boxlib/directadmin.sh"
# shellcheck source=tests/boxlib/plesk.sh
. "$SC_SOURCE/tests/boxlib/plesk.sh"
# shellcheck source=tests/boxlib/page.sh
. "$SC_SOURCE/tests/boxlib/page.sh"

H=/home/john
panel_install
echo "panel = generic" >/etc/sitecage.conf # the other panels are for the page alone here
make_user john
make_user jane
make_site john a.example $H/a.example
make_site john b.example $H/b.example
make_site jane c.example /home/jane/c.example
echo "secret of b" | put_file john $H/b.example/secret.txt
useradd --no-create-home admin
useradd --system psaadm
apache_start
check "allow" cagefsctl --site-isolation-allow-all

# A body that does not come: looked at again at the end, for the endpoint waits a minute for it.
mkfifo /tmp/slow
chmod 666 /tmp/slow
exec {slow}<>/tmp/slow
slow_page()
{
    trap '' ALRM # as a panel's server may have it
    exec setpriv --reuid john --regid john --init-groups env REQUEST_METHOD=POST CONTENT_LENGTH=10 \
        /usr/libexec/sitecage/sitecage-page cgi </tmp/slow >/dev/null {slow}>&-
}
slow_page &
slow_pid=$!
waits() { [[ $(readlink /proc/$slow_pid/exe) == */sitecage-page ]]; }
check "control: a page waits for its request" wait_until 10 waits
slow_is_over() { ! waits; }

steal() { php_eval a.example 'echo @file_get_contents("/home/john/b.example/secret.txt") ?: "nothing\n";'; }
last_line() { "$@" | tail -n 1; }
code() { "$@" | jq -r '.code // .result'; }
status_of() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
isolated() { as_user john isolatectl site-isolation list | jq -c .enabled_sites; }
disable='{"do":"disable","domains":["a.example"]}'
# clicks: isolating and ending it in a browser, and the attack before, between and after.
clicks()
{
    expect_output "control: a reads b's secret" $'secret of b\n' steal
    expect_output "john isolates a by a click" $'a.example isolated\nb.example not isolated\n' person john isolate a.example list
    expect_output "the attack has ended" $'nothing\n' steal
    expect_output "jane sees her own sites" $'c.example not isolated\n' person jane list
}
opens() { expect_output "and ends it by another" $'a.example not isolated\nb.example not isolated\n' person john open a.example list; }
panel_pid=
serve()
{
    [ -z "$panel_pid" ] || { kill "$panel_pid"; wait "$panel_pid" 2>/dev/null; }
    page_serve "$1"
    panel_pid=$(pgrep -f "panel.py $1" | head -n 1)
}

echo "== DirectAdmin"
adapter=/usr/libexec/sitecage/sitecage-directadmin
da_install
chmod 711 $da_base
mkdir -p $da_base/plugins
files() { find $da_base/plugins -type f -printf '%P %m %T@\n' | sort; }
expect_output "register" $'the page: visible: yes\n' last_line $adapter register
before=$(files)
unchanged() { [ -n "$before" ] && [ "$before" = "$(files)" ] && [ "$(last_line "$adapter" status)" = "the page: visible: yes" ]; }
check "again" $adapter register
check "which changes nothing" unchanged
serve directadmin
clicks
address=$(page_login john)
raw=${address/index.html/page.raw}
token=$(page_token john "$address")
field() { curl -s -b /tmp/cookie.john --data-urlencode "q=$1" "${@:2}" "$raw"; }
with_token() { jq -c --arg token "$1" '. + {token: $token}' <<<"$2"; }
expect_output "no token" $'bad_token\n' code field "$disable"
expect_output "a forged one" $'bad_token\n' code field "$(with_token "${token//[0-7]/8}" "$disable")"
expect_output "another account's" $'bad_token\n' code field "$(with_token "$(page_token jane "$(page_login jane)")" "$disable")"
expect_output "all that is left" $'["a.example"]\n' isolated
long='{"do":"disable","domains":["a.example"],"more":"'$(head -c 200000 /dev/zero | tr '\0' x)'"}'
long_field() { with_token "$token" "$long" >/tmp/long && curl -s -b /tmp/cookie.john --data-urlencode q@/tmp/long "$raw"; }
expect_output "a body that is too long for a variable" $'success\n' code long_field
expect_output "it was read" $'[]\n' isolated
admin_address=$(page_login admin)
admin_token=$(page_token admin "$admin_address")
admin_field() { curl -s -b /tmp/cookie.admin --data-urlencode "q=$(with_token "$admin_token" "$1")" "${admin_address/index.html/page.raw}"; }
expect_output "the administrator's page is told that it needs root" $'root_needed\n' code admin_field '{"do":"overview"}'
check "unregister" $adapter unregister
expect_output "nothing is left of it" '' find $da_base/plugins -mindepth 1

echo "== Plesk"
adapter=/usr/libexec/sitecage/sitecage-plesk
plesk_install
expect_output "register" $'the page: visible: yes\n' last_line $adapter register
check "again" $adapter register
expect_output "the extension was installed once" $'1\n' grep -c -- 'extension --install' $plesk_data/calls
menu() { PLESK_MENU=yes PLESK_LOCALE=$1 php "$SC_SOURCE/tests/page/plesk.php" | jq -r '[.[].title, .[0].description] | unique | join(": ")'; }
expect_output "its menus are in the panel's language" $'Abschottung von Websites: Schottet Ihre Websites voneinander ab\n' menu de-DE
for locale in en-US xx-XX; do
    expect_output "and in English where it has no other: $locale" $'Isolates your websites from each other: Website Isolation\n' menu $locale
done
jq -n '[{id: 1, name: "a.example", user: "john", home: "/home/john", client: "john", reseller: "mary"}, {id: 2, name: "b.example", user: "john", home: "/home/john", client: "john", reseller: "mary"},
    {id: 3, name: "c.example", user: "jane", home: "/home/jane", client: "jane"}]' >/tmp/plesk-domains.json
chmod 644 /tmp/plesk-domains.json
serve plesk
clicks
address=$(page_login john)
token=$(page_token john "$address")
forgery=$(curl -s -b /tmp/cookie.john "$address" | sed -n 's/.*forgery_protection_token" content="\([^"]*\)".*/\1/p')
ask() { page_ask john "${address/index\/index/index\/ask}?dom_id=$1" "$2" "$disable" -H "X-Forgery-Protection-Token: $forgery" "${@:3}"; }
expect_output "no token" $'bad_token\n' code ask 1 ""
expect_output "another subscription" $'bad_token\n' code ask 3 "$token"
expect_output "no subscription" $'bad_token\n' code ask 1x "$token"
expect_output "from another website" $'bad_token\n' code ask 1 "$token" -H 'Sec-Fetch-Site: cross-site'
expect_output "the panel's own layer" 403 status_of -b /tmp/cookie.john -H "X-Sitecage-Token: $token" -d "$disable" "${address/index\/index/index\/ask}?dom_id=1"
expect_output "the administrator's page is not john's" 403 status_of -b /tmp/cookie.john "${address/index\/index/index\/admin}"
expect_output "all that is left" $'["a.example"]\n' isolated
expect_output "control: john's own" $'success\n' code ask 1 "$token"
useradd mary
mary_address=$(page_login mary)
mary_token=$(page_token mary "$mary_address")
forgery=$(curl -s -b /tmp/cookie.mary "$mary_address" | sed -n 's/.*forgery_protection_token" content="\([^"]*\)".*/\1/p')
mary_ask() { page_ask mary "${mary_address/index\/index/index\/ask}?dom_id=$1" "$mary_token" '{"do":"overview"}' -H "X-Forgery-Protection-Token: $forgery"; }
expect_output "a reseller sees a customer's websites" $'a.example b.example\n' eval 'mary_ask 1 | jq -r "[.sites[].domain] | sort | join(\" \")"'
expect_output "and nobody else's" $'bad_token\n' code mary_ask 3
admin_address=$(page_login admin)
admin_token=$(page_token admin "$admin_address")
forgery=$(curl -s -b /tmp/cookie.admin "$admin_address" | sed -n 's/.*forgery_protection_token" content="\([^"]*\)".*/\1/p')
admin_ask() { page_ask admin "${admin_address/index\/admin/index\/ask-admin}" "$admin_token" "$1" -H "X-Forgery-Protection-Token: $forgery"; }
users() { admin_ask '{"do":"overview"}' | jq -r '[.accounts[].user] | sort | join(" ")'; }
expect_output "the administrator sees all accounts" $'jane john\n' users
check "unregister" $adapter unregister
expect_output "nothing is left of it" '' find /usr/local/psa/admin -type f

echo "== integration scripts"
adapter=/usr/libexec/sitecage/sitecage-generic
expect_contains "no place is named" "visible: no, /opt/cpvendor/etc/integration.ini names no base_path" $adapter register
mkdir -p /usr/share/vendor/assets
printf '\n[lvemanager_config]\nbase_path = /usr/share/vendor/assets\n' >>/opt/cpvendor/etc/integration.ini
expect_output "register" $'the page: visible: yes\n' last_line $adapter register
serve generic
clicks
address=$(page_login john)
expect_contains "the panel's language" 'data-lang="de"' curl -s -b /tmp/cookie.john "$address"
expect_output "a forged token" $'bad_token\n' code page_ask john "$address" "$admin_token" "$disable"
opens
# A panel whose address has a token, and whose script knows whose session that is: it calls the page as the account
cat >/opt/cpvendor/bin/whose <<'SCRIPT'
#!/bin/sh
[ "$1 $2" = "--of tok+j/1=" ] && exec echo '{"userName": "john", "userId": 1, "userType": "user", "lang": "de"}'
[ "$2" = tok-jane ] && exec echo '{"userName": "jane", "userId": 2, "userType": "user", "lang": "en"}'
exit 1
SCRIPT
chmod 755 /opt/cpvendor/bin/whose
page_of() { as_user john env REQUEST_METHOD=GET QUERY_STRING="$1" /usr/share/vendor/assets/sitecage/index.cgi 2>>/tmp/whose.err; }
shown() { page_of "$1" | sed -n "s/.*data-$2=\"\([^\"]*\)\".*/\1/p"; }
expect_output "control: without the panel's word there is no session" '' shown token=tok%2Bj/1= token
echo 'ui_user_info = /opt/cpvendor/bin/whose --of' >>/opt/cpvendor/etc/integration.ini
token=$(shown token=tok%2Bj/1= token)
check "his own session" test ${#token} = 64
expect_output "further requests have it" $'?token=tok%2Bj%2F1%3D\n' shown token=tok%2Bj/1= endpoint
expect_output "and its language" $'de\n' shown token=tok%2Bj/1= lang
for other in tok-jane nosuch -x 'a;b' ''; do
    expect_output "no session: '$other'" '' shown "token=$other" token
done
ask_by() { printf '{"do":"overview"}' | as_user john env REQUEST_METHOD=POST CONTENT_LENGTH=17 QUERY_STRING="$1" HTTP_X_SITECAGE_TOKEN="$token" /usr/share/vendor/assets/sitecage/index.cgi 2>>/tmp/whose.err | tail -n 1; }
expect_output "a request of that page" $'success\n' code ask_by token=tok%2Bj/1=
expect_output "with another session's token" $'no_session\n' code ask_by token=tok-jane
check "the panel's log says why" grep -q "the session is not this account's" /tmp/whose.err
check "unregister" $adapter unregister
expect_output "nothing is left of it" '' find /usr/share/vendor/assets -mindepth 1
check "who waited for a request in vain has ended" wait_until 90 slow_is_over
finish
