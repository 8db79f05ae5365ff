#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The page in cPanel, whole: a browser, a stand-in of the panel's server, the real commands, a real Apache. A site is
# isolated by a click, and the attack stops; another account sees nothing of it; forged requests change nothing.
# tests/page/fetch has the browser.
# Functions are called by the checks; $ in single quotes is PHP's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/cpanel.sh
. "$SC_SOURCE/tests/boxlib/cpanel.sh"
# shellcheck source=tests/boxlib/page.sh
. "$SC_SOURCE/tests/boxlib/page.sh"

H=/home/john
adapter=/usr/libexec/sitecage/sitecage-cpanel
panel_install
echo "panel = generic" >/etc/sitecage.conf # /usr/local/cpanel is for the page alone here
make_user john
make_user jane
make_site john a.example $H/a.example
make_site john b.example $H/b.example
make_site jane c.example /home/jane/c.example
echo "secret of b" | put_file john $H/b.example/secret.txt
as_user john mkdir -p $H/shared
echo "pictures" | put_file john $H/shared/list
apache_start
cpanel_install
page_cpanel_install

# --- the entries in the menus ---------------------------------------------------------------------------------------
places() { find /usr/local/cpanel /var/cpanel/apps -newer /tmp/before -path '*sitecage*' | sort; }
last_line() { "$@" | tail -n 1; }
touch /tmp/before
expect_output "register puts the page there, too" $'the page: visible: yes\n' last_line $adapter register
calls=$(wc -l </tmp/panel-calls)
before=$(places | xargs stat -c '%n %Y %a')
expect_output "again" $'the page: visible: yes\n' last_line $adapter register
unchanged() { [ "$before" = "$(places | xargs stat -c '%n %Y %a')" ] && [ "$calls" = "$(wc -l </tmp/panel-calls)" ]; }
check "the second time changes nothing" unchanged
chmod 600 /usr/local/cpanel/base/frontend/jupiter/dynamicui/dynamicui_sitecage.conf
expect_contains "an entry that users cannot read is not visible" "visible: no, users cannot read" $adapter status
chmod 644 /usr/local/cpanel/base/frontend/jupiter/dynamicui/dynamicui_sitecage.conf
expect_output "status" $'the page: visible: yes\n' last_line $adapter status
check "unregister" $adapter unregister
expect_output "nothing is left" '' places
$adapter register >/dev/null

# --- before the feature is on ---------------------------------------------------------------------------------------
page_serve cpanel
address=$(page_login john)
token=$(page_token john "$address")
jane_address=$(page_login jane)
jane_token=$(page_token jane "$jane_address")
root_address=$(page_login root)
root_token=$(page_token root "$root_address")
check "a page has a token" test ${#token} = 64
ask() { page_ask john "$address" "$token" "$@"; }
expect_contains "the feature is off: the page is told so" '"code": "not_enabled"' ask '{"do":"overview"}'
check "allow" cagefsctl --site-isolation-allow-all

# --- a click isolates -------------------------------------------------------------------------------------------------
steal() { php_eval a.example 'echo @file_get_contents("/home/john/b.example/secret.txt") ?: "nothing\n";'; }
expect_output "control: a reads b's secret" $'secret of b\n' steal
expect_output "john sees his sites" $'a.example not isolated\nb.example not isolated\n' person john list
expect_output "jane sees hers" $'c.example not isolated\n' person jane list
expect_output "john isolates a" $'a.example isolated\nb.example not isolated\n' person john isolate a.example list
expect_output "the attack has ended" $'nothing\n' steal
expect_output "both sites still serve" 200200 eval 'http_code a.example /; http_code b.example /'
expect_output "undo" $'a.example not isolated\nb.example not isolated\n' person john open a.example isolate a.example undo list
expect_output "all is as it was" $'secret of b\n' steal
expect_output "and once more" $'a.example isolated\nb.example not isolated\n' person john isolate a.example list

# --- what can be set --------------------------------------------------------------------------------------------------
shared() { php_eval a.example 'echo @file_get_contents("/home/john/shared/list") ?: "nothing\n";'; }
expect_output "control: a does not see what it was not given" $'nothing\n' shared
check "john gives it a folder" person john give a.example shared ro
expect_output "it sees it" $'pictures\n' shared
refuses() { person john give a.example "$1" rw | grep "refused:"; }
person john give a.example b.example rw >/dev/null
expect_output "another site's folder gives it nothing" $'nothing\n' steal
check "what is not below the home is refused" refuses ../jane
if isolatectl_can=$(as_user john isolatectl overview | jq -r '.server.limits | index("ep")') && [ "$isolatectl_can" != null ]; then
    check "john sets a limit" person john limit a.example ep 7
    expect_output "it is stored" $'7\n' eval 'as_user john isolatectl overview | jq ".sites[0].limits.ep"'
fi
check "john chooses another home" person john home a.example shared
expect_output "it is in force" $'"shared"\n' eval 'as_user john isolatectl overview | jq ".sites[0].home"'

set_of() { as_user john isolatectl overview | jq -c '.sites[0] | [.isolated, .home_set, .paths, .limits]'; }
before=$(set_of)
expect_contains "control: it has settings" '"shared"' set_of
expect_output "switched off" $'a.example not isolated\nb.example not isolated\n' person john open a.example list
expect_output "control: with the isolation they go" $'[false,null,[],{}]\n' set_of
check "on and off again" person john isolate a.example
as_user john sh -c "isolatectl paths add a.example shared ro; isolatectl home a.example shared" >/dev/null
as_user john isolatectl limits set --domain a.example --ep 7 >/dev/null 2>&1
expect_output "undo brings them back" $'a.example isolated\nb.example not isolated\n' person john open a.example undo list
expect_output "as they were" "$before"$'\n' set_of

# --- a failure, and its reason ----------------------------------------------------------------------------------------
put_php a.example index.php 'echo "ok";'
as_user john sh -c 'mv ~/.cagefs ~/kept && touch ~/.cagefs' # as its owner can do himself
cagefsctl --remount john >/dev/null 2>&1
check "the site answers 503" wait_until 20 eval '[ "$(http_code a.example /index.php)" = 503 ]'
expect_contains "the page says that it fails, and why" ".cagefs" person john reason a.example
as_user john sh -c 'rm ~/.cagefs && mv ~/kept ~/.cagefs'
cagefsctl --site-isolation-regenerate john >/dev/null 2>&1
check "mended, it serves" wait_until 20 eval '[ "$(http_code a.example /index.php)" = 200 ]'

# --- two accounts at once ---------------------------------------------------------------------------------------------
person jane isolate c.example list >/tmp/jane &
expect_output "john changes his" $'a.example isolated\nb.example isolated\n' person john isolate b.example list
wait $!
expect_output "jane changed hers meanwhile" $'c.example isolated\n' cat /tmp/jane
check "john's second is ended again" as_user john isolatectl site-isolation disable --domain b.example

# --- what is refused --------------------------------------------------------------------------------------------------
code() { jq -r '.code // .result'; }
coded() { "$@" | code; }
disable='{"do":"disable","domains":["a.example"]}'
still() { [ "$(as_user john isolatectl site-isolation list | jq -c .enabled_sites)" = '["a.example"]' ]; }
expect_output "no token" $'bad_token\n' coded page_ask john "$address" "" "$disable"
expect_output "a forged one" $'bad_token\n' coded page_ask john "$address" "${token//[0-7]/8}" "$disable"
expect_output "another account's" $'bad_token\n' coded page_ask john "$address" "$jane_token" "$disable"
expect_output "of the administrator's page" $'bad_token\n' coded page_ask john "$address" "$root_token" "$disable"
expect_output "from another website" $'cross_site\n' coded ask "$disable" -H 'Sec-Fetch-Site: cross-site'
expect_output "from a sibling's website" $'cross_site\n' coded ask "$disable" -H 'Origin: http://a.example'
expect_output "as a form of another website's" $'bad_token\n' coded page_ask john "$address" "" "$disable" -H 'Content-Type: text/plain'
status_of() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
expect_output "without a session" 401 status_of "$address" -d "$disable"
expect_output "with the token of another session in the address" 401 status_of -b /tmp/cookie.jane "$address"
check_not "GET changes nothing" eval 'curl -s -b /tmp/cookie.john "$address?do=disable&domains=a.example" | grep -q success'
expect_output "another method" 405 status_of -b /tmp/cookie.john -X DELETE "$address"
expect_output "another account's site" $'unknown_domain\n' coded page_ask jane "$jane_address" "$jane_token" "$disable"
expect_output "an administrator's command" $'invalid\n' coded ask '{"do":"lock","users":["jane"]}'
expect_output "no option gets in" $'invalid\n' coded ask '{"do":"disable","domains":["--help"]}'
expect_output "no other file of the server" 404 status_of -b /tmp/cookie.john "$address?asset=../../../../etc/passwd"
headers() { curl -s -D - -o /dev/null -b /tmp/cookie.john "$@" | tr -d '\r'; }
expect_contains "the page's policy" "Content-Security-Policy: default-src 'none'; script-src 'self'" headers "$address"
expect_contains "answers are not kept" "Cache-Control: no-store" headers "$address" -d '{}'
check "after all that a is isolated" still
expect_output "control: the right token ends it" $'success\n' coded ask "$disable"
check_not "it has ended" still

# --- WHM ----------------------------------------------------------------------------------------------------------------
root_ask() { page_ask root "$root_address" "$root_token" "$@"; }
expect_output "root sees all accounts" $'jane john\n' eval 'root_ask "{\"do\":\"overview\"}" | jq -r "[.accounts[].user] | sort | join(\" \")"'
expect_output "root ends the isolation of jane's by a click" $'a.example not isolated\nb.example not isolated\nc.example not isolated\n' eval 'person root open c.example list | sort'
expect_output "root's page is not the owner's" $'invalid\n' coded root_ask '{"do":"home","domain":"a.example","home":null}'
useradd reseller1
useradd reseller2
printf 'reseller1:create-acct,all\nreseller2:create-acct,all-dns,callall\n' >/var/cpanel/resellers
reseller() { status_of -b "/tmp/cookie.$1" "$(page_login "$1")"; }
expect_output "a reseller who may do everything" 200 reseller reseller1
expect_output "one who may not do everything has his customers" 200 reseller reseller2
useradd reseller3
expect_output "one who is none" 403 reseller reseller3
mkdir -p /var/cpanel/users
printf 'OWNER=reseller2\nDNS=c.example\n' >/var/cpanel/users/jane
printf 'OWNER=root\nDNS=a.example\n' >/var/cpanel/users/john
his_address=$(page_login reseller2)
his_token=$(page_token reseller2 "$his_address")
his() { page_ask reseller2 "$his_address" "$his_token" "$@"; }
expect_output "he sees his customers, and nobody else" $'jane\n' eval 'his "{\"do\":\"overview\"}" | jq -r "[.accounts[].user] | join(\" \")"'
expect_output "his page has no more" $'c.example not isolated\n' person reseller2 list
expect_output "he isolates a customer's site" $'success\n' coded his '{"do":"enable","domains":["c.example"]}'
for verb in enable disable; do
    expect_output "$verb: nobody else's" $'unknown_domain\n' coded his '{"do":"'$verb'","domains":["c.example","b.example"]}'
done
for verb in learn-report explain history; do
    expect_output "$verb: nobody else's" $'unknown_domain\n' coded his '{"do":"'$verb'","domain":"b.example","period":"1d"}'
done
for verb in check log lock unlock; do
    expect_output "$verb is root's" $'invalid\n' coded his '{"do":"'$verb'","users":["jane"]}'
done
expect_output "root's token is not his" $'bad_token\n' coded page_ask reseller2 "$his_address" "$root_token" '{"do":"overview"}'
cagefsctl --site-isolation-lock jane >/dev/null
expect_output "what root has locked he does not open" $'locked\n' coded his '{"do":"disable","domains":["c.example"]}'
cagefsctl --site-isolation-unlock jane >/dev/null
expect_output "control: unlocked" $'success\n' coded his '{"do":"disable","domains":["c.example"]}'
printf 'OWNER=root\nDNS=c.example\n' >/var/cpanel/users/jane
expect_output "without customers he sees nothing" $'not_found\n' coded his '{"do":"overview"}'
finish
