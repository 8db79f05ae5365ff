/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of --site-isolation-check. */
#ifndef SC_RECONCILE_CHECK_INTERNAL_H
#define SC_RECONCILE_CHECK_INTERNAL_H

#include "core/reconcile/server.h"

/* Adds a row; without memory for it, none. `name` is static. */
void sc_check_add(struct sc_checks *c, const char *name, enum sc_check_result result,
                  const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The panel, whether it tells its changes, what was last heard of it, and the daemon that follows.
 */
void sc_check_panel(struct sc_checks *c, struct sc_server *s, bool enabled);

#endif
