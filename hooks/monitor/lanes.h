/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many looks at accounts are made at once, and which one has to make room. An account whose looks
 * take long, or are ended, has others like it to wait for, and nobody else waits for it. Pure: all
 * times are milliseconds of one clock. */
#ifndef SC_HOOKS_MONITOR_LANES_H
#define SC_HOOKS_MONITOR_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SC_LANE_PARALLEL 4   /* looks that have just begun, … */
#define SC_LANE_NEW_MS   250 /* … so long ago */
#define SC_LANE_QUICK_MS                                                                           \
    1000 /* a look that takes longer counts among the slow ones, and is niced */
#define SC_LANE_LONG_MS  4000 /* an account whose look took so long is a slow one */
#define SC_LANE_SLOW     16   /* with so many slow looks under way, none of a slow account begins */
#define SC_LANE_ALL      48   /* looks of all accounts */
#define SC_LANE_YIELD_MS 10000 /* a slow account's look makes room for another one's after this */

enum sc_lane {
    SC_LANE_OF_QUICK,
    SC_LANE_OF_SLOW,
    SC_LANES
};

struct sc_lane_look {
    int64_t began;
    int64_t yields;    /* how long it may take while others of its lane wait */
    enum sc_lane lane; /* its account's */
};

/* Whether one more of the lane may begin beside those under way. *ret_when: if not, when to ask
 * again. *ret_yield (n: none): which one has to make room. */
bool sc_lane_room(const struct sc_lane_look *v, size_t n, enum sc_lane lane, int64_t now,
                  int64_t *ret_when, size_t *ret_yield);

#endif
