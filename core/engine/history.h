/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sites used over time, and what happened to them (docs/history.md). Need root. */
#ifndef SC_ENGINE_HISTORY_H
#define SC_ENGINE_HISTORY_H

#include <stddef.h>
#include "core/base/error.h"
#include "core/history/asked.h"
#include "core/history/changes.h"
#include "core/history/series.h"
#include "core/server/handle.h"

struct sc_site_history {
    struct sc_history_series series;
    struct sc_history_events events;
};

struct sc_site_histories {
    struct sc_site_history *v; /* of each site that was asked for */
    size_t n;
    bool kept; /* there is a history at all */
};

void sc_site_histories_done(struct sc_site_histories *l);

/* Of these sites (lve_id), which may be some of them twice. Where no history is kept, all are empty. SC_E_INVAL: steps
 * that are not kept for that period. */
int sc_engine_history(struct sc_server *s, const unsigned *sites, size_t n,
                      const struct sc_history_asked *asked, struct sc_site_histories *ret,
                      struct sc_error *err);

/* The names of isolated sites, for the above: of these domains; none: of all. */
struct sc_history_names {
    struct sc_history_name {
        char *domain, *user;
        unsigned site;
    } * v;
    size_t n;
};

void sc_history_names_done(struct sc_history_names *l);

/* Who changed each of them since `from`, as the end of the log has it, in ret[names->n], which the caller releases one by
 * one; empty where there is no log. SC_E_NOMEM. */
int sc_engine_history_changes(const struct sc_history_names *names, int64_t from,
                              struct sc_changes *ret, struct sc_error *err);

/* SC_E_NOTFOUND: a domain that does not exist, or is not isolated, named in the text. */
int sc_engine_history_names(struct sc_server *s, const char *const *domains, size_t n,
                            struct sc_history_names *ret, struct sc_error *err);

#endif
