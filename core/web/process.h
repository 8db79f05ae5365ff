/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which process is a web server's first one. */
#ifndef SC_WEB_PROCESS_H
#define SC_WEB_PROCESS_H

#include <sys/types.h>

/* The first process of which `is` (1, 0, or -errno) says so, with `arg`; 0: there is none; -errno: it
 * cannot be said. */
pid_t sc_web_process_find(int (*is)(int procfd, const void *arg), const void *arg);

#endif
