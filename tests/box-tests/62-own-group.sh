#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where systemd has control groups of version 2 alone, keepers and supervisors live in the group of sitecage-sites.service, when
# systemd says that it is handed over. The test plays systemd; tests/vm/debian/slice has the real one. Where version 2 has no
# controllers (a machine whose version 1 has them) there are no sites' groups, and nothing but that is looked at.
# Functions are called by the checks; $ in single quotes is PHP's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"

mount=/sys/fs/cgroup
slice=$mount/sitecage.slice
unit=$slice/sitecage-sites.service
if [ "$(stat -f -c %T $mount)" != cgroup2fs ]; then
    umount -R $mount
    check "version 2 alone" mount -n -t cgroup2 cgroup2 $mount
fi
read -ra controllers <$mount/cgroup.controllers
hand_down()
{
    local controller
    for controller in "${controllers[@]}"; do
        echo "+$controller" >"$1/cgroup.subtree_control" 2>/dev/null
    done
}
is_caged() { [ "$(php_eval "$1" 'echo getmypid() < 100 ? "caged" : "open";')" = caged ]; }
group_of() { sed -n 's/^0:://p' "/proc/$1/cgroup"; }
keeper_in_own() { [ "$(group_of "$(keeper_of john "$1")")" = /sitecage.slice/sitecage-sites.service/own ]; }
supervisor_in_own()
{
    local pid
    pgrep -x sitecage-fpm >/run/supervisors || return
    while read -r pid; do
        [ "$(group_of "$pid")" = /sitecage.slice/sitecage-sites.service/own ] || return
    done </run/supervisors
}
# another keeper, where the group is now
next_keeper()
{
    local old
    old=$(keeper_of john "$1") && kill -TERM "$old" && wait_until 20 gone "$old" && is_caged "$1"
}
gone() { ! [ -e "/proc/$1" ]; }
delegated() { python3 -c 'import os, sys; os.setxattr(sys.argv[1], "trusted.delegate", b"1")' "$unit"; }
not_delegated() { python3 -c 'import os, sys; os.removexattr(sys.argv[1], "trusted.delegate")' "$unit"; }

panel_install
make_user john
make_site john cgi.example /home/john/cgi.example
fpm_site john fpm.example /home/john/fpm.example
fpm_start
apache_start
check "allow-all" cagefsctl --site-isolation-allow-all
check "enable" cagefsctl --site-isolation-enable cgi.example
check "the site is caged" is_caged cgi.example
check_not "control: without the unit its keeper is elsewhere" keeper_in_own cgi.example

mkdir $slice && hand_down $slice && mkdir $unit
check "a folder by that name" next_keeper cgi.example
check_not "control: is not taken for the unit's group" keeper_in_own cgi.example
check_not "nothing is made in it" test -e $unit/own

sleep 1000 &
sleeper=$! # the unit's own process, where systemd put it
check "the unit has a process" sh -c 'echo "$1" >"$2/cgroup.procs"' sh "$sleeper" "$unit"
check "systemd hands it over" delegated
check "another keeper" next_keeper cgi.example
check "lives there" keeper_in_own cgi.example
expect_output "the unit's own process, too" $'/sitecage.slice/sitecage-sites.service/own\n' group_of "$sleeper"
check "another site" cagefsctl --site-isolation-enable fpm.example
check "is caged" is_caged fpm.example
check "its keeper lives there" keeper_in_own fpm.example
check "its supervisor, too" supervisor_in_own
check_not "nothing is made above" test -e $mount/own -o -e $slice/own
if [ ${#controllers[@]} -gt 0 ]; then
    site_group() { php_eval "$1" 'echo file_get_contents("/proc/self/cgroup");'; }
    expect_contains "a site has its group below" "0::/sitecage.slice/sitecage-sites.service/$(id -u john)/" site_group fpm.example
    check_not "and none below the root" test -e $mount/sitecage
fi

check "it is not ours any more" not_delegated
check "another keeper" next_keeper cgi.example
check_not "control: lives elsewhere" keeper_in_own cgi.example
check "deny-all" cagefsctl --site-isolation-deny-all
finish
