/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting, finding and ending the keeper that holds a site's view. All need root. */
#ifndef SC_CAGE_KEEPER_START_H
#define SC_CAGE_KEEPER_START_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/plan/planfile.h"

#define SC_CAGE_BASE SC_RUN_DIR "/base" /* an empty directory, on which views are built */

/* Holds a site's build lock: whoever builds, changes live or ends a site's cage does so alone.
 * Waits at most `wait_ms`, then SC_E_BUSY. The caller closes *ret_fd. `make`: the lock's file too,
 * which only the holder of the account's lock may do; else SC_E_NOTFOUND when the site does not
 * exist. */
int sc_cage_lock(uid_t uid, unsigned site, bool make, int wait_ms, int *ret_fd,
                 struct sc_error *err);

/* Reads SC_RUN_DIR/<uid>/<site>.plan. *ret must be {0} or done. SC_E_NOTFOUND; SC_E_INVAL: it is
 * damaged; SC_E_SYS. */
int sc_keeper_plan(uid_t uid, unsigned site, struct sc_planfile *ret, struct sc_error *err);

/* Builds the view of SC_RUN_DIR/<uid>/<site>.plan and leaves a keeper in it, unless one lives
 * already. The caller holds the build lock. `idle` in seconds. */
int sc_keeper_start(uid_t uid, unsigned site, int idle, struct sc_error *err);

struct sc_keeper_how {
    const char *base; /* where the view is built */
    int idle;         /* seconds until an empty site's keeper ends */
    /* NULL, or what happens in the new namespaces before the view is built */
    int (*before)(const struct sc_planfile *plan, struct sc_error *err);
};

/* A new keeper in a new view of `plan`. It takes the POSIX lock on `lockfd`; *ret_keeper is a child
 * of the caller. */
int sc_keeper_launch(const struct sc_planfile *plan, int lockfd, const struct sc_keeper_how *how,
                     pid_t *ret_keeper, struct sc_error *err);

/* Ends the keeper and with it every process of the site; waits until it has ended. Fine when there
 * is none. */
int sc_keeper_end(uid_t uid, unsigned site, struct sc_error *err);

#endif
