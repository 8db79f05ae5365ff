/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many sites of an account have masters of their own: each is a handful of processes, and a user
 * can have as many sites as the panel lets him. */
#include "core/php/fpm/pass.h"

#include "core/php/fpm/supervisor.h"

/* It is to have one. Sites that are not isolated are served by us because of one that is, and pools that
 * sites share have one for all. */
static bool counts(const struct sc_fpm_served *one)
{
    for (size_t i = 0; !one->s.outside && one->s.id && i < one->n; i++)
        if (one->v[i].how == SC_FPM_COVERED)
            return true;
    return false;
}

static bool has_master(unsigned id)
{
    return sc_fpm_supervisor(id, NULL) != 0; /* or it cannot be told */
}

void sc_fpm_budget(struct sc_fpm_pass *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_sites; i++)
        n += counts(&p->sites[i]);
    if (!p->a->max_sites || n <= p->a->max_sites)
        return;
    n = 0;
    for (int had = 1; had >= 0; had--)
        for (size_t i = 0; i < p->n_sites; i++)
            if (counts(&p->sites[i]) && has_master(p->sites[i].s.id) == had)
                p->sites[i].many = ++n > p->a->max_sites;
}

/* The records are sorted by site. */
static size_t distinct(const struct sc_fpm_pass *p, unsigned but, bool living)
{
    size_t n = 0;
    unsigned last = 0;
    for (size_t i = 0; i < p->taken.n; i++) {
        unsigned id = p->taken.v[i].id;
        if (id != last && id != but && id < SC_FPM_OUTSIDE && !p->taken.v[i].leaving)
            n += !living || has_master(id);
        last = id;
    }
    return n;
}

bool sc_fpm_budget_is_spent(const struct sc_fpm_pass *p, unsigned id)
{
    unsigned max = p->a->max_sites;
    return max && distinct(p, id, false) >= max && !(id && has_master(id)) &&
           distinct(p, id, true) >= max;
}
