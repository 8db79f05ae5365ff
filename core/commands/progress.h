/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bar for long work: shown on a terminal once the work takes half a second, gone when it is
 * over. */
#ifndef SC_COMMANDS_PROGRESS_H
#define SC_COMMANDS_PROGRESS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SC_PROGRESS_DELAY_MS 500 /* nothing is shown before */
#define SC_PROGRESS_EVERY_MS 100 /* nor drawn again sooner */
#define SC_PROGRESS_LINE_MAX 512

struct sc_progress {
    FILE *to; /* NULL: show nothing */
    int64_t started_ms;
    int64_t drawn_ms;
    size_t shown; /* columns on the screen now */
};

/* Columns of the terminal behind `f`; 80 when it does not say. */
unsigned sc_progress_columns(FILE *f);

/* Writes "[#####.....] 512/1000" into `buf`, one column shorter than `columns` when total is
 * reached, so that no terminal wraps it. Without room for a bar: only "512/1000"; without room for
 * that, or with a total of 0: nothing. A `done` above `total` counts as `total`. Returns the
 * length. */
size_t sc_progress_format(char buf[SC_PROGRESS_LINE_MAX], size_t done, size_t total,
                          unsigned columns);

/* Draws when it is time to. */
void sc_progress_tick(struct sc_progress *p, size_t done, size_t total, int64_t now_ms);

/* Erases what is shown. */
void sc_progress_clear(struct sc_progress *p);

#endif
