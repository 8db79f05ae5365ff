/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "core/base/beneath_private.h"
#include "core/base/cleanup.h"

/* So deep at most goes the recursion; each level holds one fd. What lies deeper is first renamed to
 * the top of the tree, so that a tree of any depth can be removed. */
#define DEPTH_MAX 32

struct removal {
    int top;          /* the tree's uppermost directory */
    unsigned removed; /* entries so far */
    unsigned moved;   /* directories renamed to the top so far: their names' numbers */
    struct sc_error *err;
};

static int remove_dir(struct removal *r, int parent, const char *name, int depth);

/* Opens a directory for listing, and makes it ours to empty where it is not. */
static int open_dir(int parent, const char *name)
{
    SC_FD int path = sc_beneath_open(parent, name, O_PATH | O_DIRECTORY, 0, SC_BENEATH_NO_XDEV);
    if (path < 0)
        return path;
    struct stat st;
    if (fstat(path, &st) == 0 && (st.st_mode & S_IRWXU) != S_IRWXU) {
        char magic[40]; /* fchmod() does not take an O_PATH fd; this names that very inode */
        snprintf(magic, sizeof(magic), "/proc/self/fd/%d", path);
        (void)chmod(magic, (st.st_mode & 07777) | S_IRWXU); /* the open tells if it was needed */
    }
    int fd = openat(path, ".", O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int count(struct removal *r)
{
    if (++r->removed > SC_REMOVE_MAX)
        return sc_error_set(r->err, SC_E_BUSY,
                            "more than %u entries: the tree is filled while it is removed",
                            SC_REMOVE_MAX);
    return 0;
}

/* Moves a directory that lies too deep to the top of the tree, under a name that is free there. */
static int move_up(struct removal *r, int parent, const char *name)
{
    for (int tries = 0; tries < 1000; tries++) {
        char to[32];
        snprintf(to, sizeof(to), ".sc-deep-%u", r->moved++);
        if (renameat(parent, name, r->top, to) == 0 || errno == ENOENT)
            return 0;
        if (errno == EACCES) { /* a directory that is moved must itself be writable */
            int fd = open_dir(parent, name);
            sc_close(&fd);
            if (renameat(parent, name, r->top, to) == 0)
                return 0;
        }
        if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR)
            break;
    }
    return sc_error_sys(r->err, errno, "cannot move %s", name);
}

static int remove_entry(struct removal *r, int dir, const struct dirent *e, int depth)
{
    int rc = count(r);
    if (rc < 0)
        return rc;
    if (e->d_type != DT_DIR) {
        if (unlinkat(dir, e->d_name, 0) == 0 || errno == ENOENT)
            return 0;
        if (errno == EBUSY)
            return sc_error_set(r->err, SC_E_DENIED, "%s is a mount point: unmount it first",
                                e->d_name);
        if (errno != EISDIR)
            return sc_error_sys(r->err, errno, "cannot remove %s", e->d_name);
    }
    if (depth < DEPTH_MAX)
        return remove_dir(r, dir, e->d_name, depth + 1);
    if (unlinkat(dir, e->d_name, AT_REMOVEDIR) == 0)
        return 0;
    return move_up(r, dir, e->d_name);
}

/* Empties `fd` and takes it over. *ret_n says how many entries there were. */
static int empty_dir(struct removal *r, int fd, int depth, unsigned *ret_n)
{
    SC_DIR DIR *d = fdopendir(fd);
    if (!d) {
        int saved = errno;
        close(fd);
        return sc_error_sys(r->err, saved, "cannot list a directory");
    }
    *ret_n = 0;
    for (;;) {
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e)
            return errno ? sc_error_sys(r->err, errno, "cannot list a directory") : 0;
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        ++*ret_n;
        int rc = remove_entry(r, dirfd(d), e, depth);
        if (rc < 0)
            return rc;
    }
}

static int remove_dir(struct removal *r, int parent, const char *name, int depth)
{
    for (;;) {
        SC_FD int fd = open_dir(parent, name);
        if (fd == -ENOENT)
            return 0;
        if (fd == -EXDEV)
            return sc_error_set(r->err, SC_E_DENIED, "%s is a mount point: unmount it first", name);
        if (fd == -ENOTDIR ||
            fd == -ELOOP) { /* swapped meanwhile: it is a name to remove all the same */
            if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
                return 0;
            return sc_error_sys(r->err, errno, "cannot remove %s", name);
        }
        if (fd < 0)
            return sc_error_sys(r->err, -fd, "cannot open %s", name);
        if (depth == 0) {
            r->top = fd;
            fd = fcntl(r->top, F_DUPFD_CLOEXEC, 3);
            if (fd < 0) {
                int saved = errno;
                sc_close(&r->top);
                return sc_error_sys(r->err, saved, "cannot open %s", name);
            }
        }
        unsigned entries = 0;
        int rc = empty_dir(r, sc_steal_fd(&fd), depth, &entries);
        if (depth == 0)
            sc_close(&r->top);
        if (rc < 0) {
            sc_error_wrap(r->err, "%s", name);
            return rc;
        }
        if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
            return 0;
        /* Again where more was found: listing a directory while it changes may skip entries. */
        if ((errno != ENOTEMPTY && errno != EEXIST) || entries == 0)
            return errno == EBUSY ? sc_error_set(r->err, SC_E_DENIED,
                                                 "%s is a mount point: unmount it first", name)
                                  : sc_error_sys(r->err, errno, "cannot remove %s", name);
    }
}

int sc_remove_tree_beneath(int dirfd, const char *rel, struct sc_error *err)
{
    SC_FREE char *path = strdup(rel);
    if (!path)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", rel);
    size_t len = strlen(path);
    while (len && path[len - 1] == '/')
        path[--len] = 0;
    char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
        return sc_error_set(err, SC_E_INVAL, "'%s' does not name a thing to remove", rel);
    if (slash)
        *slash = 0;
    SC_FD int parent = -EBADF;
    struct sc_error e = SC_ERROR_INIT;
    int rc = sc_open_beneath(dirfd, slash ? path : ".", O_PATH | O_DIRECTORY, 0, &parent, &e);
    if (rc == SC_E_NOTFOUND)
        return 0;
    if (rc < 0) {
        if (err)
            *err = e;
        return rc;
    }
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR)
        return sc_error_sys(err, errno, "cannot remove %s", rel);
    struct removal r = {.top = -EBADF, .err = err};
    return remove_dir(&r, parent, name, 0);
}
