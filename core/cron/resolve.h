/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where paths in crontabs really lie: the names of an account's sites, with its home behind them. */
#ifndef SC_CRON_RESOLVE_H
#define SC_CRON_RESOLVE_H

#include "core/base/error.h"
#include "core/cron/names.h"
#include "core/cron/owner.h"

struct sc_cron_resolver {
    const struct sc_cron_owner *owner;
    int rc; /* the first question that was not answered: what it was asked for does not hold */
    struct sc_error why;
};

/* The account as names.h takes it; resolves with the owner's rights where o->homefd is one. Borrows
 * all. */
struct sc_cron_account sc_cron_account_of(const struct sc_cron_owner *o,
                                          const struct sc_cron_site *sites, size_t n,
                                          struct sc_cron_resolver *links);

#endif
