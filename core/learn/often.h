/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was used so often in this second that the kernel need not tell more of it. Pure. A file that each
 * request of a busy site uses would cost each of them; so it is seen SC_LEARN_OFTEN times in a
 * second at most, by kind of event. Who asks begins each second again. */
#ifndef SC_LEARN_OFTEN_H
#define SC_LEARN_OFTEN_H

#include <stdint.h>
#include <sys/types.h>

#define SC_LEARN_OFTEN 32

#define SC_LEARN_OFTEN_ROWS 256
#define SC_LEARN_OFTEN_BITS 4

struct sc_learn_often {
    struct sc_learn_often_row {
        dev_t dev;
        ino_t ino;
        uint64_t bits[SC_LEARN_OFTEN_BITS]; /* events, one bit each; 0: no more */
        unsigned n[SC_LEARN_OFTEN_BITS];    /* how often each was seen */
    } rows[SC_LEARN_OFTEN_ROWS];
};

/* Forgets all: a second is over. */
void sc_learn_often_begin(struct sc_learn_often *o);

/* Counts events (bits of `mask`) of a file or directory. Which of them are now enough: those that were seen
 * SC_LEARN_OFTEN times; each is told once. Of files that fall on one row the last is counted. */
uint64_t sc_learn_often_count(struct sc_learn_often *o, dev_t dev, ino_t ino, uint64_t mask);

#endif
