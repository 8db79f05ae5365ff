/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/history/gather.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/coverage/account.h"
#include "core/enter/failures.h"
#include "core/limits/limits.h"
#include "core/web/refused.h"

static int64_t cut(uint64_t v)
{
    return v > INT64_MAX ? INT64_MAX : (int64_t)v;
}

static void take_figures(const struct sc_limits_stats *f, struct sc_history_now *now)
{
    static const enum sc_limit faults[SC_FAULTS] = {[SC_FAULT_CPU] = SC_LIMIT_CPU,
                                                    [SC_FAULT_PMEM] = SC_LIMIT_PMEM,
                                                    [SC_FAULT_NPROC] = SC_LIMIT_NPROC,
                                                    [SC_FAULT_EP] = SC_LIMIT_EP};
    *now = (struct sc_history_now){.counters = {.since = f->group ? (int64_t)f->since : 0,
                                                .cpu = cut(f->cpu_usec),
                                                .io = cut(f->io_bytes),
                                                .ops = cut(f->io_ops),
                                                .pmem_peak = cut(f->peak[SC_LIMIT_PMEM]),
                                                .nproc_peak = cut(f->peak[SC_LIMIT_NPROC]),
                                                .ep_peak = cut(f->peak[SC_LIMIT_EP])},
                                   .pmem = cut(f->usage[SC_LIMIT_PMEM]),
                                   .nproc = cut(f->usage[SC_LIMIT_NPROC]),
                                   .ep = cut(f->usage[SC_LIMIT_EP])};
    for (int i = 0; i < SC_FAULTS; i++)
        now->counters.faults[i] = cut(f->faults[faults[i]]);
}

static void take_failure(const struct sc_failures *noted, const struct sc_failure *f,
                         struct sc_seen *one, int64_t latest[SC_TOLDS])
{
    if (!f->n || f->kind < SC_FAILED_ENTER || f->kind > SC_FAILED_KILLED)
        return;
    unsigned is = f->kind - SC_FAILED_ENTER;
    one->now.counters.told[is] += cut(f->n);
    if (f->last < latest[is])
        return;
    latest[is] = f->last;
    snprintf(one->told[is], sizeof(one->told[is]), "%.*s", SC_FAILURE_TEXT - 1, f->text);
    if (is == SC_TOLD_ENTER && noted->since)
        memcpy(one->failing, one->told[is], sizeof(one->failing));
}

static void take_failures(struct sc_web_counts *refusals, struct sc_seen *one)
{
    struct sc_failures noted;
    struct sc_web_refused refused = {0};
    int64_t latest[SC_TOLDS] = {0};
    if (sc_failures_read(one->uid, one->site, &noted) == 0) {
        one->now.counters.failing = noted.since / 1000;
        for (size_t i = 0; i < SC_FAILURES_KEPT; i++)
            take_failure(&noted, &noted.v[i], one, latest);
    }
    sc_web_refused_of(refusals, one->site, &refused);
    one->now.counters.told[SC_TOLD_REFUSED] = cut(refused.n);
    snprintf(one->told[SC_TOLD_REFUSED], sizeof(one->told[0]), "%s", refused.reason);
}

static const char *state_of(const struct sc_seen *one, const struct sc_user_row *u,
                            const struct sc_cover_record *c)
{
    if (one->now.counters.failing)
        return "failing";
    if (u->stale)
        return "stale";
    return !c || c->is == SC_COVERAGE_COVERED ? "isolated" : sc_coverage_name(c->is);
}

/* What is looked at for all sites. */
struct around {
    struct sc_cgroups *cg;
    struct sc_web_counts *refusals; /* NULL: none, or they cannot be read */
};

static void around_done(struct around *w)
{
    sc_cgroups_freep(&w->cg);
    sc_web_refusals_close(w->refusals);
}

static int add_site(const struct around *w, const struct sc_limits_account *groups,
                    const struct sc_user_row *u, const struct sc_isolated_row *name,
                    const struct sc_cover_records *covers, struct sc_seen_list *l,
                    struct sc_error *err)
{
    struct sc_limits_stats figures;
    if (!SC_VEC_ROOM(l->v, l->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the history");
    struct sc_seen *one = &l->v[l->n++];
    *one = (struct sc_seen){.site = name->site_id, .uid = u->uid};
    snprintf(one->user, sizeof(one->user), "%s", u->name);
    snprintf(one->domain, sizeof(one->domain), "%s", name->name);
    if (sc_limits_stats_in(groups, one->site, &figures, NULL) == 0)
        take_figures(&figures, &one->now);
    take_failures(w->refusals, one);
    one->state = state_of(one, u, sc_cover_record_of(covers, one->site));
    return 0;
}

static bool is_there(const struct sc_seen_list *l, size_t from, unsigned site)
{
    for (size_t i = from; i < l->n; i++)
        if (l->v[i].site == site)
            return true;
    return false;
}

static int add_account(struct sc_server *s, const struct around *w, const struct sc_user_row *u,
                       struct sc_seen_list *l, struct sc_error *err)
{
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list names = {0};
    SC_CLEANUP(sc_cover_records_done) struct sc_cover_records covers = {0};
    SC_CLEANUP(sc_limits_account_done) struct sc_limits_account groups;
    size_t from = l->n;
    sc_limits_account_look(w->cg, u->uid, &groups);
    int rc = sc_store_isolated_get(s->store, u->uid, &names, err);
    if (rc == 0)
        (void)sc_cover_records_load(u->uid, &covers, NULL);
    for (size_t i = 0; rc == 0 && i < names.n; i++)
        if (!is_there(l, from, names.rows[i].site_id))
            rc = add_site(w, &groups, u, &names.rows[i], &covers, l, err);
    return rc;
}

static int by_site(const void *pa, const void *pb)
{
    const struct sc_seen *a = pa, *b = pb;
    return (a->site > b->site) - (a->site < b->site);
}

int sc_history_gather(struct sc_server *s, struct sc_seen_list *ret, struct sc_error *err)
{
    SC_CLEANUP(around_done) struct around w = {0};
    SC_CLEANUP(sc_user_list_done) struct sc_user_list users = {0};
    SC_CLEANUP(sc_seen_list_done) struct sc_seen_list l = {.whole = true};
    int rc = sc_cgroups_open(&w.cg, err);
    (void)sc_web_refusals_open(&w.refusals, NULL);
    if (rc == 0)
        rc = sc_store_users_get(s->store, true, &users, err);
    for (size_t i = 0; rc == 0 && i < users.n; i++)
        if (!users.rows[i].gone)
            rc = add_account(s, &w, &users.rows[i], &l, err);
    if (rc < 0)
        return rc;
    if (l.n)
        qsort(l.v, l.n, sizeof(*l.v), by_site);
    SC_MOVE(ret, &l);
    return 0;
}
