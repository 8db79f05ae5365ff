#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What panels keep outside of homes, and a site's PHP needs: PHP itself in /www/server (aaPanel), sessions and temporary
# files in /var/customers/tmp/LOGIN, wrappers of mod_fcgid in /var/www/php-fcgi-scripts/LOGIN/DOMAIN (Froxlor, ISPConfig).
# The sites work as before, and get nothing of each other.
# shellcheck disable=SC2317,SC2016,SC2154
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi fcgid"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/cust7
tmp=/var/customers/tmp/cust7
reads() { php_eval "$1" "echo trim((string)@file_get_contents('$2'));"; } # DOMAIN FILE
# in_session DOMAIN CODE: what the code prints in a session that other sites know the name of
in_session() { php_eval "$1" "session_id('known'); session_start() || exit('no session'); $2"; }
temporary() { php_eval "$1" 'echo dirname((string)@tempnam("", "x"));'; }
works() # DOMAIN
{
    expect_output "$1: a session is begun" begun in_session "$1" '$_SESSION["secret"] = "of '"$1"'"; echo "begun";'
    expect_output "$1: it is still there" "of $1" in_session "$1" 'echo $_SESSION["secret"] ?? "none";'
    expect_output "$1: its temporary files" $tmp temporary "$1"
}

panel_install
make_user cust7
mkdir -p /var/customers/tmp && chmod 1777 /var/customers/tmp
install -d -o cust7 -g cust7 -m 700 $tmp
for site in a b; do
    fpm_site cust7 $site.test $H/$site.test
    echo "secret of $site" | put_file cust7 $H/$site.test/secret.txt
done

## aaPanel: PHP and its pools' file in a tree of the panel's own
php=/www/server/php/82
mkdir -p $php/etc $php/sbin $php/var/run
cp "/usr/sbin/php-fpm$fpm_version" $php/sbin/php-fpm
{
    printf '[global]\npid = %s/var/run/php-fpm.pid\nerror_log = /var/log/panel-fpm.log\n' $php
    for site in a b; do
        printf '[%s]\nuser = cust7\ngroup = cust7\nlisten = /run/php/%s.test.sock\nlisten.owner = www-data\npm = ondemand\npm.max_children = 4\n' $site $site
        printf 'env[TMPDIR] = %s/\nphp_admin_value[session.save_path] = %s/\nphp_admin_value[sys_temp_dir] = %s\n' $tmp $tmp $tmp
    done
} >$php/etc/php-fpm.conf
echo 'memory_limit = 64M' >$php/etc/php.ini
rm -f "$fpm_pool_dir"/*.conf

## The same where others than root could put another PHP in its place
loose=/srv/loose/php
install -d -m 777 /srv/loose && mkdir -p $loose/etc $loose/sbin
cp "/usr/sbin/php-fpm$fpm_version" $loose/sbin/php-fpm
printf '[global]\npid = /run/loose.pid\nerror_log = /var/log/loose-fpm.log\n[loose]\nuser = cust7\ngroup = cust7\nlisten = /run/php/loose.test.sock\nlisten.owner = www-data\npm = ondemand\npm.max_children = 4\n' >$loose/etc/php-fpm.conf
fpm_site cust7 loose.test $H/loose.test && rm "$fpm_pool_dir/loose.test.conf"

## Froxlor: mod_fcgid with a starter that is the customer's, in a directory of his for the domain
apache_configure
printf '/var/www\npublic_html/cgi-bin\n' >/etc/apache2/suexec/www-data
scripts=/var/www/php-fcgi-scripts/cust7
make_site cust7 c.test $H/c.test
mkdir -p $scripts && install -d -o cust7 -g cust7 $scripts/c.test
printf '#!/bin/sh\nPHPRC=%s/\nexport PHPRC\nexec /usr/bin/php-cgi -c %s/\n' $scripts/c.test $scripts/c.test | put_file cust7 $scripts/c.test/php-fcgi-starter 750
echo 'memory_limit = 77M' | put_file cust7 $scripts/c.test/php.ini
cat >/etc/apache2/sites-enabled/c.test.conf <<CONFIG
<VirtualHost $apache_address>
    ServerName c.test
    DocumentRoot "$H/c.test/"
    SuexecUserGroup "cust7" "cust7"
    <Directory "$H/c.test/">
        <FilesMatch "\.(php)\$">
            SetHandler fcgid-script
        </FilesMatch>
        FcgidWrapper $scripts/c.test/php-fcgi-starter .php
        Options +ExecCGI
        Require all granted
    </Directory>
</VirtualHost>
CONFIG
mkdir -p /run/php
$php/sbin/php-fpm -y $php/etc/php-fpm.conf --daemonize
$loose/sbin/php-fpm -y $loose/etc/php-fpm.conf --daemonize
apache_start
memory() { php_eval c.test 'echo ini_get("memory_limit");'; }
for site in a c loose; do
    expect_output "control: $site.test reads its sibling" "secret of b" reads $site.test $H/b.test/secret.txt
done
expect_output "control: its own php.ini" 77M memory
expect_output "control: sessions are one directory's" begun in_session b.test '$_SESSION["secret"] = "of b.test"; echo "begun";'
expect_output "control: a.test has b.test's" "of b.test" in_session a.test 'echo $_SESSION["secret"] ?? "none";'
expect_output "control: the pools' file can be read" "[global]" php_eval a.test "echo fgets(fopen('$php/etc/php-fpm.conf', 'r'), 9);"

all_work()
{
    expect_output "a.test reads nothing of its sibling" "" reads a.test $H/b.test/secret.txt
    expect_output "b.test's session is not a.test's" none in_session a.test 'echo $_SESSION["secret"] ?? "none";'
    works a.test
    expect_output "the pools' file is closed" "" reads a.test $php/etc/php-fpm.conf
    expect_output "PHP's own settings are not" "memory_limit = 64M" reads a.test $php/etc/php.ini
    expect_output "a.test is covered" $'1\n' sh -c 'cagefsctl --site-isolation-check a.test | grep -c "OK .*FPM: isolated, and covered"'
}
check "the feature is allowed" cagefsctl --site-isolation-allow-all
check "enabled" cagefsctl --site-isolation-enable a.test c.test
all_work
expect_fail 1 "loose.test cannot be isolated: $loose/sbin/php-fpm, which runs the site's PHP, is not shown to sites, because others than root can change /srv/loose: chown root /srv/loose && chmod go-w /srv/loose" \
    cagefsctl --site-isolation-enable loose.test
expect_output "loose.test goes on as before" "secret of b" reads loose.test $H/b.test/secret.txt
check "the way out, as it was said" sh -c 'chown root /srv/loose && chmod go-w /srv/loose'
check "it is enabled" cagefsctl --site-isolation-enable loose.test
expect_output "it serves, in its cage, and reads nothing of its sibling" "served " php_eval loose.test "echo 'served ', @file_get_contents('$H/b.test/secret.txt');"
check "disabled" cagefsctl --site-isolation-disable loose.test
expect_output "c.test reads nothing of its sibling" "" reads c.test $H/b.test/secret.txt
expect_output "its wrapper still gives it its php.ini" 77M memory
expect_output "b.test has its session" "of b.test" in_session b.test 'echo $_SESSION["secret"] ?? "none";'
check "disabled" cagefsctl --site-isolation-disable a.test c.test
expect_output "a.test reads its sibling again" "secret of b" reads a.test $H/b.test/secret.txt

## Without the module the pool leaves its file: what it says counts on
without_module
check "the module is taken out" cagefsctl --site-isolation-regenerate cust7
check "enabled" cagefsctl --site-isolation-enable a.test
rm -rf $H/.cagefs/websites/*/var-customers-tmp-cust7/*
all_work
check "all is made again" cagefsctl --site-isolation-regenerate cust7
check "its view, too" cagefsctl --remount cust7
rm -rf $H/.cagefs/websites/*/var-customers-tmp-cust7/*
is_served() { [ "$(temporary a.test)" = $tmp ]; }
check "a.test is served" wait_until 20 is_served
all_work
check "disabled" cagefsctl --site-isolation-disable a.test
finish
