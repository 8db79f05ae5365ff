#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A site with a home of its own, the default: of the account's real home only what the site owns is there. A running
# site is moved from one kind of home to the other in place, and follows what changes around it. Sites of a release
# before, which had shared homes, keep them until they are moved.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"

H=/home/john
panel_install
make_user john
make_site john a.example $H/web/a/public_html shebang
make_site john b.example $H/b shebang
make_site john n.example $H/web/a/public_html/nested shebang
as_user john mkdir -p $H/logs $H/.cache $H/notes $H/share
for at in notes b web share web/a/public_html/nested; do
    echo "secret of $at" | put_file john "$H/$at/secret.txt"
done
echo "top secret" | put_file john $H/top.txt
apache_start
for site in a.example b.example n.example; do
    put_php $site read.php 'echo @file_get_contents($_GET["f"]) ?: "nothing\n";'
    put_php $site ls.php '$l = @scandir($_GET["d"]); echo $l ? implode(" ", array_diff($l, [".", ".."])) : "nothing", "\n";'
done
put_php a.example write.php 'echo @file_put_contents($_GET["f"], $_GET["t"]) === false ? "no" : "ok", "\n";'
read_a() { http a.example "/read.php?f=$1"; }
ls_a() { http a.example "/ls.php?d=$1"; }
write_a() { http a.example "/write.php?f=$1&t=$2"; }
in_a() { as_user john cagefs_enter_site a.example "$@"; }
cron_line() { in_a crontab -l; }

for f in top.txt notes/secret.txt b/secret.txt web/secret.txt share/secret.txt; do
    expect_contains "control: before, a reads $f" "secret" read_a $H/$f
done
check "allow" cagefsctl --site-isolation-allow-all

# the server's default, for sites that say nothing themselves
conf_first() { touch /etc/sitecage.conf && printf '%s\n' "$1" | cat - /etc/sitecage.conf >/run/conf && cp /run/conf /etc/sitecage.conf; }
conf_without() { sed -i "/^$1/d" /etc/sitecage.conf; }
check "homes are shared" conf_first "home = shared"
check "a is isolated, with the server's default" cagefsctl --site-isolation-enable a.example
expect_contains "control: a shared home shows what is nobody's" "top secret" read_a $H/top.txt
check "homes are private, as they are where nothing is said" conf_without "home ="
check "in a site that runs" probe_start shell john a.example
before=$(probe_pid shell)
check "it holds a directory of the real home" probe shell "exec 9<$H/notes && cd $H/web"
check "regenerate" cagefsctl --site-isolation-regenerate john
check_not "who held a directory of the real home was ended" kill -0 "$before"
check "another that holds none" probe_start plain john a.example
plain=$(probe_pid plain)
for f in top.txt notes/secret.txt b/secret.txt web/secret.txt share/secret.txt web/a/public_html/nested/secret.txt; do
    expect_output "a reads no $f" $'nothing\n' read_a $H/$f
done
expect_output "its home has what programs expect, and its own" $'.cache logs web\n' ls_a $H
expect_output "on the way to its document root nothing else" $'a\n' ls_a $H/web
expect_output "it writes in its home" $'ok\n' write_a $H/note.txt mine
expect_output "and reads it" 'mine' read_a $H/note.txt
check_not "the real home has it not" test -e $H/note.txt
expect_output "it writes in its document root" $'ok\n' write_a $H/web/a/public_html/new.txt new
check "which is the real one" grep -q new $H/web/a/public_html/new.txt
expect_output "HOME leads there" "$H"$'\n' in_a sh -c 'cd ~ && pwd'
expect_fail 1 "cannot move" in_a mv $H/web $H/other
expect_fail 1 "failed to remove" in_a rmdir $H/web/a
check "still served" test "$(http a.example /read.php?f=$H/web/a/public_html/new.txt)" = new
expect_output "b, which is not isolated, sees the real home" "top secret"$'\n' http b.example "/read.php?f=$H/top.txt"

# what it is given
printf '{"domains":{"a.example":{"paths":{"ro":["share"]}}},"version":1}' | put_file john $H/.lve/domains.json
check "a further path" cagefsctl --site-isolation-regenerate john
expect_output "is there" "secret of share"$'\n' read_a $H/share/secret.txt
expect_output "read-only" $'no\n' write_a $H/share/new x
expect_output "its home is as it was" 'mine' read_a $H/note.txt
check "in the process that ran" test "$plain" = "$(probe_pid plain)"
expect_output "which sees it, too" "secret of share"$'\n' probe plain "cat $H/share/secret.txt"

# by links: in the home, further down, to another link, to a file, absolute ones; and one that leads to another site
as_user john mkdir -p $H/store/media/in $H/store/files
for at in store/media/in store/files; do echo "secret of $at" | put_file john "$H/$at/secret.txt"; done
as_user john ln -s ../store/media $H/notes/linked
as_user john ln -s notes/linked $H/twice
as_user john ln -s $H/store/files $H/share/files
as_user john ln -s ../top.txt $H/notes/top-link
as_user john ln -s ../b $H/notes/b
ln -s /etc/cagefs $H/notes/out
linked="twice/in/secret.txt notes/linked/in/secret.txt notes/top-link store/media/in/secret.txt share/files/secret.txt"
for f in $linked notes/b/secret.txt; do
    expect_output "control: a does not read $f, which it is not given" $'nothing\n' read_a "$H/$f"
    check "which is there" test -s "$H/$f"
done
echo "$H/web/a/public_html rw ~/share/files" >/etc/cagefs/site-isolation.paths
printf '{"domains":{"a.example":{"paths":{"ro":["twice/in","notes/linked","notes/top-link","notes/b","notes/out"]}}},"version":1}' |
    put_file john $H/.lve/domains.json
check "further paths by links" cagefsctl --site-isolation-regenerate john
for f in $linked; do expect_contains "a reads $f" secret read_a "$H/$f"; done
expect_contains "in the process that ran, too" secret probe plain "cat $H/twice/in/secret.txt"
expect_output "what the administrator gives it read-write it writes" $'ok\n' write_a $H/share/files/new x
expect_output "and nothing else" $'no\n' write_a $H/notes/linked/in/new x
check "it is the real one" test -s $H/store/files/new
expect_output "what another site owns is not given by a link" $'nothing\n' read_a $H/notes/b/secret.txt
expect_contains "which plan says" "inside the document root of another site" cagefsctl --site-isolation-plan a.example
check "a view that is built now" cagefsctl --remount john
for f in $linked; do expect_contains "has $f" secret read_a "$H/$f"; done
check "another process in it" probe_start plain john a.example
plain=$(probe_pid plain)
rm -f /etc/cagefs/site-isolation.paths $H/share/files

# the site's own word, and back in place
printf '{"domains":{"a.example":{"home":"shared"}},"version":1}' | put_file john $H/.lve/domains.json
check "the site has a shared home" cagefsctl --site-isolation-regenerate john
expect_output "it reads what is nobody's" "top secret"$'\n' read_a $H/top.txt
expect_output "but not b" $'nothing\n' read_a $H/b/secret.txt
expect_output "nor what is nested in it" $'nothing\n' read_a $H/web/a/public_html/nested/secret.txt
check "in the process that ran" test "$plain" = "$(probe_pid plain)"
expect_output "which reads it, too" "top secret"$'\n' probe plain "cat $H/top.txt"
check "unless the administrator forbids it" conf_first "home_choice = off"
check "regenerate" cagefsctl --site-isolation-regenerate john
expect_output "it is private" $'nothing\n' read_a $H/top.txt
expect_output "with what it had" 'mine' read_a $H/note.txt
check "a view that is built now" cagefsctl --remount john
expect_output "is private" $'nothing\n' read_a $H/top.txt
expect_output "with what it had" 'mine' read_a $H/note.txt
expect_contains "and serves its document root" new read_a $H/web/a/public_html/new.txt

# a document root that the panel and the web server know by a link
as_user john mkdir -p $H/releases/7/public && as_user john ln -s releases/7 $H/current
as_user john ln -s $H/current/public $H/linked
make_site john l.example $H/linked shebang
apache_reload
put_php l.example read.php 'echo @file_get_contents($_GET["f"]) ?: "nothing\n";'
read_l() { http l.example "/read.php?f=$1"; }
expect_output "control: a site by a link" "top secret"$'\n' read_l $H/top.txt
check "it is isolated" cagefsctl --site-isolation-enable l.example
expect_output "it is served, by the link" $'nothing\n' read_l $H/top.txt
expect_contains "its document root is there by its real path" "file_get_contents" read_l $H/releases/7/public/read.php
expect_contains "and by the link" "file_get_contents" read_l $H/linked/read.php
check "off" cagefsctl --site-isolation-disable l.example

# by a command
echo >/etc/sitecage.conf
check "a shared home by a command" cagefsctl --site-isolation-regenerate john --home shared
expect_output "the home is shared" "top secret"$'\n' read_a $H/top.txt
expect_contains "which domains.json says" '"home": "shared"' cat $H/.lve/domains.json
check "a private one" cagefsctl --site-isolation-enable a.example --home private
expect_output "it is private" $'nothing\n' read_a $H/top.txt
expect_fail 2 "give private or shared" cagefsctl --site-isolation-enable a.example --home open
expect_fail 2 "takes no --home" cagefsctl --site-isolation-disable a.example --home private

# what changes around it is followed where it runs
check "a process stays in it" probe_start live john a.example
live=$(probe_pid live)
A=$H/web/a/public_html
as_user john mkdir -p $A/late
echo "secret of late" | put_file john $A/late/secret.txt
expect_output "control: it reads its own directory" "secret of late"$'\n' probe live "cat $A/late/secret.txt"
check "it keeps something on the way to its document root" probe live "echo mine >$H/web/mine"
panel_add late.example john $A/late
panel_add web.example john $H/web
check "a site comes inside of it, and one around it" cagefsctl --site-isolation-regenerate john
check_not "what is inside is closed" probe live "cat $A/late/secret.txt"
check_not "it cannot be listed" probe live "ls $A/late/"
check_not "what is around cannot be listed" probe live "ls $H/web/"
check_not "nor written" probe live "echo x >$H/web/new"
check_not "nor read" probe live "cat $H/web/secret.txt"
expect_contains "its own is there by its path" "file_get_contents" probe live "cat $A/read.php"
check "and written" probe live "echo x >$A/own && rm $A/own"
panel_remove late.example && panel_remove web.example
check "both go" cagefsctl --site-isolation-regenerate john
expect_output "what was inside is its own again" "secret of late"$'\n' probe live "cat $A/late/secret.txt"
expect_output "and on the way is what it kept" $'a\nmine\n' probe live "ls $H/web/"
check "in the process that ran" test "$live" = "$(probe_pid live)"
probe_end live

check "off" cagefsctl --site-isolation-disable a.example
expect_output "it reads the real home" "top secret"$'\n' read_a $H/top.txt
finish
