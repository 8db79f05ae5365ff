#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A site with PHP-FPM is switched off, or gets another PHP, while requests run: nobody waits for them, they end well where
# they began, new ones are where they belong; and a supervisor that is killed is started again at once.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
sees="is_readable('$H/b.example/secret.txt') ? 'open' : 'isolated'"
enable() { cagefsctl --site-isolation-enable "$@"; }
disable() { cagefsctl --site-isolation-disable "$@"; }
now_is() { [ "$(php_eval a.example "echo $sees;")" = "$1" ]; }
taken_over() { ! grep -q '^\[' "$fpm_pool_dir/a.example.conf"; }
in_its_file() { cmp /root/a.example.conf "$fpm_pool_dir/a.example.conf"; }
endings() { find /run/sitecage/fpm -name '*.ending.*' | wc -l; }
ends() { [ "$(endings)" -gt 0 ]; }
none_ends() { [ "$(endings)" = 0 ]; }
no_supervisor() { ! pgrep -f '^/usr/libexec/sitecage/sitecage-fpm ' >/dev/null; }
# A request runs until a file of its own is there, or for a minute: no clock says when it is over.
begin() # NAME
{
    rm -f "$H/a.example/begun.$1" "$H/a.example/end.$1"
    http a.example "/slow.php?n=$1" >"$checks_dir/slow.$1" 2>&1 &
    job[$1]=$!
    wait_until 20 test -e "$H/a.example/begun.$1"
}
declare -A job=()
runs() { kill -0 "${job[$1]}" 2>/dev/null && ! [ -s "$checks_dir/slow.$1" ]; }
ended() # NAME WHERE
{
    touch "$H/a.example/end.$1"
    wait "${job[$1]}"
    [ "$(cat "$checks_dir/slow.$1")" = "$2" ]
}
cut_off() { wait "${job[$1]}"; [ "$(cat "$checks_dir/slow.$1")" != isolated ]; }

panel_install
make_user john
for site in a b c; do
    fpm_site john $site.example $H/$site.example
    echo "secret of $site" | put_file john $H/$site.example/secret.txt
done
put_php a.example slow.php "ignore_user_abort(true); set_time_limit(0); \$n = (int)\$_GET['n'];
    touch(__DIR__ . \"/begun.\$n\");
    for (\$i = 0; \$i < 600 && !file_exists(__DIR__ . \"/end.\$n\"); \$i++, clearstatcache()) usleep(100000);
    echo $sees;"
cp "$fpm_pool_dir/a.example.conf" /root/a.example.conf
fpm_start
apache_start
check "allowed" cagefsctl --site-isolation-allow-all
check "control: A reads B's secret" now_is open

## A supervisor that is killed is started again at once, and not by the look of each half minute: the second kill is right
## behind the daemon's first look, and the next one of those would be 30 s later
supervisor() { pgrep -o -P 1 -f '^/usr/libexec/sitecage/sitecage-fpm '; }
own_workers() { pgrep -f '^php-fpm: pool a.example' | grep -vxFf <(pgrep -P "$(fpm_master)"); }
no_own_workers() { ! own_workers >/dev/null; }
killed() # with its workers, which would serve on by themselves until another one starts
{
    kill -9 "$(supervisor)" || return
    own_workers | xargs -r kill -9 # some of them end by themselves
    wait_until 10 no_own_workers
}
served_again() { supervisor >/dev/null && now_is isolated; }
check "A is isolated" enable a.example
check "the daemon runs" wait_until 5 monitor
check "it sleeps" monitor_sleeps
check "the supervisor is killed" killed
check_not "control: without the daemon nobody serves the site" wait_until 3 now_is isolated
monitor_wakes
check "the daemon has it started again" wait_until 15 served_again
check "it is killed once more" killed
check "and started again" wait_until 15 served_again
check "A is switched off" disable a.example

## With mod_sitecage, and where addresses are taken over
for kind in routed taken; do
    if [ $kind = taken ]; then
        without_module
        check "regenerated" cagefsctl --site-isolation-regenerate john
    fi
    check "$kind: A is isolated" enable a.example c.example
    check "A is isolated" now_is isolated
    [ $kind = routed ] || check "its address is taken over" taken_over
    begin 1
    check "A is switched off while a request runs" disable a.example
    check "which still runs: nobody has waited for it" runs 1
    check "its supervisor ends behind it" ends
    check "a new one runs outside" now_is open
    check "its pool is where it was" in_its_file
    check "the account is not held: C is switched off meanwhile" disable c.example
    check "A is isolated again at once" enable a.example
    check "the request still runs" runs 1
    check "a new one runs in the site" now_is isolated
    check "and a second one" begin 2
    check "A is switched off once more" disable a.example
    check "both run" eval 'runs 1 && runs 2'
    check "the first ends well, in the site" ended 1 isolated
    check "the second, too" ended 2 isolated
    check "then no supervisor is left" wait_until 30 no_supervisor
    check "nor its lock" none_ends
    check "A is open" now_is open
done

## One that does not end
check "A is isolated" enable a.example
check "a request that does not end" begin 3
check "A is switched off" disable a.example
check "the request runs" runs 3
check "it is cut off after a while" cut_off 3
check "nothing of it is left" wait_until 30 no_supervisor
check "nor its lock" none_ends
check "A is open" now_is open

## Who ends is killed; what is left of it is removed by the next one that ends
check "A is isolated" enable a.example
check "a request runs" begin 4
check "A is switched off" disable a.example
check "control: one ends" ends
pkill -9 -f '^/usr/libexec/sitecage/sitecage-fpm '
touch $H/a.example/end.4
wait "${job[4]}"
check "A is isolated" enable a.example
check "and switched off" disable a.example
check "nothing is left" wait_until 10 none_ends
finish
