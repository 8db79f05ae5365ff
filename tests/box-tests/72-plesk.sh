#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Plesk: its adapter, every sample of an event, its event manager, and a day of a subscription with its events late,
# early and doubled.
# $ in single quotes is the inner shell's; functions are called by the checks.
# shellcheck disable=SC2317,SC2016,SC2086
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/plesk.sh
. "$SC_SOURCE/tests/boxlib/plesk.sh"

adapter=/usr/libexec/sitecage/sitecage-plesk
store=/var/lib/sitecage/sitecage.db
log=/var/log/sitecage.log
payloads=$SC_SOURCE/tests/payloads/plesk

# --- without a Plesk --------------------------------------------------------------------------------------
mkdir -p /usr/local/psa
expect_fail 1 "the command plesk is neither at /usr/sbin/plesk nor at /usr/local/psa/bin/plesk" $adapter status
answers() # CLASS ARGUMENT...: an error envelope
{
    local class=$1 out status=0
    shift
    out=$($adapter "$@" 2>&1) || status=$?
    [ $status = 1 ] && [ "$(jq -r .metadata.result <<<"$out")" = "$class" ]
}
check "no command: InternalAPIError" answers InternalAPIError domains

# --- what the adapter tells --------------------------------------------------------------------------------
plesk_install
echo "home = shared" >/etc/sitecage.conf # what is closed in it is seen to be open before
plesk_user fsys first.example
V=$plesk_vhosts/first.example
plesk_docroot fsys $V/httpdocs main
plesk_docroot fsys $V/addon.example addon
plesk_docroot fsys $V/httpdocs/sub sub
plesk_docroot fsys $V/_ wild
plesk_docroot fsys $V/munich munich
plesk_domain first.example $V/httpdocs fsys
plesk_domain addon.example $V/addon.example fsys first.example
plesk_domain sub.first.example $V/httpdocs/sub fsys first.example
plesk_domain '*.first.example' $V/_ fsys first.example
plesk_domain münchen.example $V/munich fsys first.example
plesk_sql "INSERT INTO domain_aliases(dom_id, name) SELECT id, 'alias.example' FROM domains WHERE name = 'addon.example';
    INSERT INTO domain_aliases(dom_id, name, web) SELECT id, 'mail.example', 'false' FROM domains WHERE name = 'addon.example'"

domains() { $adapter domains "$@" | jq -r '.data | to_entries[] | "\(.key) \(.value.owner) \(.value.document_root) \(.value.is_main)"'; }
all="*.first.example fsys $V/_ false
addon.example fsys $V/addon.example false
alias.example fsys $V/addon.example false
first.example fsys $V/httpdocs true
sub.first.example fsys $V/httpdocs/sub false
xn--mnchen-3ya.example fsys $V/munich false
"
expect_output "domains" "$all" domains
expect_output "of a user" "$all" domains --owner fsys
expect_output "an alias has its domain's document root" "alias.example fsys $V/addon.example false"$'\n' domains --name alias.example
expect_output "a name in its own letters" "xn--mnchen-3ya.example fsys $V/munich false"$'\n' domains --name münchen.example
check "an unknown domain: NotFound" answers NotFound domains --name nothere.example
check "users know no Plesk: PermissionDenied" as_user fsys sh -c "$adapter domains | grep -q PermissionDenied"
expect_contains "users" '"username": "fsys"' $adapter users
expect_contains "panel_info" '"version": "18.0.77"' $adapter panel_info
expect_output "paths" "/etc/psa/psa.conf"$'\n'"$plesk_vhosts"$'\n'"$plesk_vhosts/system"$'\n' $adapter paths
echo "ERROR 2002 (HY000): Can't connect to MySQL" >$plesk_data/db-fails
cp "$payloads/cli-domain-info-suspended.txt" "$plesk_data/info/solozaszkola.dev.proudsite.pl"
expect_contains "one name without the database" private-login $adapter domains --name solozaszkola.dev.proudsite.pl
check "all without the database: InternalAPIError" answers InternalAPIError domains
rm $plesk_data/db-fails

# --- every sample into the hook ----------------------------------------------------------------------------
feed() # FILE [EVENT]: as Plesk would; exit status 0 and no output
{
    local -a vars=()
    local out
    mapfile -t vars <"$1"
    out=$(env -i "${vars[@]}" $adapter hook ${2:+"$2"} 2>&1 </dev/null) && [ -z "$out" ]
}
queued() { sqlite3 $store 'SELECT count(*) FROM event'; }
sed 's/REDACTED/hunter2-geheim/' "$payloads/client_create.env" >/tmp/client_create.env
sed 's/REDACTED/hunter2-geheim/' "$payloads/ftpuser_create.env" >/tmp/ftpuser_create.env
echo NEW_SYSTEM_USER_PASSWORD=hunter2-geheim >>/tmp/ftpuser_create.env
for file in "$payloads"/*.env /tmp/client_create.env /tmp/ftpuser_create.env; do
    name=$(basename "$file" .env)
    event=${name%%[-.]*}
    check "$name" feed "$file" "$event"
    check "$name without its event's name" feed "$file"
done
printf '%s\n' NEW_DOMAIN_NAME=pw.example NEW_SYSTEM_USER=fsys NEW_SYSTEM_USER_PASSWORD=hunter2-geheim >/tmp/hosting.env
check "hosting with a password" feed /tmp/hosting.env phys_hosting_create
check "the control: what is said is stored" sh -c "sqlite3 $store .dump | grep -q pw.example"
check_not "no password is stored" sh -c "cat $store* | grep -aq hunter2-geheim"
check_not "nor logged" grep -aq hunter2-geheim $log
check "something was queued" test "$(queued)" -gt 10
sqlite3 $store 'DELETE FROM event'

# --- Plesk's event manager ---------------------------------------------------------------------------------
handlers() { cut -f 4 $plesk_data/handlers | sort; }
plesk bin event_handler --create -command "/opt/other/hook domain_create" -priority 10 -user root -event domain_create >/dev/null
cp $plesk_data/handlers /tmp/handlers.before
expect_fail 1 "run '$adapter register'" $adapter status
expect_contains "register" "event handlers are in place" $adapter register
cp $plesk_data/handlers /tmp/handlers.first
expect_contains "again" "event handlers are in place" $adapter register
check "twice changes nothing" cmp /tmp/handlers.first $plesk_data/handlers
expect_contains "status" "event handlers are in place" $adapter status
expect_contains "all families" site_subdomain_move handlers
expect_lacks "only events that this Plesk has" site_move handlers
check "unregister" $adapter unregister
check "others' handlers stay" cmp /tmp/handlers.before $plesk_data/handlers
touch /usr/local/psa/var/root.event_handler.lock
expect_fail 1 "remove /usr/local/psa/var/root.event_handler.lock" $adapter register
rm /usr/local/psa/var/root.event_handler.lock

# --- a day -------------------------------------------------------------------------------------------------
reads() # DOMAIN DIRECTORY WORD: a program in the domain's site reads the secret
{
    [ "$(as_user "$who" cagefs_enter_site "$1" cat "$2/secret" 2>/dev/null)" = "$3" ]
}
hides() # DOMAIN DIRECTORY: it does not, and is isolated at all
{
    as_user "$who" cagefs_enter_site "$1" true && ! as_user "$who" cagefs_enter_site "$1" cat "$2/secret" >/dev/null 2>&1
}
list() { cagefsctl --site-isolation-list; }
listed() { list | grep -qxF -- "$1"; }
not_listed() { ! list | grep -qxF -- "$1"; }
state()
{
    list
    cagefsctl --site-isolation-status
}
as_regenerated() # the state is what a fresh reconcile makes
{
    local before after
    before=$(state) || return
    cagefsctl --site-isolation-regenerate "$who" >/dev/null || return
    after=$(state)
    [ "$before" = "$after" ] || {
        diff <(echo "$before") <(echo "$after")
        return 1
    }
}
step() # TEXT COMMAND...: becomes true by itself, and a fresh reconcile changes nothing
{
    local text=$1
    shift
    check "$text" wait_until 40 "$@"
    check "… and a fresh reconcile changes nothing" as_regenerated
}

who=fsys
check "allow" cagefsctl --site-isolation-allow-all
check "isolate three" cagefsctl --site-isolation-enable addon.example sub.first.example münchen.example
check "isolating registers the handlers" wait_until 20 $adapter status
check "own files" reads addon.example $V/addon.example addon
check "not the neighbour's" hides addon.example $V/munich
check "not the nested one's" hides addon.example $V/httpdocs/sub
check "nor the main domain's" hides sub.first.example $V/httpdocs

# renamed; Plesk tells it before its database knows, and twice
plesk_fire site_update OLD_DOMAIN_NAME=addon.example NEW_DOMAIN_NAME=new.example
plesk_fire site_update OLD_DOMAIN_NAME=addon.example NEW_DOMAIN_NAME=new.example
sleep 0.5
plesk_sql "UPDATE domains SET name = 'new.example', displayName = 'new.example' WHERE name = 'addon.example'"
renamed() { listed new.example && not_listed addon.example && hides new.example $V/munich && reads new.example $V/addon.example addon; }
step "a renamed domain stays isolated" renamed

# the same name in another spelling is no rename; an update that changes nothing
plesk_fire site_update OLD_DOMAIN_NAME=münchen.example NEW_DOMAIN_NAME=xn--mnchen-3ya.example
plesk_fire domain_update OLD_DOMAIN_NAME=first.example NEW_DOMAIN_NAME=first.example
step "nothing happened: still isolated" listed xn--mnchen-3ya.example

# a new document root; the event names no path, and comes in a burst
plesk_docroot fsys $V/elsewhere elsewhere
plesk_sql "UPDATE hosting SET www_root = '$V/elsewhere' WHERE dom_id = (SELECT id FROM domains WHERE name = 'sub.first.example')"
for _ in 1 2 3 4 5; do
    plesk_fire phys_hosting_update OLD_DOMAIN_NAME=sub.first.example NEW_DOMAIN_NAME=sub.first.example \
        OLD_SYSTEM_USER=fsys NEW_SYSTEM_USER=fsys NEW_SYSTEM_USER_PASSWORD=hunter2-geheim
done
moved() { reads sub.first.example $V/elsewhere elsewhere && hides sub.first.example $V/httpdocs/sub && hides new.example $V/elsewhere; }
step "a new document root is followed" moved

# a new site: the event is early; its folder and row come later
plesk_fire site_create NEW_DOMAIN_NAME=late.example
sleep 0.5
plesk_docroot fsys $V/late.example late
check "the control: nobody knows yet that it is a site" reads new.example $V/late.example late
plesk_domain late.example $V/late.example fsys first.example
plesk_fire phys_hosting_create NEW_DOMAIN_NAME=late.example NEW_SYSTEM_USER=fsys NEW_SYSTEM_USER_PASSWORD=hunter2-geheim
step "a new site is hidden from the isolated ones" hides new.example $V/late.example
check "and is not isolated itself" not_listed late.example

# deleted
plesk_forget münchen.example
rm -rf "$V/munich"
plesk_fire site_delete OLD_DOMAIN_NAME=münchen.example
step "a deleted site is gone" not_listed xn--mnchen-3ya.example

# the system user gets another name
usermod --login fsys2 fsys
groupmod --new-name fsys2 fsys
plesk_sql "UPDATE sys_users SET login = 'fsys2' WHERE login = 'fsys'"
who=fsys2
plesk_fire phys_hosting_update OLD_DOMAIN_NAME=first.example NEW_DOMAIN_NAME=first.example OLD_SYSTEM_USER=fsys NEW_SYSTEM_USER=fsys2
user_renamed() { listed new.example && list | grep -q fsys2 && hides new.example $V/elsewhere && reads new.example $V/addon.example addon; }
step "a renamed user's sites stay isolated" user_renamed

# the main domain gets another name: its folder, the home, moves with all that is in it
N=$plesk_vhosts/second.example
mv "$V" "$N"
usermod --home "$N" fsys2
plesk_sql "UPDATE domains SET name = replace(name, 'first.example', 'second.example'), displayName = name;
    UPDATE hosting SET www_root = replace(www_root, '$V/', '$N/'); UPDATE sys_users SET home = '$N' WHERE login = 'fsys2'"
plesk_fire domain_update OLD_DOMAIN_NAME=first.example NEW_DOMAIN_NAME=second.example
main_renamed()
{
    listed new.example && listed sub.second.example && not_listed sub.first.example &&
        hides new.example "$N/elsewhere" && hides new.example "$N/late.example" && reads new.example "$N/addon.example" addon
}
step "a renamed main domain takes all along" main_renamed

# all at once
for i in $(seq 32); do
    plesk_fire phys_hosting_update OLD_DOMAIN_NAME=new.example NEW_DOMAIN_NAME=new.example OLD_SYSTEM_USER=fsys2 NEW_SYSTEM_USER=fsys2
    plesk_fire domain_alias_create "NEW_DOMAIN_ALIAS_NAME=alias$i.example" NEW_DOMAIN_ID=2
done
step "32 at once" main_renamed

# the subscription is deleted
plesk_sql "DELETE FROM hosting; DELETE FROM domains; DELETE FROM domain_aliases; DELETE FROM sys_users WHERE login = 'fsys2'"
uid=$(id -u fsys2)
userdel --remove fsys2 2>/dev/null
plesk_fire phys_hosting_delete OLD_DOMAIN_NAME=second.example OLD_SYSTEM_USER=fsys2
plesk_fire domain_delete OLD_DOMAIN_NAME=second.example OLD_SYSTEM_USER=fsys2
gone() { not_listed new.example && [ "$(sqlite3 $store "SELECT count(*) FROM site WHERE uid = $uid")" = 0 ] && [ ! -e "/run/sitecage/$uid/sites" ]; }
check "a deleted user leaves nothing" wait_until 40 gone
check_not "no password is stored" sh -c "cat $store* | grep -aq hunter2-geheim"
check_not "nor logged" grep -aq hunter2-geheim $log
finish
