/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The status of all domains: what is not isolated, too. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/engine/engine.h"
#include "core/engine/internal.h"
#include "core/limits/limits.h"
#include "core/server/panel.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the status of all domains");
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int by_user(const void *a, const void *b)
{
    const struct sc_status_row *x = a, *y = b;
    int users = strcmp(x->user, y->user);
    return users ? users : strcmp(x->domain, y->domain);
}

static int add_off(struct sc_status *st, const struct sc_domain *d, struct sc_error *err)
{
    if (!SC_VEC_ROOM(st->v, st->n))
        return no_memory(err);
    struct sc_status_row *r = &st->v[st->n++];
    *r = (struct sc_status_row){
        .domain = strdup(d->name), .user = strdup(d->owner), .docroot = strdup(d->docroot)};
    for (size_t i = 0; r->user && i < st->n_locked; i++)
        r->locked |= strcmp(st->locked[i], r->user) == 0;
    return r->domain && r->user && r->docroot ? 0 : no_memory(err);
}

/* An isolated site that is told of already; borrowed. */
struct told_site {
    const char *user, *docroot;
};

static int by_owner(const void *a, const void *b)
{
    const struct told_site *x = a, *y = b;
    return strcmp(x->user, y->user);
}

static int by_site(const void *a, const void *b)
{
    const struct told_site *x = a, *y = b;
    int users = strcmp(x->user, y->user);
    return users ? users : strcmp(x->docroot, y->docroot);
}

/* What is told of already. */
struct told {
    char **names;            /* sorted; borrowed */
    struct told_site *sites; /* by their users */
    size_t n, n_sites;
};

static void told_done(struct told *t)
{
    SC_FREE_ALL(t->names, t->sites);
}

static int told_of(const struct sc_status *st, struct told *t, struct sc_error *err)
{
    t->names = calloc(st->n + 1, sizeof(*t->names));
    t->sites = calloc(st->n + 1, sizeof(*t->sites));
    if (!t->names || !t->sites)
        return no_memory(err);
    for (size_t i = 0; i < st->n; i++) {
        const struct sc_status_row *r = &st->v[i];
        t->names[t->n++] = r->domain;
        if (r->isolated)
            t->sites[t->n_sites++] = (struct told_site){r->user, r->docroot};
    }
    qsort(t->names, t->n, sizeof(*t->names), by_text);
    qsort(t->sites, t->n_sites, sizeof(*t->sites), by_site);
    return 0;
}

static bool is_told(const struct told *t, const char *name)
{
    return t->n && bsearch(&name, t->names, t->n, sizeof(*t->names), by_text);
}

static bool is_site(const struct told *t, const char *user, const char *docroot)
{
    struct told_site key = {user, docroot};
    return bsearch(&key, t->sites, t->n_sites, sizeof(key), by_site);
}

/* Another name of an isolated site; by what is told already, for of other domains there may be very many. */
static bool is_another_name(const struct told *t, const struct sc_domain *d)
{
    char real[PATH_MAX];
    struct told_site key = {.user = d->owner};
    if (!t->n_sites || !bsearch(&key, t->sites, t->n_sites, sizeof(key), by_owner))
        return false;
    return is_site(t, d->owner, d->docroot) ||
           (realpath(d->docroot, real) && is_site(t, d->owner, real));
}

static int add_rest(struct sc_server *s, const struct sc_domains *all, const struct told *t,
                    struct sc_status *st, struct sc_error *err)
{
    SC_CLEANUP(sc_cgroups_freep) struct sc_cgroups *cg = NULL;
    int rc = sc_cgroups_open(&cg, err);
    for (size_t i = 0; rc == 0 && i < all->n; i++) {
        const struct sc_domain *d = &all->v[i];
        if (!is_told(t, d->name))
            rc = is_another_name(t, d) ? sc_status_of_told(s, cg, st, d, err) : add_off(st, d, err);
    }
    return rc;
}

int sc_engine_status_all(struct sc_server *s, struct sc_status *ret, struct sc_error *err)
{
    SC_DOMAINS struct sc_domains all = SC_DOMAINS_INIT;
    SC_CLEANUP(sc_status_done) struct sc_status st = {0};
    SC_CLEANUP(told_done) struct told told = {0};
    int rc = sc_panel_all(s, &all, err);
    if (rc == 0)
        rc = sc_engine_status(s, NULL, 0, &st, err);
    if (rc < 0)
        return rc;
    rc = told_of(&st, &told, err);
    if (rc == 0)
        rc = add_rest(s, &all, &told, &st, err);
    if (rc < 0)
        return rc;
    if (st.n)
        qsort(st.v, st.n, sizeof(*st.v), by_user);
    SC_MOVE(ret, &st);
    return 0;
}
