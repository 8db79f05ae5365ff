# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Second half of the box's start and then its process 1: installs the build, runs the command, reaps
# orphans (bash does so by itself), and ends with the command's status, which ends everything else.
set -euo pipefail
umask 022

# shellcheck source=tests/boxlib/cgroups.sh
. "$SC_SOURCE/tests/boxlib/cgroups.sh"
cgroups_settle

trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

environment=(HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    LANG=C.UTF-8 TERM="${TERM:-dumb}" IN_BOX=1 SC_SOURCE="$SC_SOURCE" SC_BUILD="$SC_BUILD")

if [ -n "$BOX_INSTALL" ]; then
    if ! env -i "${environment[@]}" cmake --install "$SC_BUILD" >/run/install.log 2>&1; then
        cat /run/install.log >&2
        echo "tests/box: cmake --install $SC_BUILD failed; is it built?" >&2
        exit 1
    fi
    rm /run/install.log
fi

if [ $# = 1 ] && [ "$1" = sh ]; then
    set -- bash
    [ ! -t 0 ] || set -- bash --rcfile "$SC_SOURCE/tests/boxlib/bashrc" -i
fi
cd "$BOX_CWD" 2>/dev/null || cd /root

(
    # The command gets its three descriptors and no more: tests look for those that the product leaks.
    for fd in /proc/self/fd/*; do
        fd=${fd##*/}
        case $fd in
        0 | 1 | 2 | 255) ;; # 255 is bash's own, closed by exec
        *) exec {fd}>&- ;;
        esac
    done
    exec env -i --default-signal=INT,QUIT "${environment[@]}" "$@"
) <&0 &
status=0
{ wait $! || status=$?; } 2>/dev/null # without bash's own word on a killed command

if [ -n "$BOX_CHECK_CGROUPS" ]; then
    left=$(cgroups_left)
    if [ -n "$left" ]; then
        printf 'tests/box: control groups left behind:\n%s\n' "$left" >&2
        [ "$status" != 0 ] || status=70
    fi
fi
exit "$status"
