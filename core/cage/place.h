/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places for mounts in a view that is being built. */
#ifndef SC_CAGE_PLACE_H
#define SC_CAGE_PLACE_H

#include <stdbool.h>
#include "core/base/error.h"

/* The absolute path as one below the view's root; "." for that itself. */
const char *sc_place_rel(const char *path);

/* Opens (O_PATH) the place for a mount at `path` of the view whose root `rootfd` is, making a
 * directory (or an empty file) and the directories on the way where the view's own directories
 * allow that. 1 when it cannot be: in a live read-only tree that does not have it. SC_E_SYS. */
int sc_place(int rootfd, const char *path, bool dir, int *ret_fd, struct sc_error *err);

#endif
