/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "core/base/beneath_private.h"
#include "core/base/cleanup.h"

#define SWAPPED_MAX 32 /* somebody who swaps a directory for a link again and again wins no more */

struct walk {
    const char *base, *alias, *path;
    int basefd;
    int links;
    char done[PATH_MAX]; /* resolved so far, relative to base, no links in it */
    char rest[PATH_MAX]; /* still to come */
    size_t own;          /* … of which so many bytes at the end are the path's own */
    bool blind;          /* it failed, and something may lie at or below `done` all the same */
    bool swapped;        /* it failed, because somebody put a link there meanwhile */
    const struct sc_resolve_trace *trace;
    struct sc_error *err;
};

/* Skips slashes and "." components. */
static const char *skip(const char *p)
{
    for (;;) {
        p += strspn(p, "/");
        if (p[0] != '.' || (p[1] != '/' && p[1] != 0))
            return p;
        p++;
    }
}

const char *sc_path_below(const char *path, const char *base)
{
    if (*path != '/' || *base != '/')
        return NULL;
    for (path = skip(path), base = skip(base); *base; path = skip(path), base = skip(base)) {
        size_t len = strcspn(base, "/");
        if (strcspn(path, "/") != len || memcmp(path, base, len) != 0)
            return NULL;
        path += len;
        base += len;
    }
    return path;
}

static const char *below(const struct walk *w, const char *path)
{
    const char *rest = sc_path_below(path, w->base);
    return rest || !w->alias ? rest : sc_path_below(path, w->alias);
}

/* Where links made it so, the kernel may find the way: it never has the whole in its hands. */
static int too_long(struct walk *w)
{
    w->blind = w->links > 0;
    return sc_error_set(w->err, SC_E_INVAL, "%s is too long", w->path);
}

/* rest = head + "/" + rest */
static int prepend(struct walk *w, const char *head)
{
    char joined[PATH_MAX];
    int n = snprintf(joined, sizeof(joined), "%s%s%s", head, *w->rest ? "/" : "", w->rest);
    if (n < 0 || (size_t)n >= sizeof(joined))
        return too_long(w);
    memcpy(w->rest, joined, (size_t)n + 1);
    return 0;
}

static int outside(struct walk *w)
{
    return sc_error_set(w->err, SC_E_DENIED, "%s is outside %s", w->path, w->base);
}

static int follow(struct walk *w, int linkfd, const char *at)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(linkfd, "", target, sizeof(target));
    if (n < 0) {
        w->blind = true;
        return sc_error_sys(w->err, errno, "cannot read the link %s/%s", w->base, at);
    }
    if (n == 0 || (size_t)n == sizeof(target))
        return too_long(w);
    target[n] = 0;
    if (++w->links > SC_RESOLVE_LINKS_MAX)
        return sc_error_set(w->err, SC_E_DENIED, "%s goes through more than %d symbolic links",
                            w->path, SC_RESOLVE_LINKS_MAX);
    if (w->trace)
        w->trace->link(w->trace->arg, w->done);
    const char *more = target;
    if (*target == '/') {
        more = below(w, target);
        if (!more)
            return sc_error_set(w->err, SC_E_DENIED,
                                "%s is outside %s: the symbolic link %s/%s points to %s", w->path,
                                w->base, w->base, at, target);
        w->done[0] = 0;
    }
    return prepend(w, more);
}

static int open_error(struct walk *w, int fd, const char *at)
{
    if (fd == -ENOTDIR)
        return sc_error_set(w->err, SC_E_INVAL, "%s/%s is not a directory", w->base, at);
    if (fd == -ENAMETOOLONG)
        return sc_error_set(w->err, SC_E_INVAL, "%s has too long a component", w->path);
    w->blind = fd != -ENOENT;
    w->swapped = fd == -ELOOP;
    if (fd == -EXDEV && at != w->done) /* the mount itself can be covered */
        memcpy(w->done, at, strlen(at) + 1);
    char full[2 * PATH_MAX];
    snprintf(full, sizeof(full), "%s%s%s", w->base, *at ? "/" : "", at);
    return sc_beneath_error(fd, full, w->err);
}

static void drop_last(char *path)
{
    char *slash = strrchr(path, '/');
    *(slash ? slash : path) = 0;
}

static void tell_name(struct walk *w, const char *name, bool by_link)
{
    if (w->trace && w->trace->name)
        w->trace->name(w->trace->arg, w->done, name, by_link);
}

/* Takes one component from rest. */
static int step(struct walk *w)
{
    char comp[NAME_MAX + 1];
    const char *p = skip(w->rest);
    size_t len = strcspn(p, "/");
    if (len > NAME_MAX)
        return sc_error_set(w->err, SC_E_INVAL, "%s has too long a component", w->path);
    memcpy(comp, p, len);
    comp[len] = 0;
    bool by_link = strlen(p) > w->own;
    if (!by_link)
        w->own = strlen(p + len);
    memmove(w->rest, p + len, strlen(p + len) + 1);
    size_t used = strlen(w->done);
    if (!strcmp(comp, "..")) {
        if (!used)
            return outside(w);
        drop_last(w->done);
        return 0;
    }
    tell_name(w, comp, by_link);
    char at[PATH_MAX];
    int n = snprintf(at, sizeof(at), "%s%s%s", w->done, used ? "/" : "", comp);
    if (n < 0 || (size_t)n >= sizeof(at))
        return too_long(w);
    SC_FD int fd = sc_beneath_open(w->basefd, at, O_PATH | O_NOFOLLOW, 0, 0);
    if (fd < 0)
        return open_error(w, fd, at);
    struct stat st;
    if (fstat(fd, &st) < 0)
        return open_error(w, -errno, at);
    if (S_ISLNK(st.st_mode))
        return follow(w, fd, at);
    if (!S_ISDIR(st.st_mode) && *w->rest)
        return open_error(w, -ENOTDIR, at);
    memcpy(w->done, at, (size_t)n + 1);
    return 0;
}

/* Opens what the walk has found: O_PATH, or a negative errno. */
static int open_end(const struct walk *w, bool want_dir)
{
    SC_FD int fd = sc_beneath_open(w->basefd, *w->done ? w->done : ".",
                                   O_PATH | O_NOFOLLOW | (want_dir ? O_DIRECTORY : 0), 0, 0);
    struct stat st;
    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (S_ISLNK(st.st_mode)) /* swapped for a link since it was looked at */
        return -ELOOP;
    return sc_steal_fd(&fd);
}

static int walk_all(struct walk *w, bool want_dir, int *ret_fd)
{
    int rc = 0;
    while (rc == 0 && *skip(w->rest))
        rc = step(w);
    if (rc < 0)
        return rc;
    int fd = open_end(w, want_dir);
    if (fd < 0) {
        rc = open_error(w, fd, w->done);
        if (fd != -EXDEV)
            drop_last(w->done);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

/* From the beginning to the end of the path. */
static int try(struct walk *w, bool want_dir, int *ret_fd)
{
    const char *rest = below(w, w->path);
    if (!rest)
        return outside(w);
    w->done[0] = w->rest[0] = 0;
    w->links = 0;
    w->blind = w->swapped = false;
    int rc = prepend(w, rest);
    w->own = strlen(w->rest);
    return rc < 0 ? rc : walk_all(w, want_dir, ret_fd);
}

static int resolve(struct walk *w, bool want_dir, char **ret_rel, int *ret_fd)
{
    if (*w->path != '/')
        return sc_error_set(w->err, SC_E_INVAL, "'%s' is not an absolute path", w->path);
    SC_FD int fd = -EBADF;
    int rc, tries = 0;
    do
        rc = try(w, want_dir, &fd);
    while (rc < 0 && w->swapped && ++tries < SWAPPED_MAX);
    if (rc < 0)
        return rc;
    char *rel = strdup(w->done);
    if (!rel)
        return sc_error_set(w->err, SC_E_NOMEM, "out of memory for %s", w->path);
    *ret_rel = rel;
    if (ret_fd)
        *ret_fd = sc_steal_fd(&fd);
    return 0;
}

int sc_resolve_beneath(const char *base, const char *alias, int basefd, const char *path,
                       bool want_dir, char **ret_rel, int *ret_fd, struct sc_error *err)
{
    struct walk w = {.base = base, .alias = alias, .path = path, .basefd = basefd, .err = err};
    return resolve(&w, want_dir, ret_rel, ret_fd);
}

int sc_resolve_known(const char *base, const char *alias, int basefd, const char *path,
                     bool want_dir, char **ret_rel, int *ret_fd, char **ret_known,
                     struct sc_error *err)
{
    return sc_resolve_traced(base, alias, basefd, path, want_dir, NULL, ret_rel, ret_fd, ret_known,
                             err);
}

int sc_resolve_traced(const char *base, const char *alias, int basefd, const char *path,
                      bool want_dir, const struct sc_resolve_trace *trace, char **ret_rel,
                      int *ret_fd, char **ret_known, struct sc_error *err)
{
    struct walk w = {
        .base = base, .alias = alias, .path = path, .basefd = basefd, .trace = trace, .err = err};
    int rc = resolve(&w, want_dir, ret_rel, ret_fd);
    if (rc == 0 || rc == SC_E_NOMEM)
        return rc;
    if (w.swapped)
        rc = sc_error_sys(err, ELOOP, "%s changes all the time", path);
    char *known = w.blind ? strdup(w.done) : NULL;
    if (w.blind && !known)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", path);
    *ret_known = known;
    return rc;
}
