/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who holds a lock. libc only. */
#ifndef SC_BASE_LOCK_H
#define SC_BASE_LOCK_H

#include <sys/types.h>

/* Who holds the POSIX lock on this file (a keeper's, a daemon's), as the kernel says it: a pid in
 * our pid namespace, or 0 for nobody, or nobody whom we can see; -errno when the kernel does not
 * say it. Whoever takes 0 for "nobody" and starts another must still get the lock. */
pid_t sc_lock_holder(int lockfd);

#endif
