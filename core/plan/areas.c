/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sites own besides their document roots, as one list. */
#include "core/plan/parts.h"
#include "core/plan/plan.h"

#include <stdlib.h>
#include <string.h>
#include "core/plan/relpath.h"

static int by_rel(const void *a, const void *b)
{
    return sc_rel_cmp(((const struct sc_plan_area *)a)->rel, ((const struct sc_plan_area *)b)->rel);
}

/* One whose cage closes something comes before one that learns, that before one that has none. */
static int rank(const struct sc_plan_site *s)
{
    return s->isolated + (s->isolated && !s->learning);
}

/* Two areas at one path. */
static void join(struct sc_plan_area *to, const struct sc_plan_area *from)
{
    to->self = to->self && from->self;
    if (!from->is_app)
        return;
    to->is_shared = to->is_app;
    if (!to->is_app || rank(from->site) > rank(to->site) ||
        (rank(from->site) == rank(to->site) && from->site < to->site))
        to->site = from->site;
    to->is_app = true;
}

static size_t join_all(struct sc_plan_area *v, size_t n)
{
    size_t kept = 0;
    qsort(v, n, sizeof(*v), by_rel);
    for (size_t i = 0; i < n; i++) {
        if (kept && sc_rel_cmp(v[kept - 1].rel, v[i].rel) == 0)
            join(&v[kept - 1], &v[i]);
        else
            v[kept++] = v[i];
    }
    return kept;
}

int sc_plan_areas(struct sc_plan *plan, struct sc_error *err)
{
    size_t n = 0, max = 0;
    for (size_t i = 0; i < plan->n_sites; i++)
        max += plan->sites[i].n_apps + plan->sites[i].n_extras;
    struct sc_plan_area *v = calloc(max + 1, sizeof(*v));
    if (!v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's plan");
    for (size_t i = 0; i < plan->n_sites; i++) {
        const struct sc_plan_site *s = &plan->sites[i];
        for (size_t k = 0; k < s->n_apps; k++)
            v[n++] = (struct sc_plan_area){.rel = s->apps[k], .is_app = true, .site = s};
        for (size_t k = 0; k < s->n_extras; k++)
            v[n++] = (struct sc_plan_area){.rel = s->extras[k].rel,
                                           .is_file = s->extras[k].is_file,
                                           .self = s->extras[k].self,
                                           .site = s};
    }
    free(plan->areas);
    plan->areas = v;
    plan->n_areas = join_all(v, n);
    return 0;
}

const struct sc_plan_area *sc_plan_area(const struct sc_plan *plan, const char *rel)
{
    const struct sc_plan_area key = {.rel = rel};
    return plan->n_areas ? bsearch(&key, plan->areas, plan->n_areas, sizeof(key), by_rel) : NULL;
}

bool sc_plan_is_app_of(const struct sc_plan_site *site, const char *rel)
{
    for (size_t i = 0; i < site->n_apps; i++)
        if (strcmp(site->apps[i], rel) == 0)
            return true;
    return false;
}

static int by_extra(const void *a, const void *b)
{
    return sc_rel_cmp(((const struct sc_plan_extra *)a)->rel,
                      ((const struct sc_plan_extra *)b)->rel);
}

const struct sc_plan_extra *sc_plan_extra_of(const struct sc_plan_site *site, const char *rel)
{
    const struct sc_plan_extra key = {.rel = (char *)rel};
    return site->n_extras ? bsearch(&key, site->extras, site->n_extras, sizeof(key), by_extra)
                          : NULL;
}

bool sc_plan_is_secret(const struct sc_plan *plan, const char *rel)
{
    const struct sc_plan_extra key = {.rel = (char *)rel};
    return plan->n_secrets && bsearch(&key, plan->secrets, plan->n_secrets, sizeof(key), by_extra);
}
