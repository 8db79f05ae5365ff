/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why it is so for a site, as cagefsctl and isolatectl say it in JSON. */
#ifndef SC_COMMANDS_EXPLAIN_JSON_H
#define SC_COMMANDS_EXPLAIN_JSON_H

#include <jansson.h>
#include "core/engine/explain.h"

/* Sets "domain", "isolated", "stale", "failing", "failures" and, where one was asked for, "path".
 * -1: no memory. */
int sc_explain_json_set(json_t *o, const struct sc_explanation *e);

/* Those two members alone. NULL: no memory. */
json_t *sc_failing_json(const struct sc_failing *f);
json_t *sc_failures_json(const struct sc_explained_failures *l);

#endif
