/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pools that several document roots share, and that something but mod_sitecage speaks to: at their
 * address stands the router (core/php/fpm/router), which sends the requests of isolated sites to
 * these sites' own masters (where mod_sitecage would, core/php/fpm/route.h), and all others to a
 * master outside. For the pass such a pool is a site of its own, `shared`. */
#include "core/php/fpm/pass.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/php/fpm/name.h"

static bool is_record(const struct sc_fpm_taken *t)
{
    return t->id >= SC_FPM_SHARED_POOL && !t->leaving;
}

/* One that has a router keeps it, also when the other sites have left it. */
static bool has_router(const struct sc_fpm_pass *p, const struct sc_fpm_known *k)
{
    for (size_t i = 0; i < p->taken.n; i++)
        if (is_record(&p->taken.v[i]) && sc_fpm_known_is(k, &p->taken.v[i]))
            return true;
    return false;
}

bool sc_fpm_share_is(const struct sc_fpm_pass *p, const struct sc_fpm_use *u)
{
    const struct sc_fpm_known *k = u->pool;
    if (u->how == SC_FPM_COVERED)
        return has_router(p, k);
    return u->how == SC_FPM_SHARED && !k->refusal && !k->own_root && k->listen[0] == '/' &&
           sc_fpm_runs_as(k, p->a->user, p->a->uid);
}

bool sc_fpm_share_takes(const struct sc_fpm_pass *p, const struct sc_fpm_taken *t)
{
    for (size_t i = 0; i < p->n_sites; i++)
        if (p->sites[i].shared && t->id < SC_FPM_SHARED_POOL && !t->leaving &&
            sc_fpm_known_is(p->sites[i].v[0].pool, t))
            return true;
    return false;
}

/* ---- which ---- */

static int add(struct sc_fpm_pass *p, const struct sc_fpm_known *k, struct sc_fpm_served **ret,
               struct sc_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_sites; i++) {
        n += p->sites[i].shared;
        if (p->sites[i].shared && p->sites[i].v[0].pool == k) {
            *ret = &p->sites[i];
            return 0;
        }
    }
    if (n == SC_FPM_SHARES_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "%s has more than %u PHP-FPM pools that sites share",
                            p->a->user, SC_FPM_SHARES_MAX);
    struct sc_fpm_served *one = &p->sites[p->n_sites];
    *one = (struct sc_fpm_served){.shared = true, .v = calloc(1, sizeof(*one->v)), .n = 1};
    if (!one->v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
    one->s = (struct sc_fpm_site){.outside = true, .docroot = "-", .changes = one->word};
    one->v[0] = (struct sc_fpm_use){.how = SC_FPM_COVERED, .listen = k->listen, .pool = k};
    p->n_sites++;
    *ret = one;
    return 0;
}

/* A site that is isolated from now on may have requests in the master outside: another word is
 * another master, and the old one ends when its requests have. */
static void mix(struct sc_fpm_served *one, const struct sc_fpm_site *site)
{
    char text[128];
    snprintf(text, sizeof(text), "%s %u %s", one->word, site->id,
             site->outside ? site->changes : "");
    snprintf(one->word, sizeof(one->word), "%08x", sc_fpm_hash(text, ""));
}

/* It is isolated, or isolated ones lie inside of it, and could be asked for by its name. */
static bool is_reason(const struct sc_fpm_site *s)
{
    return !s->outside || *s->changes;
}

static int add_wanted(struct sc_fpm_pass *p, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < p->n_sites; i++) {
        const struct sc_fpm_served *one = &p->sites[i];
        for (size_t k = 0; rc == 0 && is_reason(&one->s) && k < one->n; k++) {
            struct sc_fpm_served *pool = NULL;
            if (one->v[k].how == SC_FPM_SPLIT && (rc = add(p, one->v[k].pool, &pool, err)) == 0)
                mix(pool, &one->s);
        }
    }
    return rc;
}

/* The shared master has forgotten it: the router stays until that starts again. */
static int add_kept(struct sc_fpm_pass *p, struct sc_error *err)
{
    struct sc_fpm_served *pool;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->taken.n; i++) {
        const struct sc_fpm_taken *t = &p->taken.v[i];
        if (!is_record(t) || !sc_fpm_forgotten(t))
            continue;
        for (size_t k = 0; rc == 0 && k < p->known.n; k++)
            if (sc_fpm_known_is(&p->known.v[k], t))
                rc = add(p, &p->known.v[k], &pool, err);
    }
    return rc;
}

/* ---- what is to be made of them ---- */

int sc_fpm_share_find(struct sc_fpm_pass *p, struct sc_error *err)
{
    int rc = add_wanted(p, err);
    return rc < 0 ? rc : add_kept(p, err);
}
