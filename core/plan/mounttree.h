/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mount table as a tree, and what path lookup sees of it. Pure. */
#ifndef SC_PLAN_MOUNTTREE_H
#define SC_PLAN_MOUNTTREE_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"

#define SC_LIVE_MAX_ROWS 65536 /* mounts at or below a home; the kernel's own limit is 100000 */

enum sc_live_what {
    SC_LIVE_CLOSED_DIR, /* the kinds of mounts that the builder makes from its own file system */
    SC_LIVE_CLOSED_FILE,
    SC_LIVE_SHELL,
    SC_LIVE_BIND /* anything else */
};

/* One row of the cage's mount table, at or below the home. */
struct sc_live_row {
    int id, parent;  /* fields 1 and 2 of /proc/PID/mountinfo (proc(5)) */
    const char *rel; /* its mount point relative to the home, unescaped; "" = the home */
    bool home;       /* the home's own mount: exactly one row */
    enum sc_live_what what;
    bool ro; /* BIND: the mount itself (field 6) is read-only */
    /* SHELL: what tells it from shells with other holes. BIND: its identity "DEVICE:ROOT", fields 3
     * and 4 unescaped, with ROOT "" for the root of its file system, so that key + "/" + NAME is
     * the identity of a bind of NAME in it. Else NULL. */
    const char *key;
};

struct sc_mounttree {
    const struct sc_live_row *rows;
    size_t n_rows;
    size_t home;   /* index of the home's row */
    size_t *kids;  /* indexes of reachable rows, by parent, then component order of rel, then age */
    size_t *first; /* kids of row i: kids[first[i] .. first[i + 1]) */
    unsigned *gone; /* row by row: 0, or a mark of its unmounting */
};

/* A mount that path lookup reaches: the topmost at its place. */
struct sc_visible {
    size_t row;
    size_t under; /* the row of the mount in which its mount point is found */
};

struct sc_visibles {
    struct sc_visible *v; /* in component order of the rows' rel */
    size_t n;
};

/* Borrows `rows`. SC_E_INVAL, SC_E_TOOBIG, SC_E_NOMEM as sc_live_plan(). */
int sc_mounttree_make(const struct sc_live_row *rows, size_t n_rows, struct sc_mounttree *ret,
                      struct sc_error *err);
void sc_mounttree_done(struct sc_mounttree *t);

/* What is visible at or below `rel`, which is at or below the visible mount `under` and reached in
 * it. *ret must be {0} or done (freed by free(ret->v)). SC_E_NOMEM. */
int sc_mounttree_look(const struct sc_mounttree *t, size_t under, const char *rel,
                      struct sc_visibles *ret, struct sc_error *err);

/* Whether a row can be detached with all that is mounted in it. A lazy unmount takes the mounts
 * inside off their places (disconnect_mount() in Linux' fs/namespace.c), so whoever holds a
 * directory of a bind that is detached sees what was closed in it: no bind in there may have
 * something mounted in it. */
bool sc_mounttree_detachable(const struct sc_mounttree *t, size_t row);

/* In a row and all that is mounted in it, turns the mark `from` into `to`: (0, MARK) unmounts,
 * (MARK, 0) takes just that back. */
void sc_mounttree_mark(struct sc_mounttree *t, size_t row, unsigned from, unsigned to);

#endif
