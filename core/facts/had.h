/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the account's isolated sites owned when they were made last. A site can take away the marks of its
 * application; it must not come to own what is around that. */
#ifndef SC_FACTS_HAD_H
#define SC_FACTS_HAD_H

#include "core/account/account.h"
#include "core/base/error.h"
#include "core/facts/facts.h"
#include "core/server/server.h"

/* Sets `had` of the places of domains whose sites are isolated. SC_E_SYS, SC_E_NOMEM. */
int sc_facts_had(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                 struct sc_error *err);

/* Says in f->why, where nothing was said before, which site lost its application. */
void sc_facts_had_tell(const struct sc_account *a, struct sc_facts *f);

#endif
