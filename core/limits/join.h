/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes of a site that run already come under its limits. */
#ifndef SC_LIMITS_JOIN_H
#define SC_LIMITS_JOIN_H

#include "core/limits/limits.h"

/* Puts each process of a running site, but its keeper, in the site's groups, and under its vmem
 * (core/enter does so with those that come in later). For when the table that the hot path reads
 * says `made` already: what somebody is just starting by an older one is waited for. Memory that a
 * process had before is not counted; a process that has more addresses than vmem gets no more. A
 * vmem that is raised or taken away reaches what runs only where root may raise limits
 * (CAP_SYS_RESOURCE, which some containers lack). Groups that only count were joined by each process when it
 * came in: what runs is moved to those that are new, as far as it can be without stopping it. Fine when the
 * site does not run.
 * SC_E_BUSY: after SC_JOIN_MS some are still outside; SC_E_SYS, SC_E_NOMEM. Needs root; the caller
 * holds the account's lock. */
int sc_limits_join(uid_t uid, unsigned id, const struct sc_limits_made *made, struct sc_error *err);

#endif
