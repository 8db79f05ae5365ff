/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/monitor/lanes.h"

/* When the first of those that have just begun has not any more; INT64_MAX: they are few. */
static int64_t few_new(const struct sc_lane_look *v, size_t n, int64_t now)
{
    size_t new = 0;
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < n; i++) {
        int64_t at = v[i].began + SC_LANE_NEW_MS;
        new += at > now;
        if (at > now && at < next)
            next = at;
    }
    return new < SC_LANE_PARALLEL ? INT64_MAX : next;
}

/* Who has to make room first, and when. */
static size_t first_to_yield(const struct sc_lane_look *v, size_t n, enum sc_lane lane,
                             int64_t *ret_when)
{
    size_t first = n;
    *ret_when = INT64_MAX;
    for (size_t i = 0; i < n; i++) {
        int64_t at = v[i].began + (lane == SC_LANE_OF_SLOW ? v[i].yields : SC_LANE_LONG_MS);
        if (at < *ret_when) {
            *ret_when = at;
            first = i;
        }
    }
    return first;
}

static size_t slow_ones(const struct sc_lane_look *v, size_t n, int64_t now)
{
    size_t slow = 0;
    for (size_t i = 0; i < n; i++)
        slow += v[i].lane == SC_LANE_OF_SLOW || now - v[i].began >= SC_LANE_QUICK_MS;
    return slow;
}

bool sc_lane_room(const struct sc_lane_look *v, size_t n, enum sc_lane lane, int64_t now,
                  int64_t *ret_when, size_t *ret_yield)
{
    *ret_yield = n;
    *ret_when = few_new(v, n, now);
    if (*ret_when != INT64_MAX)
        return false;
    bool full = lane == SC_LANE_OF_SLOW ? slow_ones(v, n, now) >= SC_LANE_SLOW : n >= SC_LANE_ALL;
    if (!full) {
        *ret_when = now;
        return true;
    }
    size_t first = first_to_yield(v, n, lane, ret_when);
    if (*ret_when <= now)
        *ret_yield = first;
    return false;
}
