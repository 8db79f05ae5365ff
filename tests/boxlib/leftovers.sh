# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a test run could leave on the machine, as text: a snapshot before and one after must be equal.
# What a run starts carries SC_RUN in its environment; so other work on a busy machine is told apart.

leftovers_mounts()
{
    # Without the ids, which mean nothing.
    cut -d ' ' -f 3- /proc/self/mountinfo | sort | sed 's/^/mount /'
}

leftovers_users()
{
    sha256sum /etc/passwd /etc/group /etc/shadow | sed 's/^/users /'
}

# Other runs' boxes, and what is in them, are not ours.
leftovers_cgroups()
{
    find /sys/fs/cgroup -maxdepth 4 \( -name 'sitecage-box.*' ! -name "sitecage-box.*.$SC_RUN" -prune \) \
        -o -type d -name '*sitecage*' -printf 'group %p\n' 2>/dev/null | sort
}

leftovers_files()
{
    {
        find /run /etc/apache2 /etc/alternatives -maxdepth 1
        find /home /opt /etc /var/log /var/spool/cron -maxdepth 1
        find /tmp /var/tmp /dev/shm -maxdepth 1 -regextype posix-extended \
            -regex '.*/(sitecage|cagefs|sc[-_.]|checks\.|box|apache|php|test)[^/]*'
        find /run/sitecage /var/lib/sitecage /etc/cagefs /var/cagefs /opt/cloudlinux /opt/cpvendor \
            /usr/libexec/sitecage /usr/share/cloudlinux /usr/sbin/cagefsctl /usr/bin/cagefs_enter_site
        find "${TMPDIR:-/nonexistent}" -mindepth 1
    } 2>/dev/null | sort -u | sed 's/^/file /'
}

leftovers_processes()
{
    local environ pid name
    while read -r environ; do
        pid=${environ#/proc/} pid=${pid%/environ}
        echo "process $pid $(tr '\0' ' ' <"/proc/$pid/cmdline")"
    done < <(env -u SC_RUN grep -lzx "SC_RUN=$SC_RUN" /proc/[0-9]*/environ 2>/dev/null)
    # A daemon may have cleaned its environment. Those in other boxes have another pid namespace. Only
    # names: the machine's own Apache changes its workers as it likes.
    while read -r pid name; do
        [ "/proc/$pid/ns/pid" -ef /proc/self/ns/pid ] && echo "process $name"
    done < <(ps -e -o pid=,comm= |
        awk '$2 ~ /^(sitecage|cagefs|isolatectl|selectorctl|apache2|suexec|php)/') | sort -u
}

# In a subshell that goes on when a command fails: most of what is asked for does not exist.
leftovers_snapshot()
(
    set +e +o pipefail
    leftovers_mounts
    leftovers_users
    leftovers_cgroups
    leftovers_files
    leftovers_processes
    true
)
