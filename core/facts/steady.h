/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where nginx goes by links. It looks at none on the way to a document root, so who can change what is looked up on that
 * way says what nginx serves: a link in `current`'s place, but also one in that of a directory that `current` leads
 * to. No check of names helps, because a deploy tool changes them at any time: a site must be able to name nothing there. */
#ifndef SC_FACTS_STEADY_H
#define SC_FACTS_STEADY_H

#include "core/account/account.h"
#include "core/base/error.h"
#include "core/plan/plan.h"
#include "core/web/vhosts.h"

#define SC_STEADY_NAMES_MAX 512u /* of what is in one directory so many stay writable */

struct sc_steady {
    struct sc_plan_steady *v;
    size_t n;
};

void sc_steady_done(struct sc_steady *s); /* frees what it holds; accepts {0} */

/* The account's directories in which links of nginx's document roots and aliases lie, and those that such a link leads
 * through; and what is in them now, but for what such a link may lead to next (`releases`). *ret must be {0}. SC_E_SYS,
 * SC_E_NOMEM. */
int sc_facts_steady(const struct sc_account *a, const struct sc_vhosts *hosts,
                    struct sc_steady *ret, struct sc_error *err);

#endif
