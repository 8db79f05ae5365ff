#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Many processes of the web server ask at once for views that nobody has: of all sites of an account, none of which runs.
# Two of an account are built at a time, and the others wait for their turn.
# shellcheck disable=SC2317
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

panel_install
make_user john
sites=""
for domain in a b c d e; do
    make_site john $domain.example /home/john/$domain
    put_php $domain.example ok.php 'echo "ok";'
    sites+=" $domain.example"
done
apache_start
cagefsctl --site-isolation-allow-all >/dev/null
# shellcheck disable=SC2086 # names
check "enable" cagefsctl --site-isolation-enable $sites

# ask_at_once TIMES: all questions are sent before an answer is read; prints the answers.
ask_at_once()
{
    python3 - "$1" "$(id -u john)" <<'PYTHON'
import re, select, socket, struct, sys
ids = re.findall(r"^site (\d+)", open("/run/sitecage/web/table").read(), re.M)
asked = []
for site in ids * int(sys.argv[1]):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.settimeout(60)
    s.connect("/run/sitecage/web/sock")
    s.send(struct.pack("III", 0x73637731, int(sys.argv[2]), int(site)))
    asked.append(s)
while asked:
    for s in select.select(asked, [], [], 60)[0]:
        answer = s.recv(1000)
        print(struct.unpack("i", answer[:4])[0], answer[4:].split(b"\0")[0].decode(), flush=True)
        asked.remove(s)
PYTHON
}
all_had_it() { [ "$(sort "$checks_dir/answers" | uniq -c | tr -s ' ')" = " $1 0 " ] || { cat "$checks_dir/answers" >&2; return 1; }; }
check "no site runs" cagefsctl --remount john
ask_at_once 1 >"$checks_dir/answers"
check "each of 5 sites is built at once" all_had_it 5
check "no site runs" cagefsctl --remount john
ask_at_once 4 >"$checks_dir/answers"
check "and asked for by 4 processes" all_had_it 20

echo "== a build that hangs"
# Whoever builds a site holds this lock.
check "no site runs" cagefsctl --remount john
hold()
{
    local lock
    for lock in "/run/sitecage/$(id -u john)"/*.build; do
        flock -o "$lock" sleep 600 & holders+=($!)
    done
    for lock in "/run/sitecage/$(id -u john)"/*.build; do
        wait_until 10 is_held "$lock" || return
    done
}
is_held() { ! flock -n "$1" true; }
turned_away() { [ "$(grep -c 'too many views' "$checks_dir/answers")" = 3 ]; }
served() { [ "$(http a.example /ok.php)" = ok ]; }
holders=()
check "the locks of all five are held" hold
ask_at_once 1 >"$checks_dir/answers" & asking=$!
check "those behind the two are turned away, and go on waiting for nothing" wait_until 20 turned_away
kill "${holders[@]}"
check "the two are answered when they are built" wait $asking
check "sites are served" wait_until 10 served
finish
