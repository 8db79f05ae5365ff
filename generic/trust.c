/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel's */

/* Whether `path` lies on the way to, or is, the folder that is trusted unseen. */
static bool is_given(const struct sc_trust *t, const char *path)
{
    if (!t->below)
        return false;
    size_t n = strlen(path);
    return strcmp(path, "/") == 0 ||
           (strncmp(path, t->below, n) == 0 && (t->below[n] == '/' || t->below[n] == 0));
}

static int check(const struct sc_trust *t, const char *what, const char *path,
                 const struct stat *st, struct sc_error *err)
{
    if (is_given(t, path))
        return 0;
    if (st->st_uid != 0 && st->st_uid != t->owner)
        return sc_error_set(err, SC_E_PANEL,
                            "%s is not trusted: %s belongs to uid %u, not to root (chown root %s)",
                            what, path, (unsigned)st->st_uid, path);
    /* A link's own mode means nothing; the directory that holds it was checked. */
    if (S_ISLNK(st->st_mode) || !(st->st_mode & 022))
        return 0;
    if (S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX))
        return sc_error_set(
            err, SC_E_PANEL,
            "%s is not trusted: %s is a folder for everybody's files (keep it elsewhere)", what,
            path);
    return sc_error_set(err, SC_E_PANEL,
                        "%s is not trusted: %s is writable by others than root (chmod go-w %s)",
                        what, path, path);
}

/* Puts the link's target before what is left of the way. */
static int follow(const char *what, const char *link, char todo[PATH_MAX], struct sc_error *err)
{
    char target[PATH_MAX];
    ssize_t n = readlink(link, target, sizeof(target) - 1);
    if (n < 0)
        return sc_error_sys(err, errno, "%s: cannot read the link %s", what, link);
    size_t len = (size_t)n, rest = strlen(todo);
    if (len + 1 + rest >= PATH_MAX)
        return sc_error_sys(err, ENAMETOOLONG, "%s: the link %s", what, link);
    memmove(todo + len + 1, todo, rest + 1);
    memcpy(todo, target, len);
    todo[len] = '/';
    return 0;
}

/* Removes the last part of `done` ("" is "/"). */
static void up(char *done)
{
    char *slash = strrchr(done, '/');
    if (slash)
        *slash = 0;
}

int sc_trust_file(const struct sc_trust *t, const char *what, const char *path,
                  struct sc_error *err)
{
    char done[PATH_MAX] = "", todo[PATH_MAX];
    if (path[0] != '/')
        return sc_error_set(err, SC_E_PANEL, "%s: '%s' is not an absolute path", what, path);
    if (strlen(path) >= sizeof(todo))
        return sc_error_sys(err, ENAMETOOLONG, "%s", what);
    memcpy(todo, path, strlen(path) + 1);

    struct stat st;
    int rc, links = 0;
    if (lstat("/", &st) < 0)
        return sc_error_sys(err, errno, "%s: cannot look at /", what);
    if ((rc = check(t, what, "/", &st, err)) < 0)
        return rc;
    for (;;) {
        size_t skip = strspn(todo, "/");
        size_t n = strcspn(todo + skip, "/");
        if (n == 0)
            break;
        char part[NAME_MAX + 1];
        if (n > NAME_MAX)
            return sc_error_sys(err, ENAMETOOLONG, "%s", what);
        memcpy(part, todo + skip, n);
        part[n] = 0;
        memmove(todo, todo + skip + n, strlen(todo + skip + n) + 1);
        if (!S_ISDIR(st.st_mode))
            return sc_error_sys(err, ENOTDIR, "%s: %s", what, done);
        if (strcmp(part, ".") == 0)
            continue;
        if (strcmp(part, "..") == 0) {
            up(done);
            continue;
        }
        size_t used = strlen(done);
        if (used + 1 + n >= sizeof(done))
            return sc_error_sys(err, ENAMETOOLONG, "%s", what);
        done[used] = '/';
        memcpy(done + used + 1, part, n + 1);
        if (lstat(done, &st) < 0) {
            if (errno == ENOENT && strcmp(done, path) == 0)
                return sc_error_set(err, SC_E_PANEL, "%s: %s does not exist", what, path);
            if (errno == ENOENT)
                return sc_error_set(err, SC_E_PANEL, "%s: %s does not exist: there is no %s", what,
                                    path, done);
            return sc_error_sys(err, errno, "%s: cannot look at %s", what, done);
        }
        if ((rc = check(t, what, done, &st, err)) < 0)
            return rc;
        if (!S_ISLNK(st.st_mode))
            continue;
        if (++links > LINKS_MAX)
            return sc_error_sys(err, ELOOP, "%s", what);
        if ((rc = follow(what, done, todo, err)) < 0)
            return rc;
        if (todo[0] == '/')
            done[0] = 0;
        else
            up(done);
        st.st_mode = S_IFDIR; /* where we stand now is a directory that was checked */
    }
    if (!S_ISREG(st.st_mode))
        return sc_error_set(err, SC_E_PANEL, "%s: %s is not a regular file", what,
                            done[0] ? done : "/");
    return 0;
}
