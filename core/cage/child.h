/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Working in another mount namespace: joining one cannot be taken back, so a child does it. */
#ifndef SC_CAGE_CHILD_H
#define SC_CAGE_CHILD_H

#include <stddef.h>
#include "core/base/error.h"

#define SC_CHILD_S 30 /* for a file system of the user's that never answers */

/* Calls work(arg) in a child and returns what it returned, with its error. What it left in the
 * `n` bytes at `answer` is there afterwards (also when it failed), if it came to an end: else
 * SC_E_SYS. The child is killed after SC_CHILD_S, and with the caller. */
int sc_child_run(int (*work)(void *arg, struct sc_error *err), void *arg, void *answer, size_t n,
                 struct sc_error *err);

#endif
