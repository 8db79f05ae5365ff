/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one site uses, and how often its limits stopped it: the figures of the moment. Need
 * root. */
#ifndef SC_ENGINE_SITE_STATS_H
#define SC_ENGINE_SITE_STATS_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/limits/limits.h"
#include "core/web/refused.h"

/* A figure that nobody measures is 0: core/limits/limits.h says which are. Processes that run now are counted in the
 * site's view where there is no group for that. */
struct sc_site_stats {
    struct sc_limits limits; /* as they were last applied */
    struct sc_limits_stats seen;
    struct sc_web_refused refused; /* by Apache */
};

/* `limits` is left to the caller. SC_E_SYS when the entry counter cannot be read. What Apache
 * refused is 0 where it cannot be read. */
int sc_site_stats_look(const struct sc_cgroups *cg, uid_t uid, unsigned id,
                       struct sc_site_stats *ret, struct sc_error *err);

/* Whether the site's view is there; the processes in it, without its keeper. */
/* Processes in the pid namespace of this keeper, without it. */
unsigned sc_site_processes(pid_t keeper);

bool sc_site_running(uid_t uid, unsigned id, unsigned *ret_processes);

#endif
