#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A site that answers 503 to everything is said to fail, with the reason, by status and check, until it runs again; its
# neighbour is not. The web server with and without mod_sitecage, CGI and PHP-FPM.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
of() { cagefsctl --site-isolation-status --json "$1" | jq -r ".sites[0]$2"; }
state() { of "$1" .state; }
is() # DOMAIN STATE
{
    of "$1" "" >"$checks_dir/is" && [ "$(jq -r .state "$checks_dir/is")" = "$2" ] || { cat "$checks_dir/is" && return 1; }
}
code_is() { [ "$(http_code "$1" /)" = "$2" ]; }
code_is_fpm() { [ "$(http_code fpm.example /)" = 200 ]; }
fpm_503() { [ "$(http_code fpm.example /)" = 503 ]; }
check_of() { cagefsctl --site-isolation-check "$@"; }
said_by_check() { check_of "$@" 2>/dev/null || [ $? = 1 ]; }
failing() { cagefsctl --site-isolation-status --failing; }
# Its view ends, and with it everything that runs there. A view that was late is ended in the background, by a pass that
# finds what is broken and notes it: without the daemon, that stays until somebody looks again.
again() { cagefsctl --remount john >/dev/null 2>&1; }

monitor_off
panel_install
make_user john
make_site john cgi.example $H/cgi.example
make_site john next.example $H/next.example
fpm_site john fpm.example $H/fpm.example
for site in cgi next fpm; do
    put_php $site.example index.php 'echo "ok";'
    sed -i '/^<\/VirtualHost>/i DirectoryIndex index.php' /etc/apache2/sites-enabled/$site.example.conf
done
fpm_start
apache_start
for site in cgi next fpm; do expect_output "control: $site.example serves" ok http $site.example /; done
check "allow-all" cagefsctl --site-isolation-allow-all
check "enabled" cagefsctl --site-isolation-enable cgi.example next.example fpm.example
for site in cgi next fpm; do expect_output "isolated, $site.example serves" ok http $site.example /; done
check "nothing fails" is cgi.example running
expect_contains "and none is listed" "No such sites" failing
expect_contains "check is content" "OK       domain cgi.example: CGI: isolated, and covered" check_of cgi.example

# fails_by TEXT REASON BREAK MEND: what the account's owner can do himself
fails_by()
{
    local text=$1 reason=$2 broken=$3 mended=$4
    check "$text: broken" as_user john sh -c "$broken"
    again
    check "$text: 503" wait_until 20 code_is cgi.example 503
    check "$text: it fails" wait_until 5 is cgi.example failing
    attempts=$(of cgi.example .failing.attempts)
    # mod_sitecage asks for a view that could not be built once in a second
    more() { [ "$(http_code cgi.example /)" = 503 ] && [ "$(of cgi.example .failing.attempts)" -gt "$attempts" ]; }
    check "$text: how often" wait_until 10 more
    expect_contains "$text: with the reason" "$reason" of cgi.example .failing.reason
    check "$text: since when" test "$(of cgi.example .failing.since)" -gt 1700000000
    expect_contains "$text: --failing lists it" "cgi.example" failing
    expect_fail 1 "1 of 1 checks failed: domain cgi.example" check_of cgi.example
    expect_contains "$text: check says why" "$reason" said_by_check cgi.example
    check "$text: mended" as_user john sh -c "$mended"
    check "$text: it serves" wait_until 20 code_is cgi.example 200
    check_not "$text: it fails no longer" is cgi.example failing
    is cgi.example running >/dev/null || cagefsctl --site-isolation-regenerate john >/dev/null
    check "$text: it runs" is cgi.example running
    expect_contains "$text: check is content" "OK       domain cgi.example: CGI: isolated, and covered" check_of cgi.example
}

away="mv $H/.cagefs $H/away"
back="rm -rf $H/.cagefs; mv $H/away $H/.cagefs"
for way in with without; do
    [ $way = with ] || { without_module && cagefsctl --site-isolation-regenerate john >/dev/null; }
    fails_by "$way mod_sitecage, the storage is a file" ".cagefs" "$away; echo x >$H/.cagefs" "$back"
    fails_by "$way mod_sitecage, it may not be searched" ".cagefs" "chmod 000 $H/.cagefs" "chmod 700 $H/.cagefs"
done

## The document root
put() { mv $H/cgi.example $H/kept && eval "$1"; }
take() { rm -rf $H/cgi.example && mv $H/kept $H/cgi.example; }
for what in "a file:no directory:as_user john touch $H/cgi.example" "missing:is missing:true" \
    "another user's:belongs to another user:mkdir $H/cgi.example" "closed to its owner:may not enter:install -d -o john -g john -m 0 $H/cgi.example"; do
    IFS=: read -r text reason how <<<"$what"
    check "the document root is $text" put "$how"
    expect_contains "status says so: $text" "$reason" cagefsctl --site-isolation-status cgi.example
    expect_contains "--stale lists it" "cgi.example" cagefsctl --site-isolation-status --stale
    [ "$text" = "another user's" ] || expect_fail 1 "1 of 1 checks failed: domain cgi.example" check_of cgi.example
    check "back" take
done
expect_contains "nothing is stale" "No such sites" cagefsctl --site-isolation-status --stale

## Its PHP-FPM cannot start: its program is not what it was
php=$(readlink -f "$(command -v php-fpm8.2)")
supervisor() { cagefsctl --site-isolation-status --json fpm.example | jq -r '.sites[0].failing.reason // ""'; }
fpm_says() { supervisor | grep PHP-FPM >/dev/null; }
check "php-fpm does not start any more" sh -c "mv $php $php.away && printf '#!/bin/sh\nexit 3\n' >$php && chmod 755 $php"
again
check "PHP-FPM: it fails" wait_until 30 fpm_says
check "PHP-FPM: state" is fpm.example failing
check "PHP-FPM: 503" wait_until 20 fpm_503
expect_fail 1 "1 of 1 checks failed: domain fpm.example" check_of fpm.example
check "php-fpm is back" sh -c "mv $php.away $php"
check "PHP-FPM: it serves" wait_until 60 code_is_fpm
check "PHP-FPM: it fails no longer" wait_until 10 is fpm.example running
finish
