/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of overview.h. */
#ifndef SC_ENGINE_OVERVIEW_PRIVATE_H
#define SC_ENGINE_OVERVIEW_PRIVATE_H

#include "core/engine/overview.h"

/* Fills o->sites for the rows of o->st. */
int sc_overview_sites(struct sc_server *s, struct sc_overview_server *server, struct sc_overview *o,
                      struct sc_error *err);
void sc_overview_site_done(struct sc_overview_site *o);

#endif
