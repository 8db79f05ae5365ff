/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbolic links in the home that lead to a site's document root as the panel writes it. In a home
 * of the site's own they have to be there, too: that path is the one that the web server asks
 * for. */
#ifndef SC_PASS_LINKS_H
#define SC_PASS_LINKS_H

#include "core/account/account.h"
#include "core/base/error.h"
#include "core/plan/plan.h"
#include "core/plan/planfile.h"

/* Appends a line "homelink PATH TARGET" (core/cage/ownhome.h) for each to a private site's plan. What
 * cannot be looked at is left out. SC_E_NOMEM, SC_E_SYS. */
int sc_links_lines(const struct sc_account *a, const struct sc_plan_site *site,
                   struct sc_planfile *p, struct sc_error *err);

#endif
