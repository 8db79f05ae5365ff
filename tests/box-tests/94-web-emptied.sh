#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody empties /run/sitecage while Apache runs with mod_sitecage: isolated sites are served again by what
# sitecage-web does alone, without the monitor, a command or a reload of Apache. Until then they are closed.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
web=/run/sitecage/web
panel_install
monitor_off
make_user john
for site in a b c; do
    make_site john $site.example $H/$site.example
    printf 'secret of %s' "$site" | put_file john $H/$site.example/secret.txt
done
as_user john ln -s $H/b.example/secret.txt $H/a.example/link.txt
apache_start
expect_output "control: a link serves B's secret" "secret of b" http a.example /link.txt
check "A and B are isolated" sh -c 'cagefsctl --site-isolation-allow-all >/dev/null && cagefsctl --site-isolation-enable a.example b.example >/dev/null'
expect_output "closed" 403 http_code a.example /link.txt
before=$(cat /run/apache2/apache2.pid)
group=$(stat -c %g $web)
mode() { stat -c '%u %g %a' $web; }
expect_output "the web server's group is kept" "$group"$'\n' cat /var/lib/sitecage/web/group
service() { pgrep -f '^/usr/libexec/sitecage/sitecage-web'; }
one_service() { [ "$(service | wc -l)" = 1 ]; }
is_whole() { [ -S $web/sock ] && [ -s $web/table ] && [ -d $web/empty ]; }
end_keepers() # no view that Apache holds is of use any more
{
    local pid
    for pid in $(pgrep -f '^sitecage-keeper '); do
        kill -9 "$pid"
        wait_until 10 sh -c "! test -d /proc/$pid || grep -q '^State:.Z' /proc/$pid/status" || return 1
    done
}

for what in /run/sitecage '/run/sitecage/*' $web $web/sock; do
    check "the keepers have ended" end_keepers
    # shellcheck disable=SC2086 # a pattern
    rm -rf $what
    expect_output "removed: $what: the next request is served" "secret of a" http a.example /secret.txt
    expect_output "and closed" 403 http_code a.example /link.txt
    expect_output "PHP runs in the site" '0' php_eval a.example "echo (int)is_readable('$H/b.example/secret.txt');"
    expect_output "the other site, too" "secret of b" http b.example /secret.txt
    check "everything is in its place" wait_until 10 is_whole
    expect_output "for the web server's group" "0 $group 710"$'\n' mode
    check "one service is at work" wait_until 10 one_service
done
rm $web/table
table_is_back() { [ -s $web/table ]; }
check "a table that was removed comes back" wait_until 10 table_is_back
expect_output "Apache was not started again" "$before"$'\n' cat /run/apache2/apache2.pid

## Nobody makes it again
kill -STOP "$(service)"
rm -rf $web
expect_output "an open site is served" "secret of c" http c.example /secret.txt
check_not "nothing has made it again" test -e $web
expect_output "an isolated one is 503" 503 http_code a.example /secret.txt
expect_output "never a link's target" 503 http_code a.example /link.txt
expect_output "the open one is served as ever" "secret of c" http c.example /secret.txt
# processes of Apache that begin now have never read a table
pkill -9 -P "$before" -x apache2
answers() { http_code a.example /secret.txt >/dev/null; }
check "Apache has other processes" wait_until 20 answers
: >/var/log/apache2/a.example.error.log # what the former ones said
for _ in 1 2 3 4 5 6; do
    expect_output "which do not serve a link's target either" 503 http_code a.example /link.txt
done
expect_contains "and say why" "a.example: 503: Sitecage's table of sites cannot be read" \
    cat /var/log/apache2/a.example.error.log
kill -CONT "$(service)"
wait_until 10 is_whole
check "the next ones test themselves" apache_reload
serves() { [ "$(http a.example /secret.txt)" = "secret of a" ]; }
check "then it is served again" wait_until 10 serves
expect_output "and closed" 403 http_code a.example /link.txt
finish
