#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# New document roots, one right after another, in an account with many running sites that see its home: each is hidden from all
# of them, also while views are still compared because of the one before, and then nothing is left to do.
# shellcheck disable=SC2317
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

panel_install
make_user john
names=()
for i in $(seq 24); do
    names+=("s$i.example")
    as_user john mkdir "/home/john/s$i"
    panel_add "s$i.example" john "/home/john/s$i"
done
check "allow all" cagefsctl --site-isolation-allow-all
check "24 sites that see the home" cagefsctl --site-isolation-enable --anyway --home shared "${names[@]}"
for name in "${names[@]}"; do
    as_user john cagefs_enter_site "$name" sh -c 'sleep 1000.5 &' </dev/null >/dev/null 2>&1
done
all_run() { [ "$(pgrep -c -x -f 'sleep 1000[.]5')" = 24 ]; }
check "all run" wait_until 30 all_run
pids=$(pgrep -x -f 'sleep 1000[.]5')

# seen DIR: how many of the processes see what is in it
seen()
{
    local pid n=0
    for pid in $pids; do [ ! -e "/proc/$pid/root$1/secret" ] || n=$((n + 1)); done
    echo "$n"
}
hidden() { [ "$(seen "$1")" = 0 ]; }
settled() { [ "$(sqlite3 /var/lib/sitecage/sitecage.db 'select count(*) from pending')" = 0 ]; }

new() # NAME
{
    panel_add "$1.example" john "/home/john/$1"
    /usr/share/cloudlinux/hooks/post_modify_domain.py create -u john --domain "$1.example" >/dev/null
}

for i in 1 2 3 4 5; do
    as_user john mkdir "/home/john/new$i"
    echo secret | put_file john "/home/john/new$i/secret"
    expect_output "control: before the panel lists it all see new$i" 24$'\n' seen "/home/john/new$i"
done
for i in 1 2 3 4 5; do
    new "new$i"
    sleep 0.3
done
for i in 1 2 3 4 5; do
    check "new$i is hidden from all" wait_until 30 hidden "/home/john/new$i"
done
check "nothing is left to do" wait_until 60 settled
check "no process of theirs was ended" all_run
expect_output "the state is fine" "" sqlite3 /var/lib/sitecage/sitecage.db "select last_error from user where name = 'john' and stale"
finish
