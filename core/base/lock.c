/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

pid_t sc_lock_holder(int lockfd)
{
    struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(lockfd, F_GETLK, &fl) < 0)
        return -errno;
    return fl.l_type != F_UNLCK && fl.l_pid > 0 ? fl.l_pid : 0;
}
