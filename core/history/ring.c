/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/history/ring.h"

#include <stdio.h>

#include "core/base/error_code.h"
#include "db/history.h"

static const struct sc_ring rings[SC_RINGS] = {
    [SC_RING_FINE] = {300, 288}, [SC_RING_HOURLY] = {3600, 720}, [SC_RING_DAILY] = {86400, 400}};

const struct sc_ring *sc_ring(enum sc_history_ring ring)
{
    return &rings[ring];
}

int64_t sc_ring_begin(enum sc_history_ring ring, int64_t t)
{
    return t - t % rings[ring].step;
}

unsigned sc_ring_slot(enum sc_history_ring ring, int64_t t)
{
    return (unsigned)(t / rings[ring].step % rings[ring].n);
}

int64_t sc_ring_span(enum sc_history_ring ring)
{
    return rings[ring].step * rings[ring].n;
}

/* As --period and --step take it. */
static const char *in_words(int64_t seconds, char out[32])
{
    static const struct {
        int64_t size;
        char unit;
    } units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    size_t i = 0;
    while (seconds % units[i].size != 0)
        i++;
    snprintf(out, 32, "%lld%c", (long long)(seconds / units[i].size), units[i].unit);
    return out;
}

static int no_step(int64_t period, int64_t step, struct sc_error *err)
{
    char a[32], b[32];
    if (period > 3600 && period % 60) /* since midnight: people think in hours */
        period += 3600 - period % 3600;
    return sc_error_is(err, SC_IS_USAGE,
                       sc_error_set(err, SC_E_INVAL,
                                    "steps of %s are not kept for %s: give multiples of 5m for a "
                                    "day, of 1h for 30 days, of 1d for 400 days",
                                    in_words(step, a), in_words(period, b)));
}

/* The coarsest ring that has what is asked for. */
int sc_ring_choose(int64_t period, int64_t step, enum sc_history_ring *ret_ring, int64_t *ret_step,
                   struct sc_error *err)
{
    int ring = SC_RING_FINE;
    if (step == 0) {
        while (ring < SC_RING_DAILY && period > sc_ring_span((enum sc_history_ring)ring))
            ring++;
        step = rings[ring].step;
    } else {
        ring = SC_RING_DAILY;
        while (ring > SC_RING_FINE && step % rings[ring].step != 0)
            ring--;
        int64_t most = sc_ring_span((enum sc_history_ring)ring);
        if (step < 0 || step % rings[ring].step != 0 || step > most ||
            (period > most && ring < SC_RING_DAILY))
            return no_step(period, step, err);
    }
    *ret_ring = (enum sc_history_ring)ring;
    *ret_step = step;
    return 0;
}

/* ---- how much room ---- */

uint64_t sc_rings_bytes(unsigned which)
{
    uint64_t rows = 1;
    for (int i = 0; i < SC_RINGS; i++)
        rows += which >> i & 1 ? rings[i].n : 0;
    return which ? rows * SC_HISTORY_ROW_BYTES + SC_HISTORY_EVENTS * SC_HISTORY_EVENT_BYTES : 0;
}

unsigned sc_rings_of_new(uint64_t size, uint64_t taken)
{
    static const struct {
        unsigned rings, percent;
    } kinds[] = {{SC_RINGS_ALL, 75},
                 {1u << SC_RING_HOURLY | 1u << SC_RING_DAILY, 90},
                 {1u << SC_RING_DAILY, 100}};
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (taken + sc_rings_bytes(kinds[i].rings) <= size * kinds[i].percent / 100)
            return kinds[i].rings;
    return 0;
}
