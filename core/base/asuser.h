/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Touching files with a user's rights: between begin and end the calling thread opens, creates and
 * removes as that user does (fsuid, fsgid, the user's group as the only supplementary one, none of
 * root's file capabilities). Other threads keep their rights. Nothing else changes: the process can
 * still not be signalled or traced by the user.
 *
 *     SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
 *     int rc = sc_asuser_begin(&as, uid, gid, err); */
#ifndef SC_BASE_ASUSER_H
#define SC_BASE_ASUSER_H

#include <sys/types.h>
#include "core/base/error.h"

struct sc_asuser {
    int active;
    uid_t fsuid; /* what end restores */
    gid_t fsgid;
    gid_t *groups;
    int n_groups;
};

#define SC_ASUSER_INIT                                                                             \
    {                                                                                              \
        0                                                                                          \
    }

/* Needs root, except where uid is the caller's own (then it does nothing and succeeds). SC_E_INVAL
 * for uid 0 when the caller is root, and for (uid_t)-1; SC_E_DENIED when not root; SC_E_SYS when
 * the kernel did not do it (nothing is changed then). Does not nest. */
int sc_asuser_begin(struct sc_asuser *as, uid_t uid, gid_t gid, struct sc_error *err);

/* Takes back what begin gave. Accepts one that was never begun, and a second call. A failure aborts
 * the process: going on with half of a user's rights is never right. Keeps errno. */
void sc_asuser_end(struct sc_asuser *as);

#endif
