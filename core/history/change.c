/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/history/change.h"

#define PAGE 4096

static int64_t grown(int64_t before, int64_t now, bool again)
{
    return again || now < before ? now : now - before;
}

/* The highest value since the last look: the peak where that has grown, else what is seen now is all we know. */
static int64_t highest(int64_t peak_before, int64_t peak, int64_t now, bool again)
{
    return (again || peak > peak_before) && peak > now ? peak : now;
}

static int64_t pages(int64_t bytes)
{
    return bytes / PAGE + (bytes % PAGE != 0);
}

/* A clock that was set tells nothing of how long it is since the last look. */
static int64_t seconds_between(int64_t looked, int64_t at)
{
    int64_t s = at - looked;
    return s < 1 || s > SC_HISTORY_GAP_S ? SC_HISTORY_PERIOD_S : s;
}

static bool is_idle(const struct sc_history_usage *u)
{
    bool any = u->cpu || u->io || u->ops || u->nproc_max || u->ep_max;
    for (int i = 0; i < SC_FAULTS; i++)
        any |= u->faults[i] != 0;
    return !any;
}

bool sc_history_change(const struct sc_history_counters *before, const struct sc_history_now *now,
                       int64_t looked, int64_t at, struct sc_history_usage *ret)
{
    static const struct sc_history_counters none = {.since = 0};
    const struct sc_history_counters *c = &now->counters;
    /* counted from the group's beginning: all of it where that lies between the two looks */
    bool began = c->since && looked && c->since >= looked;
    bool lost = !looked || at - looked > SC_HISTORY_GAP_S || (!before && !began);
    const struct sc_history_counters *from = lost ? c : before ? before : &none;
    bool again = !lost && (!before || before->since != c->since);
    int64_t s = seconds_between(looked, at);
    struct sc_history_usage u = {
        .cpu = grown(from->cpu, c->cpu, again),
        .io = grown(from->io, c->io, again),
        .ops = grown(from->ops, c->ops, again),
        .pmem = pages(now->pmem) * s,
        .pmem_max = pages(highest(from->pmem_peak, c->pmem_peak, now->pmem, again)),
        .nproc_max = highest(from->nproc_peak, c->nproc_peak, now->nproc, again),
        .ep_max = highest(from->ep_peak, c->ep_peak, now->ep, false),
    };
    for (int i = 0; i < SC_FAULTS; i++)
        u.faults[i] = grown(from->faults[i], c->faults[i], again && i != SC_FAULT_EP);
    u.cpu_max = u.cpu / 100 / s;
    if (is_idle(&u))
        return false;
    *ret = u;
    return true;
}
