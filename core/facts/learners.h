/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many domains of an account learn because of what its user wrote into ~/.lve/domains.json. */
#ifndef SC_FACTS_LEARNERS_H
#define SC_FACTS_LEARNERS_H

#include "core/account/account.h"
#include "core/base/error.h"
#include "core/facts/facts.h"
#include "core/server/server.h"

/* When names and document roots are settled: of the domains that are to learn and did not until now, those
 * that are more than SC_USER_LEARN_MAX, with those that do, become isolated, which is the closed answer,
 * and are named in f->not_learning. What learns already goes on: isolatectl counts itself, and an
 * administrator may have as many learn as he likes. SC_E_SYS, SC_E_NOMEM. */
int sc_learners_bound(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                      struct sc_error *err);

#endif
