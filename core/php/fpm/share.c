/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pools that several document roots share, and that something but mod_sitecage speaks to: at their
 * address stands the router (core/php/fpm/router), which sends the requests of isolated sites to
 * these sites' own masters (where mod_sitecage would, core/php/fpm/route.h), and all others to a
 * master outside. For the pass such a pool is a site of its own, `shared`. */
#include "core/php/fpm/pass.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/php/fpm/name.h"
#include "core/php/fpm/outside.h"

static bool is_pool_of(const struct sc_fpm_known *k, const struct sc_fpm_taken *t)
{
    return strcmp(k->file, t->file) == 0 && strcmp(k->pool, t->pool) == 0 &&
           strcmp(k->listen, t->listen) == 0;
}

static bool is_record(const struct sc_fpm_taken *t)
{
    return t->id >= SC_FPM_SHARED_POOL && !t->leaving;
}

/* One that has a router keeps it, also when the other sites have left it. */
static bool has_router(const struct sc_fpm_pass *p, const struct sc_fpm_known *k)
{
    for (size_t i = 0; i < p->taken.n; i++)
        if (is_record(&p->taken.v[i]) && is_pool_of(k, &p->taken.v[i]))
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
    for (size_t i = 0; i < p->n_shares; i++)
        if (t->id < SC_FPM_SHARED_POOL && !t->leaving && is_pool_of(p->shares[i], t))
            return true;
    return false;
}

/* ---- which ---- */

static int add(struct sc_fpm_pass *p, const struct sc_fpm_known *k, struct sc_error *err)
{
    for (size_t i = 0; i < p->n_shares; i++)
        if (p->shares[i] == k)
            return 0;
    if (p->n_shares == SC_FPM_SHARES_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "%s has more than %u PHP-FPM pools that sites share",
                            p->a->user, SC_FPM_SHARES_MAX);
    p->shares[p->n_shares++] = k;
    return 0;
}

static int add_wanted(struct sc_fpm_pass *p, const struct sc_fpm_account *a,
                      const struct sc_fpm_site_uses *uses, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < a->n_sites; i++)
        for (size_t k = 0; rc == 0 && !a->sites[i].outside && k < uses[i].n; k++)
            if (uses[i].v[k].how == SC_FPM_SPLIT)
                rc = add(p, uses[i].v[k].pool, err);
    return rc;
}

/* The shared master has forgotten it: the router stays until that starts again. And where a site's
 * uses are not known, nothing is changed. */
static int add_kept(struct sc_fpm_pass *p, bool unknown, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->taken.n; i++) {
        const struct sc_fpm_taken *t = &p->taken.v[i];
        if (!is_record(t) || (!unknown && !sc_fpm_forgotten(t)))
            continue;
        for (size_t k = 0; rc == 0 && k < p->known.n; k++)
            if (is_pool_of(&p->known.v[k], t))
                rc = add(p, &p->known.v[k], err);
    }
    return rc;
}

/* ---- what is to be made of them ---- */

static int add_site(const struct sc_fpm_known *k, bool wanted, struct sc_fpm_account *a,
                    struct sc_fpm_site *sites, struct sc_fpm_site_uses *uses, struct sc_error *err)
{
    struct sc_fpm_site *s = &sites[a->n_sites];
    struct sc_fpm_site_uses *u = &uses[a->n_sites];
    *s = (struct sc_fpm_site){
        .outside = true, .shared = true, .docroot = "-", .changes = wanted ? "shared" : ""};
    int rc = sc_fpm_outside_id(a->uid, k->listen, SC_FPM_SHARED_POOL, true, &s->id, err);
    if (rc < 0)
        return rc;
    *u = (struct sc_fpm_site_uses){.v = calloc(1, sizeof(*u->v))};
    if (!u->v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
    u->v[u->n++] = (struct sc_fpm_use){.how = SC_FPM_COVERED, .listen = k->listen, .pool = k};
    a->n_sites++;
    return 0;
}

int sc_fpm_share_add(struct sc_fpm_pass *p, struct sc_fpm_account *a, struct sc_fpm_site *sites,
                     struct sc_fpm_site_uses *uses, struct sc_error *err)
{
    bool unknown = false;
    for (size_t i = 0; i < a->n_sites; i++)
        unknown |= uses[i].failed;
    int rc = add_wanted(p, a, uses, err);
    size_t wanted = p->n_shares;
    if (rc == 0)
        rc = add_kept(p, unknown, err);
    for (size_t i = 0; rc == 0 && i < p->n_shares; i++)
        rc = add_site(p->shares[i], i < wanted || unknown, a, sites, uses, err);
    return rc;
}
