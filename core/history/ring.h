/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the history is kept: rings of slots, each of which holds a time of one length. A slot is overwritten when its
 * turn comes again, so nothing is ever deleted for its age. Pure. */
#ifndef SC_HISTORY_RING_H
#define SC_HISTORY_RING_H

#include <stdint.h>
#include "core/base/error.h"

enum sc_history_ring {
    SC_RING_FINE,   /* a day in steps of 5 minutes */
    SC_RING_HOURLY, /* 30 days */
    SC_RING_DAILY,  /* 400 days, of UTC */
    SC_RINGS
};

#define SC_RINGS_ALL ((1u << SC_RINGS) - 1)

struct sc_ring {
    int64_t step; /* seconds */
    unsigned n;   /* slots */
};

const struct sc_ring *sc_ring(enum sc_history_ring ring); /* static */

/* The beginning of the slot's time that `t` is in, and the slot's number. */
int64_t sc_ring_begin(enum sc_history_ring ring, int64_t t);
unsigned sc_ring_slot(enum sc_history_ring ring, int64_t t);

/* How long the ring reaches back, in seconds. */
int64_t sc_ring_span(enum sc_history_ring ring);

/* What to read for a look back of `period` seconds in steps of `step` (0: the shortest that is kept for so long):
 * *ret_ring, and in *ret_step how many seconds a step has, which is a multiple of the ring's. SC_E_INVAL says
 * which steps there are. `period` is at least 1; one that is longer than all that is kept is as good as all. */
int sc_ring_choose(int64_t period, int64_t step, enum sc_history_ring *ret_ring, int64_t *ret_step,
                   struct sc_error *err);

/* ---- how much room ---- */

/* Bytes that a row takes in the file, with its share of what is around it: measured, and rounded up. */
#define SC_HISTORY_ROW_BYTES   96
#define SC_HISTORY_EVENT_BYTES 160 /* the same of an event, of a usual length */

/* Bytes that a site takes at most that has these rings (a bit for each). */
uint64_t sc_rings_bytes(unsigned rings);

/* The rings of a new site, where the others may take `taken` bytes of `size`: all; beyond three quarters the hourly
 * and the daily one; beyond nine tenths the daily one; none where that would not fit. */
unsigned sc_rings_of_new(uint64_t size, uint64_t taken);

#endif
