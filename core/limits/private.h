/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by settings.c, make.c and remove.c. */
#ifndef SC_LIMITS_PRIVATE_H
#define SC_LIMITS_PRIVATE_H

#include "core/limits/cgroups.h"

/* Makes a group's files say these settings, writing only what differs. SC_E_BUSY: all but the limit of memory is so,
 * which is below what is used. */
int sc_limits_write(const struct sc_cgroups *cg, const char *name,
                    const struct sc_setting *settings, size_t n, struct sc_error *err);

/* Removes the group above all of ours, when nothing is below it. The caller holds the lock
 * (sc_cgroup_lock). */
void sc_limits_drop_root(const struct sc_cgroups *cg);

#endif
