/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which process is a web server's first one. */
#ifndef SC_WEB_PROCESS_H
#define SC_WEB_PROCESS_H

#include <sys/types.h>

/* Whether a process (its directory in /proc) is root's, and not in a container: 1, 0, or -errno. */
int sc_web_process_is_servers(int procfd);

/* What a look at a process that failed with `errnum` says: 0, it has ended; else -errnum. */
int sc_web_process_no_answer(int procfd, int errnum);

/* The first process of which `is` (1, 0, or -errno) says so, with `arg`; 0: there is none; -errno: it
 * cannot be said. */
pid_t sc_web_process_find(int (*is)(int procfd, const void *arg), const void *arg);

#endif
