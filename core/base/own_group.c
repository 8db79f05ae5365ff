/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/own_group.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "core/base/cleanup.h"

void sc_leave_callers_group(void)
{
    static const char *const roots[] = {"/sys/fs/cgroup/systemd/tasks",
                                        "/sys/fs/cgroup/cgroup.procs",
                                        "/sys/fs/cgroup/unified/cgroup.procs"};
    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        SC_FD int fd = open(roots[i], O_WRONLY | O_CLOEXEC);
        if (fd >= 0)
            (void)!write(fd, "0", 1);
    }
}
