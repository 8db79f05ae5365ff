/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sites use, and how often their limits stopped them. Nothing is changed and no lock is
 * taken: the figures are those of the moment. Need root. */
#ifndef SC_ENGINE_STATS_H
#define SC_ENGINE_STATS_H

#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/engine/site_stats.h"

struct sc_server;

struct sc_user_stats_row {
    char *name;
    unsigned id; /* names of one document root share it, and with it the figures */
    struct sc_site_stats stats;
};

struct sc_user_stats {
    struct sc_user_stats_row *v; /* sorted by name */
    size_t n;
    time_t window; /* seconds since the oldest of the groups was made; 0 when there is none */
};

void sc_user_stats_done(struct sc_user_stats *l);

/* Of the isolated domains of `uid`, or of `domain` alone where that is not NULL: SC_E_NOTFOUND when
 * it is none of them, whosever it is. */
int sc_engine_user_stats(struct sc_server *s, uid_t uid, const char *domain,
                         struct sc_user_stats *ret, struct sc_error *err);

#endif
