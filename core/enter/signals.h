/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libc only. */
#ifndef SC_ENTER_SIGNALS_H
#define SC_ENTER_SIGNALS_H

#include <signal.h>

/* The signals that a waiting entry passes on to its program, and SIGCHLD: blocks them. */
void sc_enter_signals(sigset_t *ret);

#endif
