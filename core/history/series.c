/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/history/series.h"

#include <stdlib.h>

#include "core/base/cleanup.h"

void sc_history_series_done(struct sc_history_series *s)
{
    free(s->v);
    *s = (struct sc_history_series){0};
}

static void raise(int64_t *to, int64_t v)
{
    if (v > *to)
        *to = v;
}

/* As sums, until finish(). */
static void add(struct sc_history_point *p, const struct sc_history_usage *u)
{
    p->cpu += u->cpu;
    p->pmem += u->pmem;
    p->io += u->io;
    p->iops += u->ops;
    raise(&p->cpu_max, u->cpu_max);
    raise(&p->pmem_max, u->pmem_max);
    raise(&p->nproc_max, u->nproc_max);
    raise(&p->ep_max, u->ep_max);
    for (int i = 0; i < SC_FAULTS; i++)
        p->faults[i] += u->faults[i];
}

static void finish(struct sc_history_point *p, int64_t step, int64_t now)
{
    int64_t s = now - p->t < step ? now - p->t : step;
    if (s < 1)
        s = 1;
    p->cpu = p->cpu / 100 / s;
    p->pmem = p->pmem / s;
    p->io = p->io / 1024 / s;
    p->iops = p->iops / s;
    raise(&p->cpu_max, p->cpu);
    if (p->pmem > p->pmem_max) /* the last look was more than a step's rest ago */
        p->pmem = p->pmem_max;
}

int sc_history_series_make(const struct sc_history_usages *rows, int64_t step, int64_t now,
                           struct sc_history_series *ret, struct sc_error *err)
{
    SC_FREE struct sc_history_point *v = calloc(rows->n + 1, sizeof(*v));
    size_t n = 0;
    if (!v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the history");
    for (size_t i = 0; i < rows->n; i++) {
        int64_t t = rows->v[i].t - rows->v[i].t % step;
        if (n == 0 || v[n - 1].t != t)
            v[n++].t = t;
        add(&v[n - 1], &rows->v[i]);
    }
    for (size_t i = 0; i < n; i++)
        finish(&v[i], step, now);
    ret->v = sc_steal_ptr(&v);
    ret->n = n;
    return 0;
}
