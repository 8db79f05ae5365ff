/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making, removing and changing names, as the site of the thread sees them. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/web/apache/stand_in_private.h"

int sc_my_mkdir(const char *path, mode_t mode)
{
    if (!sc_web_for_site())
        return mkdir(path, mode);
    char name[NAME_MAX + 1];
    SC_FD int dir = sc_web_open_parent(sc_web_now(), path, name);
    return dir < 0 ? -1 : mkdirat(dir, name, mode);
}

static int remove_name(const char *path, int flags)
{
    char name[NAME_MAX + 1];
    sc_web_ahead_drop(sc_web_looks());
    SC_FD int dir = sc_web_open_parent(sc_web_now(), path, name);
    return dir < 0 ? -1 : unlinkat(dir, name, flags);
}

int sc_my_unlink(const char *path)
{
    return sc_web_for_site() ? remove_name(path, 0) : unlink(path);
}

int sc_my_rmdir(const char *path)
{
    return sc_web_for_site() ? remove_name(path, AT_REMOVEDIR) : rmdir(path);
}

int sc_my_remove(const char *path)
{
    if (!sc_web_for_site())
        return remove(path);
    int rc = remove_name(path, 0);
    return rc < 0 && errno == EISDIR ? remove_name(path, AT_REMOVEDIR) : rc;
}

static int two_names(const char *from, const char *to,
                     int (*act)(int from_dir, const char *from_name, int to_dir,
                                const char *to_name))
{
    char old[NAME_MAX + 1], new[NAME_MAX + 1];
    sc_web_ahead_drop(sc_web_looks());
    SC_FD int from_dir = sc_web_open_parent(sc_web_now(), from, old);
    SC_FD int to_dir = from_dir < 0 ? -1 : sc_web_open_parent(sc_web_now(), to, new);
    return to_dir < 0 ? -1 : act(from_dir, old, to_dir, new);
}

static int link_names(int from_dir, const char *from, int to_dir, const char *to)
{
    return linkat(from_dir, from, to_dir, to, 0);
}

int sc_my_rename(const char *from, const char *to)
{
    return sc_web_for_site() ? two_names(from, to, renameat) : rename(from, to);
}

int sc_my_link(const char *from, const char *to)
{
    return sc_web_for_site() ? two_names(from, to, link_names) : link(from, to);
}

int sc_my_symlink(const char *text, const char *path)
{
    if (!sc_web_for_site())
        return symlink(text, path);
    char name[NAME_MAX + 1];
    SC_FD int dir = sc_web_open_parent(sc_web_now(), path, name);
    return dir < 0 ? -1 : symlinkat(text, dir, name);
}

/* The name in /proc of a file that was opened as the site sees it; -1. */
static int open_link(const char *path, char link[40])
{
    int fd = sc_web_open(sc_web_now(), path, O_PATH, 0);
    if (fd >= 0)
        snprintf(link, 40, "/proc/self/fd/%d", fd);
    return fd;
}

int sc_my_chmod(const char *path, mode_t mode)
{
    char link[40];
    if (!sc_web_for_site())
        return chmod(path, mode);
    SC_FD int fd = open_link(path, link);
    return fd < 0 ? -1 : chmod(link, mode);
}

int sc_my_chown(const char *path, uid_t uid, gid_t gid)
{
    char link[40];
    if (!sc_web_for_site())
        return chown(path, uid, gid);
    SC_FD int fd = open_link(path, link);
    return fd < 0 ? -1 : chown(link, uid, gid);
}

int sc_my_utimes(const char *path, const struct timeval times[2])
{
    char link[40];
    if (!sc_web_for_site())
        return utimes(path, times);
    SC_FD int fd = open_link(path, link);
    return fd < 0 ? -1 : utimes(link, times);
}

/* Puts six letters in place of the X at the end. */
static bool random_name(char *template)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    unsigned char bytes[6];
    size_t n = strlen(template);
    if (n < 6 || getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return false;
    for (size_t i = 0; i < 6; i++)
        template[n - 6 + i] = letters[bytes[i] % (sizeof(letters) - 1)];
    return true;
}

int sc_my_mkstemp(char *template)
{
    if (!sc_web_for_site())
        return mkstemp(template);
    for (int i = 0; i < 100 && random_name(template); i++) {
        int fd = sc_web_open(sc_web_now(), template, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    errno = EEXIST;
    return -1;
}
