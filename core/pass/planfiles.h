/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an account's plan to the files that views are built from. */
#ifndef SC_PASS_PLANFILES_H
#define SC_PASS_PLANFILES_H

#include "core/base/error.h"
#include "core/facts/facts.h"
#include "core/pass/links.h"
#include "core/php/site.h"
#include "core/plan/plan.h"
#include "core/plan/planfile.h"
#include "core/account/account.h"
#include "core/php/pools/known.h"
#include "core/server/server.h"

/* What all sites of an account see of the server, or of their home: looked up once, not per site. */
struct sc_planner {
    struct sc_planfile common; /* its "sys" lines */
    struct sc_php_lazy *php;   /* the server's PHP versions */
    struct sc_links links;     /* in the account's home */
    const struct sc_shown
        *shown; /* the caller's, may be set after sc_planner_init(): what the server shows */
};

/* `pools`: of PHP-FPM, where they were read already; NULL: they are read. */
int sc_planner_init(const struct sc_server *s, const struct sc_account *a,
                    const struct sc_fpm_known_list *pools, struct sc_planner *ret,
                    struct sc_error *err);
void sc_planner_done(struct sc_planner *p);

/* The complete plan file of plan->sites[site]. `php`: what the site chose, where it was read already; NULL:
 * it is read. sc_planfile_done() *ret. */
int sc_planner_make(const struct sc_planner *p, const struct sc_account *a,
                    const struct sc_plan *plan, size_t site, unsigned id, const char *token,
                    const struct sc_php_choice *php, struct sc_planfile *ret, struct sc_error *err);

#endif
