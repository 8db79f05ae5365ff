/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live change of a running cage: from the mounts that it has and the entries that it should
 * have, the steps that lead from one to the other. Pure. At no moment between or after the steps
 * can the site see something that neither its old nor its new plan shows.
 *
 * What makes this more than a difference of two lists:
 *
 * A mount hides all mounts that were below its place, and removing one brings them back. Only what
 * path lookup reaches from the home counts, and nothing can be mounted beneath a mount.
 *
 * So a live bind over a region, or the removal of a mask, would show what is closed further down
 * until it is masked again. Those things are put in place together, as one tree
 * (sc_live_step.whole), and a mask that has something closed beneath it is not removed: the live
 * directory is put on top (SC_LIVE_REOPEN), where it shows just what the surroundings show.
 *
 * A bind in which something is mounted is not removed either but covered: detached, it would lose
 * its masks, and who has a directory of it open would see what they closed.
 *
 * What no change of mounts can take away is what a process of the site already holds: an open file
 * or directory stays open, with what is below it at the time and is not masked in that very
 * mount. */
#ifndef SC_PLAN_LIVE_H
#define SC_PLAN_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/plan/entries.h"
#include "core/plan/mounttree.h"

#define SC_LIVE_MAX_ROUNDS 8

enum sc_live_op {
    /* Detach (MNT_DETACH) the top mount at rel, and with it at once all that is mounted below
     * it. */
    SC_LIVE_UMOUNT,
    /* Mount want->v[entry .. entry + n) in this order; the first is at rel, over whatever is there,
     * the others are below it. */
    SC_LIVE_MOUNT,
    /* Mount a live bind of the home's directory rel, read-only if `ro`, over whatever is at rel,
     * and want->v[entry .. entry + n) below it in this order. */
    SC_LIVE_REOPEN
};

struct sc_live_step {
    enum sc_live_op op;
    const char *rel; /* points into the rows or the entries that were given */
    bool ro;         /* REOPEN */
    bool own;        /* REOPEN: the site's own directory of that path, not the home's */
    size_t entry, n; /* MOUNT, REOPEN */
    /* Must appear in the site at once: build it at a place that the site cannot reach, then move it
     * (MS_MOVE) to rel. Without `whole`, mounting one after the other exposes nothing, but what is
     * open below a new shell is away for that moment. */
    bool whole;
};

struct sc_live_steps {
    struct sc_live_step *v; /* to be done in this order */
    size_t n;
    /* Something is unmounted: read the table again afterwards and call again, until there are no
     * steps, at most SC_LIVE_MAX_ROUNDS times. (The second call is expected to find none.) */
    bool again;
};

/* Computes the steps. `rows` are in the order of the mount table (later mounts later). `keys[i]`
 * belongs to want->v[i]: the key that the mount of a SHELL, or the identity that the bind of a
 * DOCROOT, RO, RW or OWN entry must have; not looked at for the others.
 *
 * No steps: the site sees what a cage built again from `want` would show. A mount that a present
 * entry asks for is never touched, unless something must be put over, or taken from above, its
 * parent directories. Rows that cannot be reached from the home's row (their `rel` is not a plain
 * path, as of a deleted mount point; not below their parent's) are passed over.
 *
 * *ret must be {0} or done; it borrows from `rows` and `want`.
 * SC_E_INVAL: not exactly one home; two rows with one id; entries not in component order;
 * SC_E_TOOBIG: more than SC_LIVE_MAX_ROWS (mounts that were put over others stay beneath them as
 * long as the cage lives): it must be built again; SC_E_NOMEM. */
int sc_live_plan(const struct sc_live_row *rows, size_t n_rows, const struct sc_entries *want,
                 const char *const *keys, struct sc_live_steps *ret, struct sc_error *err);
void sc_live_steps_done(struct sc_live_steps *steps); /* accepts {0} */

#endif
