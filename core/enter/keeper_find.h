/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_ENTER_KEEPER_FIND_H
#define SC_ENTER_KEEPER_FIND_H

#include <sys/types.h>

/* Finds the living keeper of a site. The keeper holds a POSIX lock on SC_RUN_DIR/<uid>/<id>.keeper
 * for as long as it lives, and the kernel tells who holds it: no pid is stored anywhere, so none
 * can be stale or forged.
 *
 * A file with something in it is of a view that ends (core/ending): nobody enters it any more.
 *
 * Returns 0 with *ret_pidfd; *ret_lockfd holds a shared flock on that file, which keeps the keeper
 * from ending by itself until it is closed (close it once a process is inside). -ESRCH when no
 * keeper lives (then no descriptor is returned), another negative errno on failure. Needs root. */
int sc_keeper_find(uid_t uid, unsigned site, int *ret_pidfd, int *ret_lockfd);

#endif
