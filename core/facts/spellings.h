/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the web server's configuration calls a document root, where that is another name of the home's
 * (core/base/around.h) and the panel says the home's own: ISPConfig's /var/www/DOMAIN/web. Scripts are
 * called by it, so it counts as a spelling of the panel's does: the site's view has it, too. */
#ifndef SC_FACTS_SPELLINGS_H
#define SC_FACTS_SPELLINGS_H

#include "core/account/account.h"
#include "core/base/error.h"
#include "core/facts/whose.h"
#include "core/plan/plan.h"
#include "core/web/vhosts.h"

struct sc_spellings {
    struct sc_spelling {
        char *rel, *text; /* of a site; absolute */
    } * v;
    size_t n;
};

void sc_spellings_done(struct sc_spellings *l);

/* Adds those of the site `w`, whose document root is `rel`; the hosts' roots were resolved for it.
 * SC_E_NOMEM. */
int sc_spellings_find(const struct sc_account *a, const struct sc_vhosts *hosts,
                      const struct sc_whose *w, const char *rel, struct sc_spellings *l,
                      struct sc_error *err);

/* Adds them to the aliases of the plan's sites. SC_E_NOMEM. */
int sc_spellings_to_plan(const struct sc_spellings *l, struct sc_plan *plan, struct sc_error *err);

#endif
