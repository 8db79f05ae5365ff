/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stays of a site's former plan in a directory of the site's own: places that were made for what was mounted
 * there, and is not any more. Pure. */
#ifndef SC_PLAN_LEFT_H
#define SC_PLAN_LEFT_H

#include "core/plan/entries.h"

/* Their places in `was`, the deeper ones first. The caller frees *ret. SC_E_NOMEM. */
int sc_entries_left(const struct sc_entries *was, const struct sc_entries *want, size_t **ret,
                    size_t *ret_n, struct sc_error *err);

#endif
