#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sites follow what the panel and the system do to domains and users: renamed, moved, deleted, given to somebody
# else; with the panel's events, without them, doubled, out of order and too early. Each end state is what a
# further pass finds nothing to change in.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"

# The daemon would be first: here the engine is asked, step by step.
install -m 755 /bin/true /usr/libexec/sitecage/sitecage-monitor

follow=$SC_BUILD/tests/follow-show
db=/var/lib/sitecage/sitecage.db
none=$'No users with enabled CloudLinux Isolates\n'
# On stderr only what isolation covers: here homes move, and their virtual hosts do not. 91-coverage is about that.
list()
{
    cagefsctl --site-isolation-list 2>/tmp/list.err &&
        ! grep -vE '^[^ ]+: (unverified|not covered): ' /tmp/list.err
}
event() { "$follow" push "$@"; }
regenerate() { cagefsctl --site-isolation-regenerate "${1:-john}"; }
listed() # USER DOMAIN...: the list's text
{
    printf '\nDomains with enabled CloudLinux Isolates for user %s:\n' "$1"
    shift
    printf '%s\n' "$@"
}
# everything that a pass could change, but times
state() # USER
{
    sqlite3 $db "select * from site order by id; select * from isolated order by name; select uid, name, hex(home), stale from user order by uid;
        select name, uid, hex(docroot) from domain order by name; select name, uid, site from missed order by name; select uid from pending; select user, kind, old_name, new_name from event order by id"
    find /run/sitecage/"$(id -u "$1")" -type f ! -name '*.build' -printf '%f ' -exec md5sum {} \; 2>/dev/null | sort
    cat "$(getent passwd "$1" | cut -d : -f 6)/.lve/domains.json" 2>/dev/null
}
settled() # TEXT [USER]: a fresh pass changes nothing
{
    local before after
    before=$(state "${2:-john}") || return
    regenerate "${2:-john}" >/dev/null || { fail "$1: a fresh pass"; return; }
    after=$(state "${2:-john}")
    if [ "$before" = "$after" ]; then pass "$1: a fresh pass changes nothing"; else
        fail "$1: a fresh pass changes nothing" "$(diff <(echo "$before") <(echo "$after"))"; fi
}
is() # TEXT USER DOMAIN...: after a pass just these are isolated, and stay so
{
    local text=$1 user=$2
    shift 2
    check "$text: a pass" regenerate "$user"
    if [ $# = 0 ]; then expect_output "$text: nothing is isolated" "$none" list
    else expect_output "$text: isolated is: $*" "$(listed "$user" "$@")"$'\n' list; fi
    settled "$text" "$user"
}
ids() { sqlite3 $db "select i.name || ' ' || s.id || ' ' || s.token from isolated i join site s on s.id = i.site_id order by i.name"; }
id_of() { ids | awk -v d="$1" '$1 == d { print $2 " " $3 }'; }
# whether code at that place sees b's secret: through suexec and PHP
sees() # DOMAIN
{
    php_eval "$1" 'echo @file_get_contents("/home/john/b.example/secret") === "secret of b\n" ? "open" : "closed";'
}
vhost() # OLD NEW [DOCROOT]: Apache's part of a rename
{
    local docroot=${3:-${site_docroot[$1]}} user=${site_owner[$1]}
    rm -f "/etc/apache2/sites-enabled/$1.conf"
    apache_vhost "$2" "$user" "$docroot" wrapper && echo "127.0.0.1 $2" >>/etc/hosts && apache_reload
    unset "site_owner[$1]" "site_docroot[$1]" "site_kind[$1]"
    site_owner[$2]=$user site_docroot[$2]=$docroot site_kind[$2]=wrapper
}
keep() { as_user john cagefs_enter_site "$1" sh -c 'echo kept >/var/tmp/note'; }
kept() { as_user john cagefs_enter_site "$1" cat /var/tmp/note; }

panel_install
make_user john
make_user mary
for d in a b c; do make_site john $d.example /home/john/$d.example; done
make_site mary m.example /home/mary/m.example
echo "secret of b" | put_file john /home/john/b.example/secret 600
apache_start
check "allow" cagefsctl --site-isolation-allow-all
expect_output "control: without isolation a sees b's secret" open sees a.example
check "a is isolated" cagefsctl --site-isolation-enable a.example
expect_output "a does not see it any more" closed sees a.example
check "it keeps something" keep a.example
a=$(id_of a.example)

# ---- names
panel_rename a.example a2.example && vhost a.example a2.example
is "renamed, same document root, no event" john a2.example
expect_output "it is the same site" "a2.example $a"$'\n' ids
expect_output "closed" closed sees a2.example
expect_output "with what it kept" $'kept\n' kept a2.example

as_user john mkdir /home/john/new
panel_rename a2.example a3.example && panel_move a3.example /home/john/new && vhost a2.example a3.example /home/john/new
check "the event" event john domain-renamed a2.example a3.example
check "a process of the old place" probe_start p john a2.example
is "renamed and re-rooted, with the event" john a3.example
expect_output "it is the same site" "a3.example $a"$'\n' ids
check "the old place's process has ended" wait_until 2 probe_is_gone p
probe_end p
expect_output "closed" closed sees a3.example
expect_output "with what it kept" $'kept\n' kept a3.example

panel_move a3.example /home/john/a.example && vhost a3.example a3.example /home/john/a.example
is "re-rooted" john a3.example
expect_output "the same site" "a3.example $a"$'\n' ids
panel_rename a3.example a.example && vhost a3.example a.example
event john domain-renamed a3.example x.example && event john domain-renamed x.example a.example
event john domain-renamed x.example a.example
is "a chain, doubled" john a.example
expect_output "the same site" "a.example $a"$'\n' ids

check "too early" event john domain-renamed a.example early.example
expect_output "the engine says what it waits for" $'domain early.example is not there yet\n' "$follow" follow john
expect_output "nothing has changed" "$(listed john a.example)"$'\n' list
as_user john mkdir /home/john/early
panel_rename a.example early.example && panel_move early.example /home/john/early
expect_output "then it agrees" $'agrees\n' "$follow" follow john
expect_output "and has followed" "early.example $a"$'\n' ids
panel_rename early.example a.example && panel_move a.example /home/john/a.example && event john domain-renamed early.example a.example
is "back" john a.example

as_user john mkdir /home/john/late
panel_rename a.example late.example && panel_move late.example /home/john/late
check "a pass between the panel and its event" regenerate
event john domain-renamed a.example late.example
is "then the event" john late.example
expect_output "the same site" "late.example $a"$'\n' ids
panel_rename late.example a.example && panel_move a.example /home/john/a.example && event john domain-renamed late.example a.example
is "back again" john a.example

# a domain with names below it, which go along
as_user john mkdir -p /home/john/s1 /home/john/s2 /home/john/t1 /home/john/t2
panel_add s.example john /home/john/s1; panel_add sub.s.example john /home/john/s2
check "two are isolated" cagefsctl --site-isolation-enable s.example sub.s.example
s1=$(id_of s.example) s2=$(id_of sub.s.example)
panel_rename s.example t.example; panel_rename sub.s.example sub.t.example; panel_move t.example /home/john/t1; panel_move sub.t.example /home/john/t2
event john domain-renamed s.example t.example subdomains
is "with names below" john a.example sub.t.example t.example
expect_output "the same sites" "a.example $a"$'\n'"sub.t.example $s2"$'\n'"t.example $s1"$'\n' ids
panel_remove t.example; panel_remove sub.t.example; event john domain-deleted t.example; event john domain-deleted sub.t.example
is "deleted with events" john a.example
check_not "no storage of them is left" test -e "/home/john/.cagefs/websites/${s1#* }"

# names that change places, and their contents with them
check "a limit of a" sh -c 'jq ".domains[\"a.example\"].limits.ep = 7" /home/john/.lve/domains.json >/tmp/j && cat /tmp/j >/home/john/.lve/domains.json'
event john domain-renamed a.example tmp.example; event john domain-renamed c.example a.example; event john domain-renamed tmp.example c.example
is "swapped, each with its document root's name" john c.example
expect_output "the site has followed" "c.example $a"$'\n' ids
expect_contains "with its limit" '"ep": 7' cat /home/john/.lve/domains.json
expect_output "closed there" closed sees c.example
expect_output "open here, where it is not isolated now" open sees a.example
event john domain-renamed tmp.example a.example; event john domain-renamed c.example tmp.example; event john domain-renamed a.example c.example
is "swapped back, out of order" john a.example
expect_output "the site has followed" "a.example $a"$'\n' ids

# ---- deleted, missed, created anew
panel_remove a.example
check "missing without an event" regenerate
expect_output "it has no effect" "$none" list
check "it is still wanted" grep -q '"a.example"' /home/john/.lve/domains.json
settled "missing"
panel_add a.example john /home/john/a.example
is "there again" john a.example
expect_output "as the same site" "a.example $a"$'\n' ids
expect_output "with what it kept" $'kept\n' kept a.example
panel_remove a.example && regenerate >/dev/null
sqlite3 $db "update missed set since = since - 601"
expect_output "the full pass notices" $'john\n3 2\n' "$follow" survey
is "missing for too long" john
check_not "not wanted" test -e /home/john/.lve/domains.json
panel_add a.example john /home/john/a.example
is "listed again" john
expect_output "open" open sees a.example
check "isolated" cagefsctl --site-isolation-enable a.example
event john domain-deleted a.example; event john domain-created a.example
is "deleted and created anew" john
check "isolated again" cagefsctl --site-isolation-enable a.example
is "and it stays" john a.example
check "an early deletion" event john domain-deleted a.example
expect_output "is awaited" $'domain a.example is still there\n' "$follow" follow john
panel_remove a.example
expect_output "then it agrees" $'agrees\n' "$follow" follow john
expect_output "and is followed" "$none" list
panel_add a.example john /home/john/a.example

# ---- another owner
for order in "john mary" "mary john"; do
    check "$order: a is john's and isolated" cagefsctl --site-isolation-enable a.example
    as_user mary mkdir -p -m 700 /home/mary/.lve /home/mary/a.example
    echo '{"domains": {"a.example": {"isolated": true}}}' | put_file mary /home/mary/.lve/domains.json 600
    check "$order: mary has written it in advance" regenerate mary
    panel_remove a.example && panel_add a.example mary /home/mary/a.example
    for user in $order; do check "$order: a pass of $user" regenerate "$user"; done
    for user in $order; do check "$order: and of $user" regenerate "$user"; done
    expect_output "$order: nothing is isolated" "$none" list
    check_not "$order: john does not want it any more" test -e /home/john/.lve/domains.json
    check_not "$order: nor mary" test -e /home/mary/.lve/domains.json
    panel_remove a.example && panel_add a.example john /home/john/a.example && regenerate mary >/dev/null && regenerate >/dev/null
done

# ---- users
check "isolated" cagefsctl --site-isolation-enable a.example
a=$(id_of a.example) uid=$(id -u john)
check "it keeps something" keep a.example
expect_contains "an event for nobody" agrees sh -c "'$follow' push - docroot-changed m.example; '$follow' follow mary"
check "mary is denied" cagefsctl --site-isolation-deny mary
rename_user() # OLD NEW ARGUMENTS
{
    local old=$1 new=$2
    shift 2
    usermod -l "$new" "$@" "$old" && groupmod -n "$new" "$old" && sed -i "s/\t$old\t/\t$new\t/" "$panel_table"
}
check "mary is renamed" rename_user mary maria
check "a pass of hers" regenerate maria
expect_fail 1 "not allowed for user maria" cagefsctl --site-isolation-enable m.example
check_not "the old name is denied no more" test -e /etc/cagefs/site-isolation.users.denied/mary
check "and back" rename_user maria mary
expect_output "followed" $'agrees\n' "$follow" follow mary
check "denied" test -e /etc/cagefs/site-isolation.users.denied/mary

check "john is renamed, with his home" rename_user john jack -d /home/jack -m
sed -i 's,/home/john/,/home/jack/,' "$panel_table"
expect_fail 1 "User john does not exist; it is called jack now" cagefsctl --site-isolation-regenerate john
is "renamed with his home" jack a.example
expect_output "the same site" "a.example $a"$'\n' ids
expect_output "with what it kept" $'kept\n' as_user jack cagefs_enter_site a.example cat /var/tmp/note
check "back" rename_user jack john -d /home/john -m
sed -i 's,/home/jack/,/home/john/,' "$panel_table"
expect_output "by the full pass" $'jack\n4 2\n' "$follow" survey
expect_output "which is followed" $'agrees\n' "$follow" follow jack
expect_output "to" "$(listed john a.example)"$'\n' list

check "another uid and name" sh -c 'usermod -u 4711 john && chown -R 4711 /home/john'
check "the name" rename_user john jack
event john user-renamed - jack
expect_output "followed by the event" $'agrees\n' "$follow" follow john
expect_output "isolated" "$(listed jack a.example)"$'\n' list
expect_output "the same site" "a.example $a"$'\n' ids
check_not "nothing of the old uid" test -e "/run/sitecage/$uid/sites"
check_not "no mark" test -e "/var/lib/sitecage/isolated/$uid"
settled "another uid" jack
check "back" rename_user jack john

# gone, and somebody else with the uid, or the name
tar -C /home -cpf /tmp/john.tar john
panel_of() { grep -P "\t$1\t" "$panel_table"; }
panel_of john >/tmp/john.panel
sed -i '/\tjohn\t/d' "$panel_table"
check "john gets his own name again" "$follow" follow jack
check "john is deleted" userdel -r john
expect_output "gone" $'agrees\n' "$follow" follow john
expect_output "nothing is isolated" "$none" list
check_not "no runtime state" test -e /run/sitecage/4711/sites
check_not "no mark" test -e /var/lib/sitecage/isolated/4711
expect_output "no user in the database" $'0\n' sqlite3 $db "select count(*) from user where uid = 4711"
expect_fail 1 "User john does not exist" cagefsctl --site-isolation-regenerate john

sqlite3 $db "delete from missed" # a.example was mary's a moment ago, which counts
check "he is restored, with another uid" useradd -u 4800 -M -d /home/john -U john
tar -C /home -xpf /tmp/john.tar && chown -R john:john /home/john && cat /tmp/john.panel >>"$panel_table"
event john user-created
expect_output "followed" $'agrees\n' "$follow" follow john
expect_output "isolated as his file says" "$(listed john a.example)"$'\n' list
settled "restored"

check "the home is moved" usermod -d /home/elsewhere -m john
sed -i 's,/home/john/,/home/elsewhere/,' "$panel_table"
is "moved home" john a.example
check "a home that is away" mv /home/elsewhere /home/hidden
check_not "is an error" "$follow" follow john
expect_output "nothing is less isolated" "$(listed john a.example)"$'\n' list
mv /home/hidden /home/elsewhere

check "john is deleted again, unseen" sh -c 'userdel john; mv /home/elsewhere /home/old; sed -i "/\tjohn\t/d" "$1"' - "$panel_table"
check "his uid goes to ann" useradd -u 4800 -m -d /home/ann -U ann
as_user ann mkdir /home/ann/www && panel_add ann.example ann /home/ann/www
check "a pass of hers" regenerate ann
expect_output "she inherits nothing" "$none" list
expect_output "no site" $'0\n' sqlite3 $db "select count(*) from site"
check "a new john" useradd -u 4900 -m -d /home/john -U john
as_user john mkdir /home/john/a.example && panel_add a.example john /home/john/a.example
is "a new john inherits nothing" john
finish
