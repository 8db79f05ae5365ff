/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of a place in the home that a site uses, when the site is isolated; and what line of
 * configuration gives it back. Pure: the plan is asked. */
#ifndef SC_LOOK_JUDGE_H
#define SC_LOOK_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include "core/plan/plan.h"
#include "core/plan/relpath.h"

struct sc_look_use { /* paths are below the home, as core/plan/relpath.h has them */
    const char *named;
    const char *real; /* where that is, without links */
    bool is_dir;
    bool writes;            /* it is said to be written: a log, a directory of sessions */
    const char *place;      /* sc_look_place() … */
    const char *place_real; /* … without links */
    bool has_code;          /* programs lie in that directory */
};

/* The directory that stays true: not one of the releases of a deployment, never the home itself (of
 * a file in the home, the file). False: there is none. */
bool sc_look_place(const char *named, const char *real, bool is_dir, char out[SC_REL_MAX + 1]);

enum sc_look_is {
    SC_LOOK_FINE,
    SC_LOOK_GONE,   /* it is not there */
    SC_LOOK_OWN,    /* a directory of the site's own is there */
    SC_LOOK_LOCKED, /* it can be read, and not written */
    SC_LOOK_CLOSED  /* it is another site's, or hidden */
};

struct sc_look_verdict {
    enum sc_look_is is;
    bool rw;           /* the line says so */
    const char *no;    /* why no line gives it; NULL: there is one. Static text */
    const char *other; /* a domain of the site that owns it; NULL. The plan's */
};

/* `entries`: of plan->sites[site] (sc_plan_site_entries()). */
void sc_look_judge(const struct sc_plan *plan, size_t site, const struct sc_entries *entries,
                   const struct sc_look_use *u, struct sc_look_verdict *ret);

/* Whether a name looks like data that programs write: "uploads", "moodledata", "shop.sqlite". */
bool sc_look_is_data(const char *rel);

/* Whether a file by its name is a program, or a part of one. */
bool sc_look_is_code(const char *name);

#endif
