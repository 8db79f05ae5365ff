/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that make the runtime state: plans before the table, as the table is what makes an entry
 * look for them. */
#include "core/base/cleanup.h"
#include "core/coverage/coverage.h"
#include "core/pass/limits.h"
#include "core/pass/logs.h"
#include "core/pass/php.h"
#include "core/pass/planfiles.h"
#include "core/pass/step.h"
#include "core/pass/storage.h"
#include "core/plan/newly.h"

/* Where it cannot be made the site does not start. That is a reason to refuse a change, and none to
 * leave the other sites' new document roots open in those that run: the owner, or who works with
 * his rights, can bring it about. */
static int make_storage(struct sc_pass *p, size_t i, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_storage_make(p->a, p->made.tokens[i], p->f->plan->sites[i].rel, &why);
    if (rc == 0)
        return 0;
    if (sc_pass_is_asked(p) || rc == SC_E_NOMEM) {
        if (err)
            *err = why;
        return rc;
    }
    p->late = why;
    return 0;
}

static int write_plan(struct sc_pass *p, size_t i, struct sc_error *err)
{
    struct sc_made *m = &p->made;
    struct sc_planfile *was = &m->was[i];
    int rc = p->tools->runtime.write_plan(&m->plans[i], &m->changed[i], was, err);
    m->closed[i].plan = &m->plans[i];
    m->closed[i].more =
        rc == 0 && was->id && sc_entries_take_more(&was->entries, &m->plans[i].entries);
    return rc < 0 || !was->id
               ? rc
               : sc_entries_newly_closed(&was->entries, &m->plans[i].entries, &m->closed[i].entries,
                                         &m->closed[i].n, err);
}

static int make_site(struct sc_pass *p, const struct sc_planner *planner, size_t i,
                     struct sc_error *err)
{
    struct sc_made *m = &p->made;
    const struct sc_runtime_tools *runtime = &p->tools->runtime;
    int rc = make_storage(p, i, err);
    sc_logs_make(p->a, &p->f->plan->sites[i]);
    if (rc == 0)
        rc = sc_pass_php_read(p->a, m->tokens[i], &m->php[i], err);
    if (rc == 0)
        rc = sc_planner_make(planner, p->a, p->f->plan, i, m->ids[i], m->tokens[i],
                             &m->php[i].choice, &m->plans[i], err);
    if (rc == 0)
        rc = runtime->make_socket(p->a->uid, m->ids[i], err);
    if (rc == 0)
        rc = sc_pass_php_make(p->tools, planner->php, p->a, m->ids[i], m->tokens[i], &m->php[i],
                              err);
    return rc < 0 ? rc : write_plan(p, i, err);
}

int sc_step_plans(struct sc_pass *p, struct sc_error *err)
{
    SC_CLEANUP(sc_planner_done) struct sc_planner planner = {0};
    const struct sc_runtime_tools *runtime = &p->tools->runtime;
    if (!p->any)
        return 0;
    int rc = sc_planner_init(p->s, p->a, sc_pass_pools(p), &planner, err);
    planner.shown = &p->f->shown;
    if (rc == 0)
        rc = runtime->dir(p->a->uid, err);
    if (rc == 0)
        rc = runtime->write_passwd(p->a->uid, p->a->gid, p->a->user, err);
    for (size_t i = 0; rc == 0 && i < p->made.n; i++)
        if (p->made.ids[i])
            rc = make_site(p, &planner, i, err);
    p->planned = rc == 0;
    return rc < 0 ? rc : runtime->mark(p->a->uid, true, err);
}

/* Groups are looked for where there can be some: to ask for all hierarchies takes long. */
static bool may_have_groups(const struct sc_pass *p)
{
    return !sc_pass_is_asked(p) || p->made.unfinished || p->tools->runtime.has_groups(p->a->uid);
}

int sc_step_groups(struct sc_pass *p, struct sc_error *err)
{
    p->had_groups = may_have_groups(p);
    return p->any ? sc_pass_limits_make(p->tools, &p->groups, p->a, p->f, p->made.ids,
                                        p->made.limits, &p->late, err)
                  : 0;
}

const struct sc_fpm_known_list *sc_pass_pools(const struct sc_pass *p)
{
    const struct sc_cover_server *cover = sc_pass_cover(p);
    return cover && cover->looked ? &cover->pools : NULL;
}

/* By what the command has found for its judgement. */
int sc_step_ports(struct sc_pass *p, struct sc_error *err)
{
    const struct sc_cover_server *cover = sc_pass_cover(p);
    const struct sc_loopback *found = cover && cover->looked ? &cover->ports : NULL;
    return p->any ? p->tools->ports(p->a->uid, true, found, err) : 0;
}

int sc_step_old_ports(struct sc_pass *p, struct sc_error *err)
{
    return p->any ? 0 : p->tools->ports(p->a->uid, false, NULL, err);
}

/* Nothing is isolated any more: entries must stop before the cages end. */
int sc_step_table(struct sc_pass *p, struct sc_error *err)
{
    const struct sc_runtime_tools *runtime = &p->tools->runtime;
    return p->any ? runtime->write_table(p->a->uid, p->a->home, p->f->plan, p->made.ids,
                                         p->made.limits, err)
                  : runtime->unlist(p->a->uid, err);
}
