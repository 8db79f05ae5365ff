/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marks: files that say "look at this user", for when the queue cannot be written. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "hooks/events/queue.h"

/* Opens the directory, made when it is missing (with one level above it); -errno. Calls only what a
 * signal handler may call. */
static int open_dir(const char *dir)
{
    char above[PATH_MAX];
    const char *slash = strrchr(dir, '/');
    size_t n = slash ? (size_t)(slash - dir) : 0;
    if (n > 0 && n < sizeof(above)) {
        memcpy(above, dir, n);
        above[n] = 0;
        if (mkdir(above, 0711) == 0)
            (void)chmod(above, 0711); /* whatever the umask: users' programs pass /run/sitecage */
    }
    (void)mkdir(dir, 0700);
    SC_FD int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (st.st_uid != geteuid() || (st.st_mode & 022))
        return -EPERM;
    return sc_steal_fd(&fd);
}

/* 0 or -errno. */
static int touch(int dirfd, const char *name)
{
    SC_FD int fd = openat(
        dirfd, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
    return fd < 0 ? -errno : 0;
}

bool sc_resync_mark_now(const char *const *dirs)
{
    size_t n = 0;
    while (dirs[n])
        n++;
    while (n-- > 0) {
        SC_FD int fd = open_dir(dirs[n]);
        if (fd >= 0 && touch(fd, SC_RESYNC_ALL) == 0)
            return true;
    }
    return false;
}

static bool is_full(int dirfd)
{
    SC_FD int copy = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SC_DIR DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
    if (!d)
        return true;
    (void)sc_steal_fd(&copy);
    size_t n = 0;
    while (n <= SC_RESYNC_MARKS_MAX + 2 && readdir(d)) /* "." and ".." are among them */
        n++;
    return n >= SC_RESYNC_MARKS_MAX + 2;
}

int sc_resync_mark(const char *const *dirs, const char *user, struct sc_error *err)
{
    int why = ENOENT;
    for (; *dirs; dirs++) {
        SC_FD int fd = open_dir(*dirs);
        const char *name = user ? user : SC_RESYNC_ALL;
        if (fd >= 0 && user && faccessat(fd, user, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && is_full(fd))
            name = SC_RESYNC_ALL;
        why = fd < 0 ? -fd : -touch(fd, name);
        if (why == 0 && fsync(fd) < 0)
            why = errno;
        if (why == 0)
            return 0;
    }
    return sc_error_sys(err, why, "cannot leave a mark to look at %s later",
                        user ? user : "all users");
}
