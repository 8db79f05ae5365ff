#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What root's configuration has sites use outside of homes (Alias targets, PHP's auto_prepend_file and include_path) works
# in isolated sites, with PHP-FPM and with CGI. What users name is not shown by that, nor a place that is not root's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"

H=/home/john
panel_install
make_user john
make_user mary
mkdir -p /srv/webmail/{lib,public,private} /srv/protect /srv/hidden /srv/loose /var/www/tools /var/www/phplib /var/www/other
echo '<?php return "of the library";' >/srv/webmail/lib/lib.php
echo '<?php echo "webmail ", include __DIR__ . "/../lib/lib.php", "\n";' >/srv/webmail/public/index.php
echo 'a stylesheet' >/srv/webmail/public/style.css
echo '<?php header("X-Protected: yes");' >/srv/protect/prepend.php
echo '<?php echo "tools\n";' >/var/www/tools/index.php
echo '<?php return "of phplib";' >/var/www/phplib/common.inc
for d in /srv/hidden /srv/loose /var/www/other; do echo secret >$d/secret.txt; done
as_user mary mkdir -p /home/mary/pub
chmod 755 /home/mary /home/mary/pub
echo secret | put_file mary /home/mary/pub/secret.txt 644
chown mary: /srv/loose/secret.txt
chmod 777 /srv/loose
fpm_site john a.example $H/web/a.example/public_html
fpm_site john b.example $H/web/b.example/public_html
make_site john w.example $H/web/w.example/public_html # PHP as CGI
for d in a w; do
    sed -i "s|DirectoryIndex|Alias /webmail /srv/webmail/public\n    Alias /loose /srv/loose/in\n    Alias /mary /home/mary/pub\n    <Directory /srv/webmail>\n        Require all granted\n        Options FollowSymLinks\n    </Directory>\n    DirectoryIndex|" \
        /etc/apache2/sites-enabled/$d.example.conf
done
mkdir -p /srv/loose/in && echo secret >/srv/loose/in/secret.txt
printf 'Alias /tools /var/www/tools\n<Directory /var/www/tools>\n    Require all granted\n</Directory>\n' >/etc/apache2/conf-enabled/tools.conf
printf 'auto_prepend_file = /srv/protect/prepend.php\ninclude_path = ".:/var/www/phplib"\n' >/run/server.ini
for dir in /etc/php/*/cgi/conf.d /etc/php/*/fpm/conf.d; do cp /run/server.ini "$dir/99-server.ini"; done
for d in a b w; do
    put_php $d.example prepended.php 'echo implode(" ", headers_list()), "\n";'
    put_php $d.example common.php 'echo include "common.inc", "\n";'
    put_php $d.example read.php 'echo @file_get_contents($_GET["f"]) ?: "nothing\n";'
done
fpm_start
apache_start

reads() { http "$1" "/read.php?f=$2"; }
works() { # WHEN
    for d in a w; do
        expect_output "$1: $d: PHP of an Alias" $'webmail of the library\n' http $d.example /webmail/index.php
        expect_output "$1: $d: a file of an Alias" $'a stylesheet\n' http $d.example /webmail/style.css
    done
    for d in a b w; do
        expect_output "$1: $d: an Alias of the whole server" $'tools\n' http $d.example /tools/index.php
        expect_contains "$1: $d: a file that PHP runs first" "X-Protected: yes" http $d.example /prepended.php
        expect_output "$1: $d: a directory of PHP's include_path" $'of phplib\n' http $d.example /common.php
    done
}
places="/srv/hidden/secret.txt /srv/loose/in/secret.txt /var/www/other/secret.txt /home/mary/pub/secret.txt"
works "before"
for f in $places; do expect_output "control: before, a reads $f" $'secret\n' reads a.example "$f"; done
expect_output "control: before, b reads the application" $'<?php return "of the library";\n' reads b.example /srv/webmail/lib/lib.php

# what users write names nothing
printf 'include_path = .:/srv/hidden\n' | put_file john $H/web/a.example/public_html/.user.ini
printf 'SetEnv X /var/www/other\n' | put_file john $H/web/a.example/public_html/.htaccess
check "allow" cagefsctl --site-isolation-allow-all
for home in private shared; do
    check "$home: enable" cagefsctl --site-isolation-enable a.example b.example w.example --home $home
    check "$home: from the beginning" cagefsctl --remount john
    rm -f $H/web/a.example/public_html/.user.ini
    works "$home"
    for f in $places; do expect_output "$home: a does not read $f" $'nothing\n' reads a.example "$f"; done
    expect_output "$home: b does not read what only others' hosts name" $'nothing\n' reads b.example /srv/webmail/lib/lib.php
    write() { as_user john cagefs_enter_site a.example sh -c 'echo x >/srv/webmail/public/new'; }
    check_not "$home: nothing of it is written" write
    printf 'include_path = .:/srv/hidden\n' | put_file john $H/web/a.example/public_html/.user.ini
done

# what is configured later comes to sites that run, and goes from them
mkdir -p /srv/late/lib /srv/late/public /srv/second
echo late >/srv/late/public/late.txt
echo second >/srv/second/second.txt
echo '<?php header("X-Late: yes");' >/srv/second/prepend.php
check "in a site that runs" probe_start live john w.example
live=$(probe_pid live)
reads_live() { probe live "cat $1 2>/dev/null || echo nothing"; }
expect_output "control: it does not read what nobody names" nothing$'\n' reads_live /srv/late/public/late.txt
late() { # ALIAS PREPEND
    sed -i "s|Alias /loose .*|Alias /loose $1|" /etc/apache2/sites-enabled/w.example.conf
    for dir in /etc/php/*/cgi/conf.d; do sed -i "s|^auto_prepend_file.*|auto_prepend_file = $2|" "$dir/99-server.ini"; done
    apache_reload
    cagefsctl --site-isolation-regenerate john
}
check "an Alias and a file that PHP runs first" late /srv/late/public /srv/second/prepend.php
expect_output "the target of the Alias is there" late$'\n' reads_live /srv/late/public/late.txt
expect_output "and what the file lies in" second$'\n' reads_live /srv/second/second.txt
expect_contains "which runs" "X-Late: yes" http w.example /prepended.php
check_not "read-only" probe live "echo x >/srv/late/public/new"
expect_output "an unchanged one stays" $'webmail of the library\n' http w.example /webmail/index.php
mv /srv/second /srv/second.old && cp -r /srv/second.old /srv/second && echo again >/srv/second/second.txt
check "another directory by the same name" cagefsctl --site-isolation-regenerate john
expect_output "is there" again$'\n' reads_live /srv/second/second.txt
check "others are named" late /srv/loose/in /srv/protect/prepend.php
for f in /srv/late/public/late.txt /srv/second/second.txt; do expect_output "$f is not there any more" nothing$'\n' reads_live $f; done
expect_contains "what is named is" "X-Protected: yes" http w.example /prepended.php
check "all of it in the process that ran" test "$live" = "$(probe_pid live)"
finish
