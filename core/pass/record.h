/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a pass over an account writes into the database, and what it learns there about its
 * sites. */
#ifndef SC_PASS_RECORD_H
#define SC_PASS_RECORD_H

#include "core/base/error.h"
#include "core/account/account.h"
#include "core/facts/facts.h"
#include "core/pass/label.h"
#include "core/pass/made.h"
#include "core/server/server.h"

/* `labels`: storage that the home has already: a site that is new here is given the token of its
 * own. In one transaction: the user, the panel's domains (if they are the panel's), a site with id and
 * token for each that is to be isolated (an id follows a document root that moved), the isolated
 * names, and no other sites. Fills m's ids, tokens and moved. */
int sc_record(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
              const struct sc_labels *labels, struct sc_made *m, struct sc_error *err);

/* What the last pass wrote, in an account whose facts are the same: fills m's ids and tokens, writes
 * nothing. *ret_other: the facts want other sites than the database has. */
int sc_recorded(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
                struct sc_made *m, bool *ret_other, struct sc_error *err);

#endif
