/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting a plan's entries in place below a home, at build time and in a running cage alike. */
#ifndef SC_CAGE_HOMEVIEW_H
#define SC_CAGE_HOMEVIEW_H

#include <sys/types.h>
#include "core/base/error.h"
#include "core/plan/entries.h"

struct sc_homeview {
    int masksfd; /* the cage's own file system */
    int wholefd; /* the home, live and unmasked: where things come from */
    uid_t uid;   /* paths below the home are opened with the owner's rights first */
    gid_t gid;
    const char *token; /* of its storage */
};

/* Mounts `entry` at `rel` below `dirfd` ("" = dirfd itself); dirfd is the home as the site sees it,
 * or a tree being put together. What is not there any more (removed since the plan was made) is
 * left out: 1 is returned; for a document root that is an error. What exists and cannot be opened
 * is an error for all. */
int sc_homeview_mount(const struct sc_homeview *v, const struct sc_plan_entry *entry, int dirfd,
                      const char *rel, struct sc_error *err);

/* Opens (O_PATH) `rel` below a directory of the home with the owner's rights, and with root's where
 * a directory on the way is closed to the owner; "" is dirfd itself. SC_E_NOTFOUND: a component is
 * missing or no directory. */
int sc_homeview_open(const struct sc_homeview *v, int dirfd, const char *rel, int *ret_fd,
                     struct sc_error *err);

/* Where the site's own directory `rel` of the home (SC_ENTRY_OWN) lies, relative to the home. NULL:
 * no memory. The caller frees it. */
char *sc_homeview_own_rel(const char *token, const char *rel);

/* Makes it where it is missing. The calling thread has the user's rights. */
int sc_homeview_make_own(const struct sc_homeview *v, const char *rel, struct sc_error *err);

#endif
