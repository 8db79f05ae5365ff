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

/* ---- what may be shown ---- */

static bool is_below_any(const char *path, const char *const *tops)
{
    for (size_t i = 0; tops[i]; i++)
        if (sc_path_below(path, tops[i]))
            return true;
    return false;
}

/* Sites see these (core/cage/system.c), or must not. Homes are not even looked at: they may hang. */
static bool is_decided(const char *path)
{
    static const char *const tops[] = {
        "/usr",       "/bin",         "/sbin",     "/lib",        "/lib32",
        "/lib64",     "/libx32",      "/opt",      "/etc",        "/proc",
        "/sys",       "/dev",         "/run",      "/tmp",        "/var/tmp",
        "/var/run",   "/var/lock",    "/root",     "/boot",       "/var/log",
        "/var/spool", "/var/backups", "/var/mail", "/var/cpanel", "/var/lib/sitecage",
        "/home",      "/home2",       NULL};
    return is_below_any(path, tops);
}

static size_t depth(const char *path)
{
    size_t n = 0;
    for (const char *c = path; *c; c++)
        n += *c == '/' && c[1] && c[1] != '/';
    return n;
}

static bool is_around(const char *path, const char *inner)
{
    const char *rest = sc_path_below(inner, path);
    return rest && *rest;
}

/* Nobody but root can put something else there: what it is now is what will be mounted. */
static int is_roots(const struct sc_account *a, const char *path, struct stat *ret_st,
                    struct sc_error *err)
{
    SC_FREE char *up = strdup(path);
    if (!up)
        return no_memory(err);
    int rc = sc_there(path, ret_st, err);
    if (rc != SC_THERE || (!sc_is_system_id(ret_st->st_uid) && ret_st->st_uid != a->uid) ||
        (!S_ISDIR(ret_st->st_mode) && !S_ISREG(ret_st->st_mode)))
        return rc < 0 ? rc : 0;
    for (char *slash = strrchr(up, '/'); slash && slash != up; slash = strrchr(up, '/')) {
        struct stat st;
        *slash = 0;
        rc = sc_there(up, &st, err);
        if (rc != SC_THERE || st.st_uid != 0 || st.st_mode & 022 || !S_ISDIR(st.st_mode))
            return rc < 0 ? rc : 0;
    }
    return 1;
}

struct asked {
    const char *path;
    bool found;
};

static int on_user(const struct passwd *pw, void *arg, struct sc_error *err)
{
    struct asked *q = arg;
    (void)err;
    if (!sc_is_system_id(pw->pw_uid) && pw->pw_dir && pw->pw_dir[0] == '/' && pw->pw_dir[1])
        q->found =
            q->found || sc_path_below(pw->pw_dir, q->path) || sc_path_below(q->path, pw->pw_dir);
    return 0;
}

/* In or around a home. */
static int has_home(const struct sc_account *a, const char *path, struct sc_error *err)
{
    struct asked q = {.path = path};
    if (sc_path_below(a->home, path) || sc_path_below(path, a->home))
        return 1;
    int rc = sc_users_in_file("", on_user, &q, err);
    return rc < 0 ? rc : q.found;
}

int sc_shown_roots(const struct sc_account *a, const char *path, char **ret, struct sc_error *err)
{
    static const char *const homes[] = {"/home", "/home2", NULL}; /* they may hang */
    SC_FREE char *real = NULL;
    struct stat st;
    *ret = NULL;
    if (path[0] != '/' || is_below_any(path, homes))
        return 0;
    int rc = has_home(a, path, err);
    if (rc == 0 && (rc = sc_real_path(path, &real, err)) == SC_THERE) {
        rc = has_home(a, real, err);
        rc = rc == 0 ? is_roots(a, real, &st, err) : rc < 0 ? rc : 0;
        if (rc > 0 && st.st_uid == 0)
            *ret = sc_steal_ptr(&real);
    }
    return rc < 0 ? rc : 0;
}

/* Around a document root, which is not in `but`. */
static bool has_docroot(const struct sc_vhosts *hosts, const char *path, const char *but)
{
    for (size_t i = 0; i < hosts->n; i++)
        for (size_t k = 0; k < hosts->v[i].n_roots; k++) {
            const struct sc_host_root *r = &hosts->v[i].roots[k];
            const char *at = r->real ? r->real : r->text;
            if (!r->alias && is_around(path, at) && !sc_path_below(at, but))
                return true;
        }
    return false;
}

/* 1: it may be shown. */
static int may_be(const struct sc_account *a, const struct sc_vhosts *hosts, const char *path,
                  const char *but, struct stat *ret_st, struct sc_error *err)
{
    int rc = is_decided(path) ? 0 : is_roots(a, path, ret_st, err);
    if (rc <= 0 || (S_ISDIR(ret_st->st_mode) && depth(path) < 2) || has_docroot(hosts, path, but))
        return rc < 0 ? rc : 0;
    rc = has_home(a, path, err);
    return rc < 0 ? rc : !rc;
}

/* ---- the place ---- */

static bool is_public_name(const char *path)
{
    static const char *const names[] = {"public_html", "public", "htdocs", "web",
                                        "www",         "pub",    NULL};
    const char *name = strrchr(path, '/') + 1;
    for (size_t i = 0; names[i]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* The directory around, where that is what a site needs. */
static bool wants_more(const char *path, const struct stat *st)
{
    return S_ISREG(st->st_mode)
               ? depth(path) > 2
               : is_public_name(path) && depth(path) > (sc_path_below(path, "/srv") ? 2 : 3);
}

/* Which the account can replace where its directory is the account's; that directory it cannot. */
static bool is_program(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111);
}

int sc_shown_find(const struct sc_account *a, const struct sc_vhosts *hosts, const char *path,
                  char **ret, struct sc_error *err)
{
    SC_FREE char *real = NULL, *up = NULL;
    struct stat st = {0}, up_st = {0};
    *ret = NULL;
    if (path[0] != '/' || is_decided(path))
        return 0;
    int rc = sc_real_path(path, &real, err);
    if (rc != SC_THERE)
        return rc < 0 ? rc : 0;
    int itself = may_be(a, hosts, real, real, &st, err);
    if (itself < 0)
        return itself;
    if (itself ? wants_more(real, &st) : is_program(real)) {
        if (!(up = strndup(real, (size_t)(strrchr(real, '/') - real))))
            return no_memory(err);
        rc = may_be(a, hosts, up, real, &up_st, err);
        if (rc < 0)
            return rc;
    } else {
        rc = 0;
    }
    *ret = rc ? sc_steal_ptr(&up) : itself ? sc_steal_ptr(&real) : NULL;
    return 0;
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
    int rc = path[0] == '/' && !is_decided(path) ? find_once(s, a, hosts, path, &place, err) : 0;
    return rc < 0 || !place || !*place ? rc : add(s, site_rel, &place, SC_SHOWN_LIVE, err);
}

/* Nobody's document root or home is in it, nor it in one. */
static int may_be_own(const struct sc_account *a, const struct sc_vhosts *hosts, const char *path,
                      struct sc_error *err)
{
    struct stat st;
    if (is_decided(path) || depth(path) < 2 || has_docroot(hosts, path, "/proc"))
        return 0;
    int rc = sc_there(path, &st, err);
    if (rc != SC_THERE || !S_ISDIR(st.st_mode) ||
        (!sc_is_system_id(st.st_uid) && st.st_uid != a->uid))
        return rc < 0 ? rc : 0;
    rc = has_home(a, path, err);
    return rc < 0 ? rc : !rc;
}

int sc_shown_add_own(struct sc_shown *s, const struct sc_account *a, const struct sc_vhosts *hosts,
                     const char *site_rel, const char *path, struct sc_error *err)
{
    SC_FREE char *real = NULL;
    if (path[0] != '/' || is_decided(path))
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
    SC_FREE char *dir = strdup(pool->exe);
    if (!dir)
        return no_memory(err);
    for (int i = 0; i < 2; i++)
        if (strrchr(dir, '/'))
            *strrchr(dir, '/') = 0;
    if (!*dir || is_decided(dir))
        return 0;
    /* beside its files there would be nothing left to show */
    const char *conf = sc_path_below(pool->main, dir);
    int rc = conf && !strchr(conf, '/') ? 0 : sc_shown_add(s, a, hosts, site_rel, dir, err);
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
