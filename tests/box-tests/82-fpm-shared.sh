#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The shared PHP-FPM master where addresses are taken over: no command, killed at any moment, leaves it stopped or unable to
# start, or delays other accounts; somebody's mistake in a pool file, or another php-fpm binary, keeps nothing from working.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
without_module # with it nothing of the shared master is touched: 92-web-route

H=/home/john
reads_b="echo trim((string)@file_get_contents('$H/b.example/secret.txt'));"
enable() { cagefsctl --site-isolation-enable "$@"; }
disable() { cagefsctl --site-isolation-disable "$@"; }
same_text() { cmp "/root/$1.conf" "$fpm_pool_dir/$1.conf"; }
isolated() { [ "$(php_eval a.example "$reads_b")" = "" ] && [ "$(php_eval a.example 'echo "ok";')" = ok ]; }
open_again() { [ "$(php_eval a.example "$reads_b")" = "secret of b" ]; }
stranger() { [ "$(curl -s --max-time 3 -H "Host: bob.example" "http://$apache_address/stranger.php")" = "of bob" ]; }
runs() { case $(ps -o stat= -p "$(fpm_master)") in T* | Z* | "") return 1 ;; esac; }
tested() { "/usr/sbin/php-fpm$fpm_version" --test --fpm-config "$fpm_main"; }

panel_install
make_user john
make_user bob
for site in a b; do
    fpm_site john $site.example $H/$site.example
    echo "secret of $site" | put_file john $H/$site.example/secret.txt
    cp "$fpm_pool_dir/$site.example.conf" "/root/$site.example.conf"
done
fpm_site bob bob.example /home/bob/bob.example
put_php bob.example stranger.php 'echo "of bob";'
fpm_start
apache_start
check "the feature is allowed" cagefsctl --site-isolation-allow-all
expect_output "control: A's PHP reads B's secret" "secret of b" php_eval a.example "$reads_b"
check "control: the stranger is served" stranger
kill -STOP "$(fpm_master)"
check_not "control: a master that is stopped is seen" runs
kill -CONT "$(fpm_master)"

# cut SECONDS COMMAND...: killed after that time, or done
cut() { timeout -s KILL "$@" >/dev/null 2>&1; }

# undisturbed WHEN: looked at between the kill and the repair
undisturbed()
{
    check "$1: the master runs" runs
    check "$1: the stranger is served" stranger
    check "$1: its configuration is valid" tested
}

## The shared master has the socket, or has forgotten it; killed at any time
for forgotten in no yes; do
    for ms in 010 030 045 060 075 090 110 150; do
        cut 0.$ms cagefsctl --site-isolation-enable a.example
        undisturbed "enable killed after $ms ms"
        check "it can start again" fpm_restart
        check "and the stranger is served" wait_until 5 stranger
        check "enabled" enable a.example
        check "isolated" wait_until 10 isolated
        [ $forgotten = no ] || check "the shared master forgets the pool" fpm_restart
        master=$(fpm_master)
        cut 0.$ms cagefsctl --site-isolation-disable a.example
        undisturbed "disable killed after $ms ms"
        check "it is the same master" test "$master" = "$(fpm_master)"
        check "disabled" disable a.example
        check "open" wait_until 10 open_again
        check "the master starts again" fpm_restart
        check "and has its pool: exact text" wait_until 10 same_text a.example
        check "open" wait_until 10 open_again
    done
done

## A stranger's mistake
check "enabled" enable a.example
check "the shared master forgets the pool" fpm_restart
echo "no_such_key = 1" >>"$fpm_pool_dir/bob.example.conf"
check_not "control: php-fpm does not take this configuration" tested
master=$(fpm_master)
check "disabled all the same" disable a.example
check "open" open_again
check "enabled" enable a.example
check "isolated" isolated
check "disabled" disable a.example
check "the shared master was left alone" test "$master" = "$(fpm_master)"
check "the stranger is served" stranger
sed -i '/no_such_key/d' "$fpm_pool_dir/bob.example.conf"
check "when it is mended the master starts" fpm_restart
check "and has its pool: exact text" wait_until 10 same_text a.example
check "the stranger is served" wait_until 5 stranger

## Another binary, as an upgrade puts it there
check "enabled" enable a.example
check "the shared master forgets the pool" fpm_restart
cp "/usr/sbin/php-fpm$fpm_version" /usr/sbin/php-fpm.new && mv /usr/sbin/php-fpm.new "/usr/sbin/php-fpm$fpm_version"
expect_contains "control: the one that runs is deleted" "(deleted)" readlink "/proc/$(fpm_master)/exe"
master=$(fpm_master)
check "disabled" disable a.example
check "open" open_again
check "enabled" enable a.example
check "isolated" isolated
check "disabled" disable a.example
check "the shared master was left alone" test "$master" = "$(fpm_master)"
check "the stranger is served" stranger
check "it starts" fpm_restart
check "and has its pool: exact text" wait_until 10 same_text a.example

## Who keeps the address until then is killed
supervisor() { pgrep -o -P 1 -f '^/usr/libexec/sitecage/sitecage-fpm '; }
check "enabled" enable a.example
check "the shared master forgets the pool" fpm_restart
check "disabled" disable a.example
check "open" open_again
kill -9 "$(supervisor)"
check "the stranger is served" stranger
check "the monitor has another one started" wait_until 60 supervisor
check "open" wait_until 10 open_again
check "the shared master starts" fpm_restart
check "and has its pool: exact text" wait_until 10 same_text a.example
check "open" wait_until 10 open_again
no_supervisor() { ! supervisor; }
check "nobody keeps it any more" wait_until 10 no_supervisor

## The server is started again meanwhile
check "enabled" enable a.example
check "the shared master forgets the pool" fpm_restart
check "disabled" disable a.example
fpm_stop
# shellcheck disable=SC2046 # pids
kill -9 $(pgrep -f sitecage-fpm) $(pgrep -f sitecage-monitor)
while umount /run/php/a.example.sock 2>/dev/null; do :; done
rm -rf /run/php /run/sitecage 2>/dev/null
check "at boot" /usr/libexec/sitecage/sitecage-rebuild --all
check "the pool has its exact text" same_text a.example
check "the shared master starts" fpm_start
check "open" wait_until 10 open_again
expect_output "no record is left" "" find /var/lib/sitecage/fpm -type f
finish
