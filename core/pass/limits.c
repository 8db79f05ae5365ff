/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/limits.h"

#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/limits/values.h"

void sc_pass_site_limits(const struct sc_facts *f, size_t site, struct sc_limits *ret)
{
    struct sc_limits l = {0};
    const struct sc_plan_site *ps = &f->plan->sites[site];
    for (size_t k = 0; k < ps->n_names; k++) {
        const struct sc_domain_entry *e = sc_domains_config_find(&f->config, ps->names[k]);
        unsigned active = e && e->isolated ? sc_limits_active(&e->limits) : 0;
        for (unsigned i = 0; i < SC_LIMIT_COUNT; i++)
            if ((active >> i & 1) && (!(l.set >> i & 1) || e->limits.value[i] < l.value[i])) {
                l.set |= 1u << i;
                l.value[i] = e->limits.value[i];
            }
    }
    *ret = l;
}

int sc_pass_limits_check(const struct sc_tools *t, const struct sc_account *a,
                         const struct sc_facts *f, struct sc_error *err)
{
    SC_CLEANUP(sc_cgroups_freep) struct sc_cgroups *cg = NULL;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < f->plan->n_sites; i++) {
        struct sc_limits limits;
        sc_pass_site_limits(f, i, &limits);
        if (!limits.set)
            continue;
        if (!cg)
            rc = t->groups.open(&cg, err);
        if (rc == 0 && (rc = t->groups.check(cg, a->home, &limits, NULL, err)) < 0)
            sc_error_wrap(err, "%s of user %s", f->plan->sites[i].names[0], a->user);
    }
    return rc;
}

static int make_site(const struct sc_tools *t, const struct sc_cgroups *cg,
                     const struct sc_account *a, unsigned id, struct sc_limits *limits,
                     struct sc_limits_made *ret, struct sc_error *err)
{
    unsigned bad = 0;
    struct sc_error why = SC_ERROR_INIT; /* what is passed over is no error of ours */
    int rc = t->groups.check(cg, a->home, limits, &bad, &why);
    if (rc < 0 && rc != SC_E_UNSUPPORTED) {
        if (err)
            *err = why;
        return rc;
    }
    limits->set &= ~bad;
    return t->groups.make(cg, a->uid, id, a->home, limits, ret, err);
}

int sc_pass_groups(const struct sc_tools *t, struct sc_cgroups **cg, struct sc_error *err)
{
    return *cg ? 0 : t->groups.open(cg, err);
}

int sc_pass_limits_make(const struct sc_tools *t, struct sc_cgroups **cg,
                        const struct sc_account *a, const struct sc_facts *f, const unsigned *ids,
                        struct sc_limits_made *ret, struct sc_error *ret_late, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < f->plan->n_sites; i++) {
        struct sc_limits limits;
        sc_pass_site_limits(f, i, &limits);
        if (!ids[i])
            continue;
        rc = sc_pass_groups(t, cg, err);
        if (rc == 0)
            rc = make_site(t, *cg, a, ids[i], &limits, &ret[i], err);
        if (rc == 0 && ret[i].late.code < 0)
            *ret_late = ret[i].late;
    }
    return rc;
}

int sc_pass_limits_sweep(const struct sc_tools *t, struct sc_cgroups **cg, uid_t uid,
                         const unsigned *ids, const struct sc_limits_made *made, size_t n,
                         const struct sc_ending_list *ending, struct sc_error *err)
{
    size_t n_ending = ending ? ending->n : 0, n_keep = 0;
    SC_FREE struct sc_limits_keep *keep = calloc(n + n_ending + 1, sizeof(*keep));
    if (!keep)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        if (ids[i])
            keep[n_keep++] = (struct sc_limits_keep){ids[i], made ? made[i].ctrls : SC_CTRLS_ALL};
    for (size_t i = 0; i < n_ending; i++)
        keep[n_keep++] = (struct sc_limits_keep){ending->v[i].id, SC_CTRLS_ALL};
    int rc = sc_pass_groups(t, cg, err);
    return rc < 0 ? rc : t->groups.sweep(*cg, uid, keep, n_keep, err);
}
