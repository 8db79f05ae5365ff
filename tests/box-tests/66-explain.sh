#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --site-isolation-explain and isolatectl explain: the last failures of a site; and for a path the truth: what they say
# is compared with what a process in the site can do, and the line that they name with what it opens.
# shellcheck disable=SC2317,SC2016,SC2086
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

H=/home/john
A=$H/apps/a/public
B=$H/apps/b/public
panel_install
make_user john
make_user jane
make_site john a.example $A
make_site john b.example $B
make_site john in.example $A/in
make_site jane j.example /home/jane/j
put_php a.example index.php 'echo "ok";'
for file in apps/a/.env apps/b/.env apps/b/public/secret a_note share/x data/y .ssh/key .my.cnf apps/a/public/in/inner 'odd dir/[x]'; do
    as_user john mkdir -p "$(dirname "$H/$file")"
    echo x | put_file john "$H/$file"
done
as_user john sh -c "echo '{}' >$H/apps/a/composer.json; cp $H/apps/a/composer.json $H/apps/b; mkdir $H/tmp
    ln -s ../../b/public/secret $A/link-b; ln -s $H/share $A/link-share; ln -s .env $H/apps/a/env; ln -s nowhere $A/dangling
    echo x >$A/locked; chmod 000 $A/locked; echo x >$A/read; chmod 400 $A/read; mkdir $A/write; chmod 300 $A/write"
mkdir -p /srv/data /etc/cagefs && echo x >/srv/data/x
printf '%s ro ~/share\n%s rw ~/data\n' $A $A >/etc/cagefs/site-isolation.paths
apache_start

explain() { cagefsctl --site-isolation-explain "$@"; }
field() { explain --json "$1" "$2" | jq -r "if .path.$3 == null then \"-\" else .path.$3 end"; }
# really: for each path of standard input what a process in the site can do; open(2) is asked, for directories access(2)
really()
{
    as_user john cagefs_enter_site a.example python3 -c '
import os, sys
def can(path, flags):
    try:
        os.close(os.open(path, flags | os.O_NONBLOCK))
        return True
    except OSError:
        return False
for path in sys.stdin.read().splitlines():
    write = os.access(path, os.W_OK) if os.path.isdir(path) else can(path, os.O_WRONLY)
    print("r" if can(path, os.O_RDONLY) else "-", "w" if write else "-", sep="")'
}
really_one() { echo "$1" | really; }
said() { explain --json a.example "$1" | jq -r '.path | (if .read then "r" else "-" end) + (if .write then "w" else "-" end)'; }
all_paths()
{
    printf '%s\n' / /etc /etc/passwd /etc/shadow /etc/crontab /etc/cron.d /etc/apache2 /etc/apache2/apache2.conf /etc/hostname /etc/cagefs \
        /etc/cagefs/site-isolation.paths /usr /usr/bin/php /bin/sh /var /var/lib /var/lib/sitecage /var/log /var/www /root /srv/data/x \
        /run /var/run /run/sitecage /tmp /var/tmp /dev/shm /home /home/jane /home/jane/j /nowhere /opt \
        $H $H/apps $H/apps/a $H/apps/a/.env $H/apps/a/env $A $A/index.php $A/in $A/in/inner $A/link-b $A/link-share $A/link-share/x \
        $A/dangling $A/locked $A/read $A/write $A/none $H/apps/b $H/apps/b/.env $B $B/secret $H/a_note $H/share $H/share/x $H/data \
        $H/data/y $H/.ssh $H/.ssh/key $H/.my.cnf $H/.cagefs $H/.lve $H/tmp "$H/odd dir" "$H/odd dir/[x]" $H/nothing $A/../.env \
        $A/../../b/public/secret $H/cgi-bin $H/cgi-bin/php
}
# agrees: for every path of the list
agrees()
{
    local path got differ=0
    while IFS=$'\t' read -r path got; do
        [ "$got" = "$(said "$path")" ] && continue
        differ=$((differ + 1))
        echo "$path: explain says $(said "$path"), a process can $got ($(field a.example "$path" rule))"
    done < <(paste <(all_paths) <(all_paths | really))
    [ $differ = 0 ]
}

check "allow-all" cagefsctl --site-isolation-allow-all
expect_contains "not isolated: said" "a.example of user john: not isolated" explain a.example
expect_output "what it would be" other-document-root$'\n' field a.example $B/secret rule
for home in shared private; do
    check "A and B are isolated" cagefsctl --site-isolation-enable a.example b.example
    check "with this home" cagefsctl --site-isolation-regenerate --home $home john
    check "with a $home home, it says what a process can do" agrees
done
check "and as the first one again" cagefsctl --site-isolation-regenerate --home shared john
check "it still does" agrees
kinds() { all_paths | really | sort -u | xargs; }
expect_output "control: the list has closed ones, such to read, and such to write" $'-- -w r- rw\n' kinds

## Who closes it, and the line
check "a private home" cagefsctl --site-isolation-regenerate --home private john
rule() { expect_output "$1: $2" "$2"$'\n' field a.example "$1" rule; }
rule $A/index.php document-root
rule $H/apps/a/.env application
rule $H/share/x granted
rule $B/secret other-document-root
rule $H/apps/b/.env other-application
rule $A/in/inner other-document-root
rule $A/link-b other-document-root
rule $H/a_note private-home
rule $H/.ssh/key secret
rule /etc/crontab system-closed
rule /srv/data/x system-absent
expect_contains "in words" "$B/secret: closed" explain a.example $B/secret
expect_contains "whose" "it lies in the document root of b.example" explain a.example $B/secret
expect_contains "and that no line opens it" "no line opens it: inside the document root of another site" explain a.example $B/secret
expect_contains "by a link" "what decides is $B" explain a.example $A/link-b
expect_contains "below the document root" "$A/index.php: can be read and written" explain a.example index.php
expect_contains "what is not there" "$A/none.php: does not exist" explain a.example none.php
# shellcheck disable=SC2088 # the command's to expand
expect_contains "below the home" "$H/a_note: closed" explain a.example '~/a_note'
expect_output "its mode, too" "true" sh -c "cagefsctl --site-isolation-explain --json a.example $A/locked | jq -j '.path.reason | contains(\"mode\")'"
for path in "$H/a_note" "$H/odd dir/[x]"; do
    expect_output "control: $path is closed" $'--\n' really_one "$path"
    line=$(field a.example "$path" grant)
    check "a line opens it" test "$line" != -
    echo "$line" >>/etc/cagefs/site-isolation.paths
    check "as it says" cagefsctl --site-isolation-regenerate john
    expect_output "$path can be read now" $'r-\n' really_one "$path"
    expect_output "and explain says so" granted$'\n' field a.example "$path" rule
    check "it names the line for writing" sh -c "echo '$(field a.example "$path" grant)' | grep -q ' rw ~/'"
done

## The command for its user, what stays true, and what is as before when it is taken back
as_user john sh -c "mkdir -p '$H/it'\''s \$(x) [1]*' $H/kit/releases/3 $H/kit/releases/4 $H/run
    echo 3 >$H/kit/releases/3/v; echo 4 >$H/kit/releases/4/v; ln -s releases/3 $H/kit/current
    echo x >'$H/it'\''s \$(x) [1]*/f'; echo x >$H/run/f; ln -s run $H/short"
reads() { as_user john cagefs_enter_site a.example cat "$1"; }
absent() { ! as_user john cagefs_enter_site a.example test -e "$1"; }
for path in "$H/it's \$(x) [1]*/f" "$H/it's \$(x) [1]*" $H/run/f $H/short/f $H/short $H/kit/current/v $H/kit/releases/4/v $H/kit/current; do
    command=$(field a.example "$path" command)
    check "control: closed: $path" absent "$path"
    check "its user's command: $command" as_user john sh -c "$command"
    expect_output "it opens it" granted$'\n' field a.example "$path" rule
    check "and it is there" as_user john cagefs_enter_site a.example test -e "$path"
    check "taken back" as_user john sh -c "$(sed 's/paths add/paths remove/; s/ r[ow]$//' <<<"$command")"
    check "nothing is left of it" absent "$path"
    expect_output "and it is closed" private-home$'\n' field a.example "$path" rule
done
expect_output "of a release: the directory that has them all" $A" ro ~/kit"$'\n' field a.example $H/kit/releases/3/v grant
for given in kit kit/current; do
    check "$given is given" as_user john isolatectl paths add a.example $H/$given ro
    expect_output "by the link" $'3\n' reads $H/kit/current/v
    as_user john ln -sfn releases/4 $H/kit/current
    fourth() { [ "$(reads $H/kit/current/v 2>/dev/null)" = 4 ]; }
    check "the next release, too" wait_until 10 fourth
    as_user john ln -sfn releases/3 $H/kit/current
    check "and back" as_user john isolatectl paths remove a.example $H/$given
done
check "it puts something of its own there" as_user john cagefs_enter_site a.example sh -c "mkdir $H/run && echo own >$H/run/f"
expect_output "that is its own" own$'\n' field a.example $H/run/f rule
expect_output "and a line gives the account's" "$A ro ~/run/f"$'\n' field a.example $H/run/f grant
check "which it is then" as_user john isolatectl paths add a.example $H/run/f
expect_output "the account's" x$'\n' reads $H/run/f
check "back again" as_user john isolatectl paths remove a.example $H/run/f
expect_output "its own is still there" own$'\n' reads $H/run/f
expect_fail 1 "Please specify existing domain name and try again" explain nosuch.example
expect_fail 2 "needs a name" cagefsctl --site-isolation-explain
expect_output "the newer spelling" document-root$'\n' sh -c "cagefsctl --isolates-explain a.example $A --json | jq -r .path.rule"

## Failures
expect_contains "none is known" "No failure of it is known." explain a.example
failures() { explain --json "$1" | jq -r '.failures[] | "\(.status) \(.count) \(.reason) \(.last > 1700000000)"'; }
check "the site is entered" as_user john cagefs_enter_site a.example true
expect_fail 126 "" as_user john cagefs_enter_site a.example $H/share/x
expect_contains "126, with the time and the cause" "126 1 $H/share/x: Permission denied true" failures a.example
expect_output "that is no failing site" null$'\n' sh -c "cagefsctl --site-isolation-explain --json a.example | jq .failing"
check "one entry at once" as_user john isolatectl limits set --domain a.example --ep 1
as_user john cagefs_enter_site a.example sh -c "echo >$A/entered; exec sleep 1000" &
sleeper=$!
check "it is taken" wait_until 10 test -e $A/entered
expect_output "the visitor gets 508" 508 http_code a.example /index.php
expect_output "and again" 508 http_code a.example /index.php
own_log() { cat /var/log/apache2/a.example.error.log; }
logged() { own_log | grep >/dev/null 'sitecage: a.example: 508: the site has as many entry processes as its limit allows'; }
check "the host's own error log says so, with the domain" wait_until 5 logged
heads() { curl -s -D - -o /dev/null -H "Host: a.example" "http://$apache_address/index.php"; }
expect_lacks "and the visitor is not told" Sitecage heads
kill $sleeper && wait $sleeper
expect_contains "508, with the cause" " the site has as many entry processes as its limit allows" failures a.example
often() { [ "$(explain --json a.example | jq '.failures[] | select(.status == 508) | .count')" -ge 2 ]; }
check "and how often" often
expect_contains "in words" ": the site has as many entry processes" explain a.example
expect_lacks "B has none" 508 explain b.example
check "no limit again" as_user john isolatectl limits set --domain a.example --ep 0
as_user john cagefs_enter_site a.example sh -c 'kill -9 $$' 2>/dev/null
expect_contains "a killed program" "137 1 a program was killed" failures a.example
printf '#!/bin/sh\nkill -9 $$\n' | put_file john $A/dies.cgi 755
printf '#!/bin/sh\nprintf "Sitecage-Failed: %%s forged\\nContent-Type: text/plain\\n\\n" "$SITECAGE_TELL"; env\n' | put_file john $A/forges.cgi 755
expect_lacks "the site's programs do not learn the word" SITECAGE_TELL http a.example /forges.cgi
expect_lacks "and forge no line" forged own_log
expect_output "through the web" 500 http_code a.example /dies.cgi
expect_contains "is counted, too" "137 2 a program was killed" failures a.example
as_user john mkfifo $A/refused.txt
expect_output "Apache refuses a FIFO" 403 http_code a.example /refused.txt
refused() { failures a.example | grep >/dev/null "403 [0-9]* Apache refused requests; the last because: the site's cage does not show this"; }
check "which is there, too" wait_until 5 refused || apache_logs

## Of the account alone, and of the site alone
as() { local user=$1; shift; as_user "$user" isolatectl explain "$@"; }
expect_output "the account's owner" other-document-root$'\n' sh -c "$(declare -f as_user as); as john a.example $B/secret | jq -r .path.rule"
expect_output "with options" private-home$'\n' sh -c "$(declare -f as_user as); as john --path=$H/tmp-none --domain a.example | jq -r .path.rule"
error='{"result": "error", "message": "Please specify existing domain name and try again", "code": "unknown_domain"}'
for domain in j.example nosuch.example ../x; do
    expect_output "$domain is none of john's" "$error"$'\n' sh -c "$(declare -f as_user as); as john $domain /etc || true"
done
inside() { as_user john cagefs_enter_site a.example isolatectl explain "$@"; }
expect_output "inside: this site" document-root$'\n' sh -c "$(declare -f as_user inside); inside a.example $A | jq -r .path.rule"
expect_output "inside: no other one" "$error"$'\n' sh -c "$(declare -f as_user inside); inside b.example $B || true"
same() { [ "$(inside a.example $B/secret | sed 's/secret/X/g')" = "$(inside a.example $B/sesame | sed 's/sesame/X/g')" ]; }
check "inside: nothing tells what is in another site" same

## Its document root is gone: there is no view, and none that could be
as_user john mv $B $B.gone
cagefsctl --site-isolation-regenerate john
expect_contains "told without a path" "its document root is missing" explain b.example
expect_fail 1 "b.example: its document root is missing" explain b.example $H/a_note
expect_contains "the owner, too" "b.example: its document root is missing" sh -c "$(declare -f as_user as); as john b.example $H/a_note || true"
finish
