/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Look before: what the sites that are about to be isolated use outside of what they own, and which
 * line of configuration gives it to them. Advice: it changes nothing, opens nothing, and never keeps
 * anybody from isolating.
 *
 * A process of its own looks, with the account's rights and none of the caller's descriptors and
 * locks: a home may hang. It is begun before anything is changed, and asked when all is done. */
#ifndef SC_LOOK_LOOK_H
#define SC_LOOK_LOOK_H

#include <stdint.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/look/one.h"

struct sc_look {
    pid_t pid; /* 0: nothing was begun */
    int fd;
    int64_t until; /* sc_clock_ms() */
};

#define SC_LOOK_INIT                                                                               \
    {                                                                                              \
        .pid = 0, .fd = -9                                                                         \
    }

/* Begins to look at these sites, of one account or of several; they are not needed afterwards.
 * Needs root, and one thread. SC_E_SYS. */
int sc_look_begin(const struct sc_look_one *sites, size_t n, struct sc_look *ret,
                  struct sc_error *err);

/* Waits for the end, SC_LOOK_MS and a little more since the beginning at most, and calls `say` for
 * each line (no newline). One that was not begun has nothing to say. */
void sc_look_end(struct sc_look *l, void (*say)(const char *line, void *arg), void *arg);

/* Ends it unasked. Accepts one that was ended, or never begun. */
void sc_look_done(struct sc_look *l);

#endif
