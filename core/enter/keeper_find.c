/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/keeper_find.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/lock.h"
#include "core/base/paths.h"
#include "core/base/pidfd.h"

int sc_keeper_find(uid_t uid, unsigned site, int *ret_pidfd, int *ret_lockfd)
{
    char path[64];
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/%u.keeper", (unsigned)uid, site);
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
    if (fd < 0 && errno == EROFS) /* ProtectSystem=strict: asking needs no more */
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT ? -ESRCH : -errno;
    /* A keeper that is about to end by itself holds this for an instant: wait for its end, not for
     * long. */
    if (flock(fd, LOCK_SH) < 0) {
        int rc = -errno;
        close(fd);
        return rc;
    }
    struct stat st;
    /* Its view was closed while we waited: core/ending. */
    bool closed = fstat(fd, &st) < 0 || st.st_size != 0;
    pid_t pid = closed ? 0 : sc_lock_holder(fd);
    int rc = pid < 0 ? (int)pid : -ESRCH;
    if (pid > 0) {
        int pidfd = sc_pidfd_open(pid);
        /* Still the holder with the descriptor in hand: the descriptor is the keeper's. */
        pid_t again = pidfd < 0 ? 0 : sc_lock_holder(fd);
        if (again == pid) {
            *ret_pidfd = pidfd;
            *ret_lockfd = fd;
            return 0;
        }
        rc = pidfd < 0 && errno != ESRCH ? -errno : again < 0 ? (int)again : -ESRCH;
        if (pidfd >= 0)
            close(pidfd);
    }
    close(fd);
    return rc;
}
