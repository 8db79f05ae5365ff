/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a pass over an account writes into the database, and what it learns there about its sites. */
#ifndef SC_PASS_RECORD_H
#define SC_PASS_RECORD_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/limits/limits.h"
#include "core/account/account.h"
#include "core/facts/facts.h"
#include "core/server/server.h"
#include "db/store.h"

/* What a pass knows of each site of the plan: arrays of n, zeroed by who makes them. */
struct sc_made {
    unsigned *ids; /* 0: not isolated, or cannot be */
    char (*tokens)[SC_SITE_TOKEN + 1];
    bool *moved;   /* it had another document root before: its processes end */
    bool *changed; /* its plan is not the one that was there */
    struct sc_limits_made *limits;
    size_t n;
    bool unfinished; /* an earlier change of the account was cut short: all is compared anew */
};

void sc_made_done(struct sc_made *m);

/* The plan's site that has this domain, or NULL. */
const struct sc_plan_site *sc_plan_site_of(const struct sc_plan *plan, const char *name);

/* In one transaction: the user, the panel's domains (if they are the panel's), a site with id and
 * token for each that is to be isolated (an id follows a document root that moved), the isolated
 * names, and no other sites. Fills m's ids, tokens and moved. */
int sc_record(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
              struct sc_made *m, struct sc_error *err);

#endif
