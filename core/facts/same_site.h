/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which domains are one site: those of an account whose document roots are one directory, whatever the panel calls it.
 * Looks only. Need root. */
#ifndef SC_FACTS_SAME_SITE_H
#define SC_FACTS_SAME_SITE_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/inventory/domains_json.h"

struct sc_same_site {
    const struct sc_domains *there;
    char *
        *real; /* of each: where its document root lies; NULL: its account was not looked at yet */
};

void sc_same_site_done(struct sc_same_site *l);

/* Of these domains, which it borrows. SC_E_NOMEM. */
int sc_same_site_of(const struct sc_domains *there, struct sc_same_site *ret, struct sc_error *err);

/* Whether a and b, which are in l->there, are one site. An account that is no more has document roots as they are
 * called. SC_E_SYS, SC_E_DENIED: one of the account's could not be looked at. */
int sc_same_site_is(struct sc_same_site *l, const struct sc_domain *a, const struct sc_domain *b,
                    bool *ret, struct sc_error *err);

#endif
