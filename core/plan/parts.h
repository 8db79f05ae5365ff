/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of sc_plan_make() (core/plan/plan.h): whose are the directories above document roots. Pure.
 *
 * The application is the nearest directory above the document root, below the home and not the
 * home, that has an application's mark (SC_MARK_APPLICATION), widened to the directory that holds
 * `current` and `releases` where it lies in one of its releases; and the directory that the panel
 * keeps for that domain alone, where that is above the document root: the nearer of the two, and
 * both where the panel's is around the marked one.
 *
 * Two sites may share an application. No site's application is
 *  - the document root of another site, what the panel keeps for another domain alone, or anything
 *    around these where its own document root lies in them: that is the other's;
 *  - a secret;
 *  - a directory with the document root of a site that has an application further down: such a
 *    mark is a stray one, in a directory that holds many sites. What the panel keeps for one domain
 *    alone is no stray one, nor does what lies in its own document root make an application one. */
#ifndef SC_PLAN_PARTS_H
#define SC_PLAN_PARTS_H

#include <stddef.h>
#include "core/base/error.h"

struct sc_plan;
struct sc_plan_extra;
struct sc_plan_input;
struct sc_plan_steady;

/* Fills apps of all sites of `plan`, whose sites and secrets are there. SC_E_NOMEM. */
int sc_plan_applications(struct sc_plan *plan, const struct sc_plan_input *in,
                         struct sc_error *err);

/* Makes plan->areas (again) from the sites' applications and accepted further paths. SC_E_NOMEM. */
int sc_plan_areas(struct sc_plan *plan, struct sc_error *err);

/* Gives the sites their further paths, or fills plan->refusals; sites, secrets, closed directories
 * and applications are there. SC_E_NOMEM. */
int sc_plan_extras(struct sc_plan *plan, const struct sc_plan_input *in, struct sc_error *err);

/* Fills plan->steady. SC_E_NOMEM. */
int sc_plan_make_steady(struct sc_plan *plan, const struct sc_plan_input *in, struct sc_error *err);
void sc_plan_free_steady(struct sc_plan_steady *v, size_t n);

/* Sorts, and joins equal paths to one whose flag is the stronger. */
void sc_plan_sort_extras(struct sc_plan_extra *v, size_t *n);

#endif
