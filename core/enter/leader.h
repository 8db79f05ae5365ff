/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The leader of the session of a program that has a pseudoterminal (terminal.h): the program's
 * parent inside the site, as a shell is a job's. Without it the program's process group would be an
 * orphan, which the kernel does not stop (^Z). It is root's, so that nobody in the site can signal
 * it, and has no right but to signal. libc only. */
#ifndef SC_ENTER_LEADER_H
#define SC_ENTER_LEADER_H

#include "core/enter/terminal.h"

/* A session of its own, with the pseudoterminal, before the program is forked. Blocks all signals,
 * as what this process becomes needs them. 0, or a negative errno. */
int sc_leader_begin(const struct sc_terminal *t);

/* The program's process: a process group of its own, in the foreground if it begins there. Aborts
 * when it cannot. */
void sc_leader_place(const struct sc_terminal *t);

/* Sees to the program until it has ended, and ends with its status (128+N after signal N); kills it
 * when the entry (`entry`: a pidfd) has ended before. Closes everything else that this process has
 * open, gives up what it may do, and does not show `argv` as its own (title.h). Aborts when it
 * cannot. */
_Noreturn void sc_leader_run(const struct sc_terminal *t, pid_t program, int entry,
                             char *const argv[]);

#endif
