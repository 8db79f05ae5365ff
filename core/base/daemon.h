/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every daemon of the product does at its start. For programs, not for the library. */
#ifndef SC_BASE_DAEMON_H
#define SC_BASE_DAEMON_H

#include "core/base/error.h"

/* Nothing of the caller's is kept: descriptors 0-2 are open and all others closed, umask 022,
 * working directory "/", the environment PATH, LANG and NOTIFY_SOCKET. 0, or -1. */
int sc_daemon_clean(void);

/* The same with the descriptors below `first`, at least 3, kept as well. */
int sc_daemon_clean_from(unsigned first);

/* Makes and locks (POSIX, for the life of the process) the file; its directory is made when
 * missing, 0711. SC_E_BUSY: another process holds it. */
int sc_daemon_lock(const char *dir, const char *path, int *ret_fd, struct sc_error *err);

/* Runs `run` in a process that survives its parent, session and terminal. Returns the exit status
 * for main(): 0 once `run` called sc_daemon_ready() with the `ready` it was given, 1 when it ended
 * before that. */
int sc_daemon_background(int (*run)(int ready, void *arg), void *arg);

/* It answers now: tells the parent, and lets standard input, output and error go (`ready` >= 0), or
 * tells systemd by sd_notify(3)'s protocol (`ready` < 0). */
void sc_daemon_ready(int ready);

#endif
