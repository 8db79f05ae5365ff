/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the database says of an account's sites: what they were when they were made last. */
#ifndef SC_FACTS_PAST_H
#define SC_FACTS_PAST_H

#include <stdbool.h>
#include "core/account/account.h"
#include "core/base/error.h"
#include "core/server/server.h"
#include "db/store.h"

struct sc_past {
    struct sc_site_list sites; /* by id */
    struct sc_isolated_list names;
    char **owned; /* per site: core/plan/owned_text.h; "" where nothing is known */
    bool loaded;
};

void sc_past_done(struct sc_past *p); /* accepts {0} */

/* Reads it, the first time that it is asked for: the account's lock keeps it so. Needs root. SC_E_SYS, SC_E_NOMEM. */
int sc_past_load(const struct sc_server *s, const struct sc_account *a, struct sc_past *p,
                 struct sc_error *err);

/* NULL: there is none. */
const struct sc_site_row *sc_past_site(const struct sc_past *p, unsigned id);

#endif
