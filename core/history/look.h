/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_HISTORY_LOOK_H
#define SC_HISTORY_LOOK_H

#include "core/server/server.h"

/* What the daemon does once a minute while a site is isolated: gathers, keeps the history, writes the metrics. What
 * cannot be kept is logged once and stops nothing. *ret_sites: how many isolated sites there are. Needs root. */
int sc_history_look(struct sc_server *s, size_t *ret_sites, struct sc_error *err);

/* Nothing is isolated any more: the metrics go. */
void sc_history_end(const struct sc_conf *conf);

#endif
