#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The entry in front of suexec: put in place by enabling the feature, taken away by deny-all; what is not isolated
# runs exactly as before in between.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

link=/etc/alternatives/suexec
real=/usr/lib/apache2/suexec-custom
entry=/usr/libexec/sitecage-front/suexec
target() { readlink "$link"; }
query() { update-alternatives --query suexec; }
mode() { stat -c '%A %U %G' "$1"; }

panel_install
make_user john
make_site john a.example /home/john/a.example
make_site john b.example /home/john/b.example shebang
apache_start

# Everything that a CGI can see of how it was started.
put_php a.example how.php 'ksort($_SERVER); unset($_SERVER["REQUEST_TIME"], $_SERVER["REQUEST_TIME_FLOAT"],
    $_SERVER["REMOTE_PORT"], $_SERVER["UNIQUE_ID"]); print_r($_SERVER); system("id; umask; pwd; ulimit -a; ls -l /proc/self/fd | grep -c pipe; grep -E \"^(Cap|NoNew|Secc|SigB|SigI|SigC)\" /proc/self/status");'
how() { http a.example /how.php; }
# What a program inherits is not the same before and after Apache's first reload (SIGXFSZ), which allow-all makes.
apache_reload
before=$(how)
query_before=$(query)
expect_output "suexec is the distribution's" "$real"$'\n' target
check "there is something to compare" test "$(wc -l <<<"$before")" -gt 40

check "allow-all" cagefsctl --site-isolation-allow-all
expect_output "puts the entry in place" "$entry"$'\n' target
expect_output "with the owner and mode of the real one" "$(mode "$real")"$'\n' mode "$entry"
expect_contains "its manual page stays" suexec-custom.8.gz query
expect_output "a document root that is not isolated runs as before" "$before"$'\n' how
check "b is isolated" cagefsctl --site-isolation-enable b.example
expect_output "and its neighbour runs as before" "$before"$'\n' how
expect_output "b serves" ok php_eval b.example 'echo "ok";'
expect_contains "suexec -V still answers" AP_LOG_EXEC sh -c '/usr/lib/apache2/suexec -V 2>&1'
check "allow-all again changes nothing" cagefsctl --site-isolation-allow-all
expect_output "the entry is in place" "$entry"$'\n' target

check "deny-all" cagefsctl --site-isolation-deny-all
expect_output "takes it away" "$real"$'\n' target
expect_output "and leaves the alternatives as they were" "$query_before"$'\n' query
check_not "the entry is removed" test -e "$entry"
expect_output "the installed one is closed" '-rwx------ root root'$'\n' mode /usr/libexec/sitecage/suexec
check_not "no link to the real one is left" test -L /var/lib/sitecage/suexec.real
expect_output "a runs as before" "$before"$'\n' how
expect_output "b serves" ok php_eval b.example 'echo "ok";'

# A choice that the administrator made by hand comes back.
cp -p "$real" /usr/lib/apache2/suexec-other
update-alternatives --install /usr/lib/apache2/suexec suexec /usr/lib/apache2/suexec-other 5
update-alternatives --set suexec /usr/lib/apache2/suexec-other
chosen=$(query)
check "allow-all over a manual choice" cagefsctl --site-isolation-allow-all
expect_output "the entry is in place" "$entry"$'\n' target
expect_output "in front of the chosen one" $'/usr/lib/apache2/suexec-other\n' readlink /var/lib/sitecage/suexec.real
expect_output "which serves" ok php_eval a.example 'echo "ok";'
check "deny-all" cagefsctl --site-isolation-deny-all
expect_output "the choice is restored" "$chosen"$'\n' query

# Apache's suexec may come after allow-all: enabling a site puts the entry in place.
check "allow-all" cagefsctl --site-isolation-allow-all
update-alternatives --remove suexec "$entry"
check_not "the entry is gone" test "$(target)" = "$entry"
check_says() { { cagefsctl --site-isolation-check 2>/dev/null || :; } | grep -F suexec; }
expect_contains "the check says so" "Sitecage's entry is not in front" check_says
check_not "and fails" cagefsctl --site-isolation-check
check "enable" cagefsctl --site-isolation-enable a.example
expect_output "puts it back" "$entry"$'\n' target
expect_output "a serves from its cage" "2"$'\n' php_eval a.example 'echo getmypid() < 100 ? 2 : 0, "\n";'
finish
