#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Before check says OK and the first enable says yes, a throwaway view is built: a server that cannot build one is
# told so, with the step and the way out, and nothing has changed.
# shellcheck disable=SC2317
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"
# shellcheck source=tests/boxlib/state.sh
. "$SC_SOURCE/tests/boxlib/state.sh"

gcc -O1 -o /usr/local/bin/refuse "$SC_SOURCE/tests/boxlib/refuse.c" -lseccomp || exit 1
libexec=/usr/libexec/sitecage
enabled=$'CloudLinux Isolates was enabled for domain(s),\na.example\n'
cannot="a site's view cannot be built on this server"
panel_install
make_user john
site_with_secret john a.example /home/john/a.example
site_with_secret john b.example /home/john/b.example
monitor_off
# check fails for other reasons, too
rows() { cagefsctl --site-isolation-check 2>/dev/null || [ $? = 1 ]; }
row() { { "$@" cagefsctl --site-isolation-check 2>/dev/null || :; } | grep ' view: '; }
enable() { cagefsctl --site-isolation-enable "$@"; }
as_john_enable() { as_user john isolatectl site-isolation enable --domain "$1"; }
entered() { as_user john cagefs_enter_site "$1" cat secret; }

# everything that could be left: mounts, processes and files
all_of_it()
{
    state_exact john
    cut -d ' ' -f 3- /proc/self/mountinfo | sort
    pgrep -x sitecage-keeper
    find / -xdev -newer /tmp/before -uid 65534 2>/dev/null
}
unchanged() # COMMAND...: fails, and leaves everything as it was
{
    touch /tmp/before
    local was
    was=$(all_of_it)
    ! "$@" >/dev/null 2>&1 && [ "$was" = "$(all_of_it)" ]
}

# what a server can lack: a system call, and the step that the message names
declare -A step=(
    [fsmount]="a home to try with: mount tmpfs: fsmount: Input/output error"
    [open_tree]="the cage's own file system: open_tree: Input/output error"
    [mknodat]="dev /dev: make /dev/null: Input/output error"
    [pivot_root]="pivot_root: Input/output error"
    [capset]="start /usr/libexec/sitecage/sitecage-keeper: Input/output error"
)

cagefsctl --site-isolation-allow-all >/dev/null
mkdir -p /run/sitecage/base # made by the first view, for a trial or for a site
expect_contains "control: check builds one" "OK       view: one was built for a trial, and ended" rows
for call in "${!step[@]}"; do
    expect_contains "check: $call refused" "FAILED   view: $cannot: $libexec/sitecage-build exited with status 1, saying: ${step[$call]}" \
        row refuse $call=EIO
    expect_fail 1 "${step[$call]}: if this is a container" refuse $call=EIO cagefsctl --site-isolation-enable a.example
    check "nothing has changed" unchanged refuse $call=EIO cagefsctl --site-isolation-enable a.example
done

# a part that is missing or broken
for part in sitecage-build sitecage-keeper; do
    mv $libexec/$part /root/$part
    expect_fail 1 "$cannot" enable a.example
    check "$part is missing: nothing has changed" unchanged enable a.example
    echo "no program" >$libexec/$part
    chmod 755 $libexec/$part
    expect_fail 1 "$cannot" enable a.example
    check "$part is broken: nothing has changed" unchanged enable a.example
    check "for the user, too" unchanged as_john_enable a.example
    expect_contains "check: $part is broken" "FAILED   view: $cannot" row env
    cp -p /root/$part $libexec/$part
done

expect_output "control: all is well again" "$enabled" enable a.example
expect_output "and the site can be entered" $'secret of a.example\n' entered a.example

# later ones are not tried again, unless what builds is another
trials() { strace -f -qq -e trace=execve -o /tmp/trace cagefsctl --site-isolation-enable b.example >/dev/null && grep -c -- '"--try"' /tmp/trace; }
expect_fail 1 '' trials
cagefsctl --site-isolation-disable b.example >/dev/null
printf '#!/bin/sh\nexit 3\n' >$libexec/sitecage-build
expect_fail 1 "$cannot" enable b.example
check "another program since: nothing has changed" unchanged enable b.example
cp -p /root/sitecage-build $libexec/sitecage-build
expect_output "and put back" "${enabled/a.example/b.example}" enable b.example
finish
