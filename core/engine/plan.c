/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan: what a site sees or would see. Looks only: no lock is taken, nothing is finished or
 * changed. */
#include <stdio.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/config/limits_text.h"
#include "core/engine/before.h"
#include "core/engine/domain_view.h"
#include "core/engine/internal.h"
#include "core/pass/planfiles.h"
#include "core/pass/webserver.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory");
}

static int plan_text(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
                     const char *name, struct sc_buf *ret, struct sc_error *err)
{
    const struct sc_plan *plan = f->plan;
    size_t i = 0, k = 0;
    for (i = 0; i < plan->n_sites; i++) {
        for (k = 0; k < plan->sites[i].n_names && strcmp(plan->sites[i].names[k], name) != 0; k++)
            ;
        if (k < plan->sites[i].n_names)
            break;
    }
    if (i == plan->n_sites)
        return sc_no_domain(err, name);
    SC_FREE char *docroot = NULL;
    if (asprintf(&docroot, "%s/%s", a->home, plan->sites[i].rel) < 0)
        return no_memory(err);
    SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
    bool made = sc_store_site_find(s->store, a->uid, docroot, &row, NULL) == 0 && row.isolated;
    SC_CLEANUP(sc_planfile_done) struct sc_planfile p = {0};
    SC_CLEANUP(sc_planner_done) struct sc_planner planner = {0};
    int rc = sc_planner_init(s, a, NULL, &planner, err);
    planner.shown = &f->shown;
    if (rc == 0)
        rc = sc_planner_make(&planner, a, plan, i, made ? row.id : SC_SITE_ID_FIRST,
                             made ? row.token : "00000000000000000000000000000000", NULL, &p, err);
    sc_buf_fmt(ret, "# %s of user %s: %s\n", name, a->user,
               made ? "isolated"
                    : "not isolated; id and token below are placeholders until it is enabled");
    sc_buf_fmt(ret, "# home: %s\n",
               sc_home_name(plan->sites[i].private_home ? SC_HOME_PRIVATE : SC_HOME_SHARED));
    const struct sc_domain_entry *said = sc_domains_config_find(&f->config, name);
    sc_buf_str(ret, "# limits: ");
    sc_limits_words(said ? &said->limits : &(struct sc_limits){0}, ret);
    sc_buf_str(ret, "\n");
    for (size_t r = 0; r < plan->n_refusals; r++)
        if (strcmp(plan->refusals[r].site_rel, plan->sites[i].rel) == 0) {
            sc_buf_str(ret, "# not given: ");
            sc_buf_enc(ret, plan->refusals[r].path, strlen(plan->refusals[r].path));
            sc_buf_fmt(ret, " %s\n", plan->refusals[r].reason);
        }
    if (rc == 0)
        rc = sc_planfile_write(&p, ret, err);
    return rc < 0 ? rc : sc_buf_check(ret, "the plan", err);
}

static void tell_uses(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
                      const char *name, const struct sc_watch *w)
{
    const struct sc_plan_site *site = sc_plan_site_of(f->plan, name);
    const struct sc_look_one one = {.a = a,
                                    .plan = f->plan,
                                    .site = (size_t)(site - f->plan->sites),
                                    .domain = name,
                                    .guard = sc_pass_webserver_wanted(s)};
    sc_before_one(&one, w);
}

int sc_engine_plan(struct sc_server *s, const char *domain, struct sc_buf *ret,
                   const struct sc_watch *w, struct sc_error *err)
{
    SC_CLEANUP(sc_domain_view_done) struct sc_domain_view v = SC_DOMAIN_VIEW_INIT;
    int rc = sc_domain_view_gather(s, domain, &v, err);
    const char *one = v.name;
    const struct sc_wish wish = {.enable = &one, .n_enable = 1};
    if (rc == 0)
        rc = sc_pass_check(s, &v.account, &v.facts, &wish, err);
    if (rc == 0)
        rc = plan_text(s, &v.account, &v.facts, v.name, ret, err);
    if (rc == 0)
        tell_uses(s, &v.account, &v.facts, v.name, w);
    return rc;
}
