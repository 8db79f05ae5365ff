# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# First half of the box's start: runs as process 1 of fresh namespaces, still on the machine's own file
# systems. It builds the copy, makes it the root, and hands over to init.sh inside it.
set -euo pipefail

lib=$(dirname "$0")
# shellcheck source=tests/boxlib/cgroups.sh
. "$lib/cgroups.sh"

die()
{
    echo "tests/box: $*" >&2
    exit 1
}

# Without -n, mount(8) keeps notes in the machine's own /run/mount.
mount()
{
    command mount -n "$@"
}

# The machine's mount points that matter to the box, parents before children, one a line (no mount point
# with a newline can be meant: mountinfo writes it as \012, and it is left out).
real_mounts()
{
    local line left right point type
    while read -r line; do
        left=${line%% - *} right=${line#* - }
        read -r _ _ _ _ point _ <<<"$left"
        type=${right%% *}
        case $type in
        proc | sysfs | devtmpfs | devpts | cgroup* | *fs_pipefs | securityfs | debugfs | tracefs | bpf) ;;
        pstore | mqueue | hugetlbfs | configfs | fusectl | efivarfs | autofs | binfmt_misc | nsfs) ;;
        *)
            case $point/ in
            / | // | /proc/* | /sys/* | /dev/* | /run/* | /tmp/* | *\\012*) ;;
            *) printf '%b\n' "${point//\\/\\0}" ;;
            esac
            ;;
        esac
    done </proc/self/mountinfo | sort -u
}

# An existing folder that no mount, and neither source nor build, lies in or below: the box is built over
# it, in this mount namespace only.
pick_stage()
{
    local candidate path free
    for candidate in /mnt /media /srv /opt /var/opt /usr/src /root; do
        if [ ! -d "$candidate" ] || [ -L "$candidate" ]; then
            continue
        fi
        free=yes
        for path in "$SC_SOURCE" "$SC_BUILD" "${mounts[@]}"; do
            [[ $path/ != "$candidate"/* ]] || free=
        done
        [ -z "$free" ] || { printf '%s\n' "$candidate" && return; }
    done
    die "no empty folder to build the box in: all of /mnt /media /srv /opt /root have mounts below"
}

# Shows LOWER at NEW, with all changes going to memory; read-only where no overlay can be made.
layers=0
cover()
{
    local lower=$1 new=$2 layer=$stage/layer$layers extra
    layers=$((layers + 1))
    if [ -d "$lower" ]; then
        mkdir -p "$new"
        if [[ $lower != *[,:\\]* ]]; then
            mkdir "$layer" "$layer/upper" "$layer/work"
            # xino: one st_dev and steady inode numbers, as on an ordinary file system.
            for extra in ,redirect_dir=on,xino=on ''; do
                if mount -t overlay -o "lowerdir=$lower,upperdir=$layer/upper,workdir=$layer/work$extra" \
                    overlay "$new" 2>/dev/null; then
                    return
                fi
            done
        fi
    elif ! [ -e "$new" ]; then
        return 0
    fi
    mount --bind "$lower" "$new" && mount -o remount,bind,ro "$new"
}

mapfile -t mounts < <(real_mounts)
stage=$(pick_stage)
mount -t tmpfs -o mode=755,size=75% sitecage-box "$stage"
root=$stage/root
mkdir "$root"
cover / "$root"
[ "$(findmnt -n -o FSTYPE --mountpoint "$root")" = overlay ] ||
    die "this kernel cannot make an overlay of / (is the overlay module there?)"
for point in "${mounts[@]}"; do
    cover "$point" "$root$point" 2>/dev/null ||
        echo "tests/box: $point cannot be shown in the box; going on without it" >&2
done

for point in proc sys dev run tmp; do
    mkdir -p "$root/$point"
done
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t sysfs -o nosuid,nodev,noexec sysfs "$root/sys"
cgroups_mount "$root"
mount -o remount,bind,ro,nosuid,nodev,noexec "$root/sys"

mount -t tmpfs -o mode=755,nosuid tmpfs "$root/dev"
for node in null zero full random urandom tty fuse; do
    if [ -c "/dev/$node" ]; then
        touch "$root/dev/$node"
        mount --bind "/dev/$node" "$root/dev/$node"
    fi
done
mkdir "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5,nosuid,noexec devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/dev/shm"
mount -t mqueue mqueue "$root/dev/mqueue"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"

mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$root/run"
mkdir -m 1777 "$root/run/lock"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/tmp"
# A source or build folder that one of these now hides comes back at its real path.
for path in "$SC_SOURCE" "$SC_BUILD"; do
    case $path in
    /tmp/* | /run/* | /dev/*)
        [ ! -d "$path" ] || [ -e "$root$path" ] || cover "$path" "$root$path"
        ;;
    esac
done

hostname box
ip link set lo up

cd "$root"
pivot_root . ".$stage"
umount -n -l "$stage"
cd /
# Executed afresh, so that process 1 holds nothing of the old root open.
exec bash "$SC_SOURCE/tests/boxlib/init.sh" "$@"
