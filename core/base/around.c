/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/around.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/resolve.h"

#define LINKS_MAX SC_RESOLVE_LINKS_MAX

struct walk {
    char at[PATH_MAX];       /* without links */
    char rest[2 * PATH_MAX]; /* still to be walked */
    size_t own;              /* bytes at the end of `rest` that are the path's own */
    unsigned links;
};

static bool is_roots(const struct stat *st)
{
    return st->st_uid == 0 && (S_ISLNK(st->st_mode) || !(st->st_mode & 022));
}

static bool follow(struct walk *w, const char *link)
{
    char target[PATH_MAX], rest[sizeof(w->rest)];
    ssize_t n = readlink(link, target, sizeof(target) - 1);
    if (n <= 0 || ++w->links > LINKS_MAX)
        return false;
    target[n] = 0;
    if (snprintf(rest, sizeof(rest), "%s/%s", target, w->rest) >= (int)sizeof(rest))
        return false;
    memcpy(w->rest, rest, strlen(rest) + 1);
    if (target[0] == '/')
        w->at[0] = 0;
    return true;
}

/* Takes one component; false: the way is no way of root's. */
static bool step(struct walk *w)
{
    char next[PATH_MAX];
    struct stat st;
    size_t skip = strspn(w->rest, "/"), n = strcspn(w->rest + skip, "/");
    int len = (int)n;
    const char *name = w->rest + skip;
    if (n == 0 || (n == 2 && strncmp(name, "..", 2) == 0))
        return false;
    bool dot = n == 1 && name[0] == '.';
    if (snprintf(next, sizeof(next), "%s/%.*s", w->at, len, name) >= (int)sizeof(next))
        return false;
    memmove(w->rest, name + n, strlen(name + n) + 1);
    if (strlen(w->rest) < w->own)
        w->own = strlen(w->rest);
    if (dot)
        return true;
    if (lstat(next, &st) < 0)
        return false;
    if (S_ISLNK(st.st_mode))
        return is_roots(&st) && follow(w, next);
    memcpy(w->at, next, strlen(next) + 1);
    return S_ISDIR(st.st_mode);
}

/* Whoever can change names in the directory could lead the path elsewhere. */
static bool is_roots_place(const struct walk *w)
{
    struct stat st;
    return lstat(w->at[0] ? w->at : "/", &st) == 0 && is_roots(&st);
}

int sc_around_home(const char *home, const char *path, char **ret, size_t *ret_len)
{
    SC_FREE struct walk *w = calloc(1, sizeof(*w));
    *ret = NULL;
    if (!w)
        return -1;
    if (path[0] != '/' || strlen(path) >= PATH_MAX)
        return 0;
    memcpy(w->rest, path, strlen(path) + 1);
    w->own = strlen(path);
    while (is_roots_place(w)) {
        if (!step(w))
            return 0;
        if (!sc_path_below(w->at, home))
            continue;
        const char *rest = w->rest + strspn(w->rest, "/");
        if (ret_len)
            *ret_len = strlen(path) - w->own;
        return asprintf(ret, "%s%s%s", w->at, *rest ? "/" : "", rest) < 0 ? -1 : 0;
    }
    return 0;
}
