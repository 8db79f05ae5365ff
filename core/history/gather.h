/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_HISTORY_GATHER_H
#define SC_HISTORY_GATHER_H

#include "core/history/tick.h"
#include "core/server/server.h"

/* Looks at all isolated sites: their control groups, and what was noted of them. No lock is taken, no home is looked
 * into. What cannot be read of one is 0. Needs root. */
int sc_history_gather(struct sc_server *s, struct sc_seen_list *ret, struct sc_error *err);

#endif
