#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# cPanel: its hooks' documents, its registry, its files, and a day of an account there.
# Functions are called by the checks; $ in single quotes is jq's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/state.sh
. "$SC_SOURCE/tests/boxlib/state.sh"
# shellcheck source=tests/boxlib/cpanel.sh
. "$SC_SOURCE/tests/boxlib/cpanel.sh"

adapter=/usr/libexec/sitecage/sitecage-cpanel
payloads=$SC_SOURCE/tests/payloads/cpanel
log=/var/log/sitecage.log
cpanel_install
cpanel_create bob bob.example
cpanel_add_addon bob addon.example addon addon.example
cpanel_add_sub bob shop bob.example public_html/shop
cpanel_add_sub bob '*' bob.example wild
cpanel_add_sub bob xn--bcher-kva bob.example books
cpanel_park bob alias.example
cpanel_create eve eve.example

# --- every document -----------------------------------------------------------------------------------------------
# answers FILE: what cPanel takes as success, nothing else, soon
answers()
{
    local start end
    start=$(date +%s%N)
    env -i HOME=/root PATH=/usr/bin:/bin "$adapter" hook <"$1" >/tmp/out 2>/tmp/err || return
    end=$(date +%s%N)
    [ "$(cat /tmp/out)" = 1 ] && ! [ -s /tmp/err ] && [ $((end - start)) -lt 1000000000 ]
}
kinds() { db "SELECT kind FROM event WHERE user = '$1' ORDER BY kind" | uniq; }
for file in "$payloads"/*; do
    check "hook: ${file##*/}" answers "$file"
done
expect_output "an account's creation is queued" $'user-created\n' kinds sdagsd
expect_output "its removal" $'user-deleted\n' kinds asdgadg
expect_output "a user whose name is a number" $'user-changed\n' kinds 12345
expect_output "a subdomain" $'domain-created\n' kinds happy
names() { db "SELECT DISTINCT old_name || new_name FROM event WHERE user = '$1' AND kind = '$2'"; }
expect_output "its full name" $'bob.my.happy.org\n' names happy domain-created
for stage in /dev/null /bin/true; do
    check "hook: $stage" answers $stage
done
endless() { head -c 50000000 /dev/zero | $adapter hook; }
expect_output "hook: far too much" $'1\n' endless
closed() { env -i "$adapter" hook <&-; }
expect_output "hook: no stdin" $'1\n' closed
has_password() { grep -rqaF "$1" /var/lib/sitecage /run/sitecage "$log"; }
for password in 'x[z00@x.=}0X' 'x0x0x0x0x0' 'Tr0ub4dor&3'; do
    check_not "no password is kept or logged: $password" has_password "$password"
done
check "control: a user's name is" has_password sdagsd
check "control: the document has the password" grep -qF 'x[z00@x.=}0X' "$payloads/whostmgr-accounts-create-post.mailcleaner.json"
db 'DELETE FROM event'

# --- its registry -------------------------------------------------------------------------------------------------
hooks() { jq 'length' /var/cpanel/hooks/registry.json; }
described=$($adapter --describe | jq length)
foreign='[{"category":"Whostmgr","event":"Accounts::Create","stage":"post","hook":"/bin/true","exectype":"script","id":"a","weight":100}]'
echo "$foreign" >/var/cpanel/hooks/registry.json
expect_fail 1 "$described of $described hooks are not in place in cPanel" $adapter status
no_page="the page: visible: no, the panel has no folder for /usr/local/cpanel/base/frontend/jupiter/sitecage"
expect_output "register" "all $described hooks are in place in cPanel"$'\n'"$no_page"$'\n' $adapter register
expect_output "they are there" "$((described + 1))"$'\n' hooks
before=$(sha256sum /var/cpanel/hooks/registry.json)
expect_output "register again" "all $described hooks are in place in cPanel"$'\n'"$no_page"$'\n' $adapter register
same_registry() { [ "$before" = "$(sha256sum /var/cpanel/hooks/registry.json)" ]; }
check "nothing has changed" same_registry
expect_output "status" "all $described hooks are in place in cPanel"$'\n'"the page: visible: no, /usr/local/cpanel/base/frontend/jupiter/sitecage is missing"$'\n' $adapter status
jq -c 'map(select(.event != "Domain::park"))' /var/cpanel/hooks/registry.json >/tmp/registry
cp /tmp/registry /var/cpanel/hooks/registry.json
expect_fail 1 "1 of $described hooks are not in place in cPanel (Whostmgr Domain::park post): run $adapter register" \
    $adapter status
check "register again" $adapter register
expect_output "only what was missing came" "$((described + 1))"$'\n' hooks
expect_contains "unregister" "no hooks of Sitecage" $adapter unregister
others() { jq -c 'map(.hook)' /var/cpanel/hooks/registry.json; }
expect_output "another's hook stays" $'["/bin/true"]\n' others
check "unregister again" $adapter unregister
expect_fail 1 "status needs root" as_user bob $adapter status
echo '[]' >/var/cpanel/hooks/registry.json

# --- its inventory ------------------------------------------------------------------------------------------------
ask() { $adapter "$@" || true; } # jq tells what went wrong
domains() { ask domains "$@" | jq -r '.data // {} | to_entries[] | "\(.key) \(.value.owner) \(.value.document_root) \(.value.is_main)"'; }
bobs='*.bob.example bob /home/bob/wild false
addon.bob.example bob /home/bob/addon.example false
addon.example bob /home/bob/addon.example false
alias.example bob /home/bob/public_html false
bob.example bob /home/bob/public_html true
shop.bob.example bob /home/bob/public_html/shop false
xn--bcher-kva.bob.example bob /home/bob/books false
'
eves=$'eve.example eve /home/eve/public_html true\n'
sorted() { domains "$@" | LC_ALL=C sort; }
all=$(printf '%s' "$bobs$eves" | LC_ALL=C sort)$'\n'
expect_output "all domains" "$all" sorted
expect_output "one account's" "$bobs" sorted --owner bob
expect_output "one, in its own letters" $'xn--bcher-kva.bob.example bob /home/bob/books false\n' domains --name bücher.bob.example
not_found() { ask domains "$@" | jq -r .metadata.result; }
expect_output "an unknown name" $'NotFound\n' not_found --name none.example
as_bob() { { as_user bob "$adapter" domains "$@" || true; } | jq -r '.data // .metadata.result | if type == "object" then keys[] else . end'; }
expect_output "a user is told his own" "$(cut -d ' ' -f 1 <<<"${bobs%$'\n'}")"$'\n' as_bob
expect_output "and no others" $'PermissionDenied\n' as_bob --owner eve
mv /etc/userdatadomains /etc/userdomains /tmp/
expect_output "without the caches" "$all" sorted
expect_output "one name without them" $'alias.example bob /home/bob/public_html false\n' domains --name alias.example
mv /tmp/userdatadomains /tmp/userdomains /etc/
mv /var/cpanel/userdata /var/cpanel/away
expect_output "without userdata" "$all" sorted
expect_output "one account without it" "$bobs" domains --owner bob
error_text() { ask domains "$@" | jq -r '"\(.metadata.result): \(.metadata.message)"'; }
mv /etc/userdatadomains /tmp/
expect_contains "and without the cache" 'InternalAPIError: /var/cpanel/userdata does not exist' error_text --owner bob
mv /tmp/userdatadomains /etc/
mv /var/cpanel/away /var/cpanel/userdata
users() { $adapter users "$@" | jq -c '[.data[] | [.username, .domain, .owner, .package.name]] | sort'; }
expect_output "users" $'[["bob","bob.example","root","default"],["eve","eve.example","root","default"]]\n' users
expect_output "one user" $'[["eve","eve.example","root","default"]]\n' users --username eve
panel() { $adapter panel_info | jq -rc '[.data.name, .data.version]'; }
expect_output "panel_info" $'["cPanel","11.118.0.5"]\n' panel
expect_output "paths" $'/etc/userdatadomains\n/etc/userdomains\n/var/cpanel/userdata\n/var/cpanel/users\n/var/cpanel/userdata/bob\n/var/cpanel/userdata/eve\n' $adapter paths

# --- a day --------------------------------------------------------------------------------------------------------
# isolated NAME...: those and no others
isolated()
{
    local now
    now=$(cagefsctl --site-isolation-list | grep -v ' ' | grep . | LC_ALL=C sort | tr '\n' ' ')
    [ "$now" = "${*:+$* }" ]
}
# The end state: which are isolated, at which document roots, what is stale. Processes come and go.
seen() { cagefsctl --site-isolation-list && cagefsctl --site-isolation-status | awk '{ $4 = ""; print }'; }
agrees() # USER: a reconciliation by hand finds nothing to do
{
    local before after
    before=$(seen) && cagefsctl --site-isolation-regenerate "$1" >/dev/null && after=$(seen) || return
    [ "$before" = "$after" ] || diff <(echo "$before") <(echo "$after")
}
at_docroot() # NAME DOCROOT: so says the status
{
    cagefsctl --site-isolation-status "$1" | grep -qE "^$1 .* $2\$"
}
# settled USER NAME...: they are this user's, and the pass that made them so has ended
settled()
{
    local user=$1
    shift
    isolated "$@" && { [ $# = 0 ] || cagefsctl --site-isolation-list | grep -q "for user $user:"; } &&
        ! cagefsctl --site-isolation-status | grep -q "^[^ ]* *[^ ]* *stale "
}
after() # USER TEXT NAME...: waits for the end state
{
    local user=$1 text=$2
    shift 2
    check "$text" wait_until 20 settled "$user" "$@" || seen
    check "$text: as by hand" agrees "$user"
}

db_has() { [ -n "$(db "SELECT 1 FROM domain WHERE name = '$1'")" ]; }
check "register" $adapter register
check "allow all" cagefsctl --site-isolation-allow-all
check "isolate three" cagefsctl --site-isolation-enable bob.example addon.example shop.bob.example
after bob "three are isolated" addon.example bob.example shop.bob.example

cpanel_add_sub bob blog bob.example public_html/blog
check "a new subdomain is known" wait_until 20 db_has blog.bob.example
after bob "a new subdomain is not isolated" addon.example bob.example shop.bob.example
blind() { ! as_user bob cagefs_enter_site bob.example ls /home/bob/public_html/blog/ 2>/dev/null | grep -q .; }
echo secret | put_file bob /home/bob/public_html/blog/secret
check "an isolated site does not see it" wait_until 20 blind
check "control: outside it is there" as_user bob cat /home/bob/public_html/blog/secret

cpanel_double=yes
cpanel_rename_main bob new.example
cpanel_double=
after bob "the main domain is renamed, told twice" addon.example new.example shop.new.example

cpanel_docroot bob shop.new.example shop2
check "a document root changes" wait_until 20 at_docroot shop.new.example /home/bob/shop2
after bob "it stays isolated" addon.example new.example shop.new.example

cpanel_lose=yes
cpanel_docroot bob shop.new.example shop3
cpanel_lose=
# The daemon takes a hook of just before for what told of the change, and looks at all accounts half a minute later.
check "a document root changes and no hook is called" wait_until 45 at_docroot shop.new.example /home/bob/shop3 ||
    tail -n 30 "$log"
after bob "it stays isolated, too" addon.example new.example shop.new.example

cpanel_del_sub bob shop new.example
after bob "a subdomain is deleted" addon.example new.example

# Of bob and others, most of them untrue here: hints, of which nothing is believed.
noise()
{
    printf '%s\0' "$payloads"/*.json "$payloads"/*.json "$payloads"/*.json | shuf -z |
        xargs -0 -P 32 -I{} sh -c '[ "$('"$adapter"' hook <"{}")" = 1 ]'
}
check "every document thrice, in any order, from 32 processes" noise
sleep 4 # for what must not happen
after bob "they change nothing" addon.example new.example

cpanel_rename_user bob rob
after rob "the user is renamed" addon.example new.example
check "with his document roots" wait_until 20 at_docroot new.example /home/rob/public_html
check "and sites" as_user rob cagefs_enter_site new.example true

cpanel_remove rob
check "the user is deleted" wait_until 20 isolated
kept() { [ "$(db "SELECT count(*) FROM site")" != 0 ]; }
check_not "nothing of him is kept" kept
check_not "no hook answered anything but success" test -s $cpanel_answers
check_not "nothing on stderr" test -s $cpanel_answers.err
check_not "no password is kept or logged" has_password 'Tr0ub4dor&3'
finish
