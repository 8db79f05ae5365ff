/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what is counted now and what was counted at the last look to what was used between the two. Pure. */
#ifndef SC_HISTORY_CHANGE_H
#define SC_HISTORY_CHANGE_H

#include <stdbool.h>
#include <stdint.h>
#include "db/history.h"

#define SC_HISTORY_PERIOD_S 60  /* between two looks */
#define SC_HISTORY_GAP_S    600 /* what was used in a longer time than this cannot be put anywhere */

/* What is used now. */
struct sc_history_now {
    struct sc_history_counters counters;
    int64_t pmem, nproc, ep; /* bytes, processes, entries */
};

/* `before`: of the last look, at `looked` (0: there was none); NULL: the site was not there then. `t` of *ret is
 * left to the caller. False: the site was idle, *ret is untouched. A counter that went back began again, as does one
 * that a new group has: what it has counted since is of this time. */
bool sc_history_change(const struct sc_history_counters *before, const struct sc_history_now *now,
                       int64_t looked, int64_t at, struct sc_history_usage *ret);

#endif
