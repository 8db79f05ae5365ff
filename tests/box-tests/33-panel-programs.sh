#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The panels' CGI programs, which run sites' PHP, are in sites' views: cPanel's cgi-sys, Plesk's cgi_wrapper; the rest of the
# panels is not, and nothing of it can be written.
# shellcheck disable=SC2317,SC2016,SC2086
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

cpanel=/usr/local/cpanel plesk=/usr/local/psa wrapper=/var/www/cgi-bin/cgi_wrapper
inside() { as_user john cagefs_enter_site a.example "$@" 2>/dev/null; }
outside() { as_user john "$@" 2>/dev/null; }

panel_install
echo "panel = generic" >>/etc/sitecage.conf
make_user john
make_site john a.example /home/john/a.example
mkdir -p $cpanel/cgi-sys $cpanel/bin $plesk/admin $wrapper
echo secret | tee $cpanel/key $plesk/key $cpanel/bin/key /var/www/cgi-bin/key >/dev/null
for program in $cpanel/cgi-sys/ea-php82 $wrapper/cgi_wrapper; do
    printf '#!/bin/sh\necho "ran $0"\n' >$program && chmod 755 $program
done
for key in $cpanel/key $plesk/key $cpanel/bin/key /var/www/cgi-bin/key; do
    expect_output "control: $key can be read" $'secret\n' outside cat $key
done
check "allow-all" cagefsctl --site-isolation-allow-all
check "A is isolated" cagefsctl --site-isolation-enable --anyway a.example
for program in $cpanel/cgi-sys/ea-php82 $wrapper/cgi_wrapper; do
    expect_output "$program runs" "ran $program"$'\n' inside $program
    check_not "and cannot be written" inside sh -c ": >>$program"
done
for key in $cpanel/key $plesk/key $cpanel/bin/key /var/www/cgi-bin/key; do
    check_not "$key cannot be read" inside cat $key
done
expect_output "A's user sees that inside" $'/home/john\n' inside sh -c 'cd && pwd'
for dir in $cpanel $plesk /var/www/cgi-bin; do
    check_not "nothing can be made in $dir" inside touch $dir/new
done
# A panel that comes later
rm -r $cpanel
check "regenerate without cPanel" cagefsctl --site-isolation-regenerate john
check_not "its program is not there" inside test -e $cpanel/cgi-sys/ea-php82
expect_output "Plesk's runs" "ran $wrapper/cgi_wrapper"$'\n' inside $wrapper/cgi_wrapper
mkdir -p $cpanel/cgi-sys && printf '#!/bin/sh\necho back\n' >$cpanel/cgi-sys/ea-php82 && chmod 755 $cpanel/cgi-sys/ea-php82
check "regenerate with it" cagefsctl --site-isolation-regenerate john
inside_again() { [ "$(inside $cpanel/cgi-sys/ea-php82)" = back ]; }
check "it runs again" wait_until 10 inside_again
finish
