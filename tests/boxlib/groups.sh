# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Control groups of sites, for box tests.

# groups_of_site ID: their directories, in all hierarchies
groups_of_site()
{
    find /sys/fs/cgroup -type d -path "*/sitecage*/$1" | sort
}

# no_groups_of ID
no_groups_of()
{
    [ -z "$(groups_of_site "$1")" ] || { groups_of_site "$1" && return 1; }
}

# only_counts ID: the site has groups, and they limit nothing
only_counts()
{
    local dir file n=0
    while read -r dir; do
        n=$((n + 1))
        # version 1: of the hierarchies that count, and of no other
        [ -e "$dir/cgroup.controllers" ] || [[ $dir =~ ^/sys/fs/cgroup/([^/]*,)?(cpuacct|memory)(,[^/]*)?/ ]] ||
            { echo "there is $dir" && return 1; }
        for file in cpu.max memory.max pids.max; do
            [ ! -e "$dir/$file" ] || grep -q ^max "$dir/$file" || { grep -H . "$dir/$file" && return 1; }
        done
        [ ! -e "$dir/io.max" ] || ! grep -H . "$dir/io.max" || return 1
        file=$dir/memory.limit_in_bytes
        [ ! -e "$file" ] || [ "$(cat "$file")" -gt $((1 << 62)) ] || { grep -H . "$file" && return 1; }
    done < <(groups_of_site "$1")
    [ $n -gt 0 ] || { echo "it has no group" && return 1; }
}
