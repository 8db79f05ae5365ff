/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/before.h"

#include <stdlib.h>

#include "core/base/cleanup.h"

static bool has(const struct sc_look_one *v, size_t n, const struct sc_look_one *one)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].plan == one->plan && v[i].site == one->site)
            return true;
    return false;
}

static void add(struct sc_look_one *v, size_t *n, const struct sc_job *j, const char *domain,
                const struct sc_plan_site *site, bool guard)
{
    const struct sc_look_one one = {.a = &j->account,
                                    .plan = j->facts.plan,
                                    .site = (size_t)(site - j->facts.plan->sites),
                                    .domain = domain,
                                    .guard = guard};
    if (site->rel && !site->refused && !has(v, *n, &one))
        v[(*n)++] = one;
}

static void add_enabled(struct sc_look_one *v, size_t *n, const struct sc_job *j, bool guard)
{
    for (size_t i = 0; i < j->wish.n_enable; i++) {
        const struct sc_plan_site *site = sc_plan_site_of(j->facts.plan, j->wish.enable[i]);
        if (site)
            add(v, n, j, j->wish.enable[i], site, guard);
    }
}

/* Sites that run already and get another home. */
static void add_moved(struct sc_look_one *v, size_t *n, const struct sc_job *j, bool guard)
{
    const struct sc_plan *plan = j->facts.plan;
    for (size_t i = 0; j->wish.home == SC_HOME_PRIVATE && i < plan->n_sites; i++)
        if (plan->sites[i].isolated && j->wish.n_enable == 0)
            add(v, n, j, plan->sites[i].names[0], &plan->sites[i], guard);
}

static size_t most(const struct sc_jobs *jobs)
{
    size_t n = 0;
    for (size_t i = 0; i < jobs->n; i++)
        n += jobs->v[i].wish.n_enable + jobs->v[i].facts.plan->n_sites;
    return n;
}

static void begin(const struct sc_look_one *v, size_t n, struct sc_look *ret,
                  const struct sc_watch *w)
{
    struct sc_error why = SC_ERROR_INIT;
    if (sc_look_begin(v, n, ret, &why) < 0)
        sc_watch_notice(w, "what sites use outside of what they own was not looked at: %s",
                        why.text);
}

void sc_before_begin(const struct sc_jobs *jobs, bool guard, struct sc_look *ret,
                     const struct sc_watch *w)
{
    SC_FREE struct sc_look_one *v = calloc(most(jobs) + 1, sizeof(*v));
    size_t n = 0;
    for (size_t i = 0; v && i < jobs->n; i++) {
        add_enabled(v, &n, &jobs->v[i], guard);
        add_moved(v, &n, &jobs->v[i], guard);
    }
    if (v)
        begin(v, n, ret, w);
}

static void say(const char *line, void *arg)
{
    sc_watch_notice(arg, "%s", line);
}

void sc_before_tell(struct sc_look *look, const struct sc_watch *w)
{
    struct sc_watch copy = w ? *w : (struct sc_watch){0};
    sc_look_end(look, say, &copy);
}

void sc_before_one(const struct sc_look_one *site, const struct sc_watch *w)
{
    SC_CLEANUP(sc_look_done) struct sc_look look = SC_LOOK_INIT;
    begin(site, 1, &look, w);
    sc_before_tell(&look, w);
}
