/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the odd entries of a panel's answer (core/inventory/odd.h) mean for an account: what was
 * known stays as it was, and a place that an entry names is closed to the account's sites. Pure. */
#ifndef SC_ACCOUNT_ODD_H
#define SC_ACCOUNT_ODD_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/inventory/domains_json.h"
#include "db/store.h"

struct sc_odd_account { /* borrowed */
    const char *user;
    uid_t uid;
    const char *home;
    const char *alias; /* another absolute name of the home; NULL */
};

/* Adds to the panel's domains (of this account, or of all; sorted, and sorted again):
 *  - each name that `known` has as the account's and the answer has only oddly, where it was;
 *  - each place below the home that an odd entry names, as a domain with a name that is none
 *    (sc_odd_is_place): the plan closes it to all sites, and nobody can enable it;
 *  - where an odd entry hides, whatever else `known` has of the account, but what `events` (NULL:
 *    none) say is deleted, or renamed to a name that is listed.
 * `known`: the database's domains, of the account or of all. SC_E_NOMEM, SC_E_TOOBIG. */
int sc_odd_settle(struct sc_domains *d, const struct sc_odd_account *a,
                  const struct sc_domain_list *known, const struct sc_event_list *events,
                  struct sc_error *err);

/* Drops, in place, what does not concern the account: of others, and of nobody where neither its
 * name is the account's nor its place below the home. What hides and is nobody's concerns all. */
void sc_odd_part(struct sc_odds *odds, const struct sc_odd_account *a,
                 const struct sc_domain_list *known);

/* Whether one concerns it. */
bool sc_odd_concerns(const struct sc_odd *o, const struct sc_odd_account *a,
                     const struct sc_domain_list *known);

/* Whether the name stands for a place of an odd entry, and is no domain's. */
bool sc_odd_is_place(const char *name);

#endif
