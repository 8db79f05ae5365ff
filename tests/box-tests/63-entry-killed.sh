#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kill -9 of an entry ends the program that it entered for, and what that started: by CGI, FastCGI, LSAPI, cron and on
# the command line. What made a session of its own is a daemon, and stays; so does what a program leaves when it ends.
# shellcheck disable=SC2317,SC2016,SC2154
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

H=/home/john
export APACHE_MODULES=fcgid
panel_install
make_user john
make_site john a.example $H/a shebang
make_site john b.example $H/b shebang
make_site john f.example $H/f shebang
sed -i "s,AddHandler cgi-script .php,AddHandler fcgid-script .php\n    FcgidWrapper $H/f/tree .php," \
    /etc/apache2/sites-enabled/f.example.conf

# tree TAG: a program with a child, a grandchild, one in a process group of its own, one in the background whose parent
# has ended, one that forgets its parent and ignores what can be ignored; and a daemon
cat >/usr/local/bin/tree <<'TREE'
#!/bin/bash
tag=$1
set -m
as() { exec -a "$tag-$1" sleep 10000; }
(as child; true) &
(bash -c "trap '' HUP INT TERM QUIT; exec -a $tag-deaf sleep 10000" &) &
(setpriv --pdeathsig clear bash -c "exec -a $tag-forgets sleep 10000") &
bash -c "(exec -a $tag-grandchild sleep 10000); true" &
[ -n "${NO_DAEMON:-}" ] || setsid --fork bash -c "exec -a $tag-daemon sleep 10000" </dev/null >/dev/null 2>&1
exec setpriv --pdeathsig clear bash -c "trap '' HUP TERM; exec -a $tag-main sleep 10000"
TREE
chmod 755 /usr/local/bin/tree
names="child deaf forgets grandchild main"
count() { pgrep -c -f "^$1-($2)( |$)"; }
all_run() # TAG
{
    local name
    for name in $names daemon; do
        [ "$(count "$1" "$name")" = 1 ] || return
    done
}
ended() { [ "$(count "$1" "${names// /|}")" = 0 ]; } # TAG
daemon_ended() { pkill -9 -f "^$1-daemon" && wait_until 5 no_daemon "$1"; }
no_daemon() { [ "$(count "$1" daemon)" = 0 ]; }
no_watcher() { ! pgrep -x sitecage-watch; }

# Of the entry's processes, that which the caller knows: the oldest of its name.
entry_of() { pgrep -o -f "$1"; }

# killed TEXT TAG PATTERN: what runs by TAG ends by kill -9 of the entry
killed()
{
    check "$1: it runs" wait_until 10 all_run "$2"
    check "$1: its entry is killed" kill -9 "$(entry_of "$3")"
    check "$1: the program has ended, and all that it started" wait_until 10 ended "$2"
    check_not "$1: but for the daemon" no_daemon "$2"
    daemon_ended "$2"
}

none_of_them() { ended cgi && ended other && ended sibling; }
put_cgi() # SITE FILE TAG
{
    printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nexec /usr/local/bin/tree %s\n' "$3" |
        put_file john "$H/$1/$2" 755
}
put_cgi a tree.cgi cgi
put_cgi a other.cgi other
put_cgi b tree.cgi sibling
printf '#!/bin/sh\nexec /usr/local/bin/tree fcgi\n' | put_file john $H/f/tree 755
put_php f.example x.php 'echo 1;'
ask() { http "$1" "$2" >/dev/null 2>&1 & } # DOMAIN PATH
apache_start
check "allowed" cagefsctl --site-isolation-allow-all

## Control: a program that is not isolated is what Apache knows, and ends with kill -9 of that
ask a.example /tree.cgi
check "not isolated: it runs" wait_until 10 all_run cgi
pkill -9 -f ^cgi-

check "enabled" cagefsctl --site-isolation-enable a.example f.example

## CGI
ask a.example /tree.cgi
killed "CGI" cgi "suexec .*tree.cgi"
# as who ends all of that name
ask a.example /tree.cgi
check "by name: it runs" wait_until 10 all_run cgi
check "by name: killed" pkill -9 -x suexec
check "by name: ended" wait_until 10 ended cgi
daemon_ended cgi
ask a.example /tree.cgi
check "by words: it runs" wait_until 10 all_run cgi
check "by words: killed" pkill -9 -f 'suexec.*tree.cgi'
check "by words: ended" wait_until 10 ended cgi
daemon_ended cgi
# as the web server, which may not signal others
ask a.example /tree.cgi
check "by the web server: it runs" wait_until 10 all_run cgi
setpriv --reuid www-data --regid www-data --clear-groups pkill -9 -f 'suexec|sitecage'
check "by the web server: ended" wait_until 10 ended cgi
daemon_ended cgi
# others of the site and of the account go on
ask a.example /other.cgi
ask b.example /tree.cgi
check "others run" wait_until 10 all_run other
check "others run" wait_until 10 all_run sibling
ask a.example /tree.cgi
killed "CGI beside others" cgi "suexec .*tree.cgi"
check "the other request goes on" all_run other
check "the sibling's goes on" all_run sibling
pkill -9 -f '^(other|sibling)-'

check "all of these have ended" wait_until 10 none_of_them
check "and what watched their entries" wait_until 10 no_watcher

## FastCGI
ask f.example /x.php
killed "FastCGI" fcgi "suexec .* tree"

## The command line
enter() { as_user john cagefs_enter_site a.example "$@"; }
enter tree line &
killed "command line" line "^cagefs_enter_site a.example tree line"
enter sh -c 'tree line; true' &
killed "command line, in a shell" line "^cagefs_enter_site a.example sh"
enter tree line | cat >/dev/null &
check "in a pipeline: it runs" wait_until 10 all_run line
check "all of the name are killed" pkill -9 -f cagefs_enter_site
check "in a pipeline: ended" wait_until 10 ended line
daemon_ended line
# on a terminal, which the site has one of its own for
at_terminal() # FILE, made when the terminal is raw
{
    "$SC_SOURCE/tests/boxlib/person.py" john modes raw run "touch $1" end 137 modes cooked -- cagefs_enter_site a.example tree line
}
at_terminal "$checks_dir/raw-1" &
check "on a terminal: it is raw" wait_until 20 test -e "$checks_dir/raw-1"
killed "on a terminal" line "^cagefs_enter_site a.example tree line"
check "on a terminal: it has its modes back" wait $!
at_terminal "$checks_dir/raw-2" &
check "on a terminal, by name: it is raw" wait_until 20 test -e "$checks_dir/raw-2"
check "on a terminal, by name: it runs" wait_until 10 all_run line
check "on a terminal, by name: killed" pkill -9 -f ^cagefs_enter_site
check "on a terminal, by name: ended" wait_until 10 ended line
daemon_ended line
many_run() { [ "$(pgrep -c -f '^many-main')" = 25 ]; }
none_runs() { ! pgrep -f '^many-'; }
for _ in {1..25}; do
    as_user john env NO_DAEMON=1 cagefs_enter_site a.example tree many &
done
check "25 at once" wait_until 20 many_run
as_user john pkill -9 -x cagefs_enter_si
check "all have ended" wait_until 20 none_runs
check "nothing watches any more" wait_until 10 no_watcher

## A place among the limited entries is free when the program has ended
check "one entry at once" as_user john isolatectl limits set --domain a.example --ep 1
enter tree place &
check "it runs" wait_until 10 all_run place
expect_fail 75 "as many entry processes" enter true
check "killed" kill -9 "$(entry_of '^cagefs_enter_site a.example tree place')"
check "free again" wait_until 10 enter true
check "and ended" ended place
daemon_ended place
check "no limit" as_user john isolatectl limits set --domain a.example --ep 0

## cron
site=$(python3 -c 'import urllib.parse; print(urllib.parse.quote("/home/john/a"))')
as_user john env "SITECAGE_SITE=$site" SITECAGE_SHELL=/bin/sh /usr/libexec/sitecage/cron-shell -c 'tree cron; true' &
killed "cron" cron "cron-shell -c"

## LSAPI
printf '#!/bin/sh\nexec tree lsapi\n' >/usr/local/bin/lsphp
chmod 755 /usr/local/bin/lsphp
as_user john env -C $H/a DOCUMENT_ROOT=$H/a /usr/libexec/sitecage/lsphp &
killed "LSAPI" lsapi "^/usr/libexec/sitecage/lsphp"

## What a program leaves when it ends by itself stays
left() { pgrep -f "^left-$1"; }
enter bash -c 'exec -a left-behind sleep 10000 & exit 3'
check "a program that ended: what it started goes on" left behind
check "and nothing watches" wait_until 5 no_watcher
enter bash -c 'exec -a left-signal sleep 10000 & kill -9 $$'
check "a program that was killed itself, too" wait_until 5 left signal
check "nothing watches" wait_until 5 no_watcher
check "it goes on" left signal
pkill -9 -f ^left-
printf '#!/bin/bash\n(exec -a left-cgi sleep 10000) </dev/null >/dev/null 2>&1 &\nprintf "Content-Type: text/plain\\n\\ndone\\n"\n' |
    put_file john $H/a/left.cgi 755
expect_output "a request that ended" $'done\n' http a.example /left.cgi
check "and what it left" left cgi
pkill -9 -f ^left-

## Nobody but root signals what watches a request
ask a.example /tree.cgi
check "it runs" wait_until 10 all_run cgi
watcher=$(pgrep -x sitecage-watch)
check_not "not the account" as_user john kill -9 "$watcher"
check_not "not the web server" setpriv --reuid www-data --regid www-data --clear-groups kill -9 "$watcher"
session_of() { ps -o sid= -p "$1"; }
check_not "it is not of the web server's session" \
    test "$(session_of "$watcher")" = "$(session_of "$(entry_of 'suexec .*tree.cgi')")"
check "SIGTERM does not end it" kill -TERM "$watcher"
sleep 0.3
check "it lives" kill -0 "$watcher"
killed "after that" cgi "suexec .*tree.cgi"
# one on the command line is the account's, and outside of the site
enter tree line &
check "it runs" wait_until 10 all_run line
check "it is watched" wait_until 5 pgrep -x -u john sitecage-watch
check_not "it is not seen in the site" enter pgrep -x sitecage-watch
killed "in the end" line "^cagefs_enter_site a.example tree line"
finish
