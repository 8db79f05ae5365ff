/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directories in which nothing may be named (struct sc_plan_steady). */
#include <stdlib.h>
#include <string.h>

#include "core/plan/parts.h"
#include "core/plan/plan.h"
#include "core/plan/relpath.h"

void sc_plan_free_steady(struct sc_plan_steady *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(v[i].rel);
    free(v);
}

static int cmp_steady(const void *a, const void *b)
{
    return sc_rel_cmp(((const struct sc_plan_steady *)a)->rel,
                      ((const struct sc_plan_steady *)b)->rel);
}

/* What lies in such a directory may be one itself. */
static void join_equal(struct sc_plan_steady *v, size_t *n)
{
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        if (kept && strcmp(v[kept - 1].rel, v[i].rel) == 0) {
            v[kept - 1].is_open &= v[i].is_open;
            free(v[i].rel);
        } else {
            v[kept++] = v[i];
        }
    }
    *n = kept;
}

int sc_plan_make_steady(struct sc_plan *plan, const struct sc_plan_input *in, struct sc_error *err)
{
    plan->steady = calloc(in->n_steady + 1, sizeof(*plan->steady));
    for (; plan->steady && plan->n_steady < in->n_steady; plan->n_steady++) {
        struct sc_plan_steady *s = &plan->steady[plan->n_steady];
        *s = in->steady[plan->n_steady];
        if (!(s->rel = strdup(s->rel)))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's plan");
    }
    if (!plan->steady)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's plan");
    qsort(plan->steady, plan->n_steady, sizeof(*plan->steady), cmp_steady);
    join_equal(plan->steady, &plan->n_steady);
    return 0;
}
