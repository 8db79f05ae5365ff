/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table as it is now: read again when root replaced it, so that a change counts for the next
 * request. Safe for threads. No httpd. */
#ifndef SC_WEB_APACHE_LIVE_H
#define SC_WEB_APACHE_LIVE_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/web/apache/table.h"

/* One state of the table, shared by those who use it. */
struct sc_web_shared {
    struct sc_web_table *table; /* never NULL; without sites when there is none */
    bool lost; /* its file was there and is not, or cannot be read: none of its sites is served */
    bool missing;  /* its file is missing since a moment ago: whose the sites are waits for it */
    unsigned refs; /* the live table's own */
};

struct sc_web_live;

/* The table is missing or lost, and what this process has read of it had no sites, but others have read
 * one that had: nobody can tell which site a request is for. */
bool sc_web_live_is_unknown(const struct sc_web_shared *s);

/* `owner` of the file: 0, in tests another. Made before the server's processes are, it tells all of
 * them whether there are sites. */
int sc_web_live_new(const char *path, uid_t owner, struct sc_web_live **ret, struct sc_error *err);
void sc_web_live_free(struct sc_web_live *l); /* accepts NULL */

/* How long a table may be missing before it counts as lost; 0 unless it is said. */
void sc_web_live_patience(struct sc_web_live *l, int ms);

/* A look within so many microseconds after the last one finds what that found; 0 unless it is said. Who
 * ends what the former table led to waits for that long after the table was written. */
#define SC_WEB_LIVE_PACE_US 1000
void sc_web_live_pace(struct sc_web_live *l, int us);

/* For a request of a site whose table is missing: waits until there is one again (true), or it
 * counts as lost. With `said` set to true, *err tells of it. */
bool sc_web_live_wait(struct sc_web_live *l, bool *said, struct sc_error *err);

/* The table, as new as its file is, or was at that last look; sc_web_live_put() it. With `said` set to true, *err tells of a
 * table that was lost just now. */
struct sc_web_shared *sc_web_live_get(struct sc_web_live *l, bool *said, struct sc_error *err);
void sc_web_live_ref(struct sc_web_live *l, struct sc_web_shared *s);
void sc_web_live_put(struct sc_web_live *l, struct sc_web_shared *s); /* accepts NULL */

#endif
