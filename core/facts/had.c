/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/had.h"

#include <string.h>

#include "core/account/renames.h"
#include "core/base/cleanup.h"

/* The isolated site that the domain has, under the name that it had before too. */
static const struct sc_site_row *row_of(const struct sc_facts *f, size_t i)
{
    const struct sc_past *p = &f->past;
    const char *name = sc_renames_old(&f->renames, f->domains.v[i].name);
    const struct sc_isolated_row *had = sc_isolated_find(&p->names, name);
    const struct sc_site_row *row = had ? sc_past_site(p, had->site_id) : NULL;
    return row && row->isolated ? row : NULL;
}

int sc_facts_had(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                 struct sc_error *err)
{
    int rc = f->places.n_dirs ? sc_past_load(s, a, &f->past, err) : 0;
    for (size_t i = 0; rc == 0 && f->past.sites.n && i < f->places.n; i++) {
        const struct sc_site_row *row = row_of(f, i);
        if (!row || f->places.v[i].had)
            continue;
        char *text = strdup(f->past.owned[row - f->past.sites.rows]);
        f->places.v[i].had = text;
        rc = text ? 0 : sc_error_set(err, SC_E_NOMEM, "out of memory for what sites had");
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
