/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a site's new plan closes that its former one did not. Pure. */
#ifndef SC_PLAN_NEWLY_H
#define SC_PLAN_NEWLY_H

#include <stdbool.h>
#include "core/plan/entries.h"

/* The places in `want` of what can be closed in a running view without a look at what it has: `was` did not close it, and
 * nothing at or below it is to be open. A shell is not among them. The caller frees *ret. SC_E_NOMEM. */
int sc_entries_newly_closed(const struct sc_entries *was, const struct sc_entries *want,
                            size_t **ret, size_t *ret_n, struct sc_error *err);

/* Whether `want` takes away anything else: a shell that is new or another, what may only be read now, a directory of the
 * site's own in the place of the home's. */
bool sc_entries_take_more(const struct sc_entries *was, const struct sc_entries *want);

#endif
