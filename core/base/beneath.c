/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "core/base/beneath_private.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"

/* The mount that an fd is in. From fdinfo, because statx() may ask the file system, and a FUSE one
 * need not answer. */
static int mount_id(int fd)
{
    char path[40], text[512];
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    SC_FD int info = open(path, O_RDONLY | O_CLOEXEC);
    if (info < 0)
        return -errno;
    ssize_t n = read(info, text, sizeof(text) - 1);
    if (n < 0)
        return -errno;
    text[n] = 0;
    const char *at = strstr(text, "mnt_id:");
    int id;
    return at && sscanf(at + 7, "%d", &id) == 1 ? id : -ENOSYS;
}

/* 1 when mount `id` may be entered, 0 when it is a FUSE mount of a user (or is not listed), or
 * -errno. proc(5), mountinfo: "ID parent major:minor root point options… - type source
 * superoptions". */
static int may_enter(int id)
{
    SC_FILE FILE *f = fopen("/proc/self/mountinfo", "re");
    if (!f)
        return -errno;
    SC_FREE char *line = NULL;
    size_t cap = 0;
    errno = 0;
    while (getline(&line, &cap, f) > 0) {
        int found;
        if (sscanf(line, "%d", &found) != 1 || found != id)
            continue;
        const char *type = strstr(line, " - ");
        return type && (strncmp(type + 3, "fuse", 4) != 0 || strstr(type, ",user_id=0,") != NULL);
    }
    return feof(f) ? 0 : -(errno ? errno : EIO);
}

/* Updates *mount to the mount of `fd`. 0, 1 when that is another one that may be entered, or
 * -errno. */
static int cross(int fd, int *mount, int how)
{
    int id = mount_id(fd);
    if (id < 0 || id == *mount)
        return id < 0 ? id : 0;
    int ok = how & SC_BENEATH_ANY_MOUNT ? 1 : how & SC_BENEATH_NO_XDEV ? 0 : may_enter(id);
    if (ok <= 0)
        return ok < 0 ? ok : -EXDEV;
    *mount = id;
    return 1;
}

/* Copies the next component to `comp`; 0 at the end of the path, else its length, or -errno. */
static int next_component(const char **path, char comp[NAME_MAX + 1])
{
    for (;;) {
        *path += strspn(*path, "/");
        size_t len = strcspn(*path, "/");
        if (len > NAME_MAX)
            return -ENAMETOOLONG;
        memcpy(comp, *path, len);
        comp[len] = 0;
        *path += len;
        if (!strcmp(comp, ".."))
            return -EXDEV;
        if (len == 0 || strcmp(comp, "."))
            return (int)len;
    }
}

static int open_last(int parent, const char *comp, int flags, mode_t mode, int how, int *mount)
{
    SC_FD int probe = openat(parent, comp, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (probe < 0) {
        if (errno != ENOENT || !(flags & O_CREAT))
            return -errno;
        int made = openat(parent, comp, flags | O_NOFOLLOW, mode);
        return made < 0 ? -errno : made;
    }
    int crossed = cross(probe, mount, how);
    if (crossed < 0)
        return crossed;
    struct stat st;
    if (fstat(probe, &st) < 0)
        return -errno;
    if (S_ISLNK(st.st_mode) && (flags & (O_PATH | O_NOFOLLOW)) != (O_PATH | O_NOFOLLOW))
        return -ELOOP;
    if (!S_ISDIR(st.st_mode) && (flags & O_DIRECTORY))
        return -ENOTDIR;
    if (flags & O_PATH)
        return sc_steal_fd(&probe);
    if (crossed && !S_ISDIR(st.st_mode))
        return -EXDEV;
    int fd = crossed ? openat(probe, ".", flags) : openat(parent, comp, flags | O_NOFOLLOW, mode);
    return fd < 0 ? -errno : fd;
}

/* openat2 by hand, for mounts: component by component, each looked at before it is entered. */
static int walk(int dirfd, const char *rel, int flags, mode_t mode, int how)
{
    char comp[NAME_MAX + 1], next[NAME_MAX + 1];
    const char *rest = rel;
    if (*rel == '/')
        return -EXDEV;
    if (!*rel)
        return -ENOENT;
    if (rel[strlen(rel) - 1] == '/')
        flags |= O_DIRECTORY;
    int len = next_component(&rest, comp);
    if (len <= 0) {
        int fd = len < 0 ? len : openat(dirfd, ".", flags);
        return fd < 0 && len == 0 ? -errno : fd;
    }
    SC_FD int at = openat(dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return -errno;
    int mount = mount_id(at);
    if (mount < 0)
        return mount;
    while ((len = next_component(&rest, next)) != 0) {
        if (len < 0)
            return len;
        int fd = open_last(at, comp, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0, how, &mount);
        if (fd < 0)
            return fd;
        sc_close(&at);
        at = fd;
        struct stat st;
        if (fstat(at, &st) < 0)
            return -errno;
        if (!S_ISDIR(st.st_mode))
            return S_ISLNK(st.st_mode) ? -ELOOP : -ENOTDIR;
        memcpy(comp, next, sizeof(comp));
    }
    return open_last(at, comp, flags, mode, how, &mount);
}

int sc_beneath_open(int dirfd, const char *rel, int flags, mode_t mode, int how)
{
    flags |= O_CLOEXEC;
    if (!(flags & O_PATH))
        flags |= O_NOCTTY | O_NONBLOCK;
    if (!(how & SC_BENEATH_WALK)) {
        struct open_how h = {.flags = (unsigned)flags,
                             .mode = flags & O_CREAT ? mode : 0,
                             .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
                                        RESOLVE_NO_MAGICLINKS |
                                        (how & SC_BENEATH_ANY_MOUNT ? 0u : RESOLVE_NO_XDEV)};
        long fd;
        int tries = 0;
        do {
            fd = syscall(SYS_openat2, dirfd, rel, &h, sizeof(h));
        } while (fd < 0 && (errno == EAGAIN || errno == EINTR) && ++tries < 32);
        if (fd >= 0)
            return (int)fd;
        /* A mount lies on the way: the walk looks at each one before it enters it. */
        if (errno != ENOSYS && /* a sandbox's filter, valgrind */
            (errno != EXDEV || how & (SC_BENEATH_NO_XDEV | SC_BENEATH_ANY_MOUNT)))
            return -errno;
    }
    return walk(dirfd, rel, flags, mode, how);
}

int sc_beneath_error(int negative_errno, const char *rel, struct sc_error *err)
{
    switch (-negative_errno) {
    case ENOENT:
        return sc_error_set(err, SC_E_NOTFOUND, "%s does not exist", rel);
    case ELOOP:
        return sc_error_set(err, SC_E_DENIED, "%s is, or lies behind, a symbolic link", rel);
    case EXDEV:
        return sc_error_set(err, SC_E_DENIED, "%s is on a file system that may not be entered",
                            rel);
    default:
        return sc_error_sys(err, -negative_errno, "cannot open %s", rel);
    }
}

/* Refuses what no caller can mean: openat2 would allow ".." inside the directory, the walk would
 * not. */
static int check_rel(const char *rel, struct sc_error *err)
{
    char comp[NAME_MAX + 1];
    const char *rest = rel;
    int len = *rel == '/' || !*rel ? -EXDEV : 1;
    while (len > 0)
        len = next_component(&rest, comp);
    if (len < 0)
        return sc_error_set(err, SC_E_INVAL, "'%s' is not a path below the directory", rel);
    return 0;
}

static int open_checked(int dirfd, const char *rel, int flags, mode_t mode, int how, int *ret_fd,
                        struct sc_error *err)
{
    int rc = check_rel(rel, err);
    if (rc < 0)
        return rc;
    int fd = sc_beneath_open(dirfd, rel, flags, mode, how);
    if (fd < 0)
        return sc_beneath_error(fd, rel, err);
    *ret_fd = fd;
    return 0;
}

int sc_open_beneath(int dirfd, const char *rel, int flags, mode_t mode, int *ret_fd,
                    struct sc_error *err)
{
    return open_checked(dirfd, rel, flags, mode, 0, ret_fd, err);
}

int sc_open_beneath_mounts(int dirfd, const char *rel, int flags, mode_t mode, int *ret_fd,
                           struct sc_error *err)
{
    return open_checked(dirfd, rel, flags, mode, SC_BENEATH_ANY_MOUNT, ret_fd, err);
}

int sc_open_regular_beneath(int dirfd, const char *rel, size_t max, int *ret_fd,
                            struct stat *ret_st, struct sc_error *err)
{
    int rc = check_rel(rel, err);
    if (rc < 0)
        return rc;
    SC_FD int fd = sc_beneath_open(dirfd, rel, O_RDONLY, 0, SC_BENEATH_NO_XDEV);
    if (fd == -ENXIO) /* a socket */
        return sc_error_set(err, SC_E_INVAL, "%s is not a regular file", rel);
    if (fd < 0)
        return sc_beneath_error(fd, rel, err);
    struct stat st;
    if (fstat(fd, &st) < 0)
        return sc_error_sys(err, errno, "cannot look at %s", rel);
    if (!S_ISREG(st.st_mode))
        return sc_error_set(err, SC_E_INVAL, "%s is not a regular file", rel);
    if ((unsigned long long)st.st_size > max)
        return sc_error_set(err, SC_E_TOOBIG, "%s is larger than %zu bytes", rel, max);
    if (ret_st)
        *ret_st = st;
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

int sc_read_file_beneath(int dirfd, const char *rel, size_t max, struct sc_buf *out,
                         struct stat *ret_st, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    struct stat st;
    int rc = sc_open_regular_beneath(dirfd, rel, max, &fd, &st, err);
    if (rc == 0)
        rc = sc_read_fd(fd, max, rel, out, err);
    if (rc == 0 && ret_st)
        *ret_st = st;
    return rc;
}

int sc_mkdirs_beneath(int dirfd, const char *rel, mode_t mode, int *ret_fd, struct sc_error *err)
{
    int rc = check_rel(rel, err);
    if (rc < 0)
        return rc;
    SC_FD int at = openat(dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return sc_error_sys(err, errno, "cannot open the directory of %s", rel);
    char comp[NAME_MAX + 1];
    const int flags = O_PATH | O_DIRECTORY;
    while (next_component(&rel, comp) > 0) {
        int fd = sc_beneath_open(at, comp, flags, 0, SC_BENEATH_NO_XDEV);
        if (fd == -ENOENT) {
            if (mkdirat(at, comp, mode) < 0 && errno != EEXIST)
                return sc_error_sys(err, errno, "cannot create the directory %s", comp);
            fd = sc_beneath_open(at, comp, flags, 0, SC_BENEATH_NO_XDEV);
        }
        if (fd < 0)
            return sc_beneath_error(fd, comp, err);
        sc_close(&at);
        at = fd;
    }
    if (!ret_fd)
        return 0;
    int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return sc_error_sys(err, errno, "cannot open the directory %s", comp);
    *ret_fd = fd;
    return 0;
}

int sc_replace_file_beneath(int dirfd, const char *dir_rel, const char *name, mode_t mode,
                            const void *data, size_t len, struct sc_error *err)
{
    SC_FD int dir = -EBADF;
    int rc = open_checked(dirfd, dir_rel, O_RDONLY | O_DIRECTORY, 0, SC_BENEATH_NO_XDEV, &dir, err);
    if (rc < 0)
        return rc;
    rc = sc_replace_file_at(dir, name, mode, data, len, err);
    if (rc < 0)
        sc_error_wrap(err, "%s", dir_rel);
    return rc;
}
