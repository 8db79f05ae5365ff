/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose directories of an account are, by the table that the hot path reads: for who must tell what
 * an isolated site can write from what it cannot. */
#ifndef SC_RUNTIME_DIRS_H
#define SC_RUNTIME_DIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"

struct sc_runtime_dir {
    char *path;    /* absolute, canonical */
    bool isolated; /* it is an isolated site's */
};

struct sc_runtime_dirs {
    struct sc_runtime_dir *v;
    size_t n;
};

void sc_runtime_dirs_done(struct sc_runtime_dirs *d);

/* Document roots and what else sites own. None where there is no table. Needs root. SC_E_SYS,
 * SC_E_TOOBIG, SC_E_NOMEM. */
int sc_runtime_dirs(uid_t uid, struct sc_runtime_dirs *ret, struct sc_error *err);

/* The lines of a table; pure. */
int sc_runtime_dirs_parse(const char *text, struct sc_runtime_dirs *ret, struct sc_error *err);

/* Whether an isolated site owns the directory: the deepest at or above it decides. */
bool sc_runtime_is_sites(const struct sc_runtime_dirs *d, const char *path);

#endif
