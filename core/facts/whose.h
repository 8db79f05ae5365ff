/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A planned site as the web server's configuration is asked about it (core/web/roots.h). */
#ifndef SC_FACTS_WHOSE_H
#define SC_FACTS_WHOSE_H

#include "core/account/account.h"
#include "core/base/error.h"
#include "core/plan/plan.h"
#include "core/web/roots.h"

/* What is the same for all sites of a plan. */
struct sc_whose_all {
    char **docroots; /* in the order of the plan's sites; of one that is missing its text */
    size_t n_docroots;
    const char *homes[2];
};

/* *ret must be {0}, and stays where it is as long as a site made from it. SC_E_NOMEM. */
int sc_whose_all(const struct sc_account *a, const struct sc_plan *plan, struct sc_whose_all *ret,
                 struct sc_error *err);
void sc_whose_all_done(struct sc_whose_all *w);

struct sc_whose {
    struct sc_web_whose is; /* points into the rest, the plan and what all sites share */
    char *docroot, *alias;
    const char **texts;
};

/* `s`, of the plan, has a document root. *ret must be {0}. SC_E_NOMEM. */
int sc_whose_site(const struct sc_whose_all *all, const struct sc_plan_site *s,
                  struct sc_whose *ret, struct sc_error *err);
void sc_whose_done(struct sc_whose *w);

#endif
