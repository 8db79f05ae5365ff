/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The "shown" lines of a plan: places outside of homes that root's configuration has the site read. They
 * come and go with that configuration, in running views, too. Coming is as with services (services.h);
 * going, and links of the view, are here. */
#ifndef SC_CAGE_SHOWNBINDS_H
#define SC_CAGE_SHOWNBINDS_H

#include <sys/types.h>
#include "core/base/error.h"
#include "core/plan/planfile.h"

#define SC_SHOWN_KIND "shown"

/* Notes in the cage's own directory, which only root gets to, what a view that is being built shows. */
int sc_shownbinds_note(int masksfd, const struct sc_planfile *plan, struct sc_error *err);

/* Takes away from the running view of `keeper` what the plan does not show any more, and makes its "link"
 * lines lead where they say. 1: something changed. Needs root. */
int sc_shownbinds_change(const struct sc_planfile *plan, int pidfd, pid_t keeper,
                         struct sc_error *err);

#endif
