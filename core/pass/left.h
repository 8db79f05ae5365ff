/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a site was given and is not any more leaves an empty place in its own home, where it was mounted: it goes, so that
 * the site's programs do not find an empty directory, or file, where there is nothing for them. And a link that leads
 * elsewhere by now does so there, too. */
#ifndef SC_PASS_LEFT_H
#define SC_PASS_LEFT_H

#include "core/account/account.h"
#include "core/plan/planfile.h"

/* `was`: the plan before `now`, {0} where there was none. Only what is empty is removed, with the user's rights; what
 * cannot be stays. */
void sc_left_remove(const struct sc_account *a, const struct sc_planfile *was,
                    const struct sc_planfile *now);

#endif
