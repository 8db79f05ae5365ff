# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The box's control groups. A box has one group in each hierarchy of the machine, sees it as the root of
# that hierarchy (cgroup namespace), and everything it makes lies below it.

# The mount points of the machine's control group hierarchies, one a line.
cgroups_mounts()
{
    local line left right point type
    while read -r line; do
        left=${line%% - *} right=${line#* - }
        read -r _ _ _ _ point _ <<<"$left"
        type=${right%% *}
        case $type in
        cgroup | cgroup2) printf '%s\n' "$point" ;;
        esac
    done </proc/self/mountinfo
}

# Makes the group NAME in each hierarchy that allows it and moves the calling process into it.
cgroups_join()
{
    local point
    while read -r point; do
        mkdir "$point/$1" 2>/dev/null || continue
        # A new cpuset is empty and takes no process until it is filled.
        if [ -e "$point/cpuset.cpus" ] && [ -e "$point/$1/cpuset.cpus" ]; then
            cat "$point/cpuset.cpus" >"$point/$1/cpuset.cpus" 2>/dev/null || true
            cat "$point/cpuset.mems" >"$point/$1/cpuset.mems" 2>/dev/null || true
            echo 1 >"$point/$1/cgroup.clone_children" 2>/dev/null || true
        fi
        echo 0 >"$point/$1/cgroup.procs" || return 1 # 0 is the writer
    done < <(cgroups_mounts)
}

# Kills what is still in the groups NAME and removes them.
cgroups_remove()
{
    local point pid dir tries
    for ((tries = 0; tries < 250; tries++)); do
        local left=
        while read -r point; do
            [ -d "$point/$1" ] || continue
            while read -r dir; do
                while read -r pid; do
                    kill -KILL "$pid" 2>/dev/null || true
                done < <(cat "$dir/cgroup.procs" 2>/dev/null)
                rmdir "$dir" 2>/dev/null || true
            done < <(find "$point/$1" -depth -type d 2>/dev/null)
            [ ! -d "$point/$1" ] || left=$point/$1
        done < <(cgroups_mounts)
        [ -n "$left" ] || return 0
        sleep 0.02
    done
    echo "tests/box: cannot remove the control group $left" >&2
    return 1
}

# Inside the box: mounts its own view of the hierarchies below ROOT/sys/fs/cgroup, at their usual places.
cgroups_mount()
{
    local root=$1 line left right point type options option wanted link
    if [ "$(findmnt -n -o FSTYPE --mountpoint /sys/fs/cgroup)" = tmpfs ]; then
        mount -n -t tmpfs -o mode=755,nosuid,nodev,noexec tmpfs "$root/sys/fs/cgroup"
        for link in /sys/fs/cgroup/*; do
            if [ -L "$link" ]; then
                cp -P "$link" "$root/sys/fs/cgroup/"
            fi
        done
    fi
    while read -r line; do
        left=${line%% - *} right=${line#* - }
        read -r _ _ _ _ point _ <<<"$left"
        read -r type _ options <<<"$right"
        case $type:$point in
        cgroup2:/sys/fs/cgroup | cgroup2:/sys/fs/cgroup/* | cgroup:/sys/fs/cgroup/*) ;;
        *) continue ;;
        esac
        mkdir -p "$root$point"
        if [ "$type" = cgroup2 ]; then
            mount -n -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root$point"
            continue
        fi
        # Of the hierarchy's own options only the controllers and the name say which it is.
        wanted=
        for option in ${options//,/ }; do
            case $option in
            name=*) wanted+=,none,$option ;;
            *) grep -q "^${option}[[:space:]]" /proc/cgroups && wanted+=,$option ;;
            esac
        done
        mount -n -t cgroup -o "nosuid,nodev,noexec$wanted" cgroup "$root$point"
    done </proc/self/mountinfo
}

# Inside the box: a version 2 group with processes cannot hand controllers to groups below it. So the
# box's processes live in a group of their own, as they do on a machine with systemd.
cgroups_settle()
{
    local point controller controllers
    while read -r point; do
        [ "$(stat -f -c %T "$point")" = cgroup2fs ] || continue
        mkdir "$point/init.scope" || continue
        echo 1 >"$point/init.scope/cgroup.procs" || continue
        read -ra controllers <"$point/cgroup.controllers" || true
        for controller in "${controllers[@]}"; do
            echo "+$controller" >"$point/cgroup.subtree_control" 2>/dev/null || true
        done
    done < <(cgroups_mounts)
}

# Inside the box: the groups that somebody made and left, one a line.
cgroups_left()
{
    local point
    while read -r point; do
        find "$point" -mindepth 1 -type d ! -name init.scope
    done < <(cgroups_mounts)
}

# Run as a program. `sweep GROUP` waits for the end of stdin and removes the group. `join GROUP SCRIPT...`
# is the box's process 1: it enters the group, makes it the root of all it sees, and becomes the script.
# (unshare(1), which waits outside, must not be in the group: see cgroups_settle.)
if [ "$0" = "${BASH_SOURCE[0]}" ]; then
    case $1 in
    sweep)
        trap '' HUP INT TERM
        cat >/dev/null
        cgroups_remove "$2"
        ;;
    join)
        cgroups_join "$2" || exit
        exec unshare --cgroup bash "${@:3}"
        ;;
    esac
fi
