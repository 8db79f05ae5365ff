/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/base/there.h"
#include "core/base/vec.h"

/* One directory that pools listen in. */
struct place {
    char *text, *real; /* as a pool writes it; NULL: missing */
    bool shown;        /* every site sees it … */
    bool closable;     /* … unless it is closed */
};

struct places {
    struct place *v;
    size_t n;
};

static void place_done(struct place *p)
{
    SC_FREE_ALL(p->text, p->real);
}

static void done(struct places *p)
{
    SC_VEC_DONE(p->v, p->n, place_done);
}

void sc_fpm_places_done(struct sc_fpm_places *p)
{
    sc_strings_free(p->closed, p->n_closed);
    sc_strings_free(p->others, p->n_others);
    free(p->open);
    sc_fpm_taken_list_done(&p->taken);
    *p = (struct sc_fpm_places){0};
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM's sockets");
}

static bool is_shown(const char *real)
{
    static const char *const shown[] = SC_FPM_SHOWN;
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
        if (sc_path_below(real, shown[i]))
            return true;
    return false;
}

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0;
}

/* What masters leave beside their sockets. */
static bool belongs_there(const struct dirent *e, int dirfd)
{
    struct stat st;
    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
        return true;
    if (fstatat(dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return sc_is_absent(errno);
    return S_ISSOCK(st.st_mode) ||
           (S_ISREG(st.st_mode) && (ends_with(e->d_name, ".pid") || ends_with(e->d_name, ".lock")));
}

static int is_closable(const char *dir, bool *ret, struct sc_error *err)
{
    SC_DIR DIR *d = opendir(dir);
    if (!d)
        return sc_error_sys(err, errno, "read %s", dir);
    *ret = true;
    errno = 0;
    for (struct dirent *e; *ret && (e = readdir(d)) != NULL; errno = 0)
        *ret = belongs_there(e, dirfd(d));
    return *ret && errno ? sc_error_sys(err, errno, "read %s", dir) : 0;
}

/* The directory of that socket; looked at once. NULL: no memory, or *err says why. */
static struct place *place_of(struct places *p, const char *listen, struct sc_error *err)
{
    const char *slash = strrchr(listen, '/');
    size_t len = (size_t)(slash - listen);
    for (size_t i = p->n; i-- > 0;) /* pools of one directory come in a row */
        if (strncmp(p->v[i].text, listen, len) == 0 && p->v[i].text[len] == 0)
            return &p->v[i];
    SC_FREE char *text = strndup(listen, len), *real = NULL;
    struct place one = {0};
    if (!text || !SC_VEC_ROOM(p->v, p->n)) {
        no_memory(err);
        return NULL;
    }
    int rc = *text ? sc_real_path(text, &real, err) : SC_ABSENT;
    one.shown = rc == SC_THERE && is_shown(real);
    if (one.shown)
        rc = is_closable(real, &one.closable, err);
    if (rc < 0)
        return NULL;
    one.text = sc_steal_ptr(&text);
    one.real = sc_steal_ptr(&real);
    p->v[p->n] = one;
    return &p->v[p->n++];
}

/* A pool listens there. */
static int look_at(struct places *p, const char *pool, const char *file, const char *listen,
                   struct sc_fpm_places *ret, struct sc_error *err)
{
    struct stat st = {.st_mode = 0600};
    struct sc_error why = SC_ERROR_INIT;
    if (listen[0] != '/')
        return 0;
    const struct place *dir = place_of(p, listen, &why);
    if (!dir)
        return sc_error_set(err, why.code, "%s", why.text);
    if (!dir->shown || dir->closable)
        return 0;
    int rc = sc_there(listen, &st, err);
    if (rc < 0)
        return rc;
    if (!SC_VEC_ROOM(ret->open, ret->n_open))
        return no_memory(err);
    ret->open[ret->n_open++] =
        (struct sc_fpm_open){pool, file, listen, st.st_uid, st.st_gid, st.st_mode};
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Once: several names may lead to one place. */
static int list_one(char **v, size_t *n, const char *real, struct sc_error *err)
{
    for (size_t i = 0; i < *n; i++)
        if (strcmp(v[i], real) == 0)
            return 0;
    v[*n] = strdup(real);
    return v[(*n)++] ? 0 : no_memory(err);
}

/* By their real paths. */
static int list(const struct places *p, struct sc_fpm_places *ret, struct sc_error *err)
{
    ret->closed = calloc(p->n + 1, sizeof(*ret->closed));
    ret->others = calloc(p->n + 1, sizeof(*ret->others));
    if (!ret->closed || !ret->others)
        return no_memory(err);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->n; i++) {
        const struct place *one = &p->v[i];
        if (one->real && !one->shown)
            rc = list_one(ret->others, &ret->n_others, one->real, err);
        else if (one->closable)
            rc = list_one(ret->closed, &ret->n_closed, one->real, err);
    }
    if (rc == 0)
        qsort(ret->closed, ret->n_closed, sizeof(*ret->closed), by_name);
    return rc;
}

int sc_fpm_places_look(const struct sc_fpm_known_list *pools, struct sc_fpm_places *ret,
                       struct sc_error *err)
{
    SC_CLEANUP(done) struct places p = {0};
    SC_CLEANUP(sc_fpm_places_done) struct sc_fpm_places out = {0};
    int rc = sc_fpm_taken_load(0, 0, &out.taken, NULL, err);
    for (size_t i = 0; rc == 0 && i < pools->n; i++) {
        const struct sc_fpm_known *k = &pools->v[i];
        rc = look_at(&p, k->pool, k->file, k->listen, &out, err);
    }
    for (size_t i = 0; rc == 0 && i < out.taken.n; i++) {
        const struct sc_fpm_taken *t = &out.taken.v[i];
        rc = look_at(&p, t->pool, t->file, t->listen, &out, err);
    }
    if (rc == 0)
        rc = list(&p, &out, err);
    if (rc == 0)
        SC_MOVE(ret, &out);
    return rc;
}

bool sc_fpm_places_within(const struct sc_fpm_places *p, const char *dir)
{
    for (size_t i = 0; i < p->n_others; i++)
        if (sc_path_below(p->others[i], dir))
            return true;
    return false;
}

bool sc_fpm_is_open_to(const struct sc_fpm_open *o, uid_t uid, gid_t gid)
{
    if (o->uid == uid)
        return (o->mode & S_IWUSR) != 0;
    return (o->mode & S_IWOTH) || (o->gid == gid && (o->mode & S_IWGRP));
}
