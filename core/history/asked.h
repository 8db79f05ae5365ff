/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --period and --step, as people write them. Pure. */
#ifndef SC_HISTORY_ASKED_H
#define SC_HISTORY_ASKED_H

#include <stdbool.h>
#include <stdint.h>
#include "core/base/error.h"

struct sc_history_asked {
    int64_t period; /* seconds back from now; 0: nothing was asked for; SC_HISTORY_TODAY */
    int64_t step;   /* seconds; 0: as fine as it is kept for so long */
};

#define SC_HISTORY_TODAY (-1) /* since midnight, in the server's time zone */

/* "1d", "90m", "today": seconds, or SC_HISTORY_TODAY. SC_E_INVAL: it is none. */
int sc_history_period_parse(const char *text, int64_t *ret, struct sc_error *err);
/* "5m", "1h": seconds. SC_E_INVAL. */
int sc_history_step_parse(const char *text, int64_t *ret, struct sc_error *err);

/* Seconds back from `now`, at least 1. */
int64_t sc_history_period(const struct sc_history_asked *asked, int64_t now);

#endif
