/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The site's own directories in the home (SC_ENTRY_OWN): they lie in the site's storage, below
 * ~/.cagefs/websites/TOKEN/home, at the paths that they have in the home. The whole home is one of
 * them where the site's home is private. */
#ifndef SC_CAGE_OWNHOME_H
#define SC_CAGE_OWNHOME_H

#include "core/base/error.h"
#include "core/cage/homeview.h"
#include "core/plan/planfile.h"

/* "homelink PATH TARGET" among the "sys" lines: a symbolic link of the home that is in the site's own
 * home, too. */
#define SC_HOMELINK_KIND "homelink"

/* Makes, as the user, the places for what the entries mount in directories of the site's own. Where
 * the whole home is one, it gets those of its top directories that programs expect in a home (tmp,
 * logs, .cache …) and that the real home has, and the plan's links. */
int sc_ownhome_places(const struct sc_homeview *v, const struct sc_planfile *plan,
                      struct sc_error *err);

#endif
