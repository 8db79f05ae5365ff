/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/history_json.h"

#include <string.h>

#include "core/commands/out.h"

const char *const sc_history_columns[SC_HISTORY_COLUMNS + 1] = {
    "t",         "cpu",    "cpu_max", "pmem",   "pmem_max", "io",   "iops",
    "nproc_max", "ep_max", "f_cpu",   "f_pmem", "f_nproc",  "f_ep", NULL};

void sc_history_numbers(const struct sc_history_point *p, int64_t ret[SC_HISTORY_COLUMNS])
{
    const int64_t values[SC_HISTORY_COLUMNS] = {p->t,
                                                p->cpu,
                                                p->cpu_max,
                                                p->pmem,
                                                p->pmem_max,
                                                p->io,
                                                p->iops,
                                                p->nproc_max,
                                                p->ep_max,
                                                p->faults[SC_FAULT_CPU],
                                                p->faults[SC_FAULT_PMEM],
                                                p->faults[SC_FAULT_NPROC],
                                                p->faults[SC_FAULT_EP]};
    memcpy(ret, values, sizeof(values));
}

static json_t *columns_json(void)
{
    json_t *list = json_array();
    for (size_t i = 0; sc_history_columns[i]; i++)
        (void)json_array_append_new(list, json_string(sc_history_columns[i]));
    return list;
}

static json_t *points_json(const struct sc_history_series *s)
{
    json_t *list = json_array();
    int bad = 0;
    for (size_t i = 0; i < s->n; i++) {
        int64_t v[SC_HISTORY_COLUMNS];
        json_t *row = json_array();
        sc_history_numbers(&s->v[i], v);
        for (size_t k = 0; k < SC_HISTORY_COLUMNS; k++)
            bad |= json_array_append_new(row, json_integer((json_int_t)v[k]));
        bad |= json_array_append_new(list, row);
    }
    if (!bad)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *events_json(const struct sc_history_events *l)
{
    json_t *list = json_array();
    int bad = 0;
    for (size_t i = 0; i < l->n; i++)
        bad |= json_array_append_new(list, json_pack("{s:I, s:s, s:o, s:I}", "t",
                                                     (json_int_t)l->v[i].t, "kind", l->v[i].kind,
                                                     "detail", sc_json_text(l->v[i].detail),
                                                     "count", (json_int_t)l->v[i].n));
    if (!bad)
        return list;
    json_decref(list);
    return NULL;
}

json_t *sc_changes_json(const struct sc_changes *l)
{
    json_t *list = json_array();
    int bad = list ? 0 : -1;
    for (size_t i = 0; i < l->n && !bad; i++)
        bad |= json_array_append_new(
            list, json_pack("{s:I, s:o, s:o, s:o}", "t", (json_int_t)l->v[i].t, "by",
                            sc_json_text(l->v[i].by), "what", sc_json_text(l->v[i].what), "result",
                            sc_json_text(l->v[i].came)));
    if (!bad)
        return list;
    json_decref(list);
    return NULL;
}

int sc_history_json_set(json_t *to, const struct sc_site_history *h)
{
    const struct sc_history_series *s = &h->series;
    json_t *series = json_pack("{s:I, s:I, s:I, s:o, s:o}", "step", (json_int_t)s->step, "from",
                               (json_int_t)s->from, "to", (json_int_t)s->to, "columns",
                               columns_json(), "points", points_json(s));
    int bad = json_object_set_new(to, "series", series);
    bad |= json_object_set_new(to, "events", events_json(&h->events));
    return bad ? -1 : 0;
}
