#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# mod_sitecage, end to end: Apache works for an isolated site as the site's cage shows it, and changes count for the next
# request.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi proxy_http"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
enable() { cagefsctl --site-isolation-enable "$@"; }
disable() { cagefsctl --site-isolation-disable "$@"; }
refused() { grep -h 'sitecage:' /var/log/apache2/*.log; }
started() { stat -c %y /var/lib/sitecage/web/report; } # written at each start and reload
http_body() { http "$@" || true; }
htaccess() { put_file john "$1/.htaccess"; }

panel_install
make_user john
for site in a b; do
    fpm_site john $site.example $H/$site.example
    printf 'secret of %s' "$site" | put_file john $H/$site.example/secret.txt
    put_php $site.example who.php "echo 'PHP of $site, ', trim((string)@file_get_contents('$H/b.example/secret.txt'));"
done
as_user john ln -s $H/b.example/secret.txt $H/a.example/link.txt
as_user john ln -s secret.txt $H/a.example/own.txt
echo 'Alias "/alias" "/home/john/b.example"' >>/etc/apache2/conf-enabled/box.conf
as_user john mkdir $H/a.example/run
htaccess $H/a.example/run <<LINES
<FilesMatch "php$">
SetHandler "proxy:unix:$(fpm_socket b.example)|fcgi://localhost"
ProxyFCGISetEnvIf true SCRIPT_FILENAME $H/b.example/who.php
</FilesMatch>
LINES
put_php a.example run/x.php 'echo "of a";'
fpm_start
apache_start
without_module
check "the feature is allowed" cagefsctl --site-isolation-allow-all
check "A is isolated" enable a.example

## Without the module
expect_output "control: a link serves B's secret" "secret of b" http a.example /link.txt
expect_output "control: an Alias does" "secret of b" http a.example /alias/secret.txt
expect_output "control: A's .htaccess runs B's script" "PHP of b, secret of b" http a.example /run/x.php

## With it
sed -i '/apache_module/d' /etc/sitecage.conf
check "Apache takes it in" cagefsctl --site-isolation-regenerate john
expect_output "a link to B is forbidden" 403 http_code a.example /link.txt
expect_output "what an Alias of A's has of B is not there" 404 http_code a.example /alias/secret.txt
check "A has a shared home" cagefsctl --site-isolation-regenerate john --home shared
expect_output "an Alias to B is forbidden there" 403 http_code a.example /alias/secret.txt
expect_output "so is a link" 403 http_code a.example /link.txt
check "A has its own again" cagefsctl --site-isolation-regenerate john --home private
expect_output "A's own file is served" "secret of a" http a.example /secret.txt
expect_output "by a link of its own, too" "secret of a" http a.example /own.txt
expect_output "A's PHP runs" "PHP of a, " http a.example /who.php
expect_output "B's does" "PHP of b, secret of b" http b.example /who.php
expect_output "B is served" "secret of b" http b.example /secret.txt
expect_output "A's .htaccess does not run B's script" 404 http_code a.example /run/x.php

## Changes count for the next request, without a reload
before=$(started)
check "A is not isolated any more" disable a.example
expect_output "the link serves B's secret" "secret of b" http a.example /link.txt
check "A is isolated again" enable a.example
expect_output "and is closed again" 403 http_code a.example /link.txt
check "B is isolated, too" enable b.example
expect_output "B's file is served" "secret of b" http b.example /secret.txt
expect_output "not by A's link" 403 http_code a.example /link.txt
for _ in 1 2 3 4 5; do
    check "not isolated" disable a.example b.example
    expect_output "open" "secret of b" http a.example /link.txt
    check "isolated" enable a.example b.example
    expect_output "closed" 403 http_code a.example /link.txt
done
expect_output "Apache was not reloaded" "$before"$'\n' started

## Fails closed
keeper() { pgrep -f "^sitecage-keeper .*john $1$"; }
kill -9 "$(keeper a.example)"
expect_output "a keeper that was killed: the view is built again" "secret of a" http a.example /secret.txt
expect_output "closed all the same" 403 http_code a.example /link.txt
# the service and the daemon would write the table again
check "the daemon sleeps" monitor_sleeps
kill -STOP "$(pgrep -f '^/usr/libexec/sitecage/sitecage-web')"
mv /run/sitecage/web/table /root/table
expect_output "no table: isolated sites are 503" 503 http_code a.example /secret.txt
expect_contains "and the log says why" "a.example: 503: Sitecage's table of sites cannot be read" refused
echo nonsense >/run/sitecage/web/table
expect_output "a table that is none, too" 503 http_code a.example /secret.txt
mv /root/table /run/sitecage/web/table
kill -CONT "$(pgrep -f '^/usr/libexec/sitecage/sitecage-web')"
monitor_wakes
expect_output "the table is back" "secret of a" http a.example /secret.txt
mv /usr/libexec/sitecage/sitecage-web /usr/libexec/sitecage/away # the monitor would start it again
kill -9 "$(pgrep -f '^/usr/libexec/sitecage/sitecage-web')"
killed=$(keeper a.example)
kill -9 "$killed"
check "its keeper has ended" wait_until 5 fpm_is_gone "$killed"
expect_output "no service, no view: 503" 503 http_code a.example /secret.txt
expect_contains "and the log says why" "a.example: 503: the site's view cannot be had: " refused
expect_lacks "never a link's target" "secret of b" http_body a.example /link.txt
mv /usr/libexec/sitecage/away /usr/libexec/sitecage/sitecage-web
check "the service is back" /usr/libexec/sitecage/sitecage-web --daemon
serves() { [ "$(http a.example /secret.txt)" = "secret of a" ]; }
check "and the site with it" wait_until 5 serves
finish
