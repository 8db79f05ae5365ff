#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Accounts that arrive: restored or moved to a server where nothing is isolated, with isolated sites in their
# ~/.lve/domains.json. The panel's event alone brings that in force; where it cannot, that is said.
# $ in single quotes is PHP's; functions are called by the checks.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/state.sh
. "$SC_SOURCE/tests/boxlib/state.sh"

H=/home/john
monitor=/usr/libexec/sitecage/sitecage-monitor
hooks=/usr/share/cloudlinux/hooks

daemons() { ps -e -o pid=,args= | awk '$2 ~ /\/sitecage-monitor$/ && !/--(chore|wanted)/ { print $1 }'; }
no_monitor() { [ -z "$(daemons)" ]; }
monitor_runs() { [ -n "$(daemons)" ]; }
# whether A's PHP reads B's secret, through the web server
sees() # [DOMAIN DOCROOT]
{
    php_eval "${1:-a.example}" 'echo @file_get_contents("'"${2:-$H/b}"'/secret") === "secret of b\n" ? "open" : "closed";'
}
open() { [ "$(sees "$@")" = open ]; }
closed() { [ "$(sees "$@")" = closed ]; }
stays() # SECONDS COMMAND...: it succeeds all the time
{
    local end=$((SECONDS + $1))
    shift
    while [ $SECONDS -lt $end ]; do
        "$@" || return 1
        sleep 0.2
    done
}
# in_force TEXT COMMAND...: it succeeds within 5 s; says after how many ms
in_force()
{
    local text=$1 start now
    shift
    start=$(date +%s%N)
    wait_until 60 "$@" || { fail "$text" "never" "$@"; tail -5 /var/log/sitecage.log; return 1; }
    now=$(date +%s%N)
    check "$text ($(((now - start) / 1000000)) ms)" test $((now - start)) -lt 5000000000
}
wishes() # USER DOMAIN...: what came with the home
{
    local user=$1
    shift
    as_user "$user" mkdir -p "/home/$user/.lve" &&
        printf '%s\n' "$@" | jq -nR '{domains: [inputs | {(.): {isolated: true}}] | add, version: 1}' |
        put_file "$user" "/home/$user/.lve/domains.json" 600
}
report() { cagefsctl --site-isolation-check || :; }
says() { report | grep -q "$1"; }
says_not() { ! says "$@"; }
queued() { [ "$(db 'SELECT count(*) FROM event')" != 0 ]; }
queue_empty() { ! queued; }
# The server is another one: nothing of what it knew or made is left; the homes stay as they are.
new_server()
{
    cagefsctl --site-isolation-deny-all >/dev/null && wait_until 10 no_monitor &&
        rm -rf /var/lib/sitecage /run/sitecage /etc/cagefs/site-isolation.users.*
}
allow() { cagefsctl --site-isolation-allow-all >/dev/null; }

panel_install
make_user john
make_user mary
for d in a b; do site_with_secret john $d.example $H/$d; done
echo "secret of b" | put_file john $H/b/secret
make_site mary m.example /home/mary/m
apache_start

# --- the event alone --------------------------------------------------------------------------------------------
allow
check "nothing is isolated: no daemon" no_monitor
check "john's home comes, with a.example isolated" wishes john a.example
check "control: without an event A reads B's secret" stays 3 open
$hooks/post_modify_user.py restore -u john
in_force "after the event alone it does not" closed
check "the daemon runs" monitor_runs
expect_output "it is listed" $'\nDomains with enabled CloudLinux Isolates for user john:\na.example\n' \
    cagefsctl --site-isolation-list
check "check has nothing to say of it" says 'accounts: wishes.*nobody'

# --- from wherever a panel calls it -----------------------------------------------------------------------------
# The panel waits until the last writer of its pipes has closed them.
odd_place() # HOOK ARGUMENT...
{
    local gone=/tmp/gone
    mkdir -p $gone && (cd $gone && rmdir $gone && ulimit -S -t 1 -f 64 -n 20 && nice -n 15 timeout 1 env -i "$@" 2>&1 | cat)
}
closed_fds() { env -i "$@" <&- >&- 2>&-; }
for how in odd_place closed_fds; do
    new_server && allow
    check "another server ($how)" wishes john a.example
    check "control: open" open
    check "the hook answers within a second, and keeps nothing" $how $hooks/post_modify_user.py restore -u john
    in_force "in force" closed
done
limits_of() { awk -v what="$1" '$0 ~ what { print $(NF - 2) }' "/proc/$(daemons)/limits"; }
new_server && allow && wishes john a.example
odd_place $hooks/post_modify_user.py restore -u john
in_force "in force" closed
expect_output "the panel's limits are not the daemon's" $'unlimited\n' limits_of "Max cpu time"

# --- with all that is the site's -----------------------------------------------------------------------------------
tokens() { find $H/.cagefs/websites -mindepth 1 -maxdepth 1 -printf '%f\n' | sort; }
keep() { as_user john cagefs_enter_site a.example sh -c 'echo kept >/var/tmp/note'; }
kept() { as_user john cagefs_enter_site a.example cat /var/tmp/note; }
writes_share() { php_eval a.example 'echo @file_put_contents("'$H'/share/x", "y") === 1 ? "yes" : "no";'; }
can_share() { [ "$(writes_share)" = yes ]; }
config_of() { db "SELECT config FROM site WHERE docroot = CAST('$H/$1' AS BLOB)"; }
# move_home COMMAND...: the home as it is, changed by the command, comes to another server
move_home()
{
    rm -rf /root/home && cp -a $H /root/home && new_server && allow && rm -rf $H && cp -a /root/home $H && "$@"
}
new_server && allow
as_user john mkdir $H/share
wishes john a.example
as_user john jq '.domains["a.example"] += {limits: {nproc: 77}, paths: {rw: ["share"]}}' $H/.lve/domains.json >/tmp/wish
put_file john $H/.lve/domains.json 600 </tmp/wish
cagefsctl --site-isolation-regenerate john >/dev/null
check "a site keeps something of its own" keep
token=$(tokens)
printf '[versions]\nphp=9.9\n' | put_file john "$H/.cagefs/websites/$token/php/defaults.cfg" 600
check "the home comes to another server" move_home true
check "control: open" open
$hooks/post_modify_user.py restore -u john
in_force "in force" closed
expect_output "the storage is the site's again" "$token"$'\n' tokens
expect_output "with what it kept" $'kept\n' kept
check "and its PHP" grep -qx 'php=9.9' "$H/.cagefs/websites/$token/php/defaults.cfg"
expect_output "its limits" $'{"limits": {"nproc": 77}, "paths": {"rw": ["share"]}}\n' config_of a
check "its paths" can_share
as_user john mv $H/.cagefs/websites/"$token" $H/own && as_user john ln -s $H/own $H/.cagefs/websites/"$token"
check "storage behind a link" move_home true
$hooks/post_modify_user.py restore -u john
in_force "in force" closed
check_not "a link is not adopted" kept
as_user john rm -rf $H/own
new_server && allow && cagefsctl --site-isolation-enable m.example >/dev/null
marys=$(find /home/mary/.cagefs/websites -mindepth 1 -maxdepth 1 -printf '%f\n')
as_user john mkdir -p -m 700 $H/.cagefs/websites/"$marys"
echo a | put_file john $H/.cagefs/websites/"$marys"/.docroot 600
wishes john a.example
$hooks/post_modify_user.py restore -u john
in_force "a token that mary's site has" closed
token_is_new() { [ "$(tokens)" != "$marys" ] && [ "$(tokens | wc -l)" = 1 ]; }
check "is not john's" wait_until 5 token_is_new
as_mary() { as_user mary cagefs_enter_site m.example true; }
check "and mary's site is hers" as_mary

# --- every event --------------------------------------------------------------------------------------------------
# one_event TEXT ARGUMENT...
one_event()
{
    local text=$1
    shift
    new_server && allow && wishes john a.example || fail "$text" "another server"
    "$@"
    in_force "$text" closed
}
one_event "created" $hooks/post_modify_user.py create -u john
one_event "modified (unsuspended)" $hooks/post_modify_user.py modify -u john
one_event "a domain created" $hooks/post_modify_domain.py create -u john --domain a.example
one_event "a document root" $hooks/post_modify_domain.py docroot -u john
new_server && allow
$hooks/post_modify_user.py create -u john
check "an account without a wish: its event is done" wait_until 10 queue_empty
check "and the daemon ends" wait_until 10 no_monitor
wishes john a.example
$hooks/post_modify_user.py restore -u john
in_force "restored over an account that is known" closed

# --- nobody can start it ------------------------------------------------------------------------------------------
new_server && allow && wishes john a.example
mv $monitor $monitor.away
check "the hook answers all the same" $hooks/post_modify_user.py restore -u john
check "what it said is kept" queued
check "control: nothing takes it" stays 2 open
check "check says so" says 'FAILED  *events: .*systemctl start'
check "and of the daemon" says 'FAILED  *monitor: .*systemctl start'
check "and who waits" says 'FAILED  *accounts: wishes: .*john'
expect_fail 1 "" cagefsctl --site-isolation-check
mv $monitor.away $monitor
cagefsctl --site-isolation-regenerate mary >/dev/null
in_force "the next command has it taken" closed
new_server && allow && wishes john a.example
mv $monitor $monitor.away
$hooks/post_modify_user.py restore -u john
mv $monitor.away $monitor
/usr/libexec/sitecage/sitecage-rebuild --all
in_force "so has a boot" closed
new_server && allow && wishes john a.example
mv $monitor $monitor.away
$hooks/post_modify_user.py restore -u john
mv $monitor.away $monitor
$hooks/post_modify_user.py modify -u mary
in_force "so has another account's event" closed
new_server && allow && wishes john a.example
mkdir -p /var/lib/sitecage && mv /var/lib/sitecage/sitecage.db* /root && mkdir /var/lib/sitecage/sitecage.db
$hooks/post_modify_user.py restore -u john
check "a queue that cannot be written: a mark" test -e /var/lib/sitecage/resync/john
check "whom the hook started cannot work, and ends" wait_until 20 sh -c '! pgrep -f "^/usr/libexec/sitecage/sitecage-monitor"'
rmdir /var/lib/sitecage/sitecage.db && mv /root/sitecage.db* /var/lib/sitecage
check "check sees it" says 'FAILED  *events: '
$hooks/post_modify_user.py modify -u mary
in_force "the mark is taken, too" closed

# --- as policy says -----------------------------------------------------------------------------------------------
new_server && allow && cagefsctl --site-isolation-deny john >/dev/null && wishes john a.example b.example
$hooks/post_modify_user.py restore -u john
check "who is denied is not isolated" stays 2 open
check "status says so" wait_until 5 sh -c 'cagefsctl --site-isolation-status | grep -q "john: .*2 domains.*--site-isolation-allow john"'
check "check, too" says 'WARNING  *accounts: wishes: .*not allowed: john'
check "no daemon stays for it" wait_until 10 no_monitor
cagefsctl --site-isolation-allow john >/dev/null
in_force "allowed: it is" closed
check "and nothing is said any more" says 'accounts: wishes.*nobody'
new_server && cagefsctl --site-isolation-allow mary >/dev/null && wishes john a.example
$hooks/post_modify_user.py restore -u john
check "mode deny_all: not isolated" stays 2 open
check "check says so" says 'WARNING  *accounts: wishes: .*not allowed: john'
cagefsctl --site-isolation-toggle-mode >/dev/null
in_force "with the other mode it is" closed

new_server && wishes john a.example
$hooks/post_modify_user.py restore -u john
check "never allowed here: not isolated" stays 2 open
check "nothing is started" no_monitor
check "check says who wishes" says 'WARNING  *accounts: wishes: .*feature is off: john'
check "the hint waits" queued
allow
in_force "and is taken when the feature comes" closed

# --- what stays nobody's business ---------------------------------------------------------------------------------
new_server && allow
check "mary's file names john's domain" wishes mary a.example
$hooks/post_modify_user.py restore -u mary
check "that isolates nothing" stays 2 open
check "check has nothing to say" says 'accounts: wishes.*nobody'
as_user mary rm -rf /home/mary/.lve
wishes john a.example
echo '{"domains":{"a.example":{"isolated":true},' | put_file john $H/.lve/domains.json 600
$hooks/post_modify_user.py restore -u john
check "a broken file isolates nothing" stays 2 open
check "check says that somebody has to look" says 'FAILED  *accounts: wishes: .*john'
as_user john rm $H/.lve/domains.json
as_user john mkfifo $H/.lve/domains.json
$hooks/post_modify_user.py restore -u john
check "a FIFO hangs nobody: the event is done, or waits" wait_until 10 no_monitor || queued
finish
