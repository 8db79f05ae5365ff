#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A panel moves the pool of an isolated site to another file, at the same address, as it does when another PHP version is
# chosen for the site, and reloads that version's shared master at once. The master must not find the address in use:
# php-fpm would end, and with it every other site's PHP.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
without_module # addresses are taken over where Apache has no mod_sitecage
"$SC_SOURCE/tests/php/install" || exit 1

H=/home/john
reads_b="echo trim((string)@file_get_contents('$H/b.example/secret.txt'));"
old=/opt/alt/php74/etc/php-fpm.d # PHP 7.4's shared master
old_main=/opt/alt/php74/etc/php-fpm.conf
old_master() { pgrep -o -f "^php-fpm: master process \($old_main\)"; }
is_taken() { ! grep -q '^\[' "$1"; }
isolated() { [ "$(php_eval a.example "$reads_b")" = "" ] && [ "$(php_eval a.example 'echo "ok";')" = ok ]; }
version() { php_eval a.example 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;'; }
start_old() { /opt/alt/php74/usr/sbin/php-fpm --fpm-config $old_main --daemonize && wait_until 5 old_master; }
restart_old()
{
    local pid
    pid=$(old_master)
    kill -TERM "$pid" && wait_until 10 fpm_is_gone "$pid" && start_old
}
# move FROM TO MAIN: as a panel: the new file, the reload, the old file.
move()
{
    sed 's/^user/; moved\nuser/' "$1" >"$2.tmp" && cp "$2.tmp" /root/moved.conf && mv "$2.tmp" "$2" &&
        kill -USR2 "$(pgrep -o -f "^php-fpm: master process \($3\)")" && rm -f "$1" && sleep 1
}

panel_install
make_user john
for site in a b; do
    fpm_site john $site.example $H/$site.example
    echo "secret of $site" | put_file john $H/$site.example/secret.txt
done
mkdir -p $old
printf '[global]\nprocess_control_timeout = 10s\npid = /run/php74.pid\nerror_log = /var/log/php74-fpm.log\ninclude=%s/*.conf\n' $old >$old_main
printf '[other]\nuser = www-data\ngroup = www-data\nlisten = /run/php/other.sock\npm = ondemand\npm.max_children = 2\n' >$old/other.conf
# a panel's own reload is to lose no request, so that what is lost is ours
sed -i 's/^\[global\]/[global]\nprocess_control_timeout = 10s/' "$fpm_main"
fpm_start
check "a second shared master" start_old
apache_start
check "the feature is allowed" cagefsctl --site-isolation-allow-all
expect_output "control: A's PHP reads B's secret" "secret of b" php_eval a.example "$reads_b"
check "enabled" cagefsctl --site-isolation-enable a.example
check "isolated" isolated
fpm_reload # from now on the shared master does not hold the socket
first=$(cat /var/lib/sitecage/fpm/*.* | sed -n '/^--$/,$p' | tail -n +2)
pool=$fpm_pool_dir/a.example.conf

# a file of the same master
printf '%s\n' "$first" >/root/first.conf
load_start 200 a.example b.example
check "the panel moves the pool to another file" move /root/first.conf "$fpm_pool_dir/later.conf" "$fpm_main"
rm -f "$pool"
check "the shared master lives" fpm_master
check "the pool is out of the new file" is_taken "$fpm_pool_dir/later.conf"
check "isolated" isolated
check "no request failed" no_request_failed

# another PHP version's
load_start 200 a.example b.example
cp /root/moved.conf /root/first.conf
check "the panel chooses PHP 7.4" move /root/first.conf $old/a.example.conf "$old_main"
rm -f "$fpm_pool_dir/later.conf"
check "that version's master lives" old_master
check "the other, too" fpm_master
check "the pool is out of the new file" is_taken $old/a.example.conf
check "isolated" isolated
check "no request failed" no_request_failed
expect_output "the site runs with it" 7.4 version
check "regenerate" cagefsctl --site-isolation-regenerate john
expect_output "still" 7.4 version
check "isolated" isolated
check "disabled" cagefsctl --site-isolation-disable a.example
expect_output "A reads B's secret again" "secret of b" php_eval a.example "$reads_b"
expect_output "with that version" 7.4 version
check "the shared master, which has forgotten the pool, starts again" restart_old
check "exact text" wait_until 10 cmp /root/moved.conf $old/a.example.conf
served() { pgrep -P "$(old_master)" -f '^php-fpm: pool a.example'; }
check "A is served by it" wait_until 10 served
expect_output "A reads B's secret again" "secret of b" php_eval a.example "$reads_b"
expect_output "in that version's shared master" 7.4 version

# control: nobody is awake
check "enabled again" cagefsctl --site-isolation-enable a.example
kill -USR2 "$(old_master)" && sleep 1
check "the daemon sleeps" monitor_sleeps
check "and the supervisor" pkill -STOP -f '^/usr/libexec/sitecage/sitecage-fpm '
cp /root/moved.conf $fpm_pool_dir/back.conf
kill -USR2 "$(fpm_master)" && sleep 1
check_not "control: the shared master finds the address in use, and ends" fpm_master
finish
