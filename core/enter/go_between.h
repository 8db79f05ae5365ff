/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent that waits for the program of an entry: it passes signals and the status on, and has
 * nothing else. libc only. */
#ifndef SC_ENTER_GO_BETWEEN_H
#define SC_ENTER_GO_BETWEEN_H

#include "core/enter/enter_private.h"

/* Gives up all that this process has of the caller's and of root's, and waits for the child. Aborts
 * when it cannot give it up. Returns what sc_enter() returns. */
int sc_go_between_run(struct sc_entry *e, pid_t child, struct sc_enter_why *why);

#endif
