/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a good answer of the panel means for the names in the user's configuration. */
#ifndef SC_FACTS_NAMES_H
#define SC_FACTS_NAMES_H

#include "core/account/account.h"
#include "core/base/error.h"
#include "core/facts/facts.h"
#include "core/server/server.h"

/* A domain that is wanted isolated and that the panel does not list stays wanted for so long: a
 * panel that forgets one for a while does not switch isolation off. Seconds. What it lists
 * only oddly (core/account/odd.h) is listed. */
#define SC_MISSED_MAX_S 600

/* Changes f->config, in memory: names that were renamed move with all they have; what was deleted
 * goes (created again it is not isolated), and so does what is or was lately another account's, and
 * what has been missing for SC_MISSED_MAX_S. Fills f->before, f->renames, f->agreed, and
 * f->dirs where a directory may have moved. */
int sc_facts_names(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                   struct sc_error *err);

#endif
