# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A server of tests/bench/against, in a box: runs the commands that it is given and tells what they took.
set -euo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
{
    panel_install
    make_user john
    make_user mary
    for d in a b c d; do make_site john $d.example /home/john/$d.example; done
    for d in $(seq "$AGAINST_SITES"); do mkdir "/home/john/more$d" && panel_add "more$d.example" john "/home/john/more$d"; done
    chown -R john: /home/john
    for d in m n o p; do make_site mary $d.example /home/mary/$d.example; done
    apache_start
    cagefsctl --site-isolation-allow-all
    cagefsctl --site-isolation-enable a.example
} >&2
exec python3 -u -c '
import json, pwd, resource, subprocess, sys, time
print("{}")
def word(w): return str(pwd.getpwnam(w[1:]).pw_uid) if w[0] == "@" else w  # @USER: the number
for line in sys.stdin:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([word(w) for w in json.loads(line)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"status": done.returncode, "wall": wall, "cpu": cpu, "text": done.stdout.decode(errors="replace")}))
'
