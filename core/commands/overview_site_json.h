/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For overview_json.c. */
#ifndef SC_COMMANDS_OVERVIEW_SITE_JSON_H
#define SC_COMMANDS_OVERVIEW_SITE_JSON_H

#include <jansson.h>
#include "core/engine/overview.h"

/* The list of all domains. NULL: no memory. */
json_t *sc_overview_sites_json(const struct sc_overview *o);

#endif
