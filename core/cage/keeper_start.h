/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting, finding and ending the keeper that holds a site's view. All need root. */
#ifndef SC_CAGE_KEEPER_START_H
#define SC_CAGE_KEEPER_START_H

#include <stdbool.h>
#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"

/* Holds a site's build lock: whoever builds, changes live or ends a site's cage does so alone.
 * Waits at most `wait_ms`, then SC_E_BUSY. The caller closes *ret_fd. `make`: the lock's file too,
 * which only the holder of the account's lock may do; else SC_E_NOTFOUND when the site is gone. */
int sc_cage_lock(uid_t uid, unsigned site, bool make, int wait_ms, int *ret_fd,
                 struct sc_error *err);

/* Builds the view of SC_RUN_DIR/<uid>/<site>.plan and leaves a keeper in it, unless one lives
 * already. The caller holds the build lock. `idle` in seconds. */
int sc_keeper_start(uid_t uid, unsigned site, int idle, struct sc_error *err);

/* Ends the keeper and with it every process of the site; waits until it is gone. Fine when there is
 * none. */
int sc_keeper_end(uid_t uid, unsigned site, struct sc_error *err);

#endif
