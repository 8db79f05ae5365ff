/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/showable.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/base/there.h"
#include "core/base/users.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for what the server shows to sites");
}

/* Every view has them. */
static const char *const trees[] = {"/usr",   "/bin",    "/sbin", "/lib", "/lib32",
                                    "/lib64", "/libx32", "/opt",  "/etc", NULL};

static bool is_below_any(const char *path, const char *const *tops)
{
    for (size_t i = 0; tops[i]; i++)
        if (sc_path_below(path, tops[i]))
            return true;
    return false;
}

/* Sites see these (core/cage/system.c), or must not. Homes are not even looked at: they may hang. */
bool sc_showable_decided(const char *path)
{
    static const char *const tops[] = {
        "/proc",        "/sys",      "/dev",        "/run",
        "/tmp",         "/var/tmp",  "/var/run",    "/var/lock",
        "/root",        "/boot",     "/var/log",    "/var/spool",
        "/var/backups", "/var/mail", "/var/cpanel", "/var/lib/sitecage",
        "/home",        "/home2",    NULL};
    return is_below_any(path, trees) || is_below_any(path, tops);
}

size_t sc_showable_depth(const char *path)
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
int sc_showable_is_roots(const struct sc_show_for *to, const char *path, struct stat *ret_st,
                         struct sc_error *err)
{
    SC_FREE char *up = strdup(path);
    if (!up)
        return no_memory(err);
    int rc = sc_there(path, ret_st, err);
    if (rc != SC_THERE || (!sc_is_system_id(ret_st->st_uid) && ret_st->st_uid != to->uid) ||
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
int sc_showable_has_home(const struct sc_show_for *to, const char *path, struct sc_error *err)
{
    struct asked q = {.path = path};
    if (sc_path_below(to->home, path) || sc_path_below(path, to->home))
        return 1;
    int rc = sc_users_in_file("", on_user, &q, err);
    return rc < 0 ? rc : q.found;
}

/* Around a document root, which is not in `but`. */
bool sc_showable_has_docroot(const struct sc_vhosts *hosts, const char *path, const char *but)
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
static int may_be(const struct sc_show_for *to, const struct sc_vhosts *hosts, const char *path,
                  const char *but, struct stat *ret_st, struct sc_error *err)
{
    int rc = sc_showable_decided(path) ? 0 : sc_showable_is_roots(to, path, ret_st, err);
    if (rc <= 0 || (S_ISDIR(ret_st->st_mode) && sc_showable_depth(path) < 2) ||
        sc_showable_has_docroot(hosts, path, but))
        return rc < 0 ? rc : 0;
    rc = sc_showable_has_home(to, path, err);
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
    return S_ISREG(st->st_mode) ? sc_showable_depth(path) > 2
                                : is_public_name(path) && sc_showable_depth(path) >
                                                              (sc_path_below(path, "/srv") ? 2 : 3);
}

/* Which the account can replace where its directory is the account's; that directory it cannot. */
static bool is_program(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111);
}

int sc_showable_find(const struct sc_show_for *to, const struct sc_vhosts *hosts, const char *path,
                     char **ret, struct sc_error *err)
{
    SC_FREE char *real = NULL, *up = NULL;
    struct stat st = {0}, up_st = {0};
    *ret = NULL;
    if (path[0] != '/' || sc_showable_decided(path))
        return 0;
    int rc = sc_real_path(path, &real, err);
    if (rc != SC_THERE)
        return rc < 0 ? rc : 0;
    int itself = may_be(to, hosts, real, real, &st, err);
    if (itself < 0)
        return itself;
    if (itself ? wants_more(real, &st) : is_program(real)) {
        if (!(up = strndup(real, (size_t)(strrchr(real, '/') - real))))
            return no_memory(err);
        rc = may_be(to, hosts, up, real, &up_st, err);
        if (rc < 0)
            return rc;
    } else {
        rc = 0;
    }
    *ret = rc ? sc_steal_ptr(&up) : itself ? sc_steal_ptr(&real) : NULL;
    return 0;
}

/* ---- programs ---- */

/* The first name on the way, from the program up, that others than root (and, for the program itself and its directory, the
 * account) can change. */
static int changed_by_others(const struct sc_show_for *to, const char *path, char **ret,
                             struct sc_error *err)
{
    SC_FREE char *up = strdup(path);
    if (!up)
        return no_memory(err);
    for (int level = 0; up[0] && up[1]; level++) {
        struct stat st;
        int rc = sc_there(up, &st, err);
        if (rc < 0)
            return rc;
        bool own = level < 2 && st.st_uid == to->uid;
        if (rc == SC_THERE &&
            ((st.st_uid != 0 && !own) || (S_ISDIR(st.st_mode) && st.st_mode & 022))) {
            *ret = sc_steal_ptr(&up);
            return 0;
        }
        *strrchr(up, '/') = 0;
    }
    return 0;
}

int sc_showable_sees(const struct sc_show_for *to, const struct sc_vhosts *hosts, const char *path,
                     char **ret_by, struct sc_error *err)
{
    SC_FREE char *real = NULL, *place = NULL;
    *ret_by = NULL;
    int rc = sc_real_path(path, &real, err);
    if (rc != SC_THERE)
        return rc < 0 ? rc : 1;
    if (is_below_any(real, trees))
        return 1;
    rc = sc_showable_find(to, hosts, real, &place, err);
    if (rc < 0 || place)
        return rc < 0 ? rc : 1;
    rc = sc_showable_decided(real) ? 0 : changed_by_others(to, real, ret_by, err);
    return rc;
}

bool sc_showable_is_every(const char *path)
{
    return is_below_any(path, trees);
}

char *sc_showable_php_dir(const char *exe)
{
    char *dir = strdup(exe);
    for (int i = 0; dir && i < 2; i++)
        if (strrchr(dir, '/'))
            *strrchr(dir, '/') = 0;
    return dir;
}

bool sc_showable_is_beside(const char *main, const char *dir)
{
    const char *conf = sc_path_below(main, dir);
    return conf && !strchr(conf, '/');
}
