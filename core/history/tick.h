/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One look at all isolated sites, put into the history: one transaction. */
#ifndef SC_HISTORY_TICK_H
#define SC_HISTORY_TICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/history/change.h"

#define SC_HISTORY_KEEP_S (30 * 86400) /* of a site that is isolated no more */

/* An isolated site, as it was seen just now. */
struct sc_seen {
    unsigned site;
    uid_t uid;
    char user[65], domain[256]; /* the first of its names */
    struct sc_history_now now;
    const char *state; /* as in overviews, without those that are not isolated; static */
    char failing[SC_HISTORY_DETAIL_SIZE];        /* why nothing of it runs; "" */
    char told[SC_TOLDS][SC_HISTORY_DETAIL_SIZE]; /* of each kind the latest text; "" */
};

struct sc_seen_list {
    struct sc_seen *v; /* by site */
    size_t n;
    bool whole; /* all isolated sites are among them */
};

void sc_seen_list_done(struct sc_seen_list *l);

/* `size`: how many bytes the file may have (0: no history for new sites). `at`: seconds since 1970, which may be
 * before the last look. Changes of who is isolated, faults and failures become events. SC_E_INVAL: the file is
 * damaged (sc_history_forget()). */
int sc_history_tick(struct sc_store *h, uint64_t size, int64_t at, const struct sc_seen_list *seen,
                    struct sc_error *err);

#endif
