/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The entry's part of a terminal (terminal.h): carries what is typed to the program, and what that
 * writes to the caller's terminal. Neither way waits for the other, and both are bounded. libc only;
 * without privileges. */
#ifndef SC_ENTER_RELAY_H
#define SC_ENTER_RELAY_H

#include <signal.h>

#include "core/enter/terminal.h"
#include "core/enter/watch.h"

/* Blocks the signals that it takes beside those in `add`, and adds them. Before the leader is
 * forked. */
void sc_relay_signals(sigset_t *add);

/* Works the terminal until the leader has ended, and all that was written by then is on the
 * caller's terminal, which then has its modes back. `signals` are blocked. `watch` (or NULL) is told
 * of the modes, to bring them back when this process is killed, and of the program's end. Returns
 * the program's exit status (128+N after signal N). */
int sc_relay_run(const struct sc_terminal *t, pid_t leader, const sigset_t *signals,
                 struct sc_watch *watch);

#endif
