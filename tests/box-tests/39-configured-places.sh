#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What configuration has a site use of the home, in a private home and in a shared one: sessions, uploads and TMPDIR
# below the home are the site's own, error logs are the real ones, aliases and wrappers of the web server are there.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
panel_install
make_user john
as_user john mkdir -p $H/tmp $H/logs $H/media $H/ini-sessions
for d in a b; do
    fpm_site john $d.example $H/web/$d.example/public_html
    # as HestiaCP and Virtualmin write it
    fpm_pool $d.example "$(fpm_socket $d.example)" \
        "php_admin_value[upload_tmp_dir] = $H/tmp" "php_admin_value[session.save_path] = $H/tmp" \
        "php_admin_value[error_log] = $H/logs/$d.example.error.log" "php_admin_flag[log_errors] = on" \
        "env[TMPDIR] = $H/tmp"
done
make_site john w.example $H/web/w.example/public_html # PHP by a wrapper in the home
make_site john i.example $H/web/i.example/public_html
echo "session.save_path = \"$H/ini-sessions\"" | put_file john $H/web/i.example/public_html/.user.ini
# as Virtualmin writes its wrappers: PHP's settings are in the home, which other files of the account share with them
M=/home/mary
make_user mary
make_site mary v.example $M/public_html
make_site mary v2.example $M/domains/v2.example/public_html
as_user mary mkdir -p $M/etc/php8.2 $M/etc/mail.example $M/tmp $M/logs $M/cgi-bin
printf '%s\n' '#!/bin/bash' 'PHPRC=$PWD/../etc/php8.2' 'export PHPRC' 'exec /usr/bin/php-cgi' | put_file mary $M/cgi-bin/php 755
printf '%s\n' '[PHP]' 'user_agent = "of mary"' "session.save_path = \"$M/tmp\"" "upload_tmp_dir = $M/tmp" 'log_errors = On' \
    "error_log = $M/logs/php_log" "mail.log = $M/.profile" | put_file mary $M/etc/php8.2/php.ini
as_user mary ln -s php8.2/php.ini $M/etc/php.ini
echo "secret of mail" | put_file mary $M/etc/mail.example/shadow
# PHP's settings named by the web server: root's file names a place of the server, the home's only what is the account's to name
make_site mary e.example $M/domains/e.example/public_html
mkdir -p /srv/ini/e.example /srv/ini/lib /srv/hidden
printf '%s\n' 'user_agent = "of root"' 'auto_prepend_file = /srv/ini/lib/first.php' "error_log = $M/logs/e_log" "session.save_path = $M/e-tmp" >/srv/ini/e.example/php.ini
echo '<?php echo "first ";' | tee /srv/ini/lib/first.php >/srv/hidden/first.php
as_user mary mkdir -p $M/php.d $M/php2.d $M/lib $M/e-tmp $M/e-uploads
printf '%s\n' "upload_tmp_dir = $M/e-uploads" "auto_append_file = /srv/hidden/first.php" "include_path = $M/lib" | put_file mary $M/php.d/e.ini
echo 'max_input_vars = 7777' | put_file mary $M/php2.d/e2.ini
echo 'secret' | put_file mary $M/php.d/other.txt
echo '<?php return "of lib";' | put_file mary $M/lib/x.php
sed -i "s|DirectoryIndex|SetEnv PHPRC /srv/ini/e.example\n    <IfModule mod_setenvif.c>\n    SetEnvIf Request_URI . PHP_INI_SCAN_DIR=:$M/php.d:$M/php2.d\n    </IfModule>\n    DirectoryIndex|" /etc/apache2/sites-enabled/e.example.conf
make_site john wp.example $H/wp
echo "<?php // of wordpress" | put_file john $H/wp-config.php
echo "<?php" | put_file john $H/wp/wp-load.php
sed -i "s|DirectoryIndex|Alias /media $H/media\n    Alias /up $H/web/a.example/public_html/uploads\n    DirectoryIndex|" /etc/apache2/sites-enabled/a.example.conf
as_user john mkdir -p $H/web/a.example/public_html/uploads
echo "notes" | put_file john $H/b-notes.txt
echo "a picture" | put_file john $H/media/picture.txt
for d in a.example b.example w.example i.example v.example v2.example; do
    put_php $d session.php 'session_id($_GET["id"]); session_start();
        if (isset($_GET["set"])) $_SESSION["x"] = $_GET["set"];
        echo $_SESSION["x"] ?? "none", " ", session_save_path(), "\n";'
    put_php $d upload.php 'echo isset($_FILES["f"]) ? $_FILES["f"]["error"] . " " . @file_get_contents($_FILES["f"]["tmp_name"]) : "no", "\n";'
    put_php $d log.php 'error_log("told by " . $_SERVER["HTTP_HOST"]); echo getenv("TMPDIR"), "\n";'
    put_php $d read.php 'echo @file_get_contents($_GET["f"]) ?: "nothing\n";'
done
for d in v.example v2.example; do
    put_php $d ini.php 'echo ini_get("user_agent"), " ", php_ini_loaded_file() ?: "no php.ini", "\n";'
    put_php $d write.php 'echo @file_put_contents($_GET["f"], "x", FILE_APPEND) ? "written\n" : "no\n";'
done
put_php wp.example read.php 'echo @file_get_contents($_GET["f"]) ?: "nothing\n";'
fpm_start
apache_start

session() { http "$1" "/session.php?id=$2${3:+&set=$3}"; }
upload() { curl -s -m 20 -F f=@/etc/hostname "http://$1:$apache_port/upload.php"; }
log_has() { grep -q "$2" "$1" 2>/dev/null; }
reads() { http "$1" "/read.php?f=$2"; }
phprc() { # shellcheck disable=SC2086
    as_user mary $1 env PHPRC=/srv/ini/e.example "PHP_INI_SCAN_DIR=:$M/php.d:$M/php2.d" php -r "$2"
}
settings='echo ini_get("user_agent"), " ", ini_get("max_input_vars"), " ", include "x.php", "\n";'

put_php a.example write.php 'echo @file_put_contents($_GET["f"], "x", FILE_APPEND) ? "written\n" : "no\n";'
# what works before must work after; a reads b's sessions before
expect_contains "control: b keeps a session" "of-b $H/tmp" session b.example cafe of-b
expect_contains "control: a reads it" "of-b" reads a.example $H/tmp/sess_cafe
expect_contains "control: an upload" "0 $(cat /etc/hostname)" upload a.example
expect_output "control: a log entry" "$H/tmp"$'\n' http a.example /log.php
check "which is in the log" log_has $H/logs/a.example.error.log "told by a.example"
expect_contains "control: an alias" "picture" http a.example /media/picture.txt
expect_output "control: an alias in its document root is written" $'written\n' http a.example "/write.php?f=$H/web/a.example/public_html/uploads/1"
expect_contains "control: sessions by .user.ini" "of-i $H/ini-sessions" session i.example beef of-i
expect_output "control: php.ini of the home" "of mary $M/etc/php8.2/php.ini"$'\n' http v.example /ini.php
expect_contains "control: its sessions" "of-v $M/tmp" session v.example dad of-v
expect_output "control: mail's passwords" "secret of mail"$'\n' reads v2.example $M/etc/mail.example/shadow
expect_output "control: settings that the web server's configuration names" $'of root 7777 of lib\n' phprc "" "$settings"
expect_output "control: php.ini is written" $'written\n' http v.example "/write.php?f=$M/etc/php8.2/php.ini"
sed -i 's/x$//' $M/etc/php8.2/php.ini
rm -f $H/logs/*.log $M/logs/*

for home in shared private; do
    echo "home = $home" >/etc/sitecage.conf
    check "$home: allow" cagefsctl --site-isolation-allow-all
    check "$home: enable" cagefsctl --site-isolation-enable a.example b.example w.example i.example wp.example v.example v2.example e.example
    for d in a b w i v v2; do
        expect_contains "$home: $d keeps a session" "of-$d" session $d.example "feed$d$home" of-$d
        expect_contains "$home: and finds it again" "of-$d" session $d.example "feed$d$home"
        expect_contains "$home: an upload to $d" "0 $(cat /etc/hostname)" upload $d.example
    done
    for d in a b; do
        expect_output "$home: $d writes to its log" "$H/tmp"$'\n' http $d.example /log.php
        check "$home: which is the real one" log_has $H/logs/$d.example.error.log "told by $d.example"
    done
    expect_output "$home: a does not read b's new session" $'nothing\n' reads a.example "$H/tmp/sess_feedb$home"
    expect_output "$home: nor an old one" $'nothing\n' reads a.example $H/tmp/sess_cafe
    expect_output "$home: nor b's log" $'nothing\n' reads a.example $H/logs/b.example.error.log
    expect_output "$home: settings that the web server's configuration names, and what they name" $'of root 7777 of lib\n' \
        phprc "cagefs_enter_site e.example" "$settings"
    expect_contains "$home: nothing else of their directory" "$(printf 'e.ini\n')" as_user mary cagefs_enter_site e.example ls $M/php.d
    phprc "cagefs_enter_site e.example" 'error_log("told by e"); file_put_contents(ini_get("session.save_path") . "/x", "x"); file_put_contents(ini_get("upload_tmp_dir") . "/x", "x");' >/dev/null
    check "$home: its log is the real one" log_has $M/logs/e_log "told by e"
    check "$home: sessions and uploads are its own" as_user mary cagefs_enter_site e.example test -s $M/e-tmp/x -a -s $M/e-uploads/x
    check_not "$home: nothing of them is in the home" test -e $M/e-tmp/x -o -e $M/e-uploads/x
    check "$home: the file that PHP runs first is there" as_user mary cagefs_enter_site e.example test -r /srv/ini/lib/first.php
    for f in /srv/hidden/first.php $M/etc/mail.example/shadow; do
        check_not "$home: $f is not there" as_user mary cagefs_enter_site e.example test -r "$f"
    done
    for d in v v2; do
        expect_output "$home: $d finds its php.ini" "of mary $M/etc/php8.2/php.ini"$'\n' http $d.example /ini.php
        expect_output "$home: and cannot write it" $'no\n' http $d.example "/write.php?f=$M/etc/php8.2/php.ini"
        expect_output "$home: nor see what is beside it" $'nothing\n' reads $d.example $M/etc/mail.example/shadow
        expect_output "$home: $d writes to its log" $'\n' http $d.example /log.php
        check "$home: which is the real one" log_has $M/logs/php_log "told by $d.example"
        http $d.example "/write.php?f=$M/.profile" >/dev/null
    done
    check_not "$home: what php.ini calls a log, and is none, is not written" log_has $M/.profile x$
    expect_output "$home: v does not read v2's session" $'nothing\n' reads v.example "$M/tmp/sess_feedv2$home"
    expect_contains "$home: the alias" "picture" http a.example /media/picture.txt
    expect_output "$home: which it cannot write" $'no\n' http a.example "/write.php?f=$H/media/picture.txt"
    expect_output "$home: an alias in its document root is written" $'written\n' http a.example "/write.php?f=$H/web/a.example/public_html/uploads/$home"
    expect_output "$home: w is served by its wrapper" $'nothing\n' reads w.example $H/web/a.example/public_html/read.php
    expect_contains "$home: wordpress finds its configuration" "of wordpress" reads wp.example $H/wp-config.php
    # what a site says of itself gives it nothing of the home
    printf 'error_log = %s\nauto_prepend_file = %s\n' $H/b-notes.txt $H/notes.txt | put_file john $H/web/w.example/public_html/.user.ini
    check "$home: w names files of the home" cagefsctl --site-isolation-regenerate john
    as_user john cagefs_enter_site w.example sh -c 'echo more >>~/b-notes.txt' 2>/dev/null
    check_not "$home: which it does not write" log_has $H/b-notes.txt more
    rm -f $H/web/w.example/public_html/.user.ini
    check "$home: disable" cagefsctl --site-isolation-disable a.example b.example w.example i.example wp.example v.example v2.example e.example
    rm -f $H/logs/*.log $M/logs/*
done
expect_contains "afterwards an old session is there" "of-b $H/tmp" session b.example cafe

# Who has ~/wp-config.php keeps it: another site makes itself look like a WordPress, and its name comes first.
make_site john aa.example $H/aa
put_php aa.example read.php 'echo @file_get_contents($_GET["f"]) ?: "nothing\n";'
apache_reload
check "two below the home" cagefsctl --site-isolation-enable aa.example wp.example --home private
expect_contains "the WordPress has it" "of wordpress" reads wp.example $H/wp-config.php
echo "<?php" | put_file john $H/aa/wp-load.php
rm $H/wp/wp-load.php # as in an update
check "looked at again" cagefsctl --site-isolation-regenerate john
expect_output "the other one does not get it" $'nothing\n' reads aa.example $H/wp-config.php
expect_contains "the WordPress still has it" "of wordpress" reads wp.example $H/wp-config.php
echo "<?php // its own" | put_file john $H/wp/wp-config.php
check "it has one of its own" cagefsctl --site-isolation-regenerate john
expect_contains "control: then the other one gets it" "of wordpress" reads aa.example $H/wp-config.php
finish
