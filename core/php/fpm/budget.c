/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many sites of an account have masters of their own: each is a handful of processes, and a user
 * can have as many sites as the panel lets him. */
#include "core/php/fpm/pass.h"

#include "core/php/fpm/supervisor.h"

/* It is to have one. Sites that are not isolated are served by us because of one that is, and pools that
 * sites share have one for all. */
static bool counts(const struct sc_fpm_site *s, const struct sc_fpm_site_uses *u)
{
    for (size_t i = 0; !s->outside && s->id && !u->failed && i < u->n; i++)
        if (u->v[i].how == SC_FPM_COVERED)
            return true;
    return false;
}

static bool has_master(unsigned id)
{
    return sc_fpm_supervisor(id, NULL) != 0; /* or it cannot be told */
}

void sc_fpm_budget(const struct sc_fpm_account *a, struct sc_fpm_site_uses *uses)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n_sites; i++)
        n += counts(&a->sites[i], &uses[i]);
    if (!a->max_sites || n <= a->max_sites)
        return;
    n = 0;
    for (int had = 1; had >= 0; had--)
        for (size_t i = 0; i < a->n_sites; i++)
            if (counts(&a->sites[i], &uses[i]) && has_master(a->sites[i].id) == had)
                uses[i].many = ++n > a->max_sites;
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
