/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/left.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/cage/ownhome.h"
#include "core/cage/storage.h"
#include "core/plan/left.h"

/* The directory of the site's own home that has `rel`; *ret_name points into `rel`. */
static int open_dir_of(const struct sc_account *a, const char *token, const char *rel,
                       const char **ret_name, int *ret_fd)
{
    const char *slash = strrchr(rel, '/');
    SC_FREE char *dir = NULL;
    *ret_name = slash ? slash + 1 : rel;
    if (asprintf(&dir, SC_CAGE_STORAGE "/%s/" SC_CAGE_OWN_HOME "/%.*s", token,
                 slash ? (int)(slash - rel) : 0, rel) < 0)
        return SC_E_NOMEM;
    return sc_open_beneath(a->homefd, dir, O_RDONLY | O_DIRECTORY, 0, ret_fd, NULL);
}

static bool is_empty_file(const struct stat *st)
{
    return S_ISREG(st->st_mode) && st->st_size == 0 && st->st_nlink == 1;
}

static void remove_place(const struct sc_account *a, const char *token, const char *rel)
{
    SC_FD int fd = -EBADF;
    const char *name;
    struct stat st;
    if (open_dir_of(a, token, rel, &name, &fd) < 0 ||
        fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return;
    if (S_ISDIR(st.st_mode))
        (void)unlinkat(fd, name, AT_REMOVEDIR); /* not, where the site has put something there */
    else if (is_empty_file(&st))
        (void)unlinkat(fd, name, 0);
}

/* In one step: what is found by the link is there at each moment. */
static void replace_link(int dirfd, const char *name, const char *target)
{
    char temporary[32];
    snprintf(temporary, sizeof(temporary), ".sitecage-link.%d", (int)getpid());
    if (symlinkat(target, dirfd, temporary) == 0 && renameat(dirfd, temporary, dirfd, name) < 0)
        (void)unlinkat(dirfd, temporary, 0);
}

/* A link of the site's own that still is what was made for it. `now`: what it leads to by now, or NULL. */
static void change_link(const struct sc_account *a, const char *token, const char *rel,
                        const char *was, const char *now)
{
    SC_FD int fd = -EBADF;
    const char *name;
    char is[PATH_MAX];
    if (open_dir_of(a, token, rel, &name, &fd) < 0)
        return;
    ssize_t n = readlinkat(fd, name, is, sizeof(is));
    if (n <= 0 || (size_t)n != strlen(was) || memcmp(is, was, (size_t)n) != 0)
        return;
    if (now)
        replace_link(fd, name, now);
    else
        (void)unlinkat(fd, name, 0);
}

static const char *link_at(const struct sc_planfile *p, const char *path)
{
    for (size_t i = 0; i < p->n_sys; i++)
        if (strcmp(p->sys[i].kind, SC_HOMELINK_KIND) == 0 && strcmp(p->sys[i].a, path) == 0)
            return p->sys[i].b;
    return NULL;
}

static void change_links(const struct sc_account *a, const struct sc_planfile *was,
                         const struct sc_planfile *now)
{
    for (size_t i = 0; i < was->n_sys; i++) {
        const struct sc_sysline *l = &was->sys[i];
        const char *rel =
            strcmp(l->kind, SC_HOMELINK_KIND) == 0 && l->b ? sc_path_below(l->a, was->home) : NULL;
        const char *target = rel ? link_at(now, l->a) : NULL;
        if (rel && *rel && (!target || strcmp(target, l->b) != 0))
            change_link(a, was->token, rel, l->b, target);
    }
}

static bool has_own_home(const struct sc_planfile *p)
{
    return p->entries.n && p->entries.v[0].kind == SC_ENTRY_OWN && !p->entries.v[0].rel[0];
}

void sc_left_remove(const struct sc_account *a, const struct sc_planfile *was,
                    const struct sc_planfile *now)
{
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    SC_FREE size_t *left = NULL;
    size_t n = 0;
    if (!was->token || !now->token || strcmp(was->token, now->token) != 0 || !has_own_home(was) ||
        !has_own_home(now) || sc_entries_left(&was->entries, &now->entries, &left, &n, NULL) < 0 ||
        sc_asuser_begin(&as, a->uid, a->gid, NULL) < 0)
        return;
    change_links(a, was, now);
    for (size_t i = 0; i < n; i++)
        remove_place(a, was->token, was->entries.v[left[i]].rel);
}
