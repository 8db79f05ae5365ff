/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/shown.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/base/there.h"
#include "core/base/users.h"
#include "core/base/vec.h"

#define SHOWN_MAX 64u   /* places of one site that are compared with a new one */
#define ASKED_MAX 1000u /* paths that are remembered */

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for what the server shows to sites");
}

void sc_shown_done(struct sc_shown *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free(s->v[i].site_rel);
        free(s->v[i].path);
    }
    free(s->v);
    for (size_t i = 0; i < s->n_asked; i++) {
        free(s->asked[i].path);
        free(s->asked[i].place);
    }
    free(s->asked);
    *s = (struct sc_shown){0};
}

static struct sc_show_for for_account(const struct sc_account *a)
{
    return (struct sc_show_for){.uid = a->uid, .home = a->home};
}

int sc_shown_roots(const struct sc_account *a, const char *path, char **ret, struct sc_error *err)
{
    const struct sc_show_for to = for_account(a);
    SC_FREE char *real = NULL;
    struct stat st;
    *ret = NULL;
    if (path[0] != '/' || sc_path_below(path, "/home") || sc_path_below(path, "/home2"))
        return 0; /* they may hang */
    int rc = sc_showable_has_home(&to, path, err);
    if (rc == 0 && (rc = sc_real_path(path, &real, err)) == SC_THERE) {
        rc = sc_showable_has_home(&to, real, err);
        rc = rc == 0 ? sc_showable_is_roots(&to, real, &st, err) : rc < 0 ? rc : 0;
        if (rc > 0 && st.st_uid == 0)
            *ret = sc_steal_ptr(&real);
    }
    return rc < 0 ? rc : 0;
}

int sc_shown_find(const struct sc_account *a, const struct sc_vhosts *hosts, const char *path,
                  char **ret, struct sc_error *err)
{
    const struct sc_show_for to = for_account(a);
    return sc_showable_find(&to, hosts, path, ret, err);
}

static int remember(struct sc_shown *s, const char *path, const char *place, struct sc_error *err)
{
    char *copy = s->n_asked < ASKED_MAX && SC_VEC_ROOM(s->asked, s->n_asked) ? strdup(path) : NULL;
    if (!copy)
        return s->n_asked < ASKED_MAX ? no_memory(err) : 0;
    s->asked[s->n_asked++] = (struct sc_shown_asked){.path = copy, .place = strdup(place)};
    return s->asked[s->n_asked - 1].place ? 0 : no_memory(err);
}

/* sc_shown_find() with what was asked before; "" for nothing. */
static int find_once(struct sc_shown *s, const struct sc_account *a, const struct sc_vhosts *hosts,
                     const char *path, char **ret, struct sc_error *err)
{
    SC_FREE char *place = NULL;
    for (size_t i = 0; i < s->n_asked; i++)
        if (strcmp(s->asked[i].path, path) == 0)
            return (*ret = strdup(s->asked[i].place)) ? 0 : no_memory(err);
    int rc = sc_shown_find(a, hosts, path, &place, err);
    if (rc < 0)
        return rc;
    if (!place && !(place = strdup("")))
        return no_memory(err);
    rc = remember(s, path, place, err);
    if (rc == 0)
        *ret = sc_steal_ptr(&place);
    return rc;
}

/* From the end: what is added comes site by site. */
static bool is_there(const struct sc_shown *s, const char *site_rel, const char *place,
                     enum sc_shown_how how)
{
    size_t seen = 0;
    for (size_t i = s->n; i-- > 0 && seen < SHOWN_MAX; seen++) {
        const struct sc_shown_place *one = &s->v[i];
        bool same = !one->site_rel ? !site_rel : site_rel && strcmp(one->site_rel, site_rel) == 0;
        if (same && one->how == how &&
            (how == SC_SHOWN_LIVE ? sc_path_below(place, one->path) != NULL
                                  : strcmp(place, one->path) == 0))
            return true;
    }
    return false;
}

/* `place` is taken. */
static int add(struct sc_shown *s, const char *site_rel, char **place, enum sc_shown_how how,
               struct sc_error *err)
{
    SC_FREE char *site = NULL;
    if (is_there(s, site_rel, *place, how))
        return 0;
    if ((site_rel && !(site = strdup(site_rel))) || !SC_VEC_ROOM(s->v, s->n))
        return no_memory(err);
    s->v[s->n++] = (struct sc_shown_place){
        .site_rel = sc_steal_ptr(&site), .path = sc_steal_ptr(place), .how = how};
    return 0;
}

int sc_shown_add(struct sc_shown *s, const struct sc_account *a, const struct sc_vhosts *hosts,
                 const char *site_rel, const char *path, struct sc_error *err)
{
    SC_FREE char *place = NULL;
    int rc = path[0] == '/' && !sc_showable_decided(path)
                 ? find_once(s, a, hosts, path, &place, err)
                 : 0;
    return rc < 0 || !place || !*place ? rc : add(s, site_rel, &place, SC_SHOWN_LIVE, err);
}

/* Nobody's document root or home is in it, nor it in one. */
static int may_be_own(const struct sc_account *a, const struct sc_vhosts *hosts, const char *path,
                      struct sc_error *err)
{
    const struct sc_show_for to = for_account(a);
    struct stat st;
    if (sc_showable_decided(path) || sc_showable_depth(path) < 2 ||
        sc_showable_has_docroot(hosts, path, "/proc"))
        return 0;
    int rc = sc_there(path, &st, err);
    if (rc != SC_THERE || !S_ISDIR(st.st_mode) ||
        (!sc_is_system_id(st.st_uid) && st.st_uid != a->uid))
        return rc < 0 ? rc : 0;
    rc = sc_showable_has_home(&to, path, err);
    return rc < 0 ? rc : !rc;
}

int sc_shown_add_own(struct sc_shown *s, const struct sc_account *a, const struct sc_vhosts *hosts,
                     const char *site_rel, const char *path, struct sc_error *err)
{
    SC_FREE char *real = NULL;
    if (path[0] != '/' || sc_showable_decided(path))
        return 0;
    int rc = sc_real_path(path, &real, err);
    if (rc != SC_THERE || (rc = may_be_own(a, hosts, real, err)) <= 0)
        return rc < 0 ? rc : 0;
    return add(s, site_rel, &real, SC_SHOWN_OWN, err);
}

/* The directory of a file of pools. */
static int add_closed(struct sc_shown *s, const char *site_rel, const char *path,
                      struct sc_error *err)
{
    SC_FREE char *real = NULL;
    int rc = sc_real_path(path, &real, err);
    if (rc != SC_THERE || !real[1])
        return rc < 0 ? rc : 0;
    *strrchr(real, '/') = 0;
    return *real ? add(s, site_rel, &real, SC_SHOWN_CLOSED, err) : 0;
}

int sc_shown_add_php(struct sc_shown *s, const struct sc_account *a, const struct sc_vhosts *hosts,
                     const char *site_rel, const struct sc_fpm_known *pool, struct sc_error *err)
{
    SC_FREE char *dir = sc_showable_php_dir(pool->exe);
    if (!dir)
        return no_memory(err);
    if (!*dir || sc_showable_decided(dir))
        return 0;
    int rc =
        sc_showable_is_beside(pool->main, dir) ? 0 : sc_shown_add(s, a, hosts, site_rel, dir, err);
    if (rc == 0)
        rc = add_closed(s, site_rel, pool->main, err);
    return rc == 0 ? add_closed(s, site_rel, pool->file, err) : rc;
}

void sc_shown_without_pools(struct sc_shown *s, const struct sc_fpm_places *pools)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->v[i].how != SC_SHOWN_LIVE || !sc_fpm_places_within(pools, s->v[i].path)) {
            s->v[kept++] = s->v[i];
            continue;
        }
        free(s->v[i].site_rel);
        free(s->v[i].path);
    }
    s->n = kept;
}
