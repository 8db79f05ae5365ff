/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The account's crontab in a pass over the account (core/cron). */
#ifndef SC_PASS_CRON_H
#define SC_PASS_CRON_H

#include <stdbool.h>

#include "core/base/error.h"
#include "core/account/account.h"
#include "core/pass/doubted.h"
#include "core/pass/made.h"
#include "core/pass/tools.h"

/* Has the entries of isolated sites run in them, and those of others as they are written. Behind
 * everything else of a pass: entries of a site that is new find it there, and those of one that is
 * no more do not run at all until then; those in a directory that is doubted do not run. Errors: sc_cron_apply(). */
int sc_pass_cron(const struct sc_tools *t, const struct sc_account *a, const struct sc_plan *plan,
                 const struct sc_made *m, const struct sc_doubted *doubted, struct sc_error *err);

/* The same for an account of which nothing is isolated any more; none without an account. */
int sc_pass_cron_end(const struct sc_tools *t, uid_t uid, struct sc_error *err);

/* Whether the account's installed crontab has entries that cron is to lead into a site. */
bool sc_pass_cron_leads(const char *user);

#endif
