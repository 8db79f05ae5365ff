/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/history/tick.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/history/ring.h"

#define FORGET_MAX 20 /* sites that are forgotten in one look: each is some thousand rows */

struct tick {
    struct sc_store *h;
    int64_t at, looked;
    uint64_t size, taken;
    int64_t told[SC_TOLDS]; /* since the last look */
};

void sc_seen_list_done(struct sc_seen_list *l)
{
    free(l->v);
    *l = (struct sc_seen_list){0};
}

static int event(struct tick *t, struct sc_history_site *site, const char *kind, const char *detail,
                 int64_t n, struct sc_error *err)
{
    struct sc_history_event e = {.t = t->at, .n = n};
    snprintf(e.kind, sizeof(e.kind), "%s", kind);
    snprintf(e.detail, sizeof(e.detail), "%s", detail);
    return sc_history_event_add(t->h, site, &e, err);
}

static int add_usage(struct tick *t, const struct sc_history_site *site, struct sc_history_usage *u,
                     struct sc_error *err)
{
    int rc = 0;
    for (int i = 0; rc == 0 && i < SC_RINGS; i++) {
        enum sc_history_ring ring = (enum sc_history_ring)i;
        if (!(site->rings >> i & 1))
            continue;
        const struct sc_history_place at = {site->site, (unsigned)i, sc_ring_slot(ring, t->at)};
        u->t = sc_ring_begin(ring, t->at);
        rc = sc_history_usage_add(t->h, &at, u, err);
    }
    return rc;
}

static int add_faults(struct tick *t, struct sc_history_site *site,
                      const struct sc_history_usage *u, struct sc_error *err)
{
    static const char *const names[SC_FAULTS] = {"cpu", "pmem", "nproc", "ep"};
    int rc = 0;
    for (int i = 0; rc == 0 && i < SC_FAULTS; i++)
        if (u->faults[i])
            rc = event(t, site, "fault", names[i], u->faults[i], err);
    return rc;
}

/* What began, or ended, since the last look. */
static int add_failing(struct tick *t, struct sc_history_site *site, const struct sc_seen *s,
                       struct sc_error *err)
{
    int64_t now = s->now.counters.failing;
    if (now && now != site->last.failing)
        return event(t, site, "failing", s->failing, 1, err);
    return !now && site->last.failing ? event(t, site, "runs again", "", 1, err) : 0;
}

/* What was noted since the last look: one that was seen first now has been isolated since. */
static int add_told(struct tick *t, struct sc_history_site *site, const struct sc_seen *s,
                    bool known, struct sc_error *err)
{
    int rc = 0;
    for (int i = 0; rc == 0 && i < SC_TOLDS; i++) {
        int64_t before = known || !t->looked ? site->last.told[i] : 0;
        int64_t n = s->now.counters.told[i] - before;
        if (n <= 0 || !t->looked)
            continue;
        t->told[i] += n;
        rc = event(t, site, sc_history_told_name((enum sc_history_told)i), s->told[i], n, err);
    }
    return rc;
}

static int new_site(struct tick *t, const struct sc_seen *s, struct sc_history_site *ret,
                    struct sc_error *err)
{
    *ret = (struct sc_history_site){.site = s->site,
                                    .uid = s->uid,
                                    .since = t->at,
                                    .rings = sc_rings_of_new(t->size, t->taken)};
    t->taken += sc_rings_bytes(ret->rings);
    return ret->rings ? event(t, ret, "isolated", s->domain, 1, err) : 0;
}

static bool is_same(const struct sc_history_counters *a, const struct sc_history_counters *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

#define ENDED -1 /* in `cpu` of a site that is isolated no more */

static bool is_ended(const struct sc_history_site *site)
{
    return site->last.cpu == ENDED;
}

/* `old`: its row; NULL. */
static int one(struct tick *t, const struct sc_seen *s, const struct sc_history_site *old,
               struct sc_error *err)
{
    struct sc_history_site site;
    struct sc_history_usage u = {0};
    int rc = 0;
    bool known = old && !is_ended(old);
    if (!old)
        rc = new_site(t, s, &site, err);
    else if ((site = *old, !known))
        rc = event(t, &site, "isolated", s->domain, 1, err);
    if (rc < 0 || !site.rings)
        return rc;
    bool used = sc_history_change(known ? &old->last : NULL, &s->now, t->looked, t->at, &u);
    if (used)
        rc = add_usage(t, &site, &u, err);
    if (rc == 0 && used)
        rc = add_faults(t, &site, &u, err);
    if (rc == 0)
        rc = add_failing(t, &site, s, err);
    if (rc == 0)
        rc = add_told(t, &site, s, known, err);
    /* `seen` is for forgetting: that it is a day late spares an idle site its row */
    bool stale = !old || t->at < site.seen || t->at - site.seen > 86400;
    if (rc < 0 ||
        (old && !stale && is_same(&old->last, &s->now.counters) && site.events == old->events))
        return rc;
    site.last = s->now.counters;
    site.seen = t->at;
    return sc_history_site_put(t->h, &site, err);
}

/* Isolated no more: what is kept of it stays for a while. */
static int ended(struct tick *t, const struct sc_history_site *old, unsigned *forgotten,
                 struct sc_error *err)
{
    struct sc_history_site site = *old;
    if (t->at - site.seen > SC_HISTORY_KEEP_S && *forgotten < FORGET_MAX) {
        ++*forgotten;
        return sc_history_site_remove(t->h, site.site, err);
    }
    if (is_ended(&site))
        return 0;
    site.last = (struct sc_history_counters){.cpu = ENDED};
    site.seen = t->at;
    int rc = event(t, &site, "not isolated", "", 1, err);
    return rc < 0 ? rc : sc_history_site_put(t->h, &site, err);
}

static int all(struct tick *t, const struct sc_seen_list *seen, struct sc_error *err)
{
    SC_CLEANUP(sc_history_sites_done) struct sc_history_sites old = {0};
    unsigned forgotten = 0;
    int rc = sc_history_looked_get(t->h, &t->looked, err);
    if (rc == 0)
        rc = sc_history_sites_get(t->h, &old, err);
    for (size_t i = 0; rc == 0 && i < old.n; i++)
        t->taken += sc_rings_bytes(old.v[i].rings);
    for (size_t i = 0, k = 0; rc == 0 && (i < seen->n || k < old.n);) {
        bool is_new = k == old.n || (i < seen->n && seen->v[i].site < old.v[k].site);
        bool is_old = !is_new && i < seen->n && seen->v[i].site == old.v[k].site;
        if (is_new || is_old)
            rc = one(t, &seen->v[i], is_old ? &old.v[k] : NULL, err);
        else if (seen->whole)
            rc = ended(t, &old.v[k], &forgotten, err);
        i += is_new || is_old;
        k += !is_new;
    }
    if (rc == 0)
        rc = sc_history_totals_add(t->h, t->told, err);
    return rc < 0 ? rc : sc_history_looked_put(t->h, t->at, err);
}

int sc_history_tick(struct sc_store *h, uint64_t size, int64_t at, const struct sc_seen_list *seen,
                    struct sc_error *err)
{
    struct tick t = {.h = h, .at = at, .size = size};
    int rc = sc_store_begin(h, err);
    if (rc < 0)
        return rc;
    rc = all(&t, seen, err);
    if (rc == 0)
        return sc_store_commit(h, err);
    sc_store_rollback(h);
    return rc;
}
