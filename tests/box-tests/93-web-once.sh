#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# With mod_sitecage each request runs its program once: CGI by Action and by name, PHP-FPM, error pages, front controllers.
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
make_site john wrapper.example $H/wrapper.example
make_site john shebang.example $H/shebang.example shebang
fpm_site john fpm.example $H/fpm.example
kinds="wrapper shebang fpm"
count='file_put_contents(__DIR__ . "/count", "x", FILE_APPEND); echo "ran";'
for kind in $kinds; do
    put_php $kind.example run.php "$count"
    put_php $kind.example error.php "$count"
    put_file john $H/$kind.example/.htaccess <<'LINES'
ErrorDocument 404 /error.php
RewriteEngine on
RewriteCond %{REQUEST_FILENAME} !-f
RewriteRule ^front /run.php [L]
LINES
done
printf '#!/bin/sh\nprintf x >>%s/wrapper.example/count\nprintf "Content-type: text/plain\\n\\nran"\n' $H |
    put_file john $H/wrapper.example/plain.cgi 755
fpm_start
apache_start

# times KIND PATH: requests it once by GET and once by POST, and prints how often its program ran.
times()
{
    rm -f "$H/$1.example/count"
    http "$1.example" "$2" >"$checks_dir/body" 2>&1 || [ $? = 22 ]
    http "$1.example" "$2" -d a=b >"$checks_dir/body" 2>&1 || [ $? = 22 ]
    sleep 0.3
    printf %s "$(cat "$H/$1.example/count")"
}
all_once() # TEXT
{
    for kind in $kinds; do
        expect_output "$1: $kind" xx times $kind /run.php
        expect_output "$1: $kind, front controller" xx times $kind /front/a/b
        expect_output "$1: $kind, error page" xx times $kind /missing
    done
    expect_output "$1: a CGI program" xx times wrapper /plain.cgi
}
all_once "control, not isolated"
check "allowed" cagefsctl --site-isolation-allow-all
all_once "the module is loaded"
for kind in $kinds; do
    check "$kind is isolated" cagefsctl --site-isolation-enable $kind.example
done
all_once "isolated"
finish
