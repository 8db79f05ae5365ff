#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A CGI request that is under way when its site is switched off is answered; one that does not end is cut off after
# some ten seconds, and keeps nobody from switching the site off.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

H=/home/john
panel_install
make_user john
make_site john a.example $H/a
make_site john b.example $H/b
echo "secret of b" | put_file john $H/b/secret
put_php a.example slow.php "ob_end_flush(); echo 'begun '; flush(); sleep((int)\$_GET['s']); echo is_readable('$H/b/secret') ? 'open' : 'isolated';"
apache_start
check "allowed" cagefsctl --site-isolation-allow-all
check "enabled" cagefsctl --site-isolation-enable a.example

slow() # SECONDS: begins a request, and returns when its program runs
{
    http a.example "/slow.php?s=$1" >"$checks_dir/slow" 2>&1 &
    slow_job=$!
    wait_until 5 pgrep -f php-cgi >/dev/null
    sleep 0.3
}
answered() { wait "$slow_job" && [ "$(cat "$checks_dir/slow")" = "begun isolated" ]; }

slow 3
check "disabled while it runs" cagefsctl --site-isolation-disable a.example
check "the request was answered, in the site" answered
expect_output "the next one runs outside" "begun open" http a.example "/slow.php?s=0"
check "enabled again" cagefsctl --site-isolation-enable a.example
slow 600
check "disabled while one runs that does not end" timeout 60 cagefsctl --site-isolation-disable a.example
check_not "it was cut off" answered
check_not "nothing of it is left" pgrep -f php-cgi
check "the site is served" http a.example "/slow.php?s=0"
finish
