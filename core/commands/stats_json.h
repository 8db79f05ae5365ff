/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures of a site in JSON, the same for users and administrators. */
#ifndef SC_COMMANDS_STATS_JSON_H
#define SC_COMMANDS_STATS_JSON_H

#include <jansson.h>
#include "core/engine/site_stats.h"

/* Sets usage, peak, limits and faults of `site`, each with a number for every limit, in the limits'
 * units, but pmem and vmem in pages of 4 KiB, rounded up; 0 is also what nobody measures, and no
 * limit. 0, or -1 without memory. */
int sc_stats_json_set(json_t *site, const struct sc_site_stats *stats);

#endif
