/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_CAGE_HOLDERS_H
#define SC_CAGE_HOLDERS_H

#include <sys/types.h>
#include "core/base/error.h"
#include "core/plan/planfile.h"

#define SC_HOLDERS_MS 1000

/* Kills the processes of the site whose working directory, root or open descriptors lie in what the
 * plan closes to it: a mask hides a path, not a descriptor opened before. So it ends those that hold a directory, in what
 * the plan makes read-only, by a mount that was writable before. Descriptors in flight on
 * a socket cannot be seen (docs/security.md). Where there are more processes and descriptors
 * than can be looked at in SC_HOLDERS_MS, the rest is killed unlooked at. Needs root; `keeper` is
 * pid 1 of the site. */
int sc_holders_end(const struct sc_planfile *plan, pid_t keeper, struct sc_error *err);

#endif
