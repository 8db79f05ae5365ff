/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/own_group.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/base/cleanup.h"

bool sc_group_is_delegated(const char *dir)
{
    char value[2];
    return getxattr(dir, "trusted.delegate", value, sizeof(value)) == 1 && value[0] == '1';
}

bool sc_sites_unit_fits(void)
{
    struct statfs fs;
    return statfs(SC_GROUPS_MOUNT, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}

bool sc_sites_unit_runs(void)
{
    return sc_sites_unit_fits() && sc_group_is_delegated(SC_GROUPS_MOUNT "/" SC_SITES_GROUP);
}

int sc_own_group_open(void)
{
    static const char own[] = SC_GROUPS_MOUNT "/" SC_OWN_GROUP;
    if (!sc_sites_unit_runs() || (mkdir(own, 0755) < 0 && errno != EEXIST))
        return -1;
    return open(own, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static bool go_to_own_group(void)
{
    SC_FD int own = sc_own_group_open();
    SC_FD int procs = own < 0 ? -1 : openat(own, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    return procs >= 0 && write(procs, "0", 1) == 1;
}

void sc_leave_callers_group(void)
{
    static const char *const roots[] = {SC_GROUPS_MOUNT "/systemd/tasks",
                                        SC_GROUPS_MOUNT "/cgroup.procs",
                                        SC_GROUPS_MOUNT "/unified/cgroup.procs"};
    if (go_to_own_group())
        return;
    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        SC_FD int fd = open(roots[i], O_WRONLY | O_CLOEXEC);
        if (fd >= 0)
            (void)!write(fd, "0", 1);
    }
}
