/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <limits.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include "core/base/cleanup.h"
#include "core/base/io.h"

#define LOCK_TICK_MS 5 /* between two tries */

/* `size`: a regular file's, which says that there is no more behind so many bytes; 0: it does not say. */
static int read_fd(int fd, off_t size, size_t max, const char *what, struct sc_buf *out,
                   struct sc_error *err)
{
    SC_BUF struct sc_buf b = {.limit = max};
    char chunk[16384];
    sc_buf_add(&b, "", 0); /* data is not NULL even when nothing follows */
    while (!b.failed) {
        ssize_t n = read(fd, chunk, sizeof(chunk));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return sc_error_sys(err, errno, "cannot read %s", what);
        if (n == 0)
            break;
        sc_buf_add(&b, chunk, (size_t)n);
        if (size && b.len == (size_t)size && (size_t)n < sizeof(chunk))
            break; /* a short read: at its end */
    }
    int rc = sc_buf_check(&b, what, err);
    if (rc < 0)
        return rc;
    size_t limit = out->limit;
    sc_buf_free(out);
    *out = b;
    out->limit = limit;
    b = (struct sc_buf)SC_BUF_INIT;
    return 0;
}

int sc_read_fd(int fd, size_t max, const char *what, struct sc_buf *out, struct sc_error *err)
{
    return read_fd(fd, 0, max, what, out, err);
}

static int check_owned(const struct stat *st, const char *what, uid_t owner, struct sc_error *err)
{
    if (st->st_uid != owner)
        return sc_error_set(err, SC_E_DENIED,
                            "%s belongs to uid %u, not to uid %u: give it to its owner with chown",
                            what, (unsigned)st->st_uid, (unsigned)owner);
    if (st->st_mode & (S_IWGRP | S_IWOTH))
        return sc_error_set(err, SC_E_DENIED,
                            "%s can be written by others than its owner: run chmod go-w on it",
                            what);
    return 0;
}

static int open_file(const char *path, int *ret_fd, struct stat *ret_st, struct sc_error *err)
{
    SC_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return sc_error_set(err, SC_E_NOTFOUND, "%s does not exist", path);
    if (fd < 0)
        return sc_error_sys(err, errno, "cannot open %s", path);
    if (fstat(fd, ret_st) < 0)
        return sc_error_sys(err, errno, "cannot look at %s", path);
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

int sc_read_regular(int fd, const struct stat *st, size_t max, const char *path, struct sc_buf *out,
                    struct sc_error *err)
{
    if (!S_ISREG(st->st_mode))
        return sc_error_set(err, SC_E_INVAL, "%s is not a regular file", path);
    if ((unsigned long long)st->st_size > max)
        return sc_error_set(err, SC_E_TOOBIG, "%s is larger than %zu bytes", path, max);
    return read_fd(fd, st->st_size, max, path, out, err);
}

int sc_read_file(const char *path, size_t max, struct sc_buf *out, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    struct stat st;
    int rc = open_file(path, &fd, &st, err);
    return rc < 0 ? rc : sc_read_regular(fd, &st, max, path, out, err);
}

int sc_read_trusted_file(const char *path, uid_t owner, size_t max, struct sc_buf *out,
                         struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    struct stat st;
    int rc = open_file(path, &fd, &st, err);
    if (rc == 0)
        rc = check_owned(&st, path, owner, err);
    return rc < 0 ? rc : sc_read_regular(fd, &st, max, path, out, err);
}

/* What is in memory alone is not there after a crash, whatever is synced. */
static bool is_in_memory(int fd)
{
    struct statfs fs;
    return fstatfs(fd, &fs) == 0 && (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}

int sc_replace_file_at(int dirfd, const char *name, mode_t mode, const void *data, size_t len,
                       struct sc_error *err)
{
    char tmp[NAME_MAX + 1];
    if (!*name || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
        return sc_error_set(err, SC_E_INVAL, "'%s' is not a file name", name);
    if ((size_t)snprintf(tmp, sizeof(tmp), ".%s.new", name) >= sizeof(tmp))
        return sc_error_sys(err, ENAMETOOLONG, "cannot write %s", name);
    if (unlinkat(dirfd, tmp, 0) < 0 && errno != ENOENT)
        return sc_error_sys(err, errno, "cannot remove %s", tmp);
    SC_FD int fd = openat(dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0)
        return sc_error_sys(err, errno, "cannot create %s", tmp);
    const char *step = NULL;
    bool sync = !is_in_memory(fd);
    if (fchmod(fd, mode) < 0)
        step = "set the mode of";
    else if (sc_write_all(fd, data, len) < 0)
        step = "write";
    else if (sync && fsync(fd) < 0)
        step = "sync";
    else if (renameat(dirfd, tmp, dirfd, name) < 0)
        step = "rename";
    if (step) {
        int saved = errno;
        (void)unlinkat(dirfd, tmp, 0);
        return sc_error_sys(err, saved, "cannot %s %s", step, tmp);
    }
    if (sync && fsync(dirfd) < 0)
        return sc_error_sys(err, errno, "cannot sync the directory of %s", name);
    return 0;
}

int sc_replace_file(const char *path, mode_t mode, const void *data, size_t len,
                    struct sc_error *err)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    SC_FREE char *dir =
        slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    if (!dir)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", path);
    SC_FD int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dirfd < 0)
        return sc_error_sys(err, errno, "cannot open the directory %s", dir);
    int rc = sc_replace_file_at(dirfd, name, mode, data, len, err);
    if (rc < 0)
        sc_error_wrap(err, "%s", path);
    return rc;
}

int sc_mkdir_p(const char *path, mode_t mode, struct sc_error *err)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return 0;
    SC_FREE char *p = strdup(path);
    if (!p)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", path);
    for (char *s = p; *s;) {
        s += strspn(s, "/");
        s += strcspn(s, "/");
        char cut = *s;
        bool last = s[strspn(s, "/")] == 0;
        *s = 0;
        /* what is above can be passed through: others' directories may come beside this one */
        if (*p && mkdir(p, last ? mode : mode | 0111) < 0 && errno != EEXIST)
            return sc_error_sys(err, errno, "cannot create the directory %s", p);
        *s = cut;
    }
    if (stat(path, &st) < 0)
        return sc_error_sys(err, errno, "cannot look at %s", path);
    if (!S_ISDIR(st.st_mode))
        return sc_error_sys(err, ENOTDIR, "cannot create the directory %s", path);
    return 0;
}

int sc_check_owned_fd(int fd, const char *what, uid_t owner, struct sc_error *err)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return sc_error_sys(err, errno, "cannot look at %s", what);
    return check_owned(&st, what, owner, err);
}

int sc_check_owned(const char *path, uid_t owner, struct sc_error *err)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return sc_error_sys(err, errno, "cannot look at %s", path);
    return check_owned(&st, path, owner, err);
}

static int open_lock(const char *path, int *ret_fd, struct sc_error *err)
{
    *ret_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return *ret_fd < 0 ? sc_error_sys(err, errno, "open %s", path) : 0;
}

int sc_lock_file_within(const char *path, int how, int wait_ms, const char *what, int *ret_fd,
                        struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    int rc = open_lock(path, &fd, err);
    if (rc < 0)
        return rc;
    for (int waited = 0; flock(fd, how | LOCK_NB) < 0; waited += LOCK_TICK_MS) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return sc_error_sys(err, errno, "lock %s", path);
        if (waited >= wait_ms)
            return sc_error_set(err, SC_E_BUSY, "%s does not end; see who holds %s", what, path);
        (void)poll(NULL, 0, LOCK_TICK_MS);
    }
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

int sc_lock_file(const char *path, int *ret_fd, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    int rc = open_lock(path, &fd, err);
    if (rc < 0)
        return rc;
    while (flock(fd, LOCK_EX) < 0)
        if (errno != EINTR)
            return sc_error_sys(err, errno, "lock %s", path);
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}
