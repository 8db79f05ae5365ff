/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The "php" lines of a plan: mounts of a site's view of which both ends are in the view, made when
 * it is built, and changed in a running one. A line whose place or source is not there is left
 * out. */
#ifndef SC_CAGE_PHPBINDS_H
#define SC_CAGE_PHPBINDS_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/cage/mounts.h"
#include "core/plan/planfile.h"

#define SC_PHPBINDS_KIND "php"

/* Mounts all of them, in a view that is being built, and keeps in `masksfd` which. */
int sc_phpbinds_make(int rootfd, int masksfd, const struct sc_planfile *plan, struct sc_error *err);

/* Whether the running view of `keeper` has others than the plan. Needs root. */
bool sc_phpbinds_differ(pid_t keeper, const struct sc_planfile *plan);

/* Makes the running view, whose namespace the caller has joined, have those of the plan. */
int sc_phpbinds_change(int rootfd, int masksfd, const struct sc_planfile *plan,
                       struct sc_error *err);

#endif
