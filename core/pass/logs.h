/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log files in the home that PHP is told to write for a site: the site sees the real file, so it
 * has to be there first. */
#ifndef SC_PASS_LOGS_H
#define SC_PASS_LOGS_H

#include "core/account/account.h"
#include "core/plan/plan.h"

/* Makes those that are missing, empty, with the user's rights, in directories that exist. Tried
 * only: a full home, say, is no reason not to isolate. */
void sc_logs_make(const struct sc_account *a, const struct sc_plan_site *site);

#endif
