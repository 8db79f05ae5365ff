/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is around the document roots of an account: marks of applications in the directories above
 * them, and the directories that the panel keeps for single domains. Looks only. */
#ifndef SC_FACTS_PLACES_H
#define SC_FACTS_PLACES_H

#include "core/account/account.h"
#include "core/base/error.h"
#include "core/facts/docroots.h"
#include "core/inventory/domains_json.h"
#include "core/plan/plan.h"

#define SC_PLACES_LEVELS 32 /* directories above one document root that are looked at */

/* What tells an application's own directory (enum sc_plan_marks); NULL ends the list. */
extern const char *const sc_application_marks[];

struct sc_places {
    struct sc_plan_place *v; /* per domain */
    size_t n;
    struct sc_plan_dir *dirs; /* that have a mark; sorted */
    size_t n_dirs;
};

void sc_places_done(struct sc_places *p);

/* Looks with the user's rights, and with root's where a directory is closed to its owner; below the
 * home's descriptor, following no link. A directory that nobody may look into is marked
 * SC_MARK_UNKNOWN. Needs root. SC_E_SYS: one could not be looked at; SC_E_NOMEM. */
int sc_places_find(const struct sc_account *a, const struct sc_domains *domains,
                   const struct sc_docroots *docroots, struct sc_places *ret, struct sc_error *err);

#endif
