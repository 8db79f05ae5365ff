/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of a ring as averages and highest values of steps. Pure. */
#ifndef SC_HISTORY_SERIES_H
#define SC_HISTORY_SERIES_H

#include <stddef.h>
#include <stdint.h>
#include "db/history.h"

/* In the units of stats: cpu in hundredths of a percent of one core, pmem in pages of 4 KiB, io in KiB/s, iops in
 * operations/s. What was not seen counts as 0. */
struct sc_history_point {
    int64_t t; /* the step's beginning */
    int64_t cpu, cpu_max, pmem, pmem_max, io, iops, nproc_max, ep_max;
    int64_t faults[SC_FAULTS];
};

struct sc_history_series {
    int64_t step, from, to;
    struct sc_history_point *v; /* by t; a step without one was idle */
    size_t n;
};

void sc_history_series_done(struct sc_history_series *s);

/* `rows` by t, of a ring whose step `step` is a multiple of; `now`: the last step has lasted until then. Sets v and n
 * of *ret. SC_E_NOMEM. */
int sc_history_series_make(const struct sc_history_usages *rows, int64_t step, int64_t now,
                           struct sc_history_series *ret, struct sc_error *err);

#endif
