/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names in directories, each directory read once: for who asks about the same ones over and
 * over in a moment. What comes or goes meanwhile is not seen. */
#ifndef SC_BASE_DIRS_H
#define SC_BASE_DIRS_H

#include <stddef.h>
#include "core/base/error.h"
#include "core/base/stamp.h"

struct sc_dir_names {
    char *dir;
    char **v; /* without "." and ".."; in no order */
    size_t n;
};

struct sc_dirs { /* {0} at first */
    struct sc_dir_names *v;
    size_t n;
    struct sc_stamps *seen; /* the caller's: gets what was looked at; NULL */
};

void sc_dirs_done(struct sc_dirs *d);

/* The names in `dir`: none where it is missing (core/base/there.h). *ret->v stays d's, and where it
 * is until sc_dirs_done(). SC_E_SYS when it cannot be read, SC_E_NOMEM. */
int sc_dirs_names(struct sc_dirs *d, const char *dir, struct sc_dir_names *ret,
                  struct sc_error *err);

#endif
