/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/stats_json.h"

#define PAGE 4096u /* whatever the processor's is: it is a unit of the interface */

static const enum sc_limit order[] = {SC_LIMIT_CPU,   SC_LIMIT_EP, SC_LIMIT_VMEM, SC_LIMIT_PMEM,
                                      SC_LIMIT_NPROC, SC_LIMIT_IO, SC_LIMIT_IOPS};

static json_t *figures(const uint64_t *values, bool pages)
{
    json_t *all = json_object();
    int bad = all ? 0 : -1;
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]) && bad == 0; i++) {
        uint64_t v = values[order[i]];
        if (pages && (order[i] == SC_LIMIT_PMEM || order[i] == SC_LIMIT_VMEM))
            v = v / PAGE + (v % PAGE != 0);
        bad = json_object_set_new(all, sc_limit_name(order[i]),
                                  json_integer((json_int_t)(v > INT64_MAX ? INT64_MAX : v)));
    }
    if (bad == 0)
        return all;
    json_decref(all);
    return NULL;
}

/* Nothing where nothing was refused. */
static int set_refused(json_t *site, const struct sc_web_refused *r)
{
    return !r->n
               ? 0
               : json_object_set_new(site, "refused",
                                     json_pack("{s:I, s:I, s:I, s:s}", "requests", (json_int_t)r->n,
                                               "last", (json_int_t)r->last, "status",
                                               (json_int_t)r->status, "reason", r->reason));
}

int sc_stats_json_set(json_t *site, const struct sc_site_stats *stats)
{
    uint64_t limits[SC_LIMIT_COUNT];
    for (unsigned i = 0; i < SC_LIMIT_COUNT; i++)
        limits[i] = stats->limits.set >> i & 1 ? stats->limits.value[i] : 0;
    int bad = json_object_set_new(site, "usage", figures(stats->seen.usage, true));
    bad |= json_object_set_new(site, "peak", figures(stats->seen.peak, true));
    bad |= json_object_set_new(site, "limits", figures(limits, true));
    bad |= json_object_set_new(site, "faults", figures(stats->seen.faults, false));
    bad |= set_refused(site, &stats->refused);
    return bad ? -1 : 0;
}
