/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Views of one account, one after the other. Whoever builds a view, or changes it, holds its build
 * lock, for half a minute where a home hangs: that delays no other site of the account. */
#ifndef SC_PASS_TURNS_H
#define SC_PASS_TURNS_H

#include <stddef.h>
#include "core/base/error.h"
#include "core/pass/step.h"

/* Does what is to be done with the view `i`, waiting at most `wait_ms` for its build lock.
 * SC_E_BUSY: somebody holds it, or its processes do not end. */
typedef int sc_turn(struct sc_pass *p, size_t i, int wait_ms, const void *arg,
                    struct sc_error *err);

/* Calls `turn` for each of n views that `wanted` (NULL: all) names, beginning with p->from. Those that nobody
 * holds come first; the others are then waited for, as long in all as the pass waits for locks (lock_ms: the
 * daemon's do not wait). What is left makes the pass unfinished (p->late, with the last one's
 * reason), and *ret_left says how many there are. Any other error of a turn ends it. */
int sc_pass_turns(struct sc_pass *p, size_t n, const bool *wanted, sc_turn *turn, const void *arg,
                  size_t *ret_left, struct sc_error *err);

#endif
