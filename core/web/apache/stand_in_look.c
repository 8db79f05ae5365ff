/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening and looking, as the site of the thread sees it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/web/apache/stand_in_private.h"

/* For reading, and nothing else: what the guard opens is O_CLOEXEC and waits for nobody anyway. */
static bool is_plain(int flags)
{
    return (flags & ~(O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_LARGEFILE)) == O_RDONLY &&
           !sc_web_now()->above;
}

static int open_for_site(const char *path, int flags, mode_t mode)
{
    if (flags & (O_CREAT | O_TRUNC))
        sc_web_ahead_drop(sc_web_looks());
    if (sc_web_ahead_is_below(sc_web_looks(), path)) { /* it is a regular file */
        errno = ENOTDIR;
        return sc_web_told(-1, path);
    }
    int fd = is_plain(flags) ? sc_web_ahead_take(sc_web_looks(), path) : -1;
    return fd >= 0 ? fd : sc_web_told(sc_web_open(sc_web_now(), path, flags, mode), path);
}

static int do_open(const char *path, int flags, mode_t mode)
{
    return sc_web_for_site() ? open_for_site(path, flags, mode) : open(path, flags, mode);
}

/* There is one only where something is made. */
static mode_t mode_of(int flags, va_list ap)
{
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

int sc_my_open(const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    const mode_t mode = mode_of(flags, ap);
    va_end(ap);
    return do_open(path, flags, mode);
}

int sc_my_open_2(const char *path, int flags)
{
    return do_open(path, flags, 0);
}

/* Relative to a directory that is open: whoever opened it was looked at then. */
int sc_my_openat(int dir, const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    const mode_t mode = mode_of(flags, ap);
    va_end(ap);
    return path[0] == '/' ? do_open(path, flags, mode) : openat(dir, path, flags, mode);
}

int sc_my_creat(const char *path, mode_t mode)
{
    return do_open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

static int flags_of(const char *mode)
{
    int flags = strchr(mode, '+') ? O_RDWR : mode[0] == 'r' ? O_RDONLY : O_WRONLY;
    if (mode[0] == 'w')
        flags |= O_CREAT | O_TRUNC;
    else if (mode[0] == 'a')
        flags |= O_CREAT | O_APPEND;
    return strchr(mode, 'x') ? flags | O_EXCL : flags;
}

FILE *sc_my_fopen(const char *path, const char *mode)
{
    if (!sc_web_for_site())
        return fopen(path, mode);
    SC_FD int fd = sc_web_told(sc_web_open(sc_web_now(), path, flags_of(mode), 0666), path);
    FILE *f = fd < 0 ? NULL : fdopen(fd, mode);
    if (f)
        (void)sc_steal_fd(&fd);
    return f;
}

DIR *sc_my_opendir(const char *path)
{
    if (!sc_web_for_site())
        return opendir(path);
    DIR *d = sc_web_opendir(sc_web_now(), path);
    (void)sc_web_told(d ? 0 : -1, path);
    return d;
}

/* ---- looking ---- */

/* A file that was opened after its last look is opened right away. */
static int stat_for_site(const char *path, struct stat *st)
{
    sc_web_ahead_drop(sc_web_looks());
    if (!sc_web_now()->above && sc_web_ahead_expects(sc_web_looks(), path)) {
        int fd = sc_web_open_regular(sc_web_now(), path, st);
        if (fd >= 0) {
            sc_web_ahead_looked(sc_web_looks(), path, fd);
            return 0;
        }
    }
    int rc = sc_web_told(sc_web_stat(sc_web_now(), path, true, st), path);
    if (rc == 0 && S_ISREG(st->st_mode))
        sc_web_ahead_looked(sc_web_looks(), path, -1);
    return rc;
}

int sc_my_stat(const char *path, struct stat *st)
{
    return sc_web_for_site() ? stat_for_site(path, st) : stat(path, st);
}

int sc_my_lstat(const char *path, struct stat *st)
{
    return sc_web_for_site() ? sc_web_stat(sc_web_now(), path, false, st) : lstat(path, st);
}

int sc_my_fstatat(int dir, const char *path, struct stat *st, int flags)
{
    return sc_web_for_site() && path[0] == '/'
               ? sc_web_stat(sc_web_now(), path, !(flags & AT_SYMLINK_NOFOLLOW), st)
               : fstatat(dir, path, st, flags);
}

/* The same as glibc before 2.33 has them. */
int sc_my_xstat(int version, const char *path, struct stat *st)
{
    (void)version;
    return sc_my_stat(path, st);
}

int sc_my_lxstat(int version, const char *path, struct stat *st)
{
    (void)version;
    return sc_my_lstat(path, st);
}

int sc_my_access(const char *path, int mode)
{
    return sc_web_for_site() ? sc_web_access(sc_web_now(), path, mode) : access(path, mode);
}

ssize_t sc_my_readlink(const char *path, char *out, size_t size)
{
    if (!sc_web_for_site())
        return readlink(path, out, size);
    char name[NAME_MAX + 1];
    SC_FD int dir = sc_web_open_parent(sc_web_now(), path, name);
    return dir < 0 ? -1 : readlinkat(dir, name, out, size);
}

char *sc_my_realpath(const char *path, char *out)
{
    struct stat st;
    if (sc_web_for_site() && sc_web_stat(sc_web_now(), path, true, &st) < 0)
        return NULL;
    return realpath(path, out);
}
