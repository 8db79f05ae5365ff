#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What Apache refuses an isolated site's requests is one line in the error log (domain, the visitor's status, reason), counted
# for each site, and shown by status and isolatectl; counts and the module's report outlive an emptied /run.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi proxy_http status"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
lines() { cat /var/log/apache2/*.log | grep -F 'sitecage: a.example: '; }
said() { lines | grep -F "sitecage: a.example: $1"; }
n_lines() { lines | wc -l; }
counted() { cagefsctl --site-isolation-status --json a.example | jq -r '.sites[0].refused.requests // 0'; }
counts() { [ "$(counted)" = "$(n_lines)" ]; }
# refuses TEXT STATUS PATH REASON [CURL-OPTION…]: one line more, with that
refuses()
{
    local text=$1 status=$2 path=$3 reason=$4 before
    shift 4
    before=$(n_lines)
    expect_output "$text: the visitor gets $status" "$status" http_code a.example "$path" "$@"
    one_more() { [ "$(n_lines)" = $((before + 1)) ]; }
    check "$text: one line" wait_until 5 one_more
    expect_contains "$text: with status and reason" "$status: $reason" lines
    check "$text: counted" wait_until 5 counts
}
# silent TEXT STATUS PATH: no line
silent()
{
    local before
    before=$(n_lines)
    expect_output "$1: the visitor gets $2" "$2" http_code a.example "$3"
    check "$1: no line" test "$(n_lines)" = "$before"
}

panel_install
make_user john
for site in a b; do
    fpm_site john $site.example $H/$site.example
    printf 'secret of %s' "$site" | put_file john $H/$site.example/secret.txt
done
as_user john sh -c "cd $H/a.example; ln -s $H/b.example/secret.txt link.txt; ln -s $H/b.example dir; mkfifo fifo
    mkdir auth status page closed socket; echo x | tee auth/x page/x >x; chmod 700 closed; echo own >own; chmod 600 own"
put_file john $H/a.example/auth/.htaccess <<<$'AuthType Basic\nAuthName x\nAuthUserFile /home/john/b.example/.htpasswd\nRequire valid-user'
put_file john $H/b.example/.htpasswd <<<'bob:{SHA}x'
put_file john $H/a.example/status/.htaccess <<<'SetHandler server-status'
put_file john $H/a.example/page/.htaccess <<<'ErrorDocument 403 /x'
as_user john ln -s ../link.txt $H/a.example/page/link.txt
put_file john $H/a.example/socket/.htaccess <<<'SetHandler "proxy:unix:/run/app.sock|http://localhost"'
echo x | put_file john $H/a.example/socket/x
python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.bind("/run/app.sock")' && chmod 666 /run/app.sock
fpm_start
apache_start
expect_output "control: nothing is refused, not isolated" "secret of b" http a.example /link.txt
check "allow-all" cagefsctl --site-isolation-allow-all
check "A and B are isolated" cagefsctl --site-isolation-enable a.example b.example
expect_output "nothing is counted" 0$'\n' counted

shows="the site's cage does not show this, or it is no regular file ("
refuses "a link to a sibling's file" 403 /link.txt "$shows$H/a.example/link.txt)"
refuses "a file behind a link to a sibling" 403 /dir/secret.txt "$shows$H/a.example/dir"
refuses "a FIFO" 403 /fifo "$shows$H/a.example/fifo)"
refuses "a sibling's password file" 500 /auth/x "$shows$H/b.example/.htpasswd)" -u bob:x
refuses "a page that tells of the error" 403 /page/link.txt "$shows"
refuses "the server's status" 403 /status/ "this handler tells about the server"
refuses "a socket of somebody" 503 /socket/x "this socket is none of the site's"
silent "a page that is not there" 404 /none
silent "its own file that Apache may not read" 403 /own
silent "its own directory, too" 403 /closed/x
silent "its own file" 200 /secret.txt

## Shown
status() { cagefsctl --site-isolation-status a.example; }
expect_contains "status says how many" "Apache refused $(n_lines) of its requests, the last at $(date -u +%Y-)" status
expect_contains "and the last one's status and reason" "503: this socket is none of the site's" status
last() { cagefsctl --site-isolation-status --json a.example | jq -r '.sites[0].refused | "\(.status) \(.reason[:29]) \(.last > 1700000000)"'; }
expect_output "so does --json" $'503 this socket is none of the si true\n' last
users() { as_user john isolatectl stats | jq -r '.domains[] | "\(.name) \(.refused.requests)"'; }
expect_output "so does isolatectl" "a.example $(n_lines)"$'\nb.example null\n' users
of_b() { cagefsctl --site-isolation-status b.example; }
expect_lacks "B's has none" refused of_b

## /run is emptied
report() { sed -n 's/^#pid //p' /var/lib/sitecage/web/report; }
expect_output "the module's report is there" "$(cat /run/apache2/apache2.pid)"$'\n' report
before=$(n_lines)
rm -rf /run/sitecage
expect_output "A is served again" "secret of a" http a.example /secret.txt
expect_output "the report is there" "$(cat /run/apache2/apache2.pid)"$'\n' report
shown() { counts && [ "$(n_lines)" -gt "$before" ]; }
expect_output "another refusal" 403 http_code a.example /fifo
check "is counted with those of before" wait_until 10 shown
check "Apache starts again" sh -c 'apache2ctl graceful'
expect_output "another refusal" 403 http_code a.example /fifo
check "is counted with those of before" wait_until 10 counts
finish
