#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where Apache lets .htaccess files name handlers, and has none of mod_sitecage: what such a line would run outside of a site
# refuses enable before anybody has written it, below the document root, too. With the module nothing of it runs outside.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MPM=prefork # mod_php's
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
fpm_bare=yes
enable() { cagefsctl --site-isolation-enable "$@"; }
disable() { cagefsctl --site-isolation-disable "$@"; }
reads() { [[ $(http a.example "$1") == *"secret of b"* ]]; }
reads_not() { [[ $(http a.example "$1") != *"secret of b"* ]]; }
php_module=$(basename "$(dirname "$(find /etc/php -name apache2)")")

panel_install
make_user john
for site in a b; do
    fpm_site john $site.example $H/$site.example
    printf 'secret of %s' "$site" | put_file john $H/$site.example/secret.txt
done
as_user john mkdir -p $H/a.example/deep/cgi $H/a.example/deep/php
printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nid -un; cat %s/b.example/secret.txt\n' $H |
    put_file john $H/a.example/deep/cgi/x.cgi 755
printf '<?php readfile("%s/b.example/secret.txt");' $H | put_file john $H/a.example/deep/php/x.phx
fpm_start
apache_start
without_module
check "allow-all" cagefsctl --site-isolation-allow-all

## Programs as the web server's user: nobody has written the line yet
expect_fail 1 "may run, outside of every site: programs as the web server's user" enable a.example
expect_output "nothing is isolated" 0$'\n' sh -c 'cagefsctl --site-isolation-list 2>/dev/null | grep -c a.example || :'
check "--anyway does" enable --anyway a.example
put_file john $H/a.example/deep/cgi/.htaccess <<<'AddHandler cgi-script .cgi'
check "control: such a line below the document root reads B's secret" reads /deep/cgi/x.cgi
status() { cagefsctl --site-isolation-status a.example; }
expect_contains "status says not covered" "not covered" status
expect_contains "and why" "let Apache have mod_sitecage" status
check "disable" disable a.example

## An identity, or no overrides, is a way out
fpm_bare='' fpm_vhost a.example "$(fpm_socket a.example)"
apache_reload
check "with SuexecUserGroup it is covered" enable a.example
check "its program runs in the site" reads_not /deep/cgi/x.cgi
check "disable" disable a.example
fpm_vhost a.example "$(fpm_socket a.example)"
sed -i '/DirectoryIndex/a <Directory "/home/john/a.example">\nAllowOverride None\n</Directory>' /etc/apache2/sites-enabled/a.example.conf
apache_reload
check "with AllowOverride None it is covered" enable a.example
check "no program runs" reads_not /deep/cgi/x.cgi
check "disable" disable a.example

## mod_php beside PHP-FPM
fpm_bare='' fpm_vhost a.example "$(fpm_socket a.example)"
a2enmod -q "php$php_module" >/dev/null
apache_stop
apache_start
expect_fail 1 "mod_php runs in the web server's own process and cannot be isolated" enable a.example
check "--anyway does" enable --anyway a.example
put_file john $H/a.example/deep/php/.htaccess <<<'AddType application/x-httpd-php .phx'
check "control: such a line reads B's secret" reads /deep/php/x.phx
check "disable" disable a.example

## With the module
sed -i '/apache_module/d' /etc/sitecage.conf
fpm_vhost a.example "$(fpm_socket a.example)"
apache_reload
check "it is covered, without SuexecUserGroup" enable a.example
check "its program runs in the site" reads_not /deep/cgi/x.cgi
expect_contains "as the account" john http a.example /deep/cgi/x.cgi
check "mod_php runs nothing of it" reads_not /deep/php/x.phx
check_not "status has nothing to say" sh -c 'cagefsctl --site-isolation-status a.example | grep -i "not covered"'
finish
