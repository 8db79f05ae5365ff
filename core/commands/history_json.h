/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_COMMANDS_HISTORY_JSON_H
#define SC_COMMANDS_HISTORY_JSON_H

#include <jansson.h>
#include "core/engine/history.h"

/* Sets "series" and "events" (docs/history.md). -1: no memory. */
int sc_history_json_set(json_t *to, const struct sc_site_history *h);

/* Who changed the site, as a list; NULL: no memory. */
json_t *sc_changes_json(const struct sc_changes *l);

/* The numbers of a point, in the order of the series' columns, which are the names that end with NULL. */
#define SC_HISTORY_COLUMNS 13
extern const char *const sc_history_columns[SC_HISTORY_COLUMNS + 1];
void sc_history_numbers(const struct sc_history_point *p, int64_t ret[SC_HISTORY_COLUMNS]);

#endif
