/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From facts to the plan: what is wanted isolated and may be, what each site is given of the
 * home. */
#ifndef SC_FACTS_WANTED_H
#define SC_FACTS_WANTED_H

#include "core/account/account.h"
#include "core/base/error.h"
#include "core/facts/facts.h"
#include "core/server/server.h"

/* (Re)computes f->plan from f->domains and f->config. Reads the policy, the administrator's paths,
 * the database and, with the user's rights, the home; writes nothing. With f->without_uses it says which
 * sites there are, and nothing can be made by it. */
int sc_facts_plan(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  struct sc_error *err);

#endif
