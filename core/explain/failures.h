/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What went wrong with a site lately, put together from who noted it: entries (core/enter/failures.h),
 * Apache (core/web/refused.h), the kernel's control groups. Pure. */
#ifndef SC_EXPLAIN_FAILURES_H
#define SC_EXPLAIN_FAILURES_H

#include <stddef.h>
#include <stdint.h>
#include "core/enter/failures.h"
#include "core/web/refused.h"

/* Nothing of the site runs, since when. Times are Unix time in seconds. */
struct sc_failing {
    int64_t since;              /* 0: it does not fail */
    uint64_t n;                 /* attempts since then */
    char text[SC_FAILURE_TEXT]; /* why, the last time; printable */
};

void sc_failing_of(const struct sc_failures *noted, struct sc_failing *ret);

#define SC_EXPLAINED_MAX (SC_FAILURES_KEPT + 2)

struct sc_explained_failure {
    int64_t first, last; /* seconds; 0: not known */
    uint64_t n;
    unsigned status;                 /* that the visitor got, or exit status; 0: nobody got one */
    char text[SC_FAILURE_TEXT + 80]; /* printable */
    const char *code; /* a word for it: "enter", "run", … (docs/overview.md); static */
};

struct sc_explained_failures {
    struct sc_explained_failure
        v[SC_EXPLAINED_MAX]; /* the latest first; without a time at the end */
    size_t n;
};

/* Who noted what; NULL or 0 where nobody did. */
struct sc_failure_sources {
    const struct sc_failures *noted;
    const struct sc_web_refused *refused;
    uint64_t out_of_memory; /* processes that the limit of memory ended … */
    int64_t group_since;    /* … since then: seconds */
};

void sc_explain_failures(const struct sc_failure_sources *from, struct sc_explained_failures *ret);

#endif
