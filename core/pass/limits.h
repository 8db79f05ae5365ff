/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limits of an account's sites: what its configuration wants, and making it so. */
#ifndef SC_PASS_LIMITS_H
#define SC_PASS_LIMITS_H

#include "core/limits/limits.h"
#include "core/account/account.h"
#include "core/facts/facts.h"
#include "core/pass/tools.h"

/* The limits of a site: of its isolated names' entries, the smallest of each (0 is no limit). */
void sc_pass_site_limits(const struct sc_facts *f, size_t site, struct sc_limits *ret);

/* Before anything is stored: SC_E_UNSUPPORTED or SC_E_INVAL, naming the domain, when a limit in the
 * configuration cannot be held. */
int sc_pass_limits_check(const struct sc_tools *t, const struct sc_account *a,
                         const struct sc_facts *f, struct sc_error *err);

/* The server's control groups, looked for once in a pass: *cg is NULL at first, and the caller's to free. */
int sc_pass_groups(const struct sc_tools *t, struct sc_cgroups **cg, struct sc_error *err);

/* Makes the groups of the sites with an id as the configuration wants them. A limit that this
 * server cannot hold is left out: a site must not stop because it was moved to another kernel.
 * ret[i] is of plan->sites[i], zeroed before; sc_limits_made_done() each, after a failure too. *ret_late, if any, is
 * the last limit that does not hold yet. */
int sc_pass_limits_make(const struct sc_tools *t, struct sc_cgroups **cg,
                        const struct sc_account *a, const struct sc_facts *f, const unsigned *ids,
                        struct sc_limits_made *ret, struct sc_error *ret_late,
                        struct sc_error *err);

/* Removes the account's groups that are none of these sites' (n of both; made NULL: all of theirs stay) nor of
 * views that end (may be NULL). For when the table is written. */
int sc_pass_limits_sweep(const struct sc_tools *t, struct sc_cgroups **cg, uid_t uid,
                         const unsigned *ids, const struct sc_limits_made *made, size_t n,
                         const struct sc_ending_list *ending, struct sc_error *err);

#endif
