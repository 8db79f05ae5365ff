/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathering what is known about an account. Reads the panel's answer, the database, the policy and,
 * with the user's rights, the home; writes nothing. */
#ifndef SC_FACTS_GATHER_H
#define SC_FACTS_GATHER_H

#include "core/account/account.h"
#include "core/account/identity.h"
#include "core/base/error.h"
#include "core/facts/facts.h"
#include "core/server/server.h"

/* Gathers them all, as things are: nobody acts on the account's identity in between, so for an
 * account that moved to another uid its sites are not known yet. With STRICT: SC_E_PANEL… when the
 * panel fails; the configuration's own errors. In any case: SC_E_SYS when it cannot be told where a
 * document root is (docroots.h). What became of the domains' names by a good answer of the panel and
 * the waiting events (core/facts/names.h) is carried into the configuration, in memory. `heard` (may be
 * NULL): its content is taken. sc_facts_done() *ret. */
int sc_facts_gather(const struct sc_server *s, const struct sc_account *a, enum sc_facts_how how,
                    struct sc_heard *heard, struct sc_facts *ret, struct sc_error *err);

/* The same in two halves for a pass (core/pass/pass.h), which acts on who the account is in
 * between: an account is not taken for another on the word of events alone, so the panel is asked
 * first; and what the database has of it is read when it is the right one's. `f` is zeroed before
 * the first; sc_facts_done() it, also after a failure. */
int sc_facts_ask(const struct sc_server *s, const struct sc_account *a, enum sc_facts_how how,
                 struct sc_heard *heard, struct sc_facts *f, struct sc_error *err);
int sc_facts_complete(const struct sc_server *s, const struct sc_account *a, enum sc_facts_how how,
                      struct sc_facts *f, struct sc_error *err);

/* Who the account is, as sc_facts_ask() found it. Borrows from both. */
struct sc_identity sc_facts_identity(const struct sc_account *a, const struct sc_facts *f);

#endif
