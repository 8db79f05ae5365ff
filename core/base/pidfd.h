/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes by descriptor: a number may be another process's by the time it is used (pidfd_open(2),
 * Linux 5.3). libc only. */
#ifndef SC_BASE_PIDFD_H
#define SC_BASE_PIDFD_H

#include <stdbool.h>
#include <sys/types.h>

/* An O_CLOEXEC descriptor, or -1 with errno; ESRCH: no such process. The caller closes it. */
int sc_pidfd_open(pid_t pid);

/* A descriptor of the process's directory in /proc will do, too. -1 with errno; ESRCH: it has
 * ended. */
int sc_pidfd_signal(int pidfd, int sig);

/* Waits until it has ended, at most `wait_ms` (-1: as long as it takes). False: it has not. The
 * caller's own child is then still to be reaped. */
bool sc_pidfd_wait(int pidfd, int wait_ms);

/* SIGTERM, and SIGKILL where it has not ended after `wait_ms`; waits as long once more. False: it
 * lives. */
bool sc_pidfd_end(int pidfd, int wait_ms);

#endif
