/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/own_group.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stddef.h>
#include <string.h>
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

/* What systemd started in the unit's group itself; as long as it is there nothing can be handed down. */
static void empty_unit_group(int own)
{
    char text[1024];
    SC_FD int from = open(SC_GROUPS_MOUNT "/" SC_SITES_GROUP "/cgroup.procs", O_RDONLY | O_CLOEXEC);
    SC_FD int to = openat(own, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    ssize_t n = from < 0 || to < 0 ? 0 : read(from, text, sizeof(text) - 1);
    text[n > 0 ? n : 0] = 0;
    for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n')
        (void)!write(to, p, strcspn(p, "\n"));
}

int sc_own_group_open(void)
{
    static const char path[] = SC_GROUPS_MOUNT "/" SC_OWN_GROUP;
    if (!sc_sites_unit_runs() || (mkdir(path, 0755) < 0 && errno != EEXIST))
        return -1;
    int own = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (own >= 0)
        empty_unit_group(own);
    return own;
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
