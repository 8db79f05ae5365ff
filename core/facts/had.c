/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/had.h"

#include <stdlib.h>

#include "core/account/renames.h"
#include "core/base/cleanup.h"

struct past {
    struct sc_site_list sites;
    struct sc_isolated_list names;
};

static void past_done(struct past *p)
{
    sc_site_list_done(&p->sites);
    sc_isolated_list_done(&p->names);
}

static int by_id(const void *key, const void *row)
{
    unsigned id = *(const unsigned *)key, of = ((const struct sc_site_row *)row)->id;
    return id < of ? -1 : id > of;
}

/* The isolated site that the domain has, under the name that it had before too. */
static const struct sc_site_row *row_of(const struct past *p, const struct sc_facts *f, size_t i)
{
    const char *name = sc_renames_old(&f->renames, f->domains.v[i].name);
    const struct sc_isolated_row *had = sc_isolated_find(&p->names, name);
    const struct sc_site_row *row =
        had ? bsearch(&had->site_id, p->sites.rows, p->sites.n, sizeof(*row), by_id) : NULL;
    return row && row->isolated ? row : NULL;
}

int sc_facts_had(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                 struct sc_error *err)
{
    SC_CLEANUP(past_done) struct past p = {0};
    int rc = f->places.n_dirs ? sc_store_sites_get(s->store, a->uid, &p.sites, err) : 0;
    if (rc == 0 && p.sites.n)
        rc = sc_store_isolated_get(s->store, a->uid, &p.names, err);
    for (size_t i = 0; rc == 0 && p.sites.n && i < f->places.n; i++) {
        const struct sc_site_row *row = row_of(&p, f, i);
        char *text = NULL;
        if (!row || f->places.v[i].had)
            continue;
        rc = sc_store_site_owned_get(s->store, row->id, &text, err);
        f->places.v[i].had = text;
    }
    return rc;
}

void sc_facts_had_tell(const struct sc_account *a, struct sc_facts *f)
{
    for (size_t i = 0; f->why.code == 0 && i < f->plan->n_sites; i++) {
        const struct sc_plan_site *site = &f->plan->sites[i];
        if (site->beyond)
            sc_error_set(&f->why, SC_E_DENIED,
                         "%s/%s was the application of %s and has no mark any more (composer.json "
                         "and the like); as isolated sites can remove marks, the site does not get "
                         "%s/%s, which is around it; if that is right, disable its isolation and "
                         "enable it again",
                         a->home, site->lost, site->names[0], a->home, site->beyond);
    }
}
