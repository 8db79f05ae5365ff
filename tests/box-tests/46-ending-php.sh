#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A site that is served by FastCGI gets another PHP while requests run: nobody waits for them, they end well with the PHP
# that they began with, new ones have the new one, and what does not end is ended.
# Functions are called by the checks; $ in single quotes is PHP's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

H=/home/john
native=$(php -n -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')
panel_install
make_user john
make_user mary
for d in a b c; do make_site john $d.example $H/$d.example; done
make_site mary m.example /home/mary/m.example

cat >/usr/local/lib/fcgi.py <<'PYTHON'
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(5)
os.dup2(s.fileno(), 0)
os.environ["PHP_FCGI_CHILDREN"] = "2"
os.execv("/usr/bin/php-cgi", ["php-cgi"])
PYTHON
cat >/usr/local/lib/ask.py <<'PYTHON'
import socket, struct, sys
path, script, query = sys.argv[1:]
def record(kind, body): return struct.pack("!BBHHBx", 1, kind, 1, len(body), 0) + body
def pair(k, v): return bytes([len(k), len(v)]) + k.encode() + v.encode()
s = socket.socket(socket.AF_UNIX)
s.connect(path)
params = {"SCRIPT_FILENAME": script, "REQUEST_METHOD": "GET", "QUERY_STRING": query, "REDIRECT_STATUS": "200"}
s.sendall(record(1, b"\0\1\0\0\0\0\0\0") + record(4, b"".join(pair(*p) for p in params.items())) + record(4, b"") + record(5, b""))
data = b""
while chunk := s.recv(65536):
    data += chunk
out = b""
while len(data) >= 8:
    _, kind, _, n, pad = struct.unpack("!BBHHBx", data[:8])
    out += data[8:8 + n] if kind == 6 else b""
    data = data[8 + n + pad:]
print(out.split(b"\r\n\r\n", 1)[-1].decode(), end="")
PYTHON
# "list": it has the extensions that were chosen, and they are but one; "server": those that the server has
put_file john $H/a.example/slow.php <<'PHP'
<?php
set_time_limit(0);
$n = (int)$_GET['n'];
touch(__DIR__ . "/begun.$n");
for ($i = 0; $n && $i < 600 && !file_exists(__DIR__ . "/end.$n"); $i++, clearstatcache()) usleep(100000);
echo extension_loaded('exif') && !extension_loaded('calendar') ? 'list' : 'server';
PHP
ask() { as_user john python3 /usr/local/lib/ask.py $H/a.example/fcgi.sock $H/a.example/slow.php "n=$1"; }
serve() # SITE: what a web server would start
{
    rm -f "$H/$1.example/fcgi.sock"
    as_user john cagefs_enter_site "$1.example" python3 /usr/local/lib/fcgi.py "$H/$1.example/fcgi.sock" &
    wait_until 20 test -S "$H/$1.example/fcgi.sock"
}
# A request runs until a file of its own is there, or for a minute: no clock says when it is over.
begin() # NUMBER
{
    rm -f "$H/a.example/begun.$1" "$H/a.example/end.$1"
    ask "$1" >"$checks_dir/slow.$1" 2>&1 &
    job[$1]=$!
    wait_until 20 test -e "$H/a.example/begun.$1"
}
declare -A job=()
runs() { kill -0 "${job[$1]}" 2>/dev/null && ! [ -s "$checks_dir/slow.$1" ]; }
ended() # NUMBER WITH
{
    touch "$H/a.example/end.$1"
    wait "${job[$1]}"
    [ "$(cat "$checks_dir/slow.$1")" = "$2" ]
}
cut_off() { wait "${job[$1]}"; ! grep -q 'list\|server' "$checks_dir/slow.$1"; }
notes() { find /run/sitecage -name '*.oldphp.*' | wc -l; }
noted() { [ "$(notes)" -gt 0 ]; }
none_noted() { [ "$(notes)" = 0 ]; }
change() { as_user john selectorctl --replace-user-extensions="$1" --version "$native" --domain a.example; }
reset() { as_user john selectorctl --reset-user-extensions --version "$native" --domain a.example; }
nobody_finishes() { ! pgrep -x sitecage-finish >/dev/null; }
# Each program is a php-cgi with two children.
are() { [ "$(pgrep -u john -x php-cgi | wc -l)" = $((3 * $1)) ]; }
only_b() { [ "$(pgrep -u john -x php-cgi | sort)" = "$of_b" ]; }
b_lives() { [ "$(pgrep -u john -x php-cgi | sort | comm -12 - <(echo "$of_b") | wc -l)" = 3 ]; }

check "allowed" cagefsctl --site-isolation-allow-all
check "A, B and C are isolated" cagefsctl --site-isolation-enable a.example b.example c.example
as_user john selectorctl --set-user-current="$native" --domain a.example
check "B's program" serve b
check "has all its processes" wait_until 10 are 1
of_b=$(pgrep -u john -x php-cgi | sort)
check "A's program" serve a
check "has them, too" wait_until 10 are 2
expect_output "it answers with what the server has" server ask 0

## Idle programs end at once
check "A gets another list of extensions" change exif
check "its program has ended, B's has not" only_b
check "and nothing is left to do" none_noted
check "A's program" serve a
expect_output "control: it answers with the list" list ask 0

## A request runs
begin 1
check "A's list is reset while it runs" reset
check "it still runs: nobody has waited for it, nor cut it off" runs 1
check "that it ends is noted" noted
check "the account is not held: C is switched off meanwhile" cagefsctl --site-isolation-disable c.example
check "it still runs" runs 1
check "it ends well, with the PHP that it began with" ended 1 list
check "then nothing is noted any more" wait_until 30 none_noted
check "A's next program" serve a
expect_output "has what the server has" server ask 0
check "B's program has not ended" b_lives

## One that does not end is ended, also when the process that sees to it was killed
begin 2
check "A gets a list again" change exif
check "the request runs" runs 2
check "somebody sees to it" wait_until 10 pgrep -x sitecage-finish
pkill -9 -x sitecage-finish
check "who is killed" wait_until 10 nobody_finishes
check "it is still noted" noted
check "the next command has another one go on" cagefsctl --site-isolation-regenerate john
check "it is cut off after a while" cut_off 2
check "and nothing is noted any more" wait_until 30 none_noted
check "A's program" serve a
expect_output "has the list" list ask 0
pkill -u john -x php-cgi
finish
