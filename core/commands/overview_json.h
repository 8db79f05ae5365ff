/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Overviews as isolatectl and cagefsctl say them in JSON: docs/overview.md. */
#ifndef SC_COMMANDS_OVERVIEW_JSON_H
#define SC_COMMANDS_OVERVIEW_JSON_H

#include <jansson.h>
#include "core/engine/overview.h"

/* Sets "user", "uid", "home", "inside", "may_change", "why_not", "why_not_code", "locked", "names_from",
 * "notices" and "sites". `inside`: the caller is in an isolated site, of which the overview is. -1: no memory. */
int sc_overview_json_set(json_t *to, const struct sc_overview_server *server,
                         const struct sc_overview *o, bool inside);

/* Sets "overview", "server" and "units". -1: no memory. */
int sc_overview_json_set_server(json_t *to, const struct sc_overview_server *server);

#endif
