/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/places.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/account/in_home.h"
#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/plan/relpath.h"

#define DIRECTORY (O_PATH | O_DIRECTORY | O_NOFOLLOW)
#define ANYTHING  (O_PATH | O_NOFOLLOW)

const char *const sc_application_marks[] = {"composer.json",
                                            "artisan",
                                            "bin/console",
                                            ".env",
                                            "wp-config.php",
                                            "package.json",
                                            "app/etc/env.php",
                                            "manage.py",
                                            "config.ru",
                                            "Gemfile",
                                            NULL};

struct looking {
    const struct sc_account *a;
    struct sc_asuser as;
    struct sc_places p;
    char **dirs; /* to be looked at */
    size_t n_dirs;
};

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's applications");
}

static void free_text(const char *text)
{
    free((char *)(uintptr_t)text);
}

void sc_places_done(struct sc_places *p)
{
    for (size_t i = 0; p->v && i < p->n; i++) {
        free_text(p->v[i].near);
        free_text(p->v[i].site_dir);
        free_text(p->v[i].had);
    }
    for (size_t i = 0; i < p->n_dirs; i++)
        free_text(p->dirs[i].rel);
    free(p->v);
    free(p->dirs);
    *p = (struct sc_places){0};
}

static void looking_done(struct looking *l)
{
    sc_asuser_end(&l->as);
    sc_places_done(&l->p);
    for (size_t i = 0; i < l->n_dirs; i++)
        free(l->dirs[i]);
    free(l->dirs);
}

/* ---- where to look ---- */

/* A directory of the home: *ret_rel stays NULL where there is none, or nobody can tell. */
static int find_dir(struct looking *l, const char *path, char **ret_rel, struct sc_error *err)
{
    SC_FREE char *known = NULL;
    struct sc_error why = SC_ERROR_INIT;
    if (!sc_docroots_in_home(l->a, path))
        return 0;
    int rc = sc_in_home(l->a, &l->as, path, true, ret_rel, NULL, &known, &why);
    if (rc >= 0 || sc_in_home_told(rc, &why))
        return 0;
    if (err)
        *err = why;
    return rc;
}

/* The deepest directory on the way to a missing document root that is there. */
static int find_near(struct looking *l, const char *docroot, char **ret, struct sc_error *err)
{
    SC_FREE char *path = strdup(docroot);
    char *slash;
    if (!path)
        return no_memory(err);
    for (unsigned i = 0; i < SC_PLACES_LEVELS && !*ret && (slash = strrchr(path, '/')); i++) {
        *slash = 0;
        int rc = find_dir(l, path, ret, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int add_dir(struct looking *l, const char *rel, size_t len, struct sc_error *err)
{
    if (!SC_VEC_ROOM(l->dirs, l->n_dirs))
        return no_memory(err);
    l->dirs[l->n_dirs] = strndup(rel, len);
    return l->dirs[l->n_dirs] ? (l->n_dirs++, 0) : no_memory(err);
}

/* Each directory above `rel` but the home, the nearest first; and `rel` itself. */
static int add_way(struct looking *l, const char *rel, bool itself, struct sc_error *err)
{
    size_t len = strlen(rel);
    int rc = itself && len ? add_dir(l, rel, len, err) : 0;
    for (unsigned i = 0; rc == 0 && i < SC_PLACES_LEVELS; i++) {
        while (len && rel[len - 1] != '/')
            len--;
        if (len < 2)
            return 0;
        rc = add_dir(l, rel, --len, err);
    }
    return rc;
}

static int find_place(struct looking *l, const struct sc_domain *d, const char *rel,
                      struct sc_plan_place *ret, struct sc_error *err)
{
    char *near = NULL, *site_dir = NULL;
    int rc = rel ? 0 : find_near(l, d->docroot, &near, err);
    ret->near = near;
    if (rc == 0 && d->site_dir)
        rc = find_dir(l, d->site_dir, &site_dir, err);
    ret->site_dir = site_dir;
    if (rc == 0 && (rel || near))
        rc = add_way(l, rel ? rel : near, !rel, err);
    return rc;
}

/* ---- looking ---- */

static int by_rel(const void *a, const void *b)
{
    return sc_rel_cmp(*(char *const *)a, *(char *const *)b);
}

/* Whether something is there: 1, 0; SC_E_SYS. A link on the way to it is none of the
 * application's. */
static int is_there(int dirfd, const char *name, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    int rc = sc_open_beneath(dirfd, name, ANYTHING, 0, &fd, err);
    if (rc == SC_E_NOTFOUND || rc == SC_E_DENIED || rc == SC_E_INVAL)
        return 0;
    return rc < 0 ? rc : 1;
}

static int marks_in(int fd, unsigned *ret, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && sc_application_marks[i]; i++)
        rc = is_there(fd, sc_application_marks[i], err);
    if (rc < 0)
        return rc;
    unsigned marks = rc > 0 ? SC_MARK_APPLICATION : 0;
    int current = is_there(fd, "current", err);
    int releases = current < 0 ? current : is_there(fd, "releases", err);
    if (releases < 0)
        return releases;
    *ret = marks | (current ? SC_MARK_CURRENT : 0) | (releases ? SC_MARK_RELEASES : 0);
    return 0;
}

static int look_into(int homefd, const char *rel, unsigned *ret, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    int rc = sc_open_beneath(homefd, rel, DIRECTORY, 0, &fd, err);
    return rc < 0 ? rc : marks_in(fd, ret, err);
}

static int look_at(struct looking *l, const char *rel, unsigned *ret, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    *ret = 0;
    int rc = look_into(l->a->homefd, rel, ret, &why);
    if (rc == SC_E_SYS && why.sys == EACCES) { /* its owner opens it again whenever he likes */
        sc_asuser_end(&l->as);
        rc = look_into(l->a->homefd, rel, ret, &why);
        int back = sc_asuser_begin(&l->as, l->a->uid, l->a->gid, err);
        if (back < 0)
            return back;
    }
    if (rc == 0 || rc == SC_E_NOTFOUND)
        return 0;
    if (rc == SC_E_DENIED || rc == SC_E_INVAL || (rc == SC_E_SYS && why.sys == EACCES)) {
        *ret = SC_MARK_UNKNOWN;
        return 0;
    }
    sc_error_wrap(&why, "%s/%s", l->a->home, rel);
    if (err)
        *err = why;
    return rc;
}

static int look_at_all(struct looking *l, struct sc_error *err)
{
    if (l->n_dirs)
        qsort(l->dirs, l->n_dirs, sizeof(*l->dirs), by_rel);
    for (size_t i = 0; i < l->n_dirs; i++) {
        unsigned marks;
        if (i && strcmp(l->dirs[i - 1], l->dirs[i]) == 0)
            continue;
        int rc = look_at(l, l->dirs[i], &marks, err);
        if (rc < 0)
            return rc;
        if (!marks)
            continue;
        if (!SC_VEC_ROOM(l->p.dirs, l->p.n_dirs))
            return no_memory(err);
        char *rel = strdup(l->dirs[i]);
        if (!rel)
            return no_memory(err);
        l->p.dirs[l->p.n_dirs++] = (struct sc_plan_dir){.rel = rel, .marks = marks};
    }
    return 0;
}

int sc_places_find(const struct sc_account *a, const struct sc_domains *domains,
                   const struct sc_docroots *docroots, struct sc_places *ret, struct sc_error *err)
{
    SC_CLEANUP(looking_done) struct looking l = {.a = a, .as = SC_ASUSER_INIT};
    l.p.v = calloc(domains->n + 1, sizeof(*l.p.v));
    l.p.n = domains->n;
    if (!l.p.v)
        return no_memory(err);
    int rc = sc_asuser_begin(&l.as, a->uid, a->gid, err);
    for (size_t i = 0; rc == 0 && i < domains->n; i++)
        rc = find_place(&l, &domains->v[i], docroots->rels[i], &l.p.v[i], err);
    if (rc == 0)
        rc = look_at_all(&l, err);
    if (rc < 0)
        return rc;
    *ret = l.p;
    l.p = (struct sc_places){0};
    return 0;
}
