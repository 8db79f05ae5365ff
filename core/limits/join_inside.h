/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of sc_limits_join() that is done by a process in the site's pid namespace. There a
 * number that became another process's meanwhile is still of the site. */
#ifndef SC_LIMITS_JOIN_INSIDE_H
#define SC_LIMITS_JOIN_INSIDE_H

#include <stdbool.h>
#include "core/limits/limits.h"

struct sc_join {
    const struct sc_limits_made *made;
    uid_t uid;         /* of the site's processes */
    int procfd;        /* the site's own /proc */
    bool vmem;         /* whether it changed */
    uint64_t old_vmem; /* if so, the value before; 0: none */
    bool gently;       /* nothing is limited: who multiplies faster than he is moved is let go */
};

struct sc_joined {
    size_t others; /* processes that are not as they should be; 0: done */
    int failed;    /* errno of what could not be done; 0: nothing */
};

/* Needs root in that namespace, and the groups to be reachable by their paths. */
struct sc_joined sc_join_inside(const struct sc_join *j);

#endif
