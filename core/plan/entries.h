/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mounts that one isolated site's home is made of: what the plan gives, the builder builds and
 * a live change compares with. The home as a whole is the live directory, read-only; that needs no
 * entry. */
#ifndef SC_PLAN_ENTRIES_H
#define SC_PLAN_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"

#define SC_ENTRIES_MAX 20000 /* entries of one site, and holes of all its shells together */

enum sc_entry_kind {
    SC_ENTRY_CLOSED_DIR,  /* an empty, unreadable directory over it */
    SC_ENTRY_CLOSED_FILE, /* an empty, unreadable file over it */
    SC_ENTRY_SHELL,       /* closed, but can be walked through to what is open below it */
    SC_ENTRY_DOCROOT,     /* the site's own document root: live bind, read-write */
    SC_ENTRY_RO,          /* live bind, read-only */
    SC_ENTRY_RW,          /* live bind, read-write */
    SC_ENTRY_OWN          /* a directory of the site's own in its place, kept in its storage;
                           * read-write */
};

struct sc_plan_entry {
    enum sc_entry_kind kind;
    char *rel; /* below the home; "" is the home itself */
    /* SHELL: the mount points that it must have, relative to `rel`, sorted; the directories on the
     * way to them are implied. */
    char **holes;
    size_t n_holes;
    bool steady; /* struct sc_plan_steady is about it: for sc_plan_site_entries() alone */
};

/* Directories that programs expect in a home: where the account has them, a site with a home of its own
 * has its own ones. Ends with NULL. */
extern const char *const sc_home_tops[];

/* Whether what lies at `rel` is for the account's own shell and programs to run or to begin with: directories named bin, and what
 * begins with a dot in the home. Who can write it has a say in what runs outside of every site. */
bool sc_rel_is_run(const char *rel);

/* In component order (core/plan/relpath.h): a parent precedes what is below it. */
struct sc_entries {
    struct sc_plan_entry *v;
    size_t n;
};

/* "closed-dir", "closed-file", "shell", "docroot", "ro", "rw", "own" */
const char *sc_entry_kind_name(enum sc_entry_kind kind);
/* The kind of that name: 0, or -1 when there is none. */
int sc_entry_kind_of(const char *name, enum sc_entry_kind *ret);

/* CLOSED_DIR, CLOSED_FILE and SHELL: nothing of what is below can be read or listed. */
bool sc_entry_closes(enum sc_entry_kind kind);

void sc_entries_done(struct sc_entries *e); /* frees what it holds; accepts {0} */

/* Appends an entry of the first `len` bytes of `rel`. SC_E_TOOBIG beyond SC_ENTRIES_MAX,
 * SC_E_NOMEM. */
int sc_entries_add(struct sc_entries *e, enum sc_entry_kind kind, const char *rel, size_t len,
                   struct sc_error *err);
/* Appends a hole to a shell. SC_E_NOMEM. */
int sc_entry_add_hole(struct sc_plan_entry *entry, const char *hole, struct sc_error *err);

/* One past the last entry at or below entry `i`. */
size_t sc_entries_end(const struct sc_entries *e, size_t i);

#endif
