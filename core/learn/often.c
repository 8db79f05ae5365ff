/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/learn/often.h"

#include <stdbool.h>
#include <string.h>

void sc_learn_often_begin(struct sc_learn_often *o)
{
    memset(o, 0, sizeof(*o));
}

static struct sc_learn_often_row *row_of(struct sc_learn_often *o, dev_t dev, ino_t ino)
{
    struct sc_learn_often_row *row = &o->rows[(dev ^ ino) % SC_LEARN_OFTEN_ROWS];
    if (row->dev != dev || row->ino != ino)
        *row = (struct sc_learn_often_row){.dev = dev, .ino = ino};
    return row;
}

/* True: this was the time that makes it enough. */
static bool count_bit(struct sc_learn_often_row *row, uint64_t bit)
{
    for (size_t i = 0; i < SC_LEARN_OFTEN_BITS; i++) {
        if (row->bits[i] == 0)
            row->bits[i] = bit;
        if (row->bits[i] == bit)
            return ++row->n[i] == SC_LEARN_OFTEN;
    }
    return false;
}

uint64_t sc_learn_often_count(struct sc_learn_often *o, dev_t dev, ino_t ino, uint64_t mask)
{
    struct sc_learn_often_row *row = row_of(o, dev, ino);
    uint64_t enough = 0;
    for (uint64_t left = mask; left; left &= left - 1) {
        uint64_t bit = left & -left;
        if (count_bit(row, bit))
            enough |= bit;
    }
    return enough;
}
