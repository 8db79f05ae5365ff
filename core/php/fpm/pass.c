/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a pass knows of PHP-FPM, and what the hosts of a site use of it. */
#include "core/php/fpm/pass.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/php/pools/running.h"

#define USERS_FROM 1000 /* uids and gids of hosting accounts */

void sc_fpm_pass_done(struct sc_fpm_pass *p)
{
    sc_fpm_taken_list_done(&p->taken);
    free(p->known.v);
    sc_fpm_known_done(&p->out);
    sc_fpm_known_done(&p->files);
    sc_vhosts_done(&p->hosts);
    for (size_t i = 0; i < p->n_ends; i++)
        close(p->ends[i]);
    free(p->ends);
    for (size_t i = 0; i < p->n_sites; i++)
        free(p->sites[i].v);
    free(p->sites);
}

bool sc_fpm_pass_has(const struct sc_fpm_pass *p, unsigned id)
{
    for (size_t i = 0; i < p->n_sites; i++)
        if (p->sites[i].s.id == id)
            return true;
    return false;
}

/* Pools that are taken out stand in no file: their records do. A file's word counts more: the panel
 * wrote the pool again. */
static int add_taken(struct sc_fpm_pass *p, const struct sc_fpm_known_list *files,
                     struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->taken.n; i++) {
        const struct sc_fpm_taken *t = &p->taken.v[i];
        SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file f = {0};
        SC_BUF struct sc_buf text = SC_BUF_INIT;
        SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file now = {0};
        bool written = false;
        for (size_t k = 0; k < files->n; k++)
            written |=
                strcmp(files->v[k].file, t->file) == 0 && strcmp(files->v[k].pool, t->pool) == 0;
        if (written || t->leaving || sc_fpm_is_routed(t)) /* that one has a copy */
            continue;
        /* no mark either: somebody removed the pool */
        rc = sc_read_file(t->file, SC_FPM_FILE_MAX, &text, err);
        if (rc == SC_E_NOTFOUND)
            rc = 0;
        if (rc < 0 || !text.data)
            continue;
        if (sc_fpm_parse(text.data, text.len, t->file, &now, NULL) == 0 &&
            !sc_fpm_mark_find(&now, t->pool))
            continue;
        if (sc_fpm_parse(t->text, t->text_len, t->file, &f, NULL) < 0)
            continue;
        const struct sc_fpm_pool *pool = sc_fpm_pool_find(&f, t->pool);
        if (pool)
            rc = sc_fpm_known_add(&p->out, t->file, t->main, t->exe, t->text, pool, err);
    }
    return rc;
}

struct sc_vhosts *sc_fpm_pass_hosts(struct sc_fpm_pass *p)
{
    return p->a->hosts ? p->a->hosts : &p->hosts;
}

/* What stands in files, and what was taken out of them. */
static int join_pools(struct sc_fpm_pass *p, const struct sc_fpm_known_list *files,
                      struct sc_error *err)
{
    p->known.v = calloc(files->n + p->out.n + 1, sizeof(*p->known.v));
    if (!p->known.v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
    for (size_t i = 0; i < files->n; i++)
        p->known.v[p->known.n++] = files->v[i];
    for (size_t i = 0; i < p->out.n; i++)
        p->known.v[p->known.n++] = p->out.v[i];
    return 0;
}

int sc_fpm_pass_load(struct sc_fpm_pass *p, struct sc_error *err)
{
    const struct sc_fpm_known_list *files = p->a->known ? p->a->known : &p->files;
    int rc = p->a->known ? 0 : sc_fpm_known_all(&p->files, err);
    if (rc == 0)
        rc = add_taken(p, files, err);
    if (rc == 0)
        rc = join_pools(p, files, err);
    bool look = p->a->notice != NULL || p->a->seen != NULL || p->a->routed;
    if (p->a->hosts)
        return rc;
    for (size_t i = 0; i < p->known.n && !look; i++)
        look = sc_fpm_runs_as(&p->known.v[i], p->a->user, p->a->uid);
    return rc == 0 && look && p->known.n ? sc_vhosts_load("", &p->hosts, err) : rc;
}

/* Whether only root and the system's own users can put things where the socket is. */
static bool is_safe(const char *listen)
{
    char dir[PATH_MAX], real[PATH_MAX];
    struct stat st;
    snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(listen, '/') - listen), listen);
    if (!realpath(*dir ? dir : "/", real))
        return errno == ENOENT; /* it will be made, by root */
    for (;;) {
        if (lstat(*real ? real : "/", &st) < 0 || st.st_uid >= USERS_FROM ||
            (st.st_mode & S_IWOTH) || ((st.st_mode & S_IWGRP) && st.st_gid >= USERS_FROM))
            return false;
        char *slash = strrchr(real, '/');
        if (!slash)
            return true;
        *slash = 0;
    }
}

struct sc_web_whose sc_fpm_pass_whose(const struct sc_fpm_pass *p, const struct sc_fpm_site *s)
{
    return (struct sc_web_whose){.docroot = s->docroot,
                                 .texts = s->texts,
                                 .n_texts = s->n_texts,
                                 .names = s->names,
                                 .n_names = s->n_names,
                                 .docroots = p->a->docroots,
                                 .n_docroots = p->a->n_docroots,
                                 .homes = p->a->homes,
                                 .n_homes = p->a->n_homes};
}

/* Of a pool that the router tells apart. */
static const struct sc_fpm_known *split_pool(const struct sc_fpm_use *uses, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (uses[i].how == SC_FPM_SPLIT)
            return uses[i].pool;
    return NULL;
}

/* Apache by itself, and the router, go to where isolated sites have their masters. */
static int route(struct sc_fpm_pass *p, const struct sc_fpm_site *s, const struct sc_fpm_asked *q,
                 struct sc_fpm_use **uses, size_t *n, struct sc_error *err)
{
    const struct sc_fpm_routing how = {sc_fpm_pass_hosts(p), &p->known, q};
    const struct sc_fpm_known *pool = p->a->routed ? sc_fpm_route_mark(&how, *uses, *n) : NULL;
    if (pool && !sc_fpm_route_wanted(&how, *uses, *n))
        pool = NULL;
    if (!pool && s->id)
        pool = split_pool(*uses, *n);
    return pool && !s->outside ? sc_fpm_route_add(pool, s->id, uses, n, err) : 0;
}

/* A port has no name that could be given away. */
static enum sc_fpm_how can_be_taken(const char *listen)
{
    return *listen != '/' ? SC_FPM_PORT : is_safe(listen) ? SC_FPM_COVERED : SC_FPM_PLACE;
}

int sc_fpm_pass_uses(struct sc_fpm_pass *p, const struct sc_fpm_site *s, struct sc_fpm_use **ret,
                     size_t *ret_n, struct sc_error *err)
{
    const struct sc_fpm_asked q = {sc_fpm_pass_whose(p, s), p->a->user, p->a->uid};
    int rc = sc_roots_resolve(sc_fpm_pass_hosts(p), &q.site, err);
    if (rc == 0)
        rc = sc_fpm_which(sc_fpm_pass_hosts(p), &p->known, &q, ret, ret_n, err);
    for (size_t i = 0; rc == 0 && i < *ret_n; i++) {
        struct sc_fpm_use *u = &(*ret)[i];
        if (sc_fpm_share_is(p, u))
            u->how = is_safe(u->pool->listen) ? SC_FPM_SPLIT : SC_FPM_PLACE;
        else if (u->how == SC_FPM_COVERED)
            u->how = can_be_taken(u->pool->listen);
    }
    return rc == 0 ? route(p, s, &q, ret, ret_n, err) : rc;
}

const char *sc_fpm_use_at(const struct sc_fpm_use *u)
{
    return *u->route ? u->route : u->pool->listen;
}

/* What a use needs to be told about. */
bool sc_fpm_use_is_fine(const struct sc_fpm_use *u)
{
    return u->how == SC_FPM_COVERED || u->how == SC_FPM_ROUTED || u->how == SC_FPM_SPLIT ||
           u->how == SC_FPM_NONE;
}
