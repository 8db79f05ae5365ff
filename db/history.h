/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sites used, over time: a database of its own (docs/history.md), of which nothing else depends: where it is
 * damaged it is made again. Rows lie in rings: a place is (site, ring, slot), and what was there before is
 * overwritten. Which slot is the caller's business (core/history/ring.h). Rules and errors as in store.h. */
#ifndef SC_DB_HISTORY_H
#define SC_DB_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "db/store.h"

#define SC_HISTORY_PATH        "/var/lib/sitecage/history.db"
#define SC_HISTORY_EVENTS      200u /* kept of a site */
#define SC_HISTORY_DETAIL_SIZE 240u /* bytes of an event's text, with its NUL */

/* Opens the file, or makes it: also where it is damaged or another program's, which *ret_why (may be NULL; the
 * caller frees it) then says. Commits are not waited for to be on disk. */
int sc_history_open(const char *path, struct sc_store **ret, char **ret_why, struct sc_error *err);

/* Removes the file: for who met damage in it (SC_E_INVAL). Nobody has it open. */
void sc_history_forget(const char *path);

/* Only to read: SC_E_NOTFOUND where there is none, nothing is made. */
int sc_history_open_to_read(const char *path, struct sc_store **ret, struct sc_error *err);

/* ---- sites ---- */

enum sc_history_fault {
    SC_FAULT_CPU, /* periods in which it was held back */
    SC_FAULT_PMEM,
    SC_FAULT_NPROC,
    SC_FAULT_EP,
    SC_FAULTS
};

enum sc_history_told { /* what others note of a site, and count */
    SC_TOLD_ENTER,     /* in the order of enum sc_failure_kind (core/enter/failures.h) */
    SC_TOLD_RUN,
    SC_TOLD_LIMIT,
    SC_TOLD_KILLED,
    SC_TOLD_REFUSED, /* by the web server */
    SC_TOLDS
};

/* "enter", "run", … */
const char *sc_history_told_name(enum sc_history_told what);

/* Sums that grow, and the highest values, as they were at the last look. */
struct sc_history_counters {
    int64_t since;                           /* when they began to count; 0: nobody counts */
    int64_t cpu, io, ops, faults[SC_FAULTS]; /* microseconds, bytes, operations */
    int64_t pmem_peak, nproc_peak, ep_peak;  /* bytes, processes, entries */
    int64_t told[SC_TOLDS];
    int64_t failing; /* since when nothing of it runs; 0 */
};

struct sc_history_site {
    unsigned site;
    uid_t uid;
    unsigned rings; /* a bit for each that it has */
    int64_t since;  /* seen first */
    int64_t seen;   /* seen last as isolated */
    struct sc_history_counters last;
    unsigned events; /* noted so far */
};

struct sc_history_sites {
    struct sc_history_site *v; /* by site */
    size_t n;
};

void sc_history_sites_done(struct sc_history_sites *l);
int sc_history_sites_get(struct sc_store *h, struct sc_history_sites *ret, struct sc_error *err);
int sc_history_site_put(struct sc_store *h, const struct sc_history_site *site,
                        struct sc_error *err);

/* With all that is kept of it. */
int sc_history_site_remove(struct sc_store *h, unsigned site, struct sc_error *err);

/* When the last look was (seconds since 1970); 0 never. */
int sc_history_looked_get(struct sc_store *h, int64_t *ret, struct sc_error *err);
int sc_history_looked_put(struct sc_store *h, int64_t now, struct sc_error *err);

/* Sums over all sites that there were, which never go back. */
int sc_history_totals_get(struct sc_store *h, int64_t ret[SC_TOLDS], struct sc_error *err);
int sc_history_totals_add(struct sc_store *h, const int64_t more[SC_TOLDS], struct sc_error *err);

/* ---- usage ---- */

/* Of the time from `t` on, as long as the ring's step is. Sums, and the highest values that were seen. */
struct sc_history_usage {
    int64_t t;
    int64_t cpu, cpu_max;   /* microseconds; hundredths of a percent of one core */
    int64_t pmem, pmem_max; /* pages of 4 KiB times seconds; pages */
    int64_t nproc_max, ep_max;
    int64_t io, ops; /* bytes, operations */
    int64_t faults[SC_FAULTS];
};

struct sc_history_place {
    unsigned site, ring, slot;
};

/* Adds to the row of that time; one of another time is overwritten. */
int sc_history_usage_add(struct sc_store *h, const struct sc_history_place *at,
                         const struct sc_history_usage *u, struct sc_error *err);

struct sc_history_usages {
    struct sc_history_usage *v; /* by t */
    size_t n;
};

void sc_history_usages_done(struct sc_history_usages *l);

/* Rows of a ring with from <= t <= to. */
int sc_history_usage_get(struct sc_store *h, unsigned site, unsigned ring, int64_t from, int64_t to,
                         struct sc_history_usages *ret, struct sc_error *err);

/* ---- events ---- */

struct sc_history_event {
    int64_t t;
    char kind[24];
    char detail[SC_HISTORY_DETAIL_SIZE];
    int64_t n; /* how often */
};

/* Puts it behind the site's others, and counts site->events, which the caller puts. Like the latest one, not an hour
 * after it: that one is counted instead. */
int sc_history_event_add(struct sc_store *h, struct sc_history_site *site,
                         const struct sc_history_event *e, struct sc_error *err);

struct sc_history_events {
    struct sc_history_event *v; /* the latest first */
    size_t n;
};

void sc_history_events_done(struct sc_history_events *l);
int sc_history_events_get(struct sc_store *h, unsigned site, int64_t from, int64_t to,
                          struct sc_history_events *ret, struct sc_error *err);

#endif
