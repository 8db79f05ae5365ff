/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_ENTER_LIMITS_H
#define SC_ENTER_LIMITS_H

#include "core/enter/table.h"

/* The limits that a site has now: `read`, or those of a newer table in *room. For when the lock of
 * the site's keeper is held: who changes limits writes the table first, then waits for that lock,
 * and then moves what is inside (core/limits/join.h), so nothing comes in by older ones after that.
 * Where the site is none any more `read` stays. Returns 0, or a negative errno: nothing may run. */
int sc_enter_limits_now(uid_t uid, unsigned site, const struct sc_site_limits *read,
                        struct sc_site_limits *room, const struct sc_site_limits **ret);

#endif
