/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files match a pattern, with errors told: core/base/there.h says what that is for. */
#ifndef SC_BASE_MATCH_H
#define SC_BASE_MATCH_H

#include <stddef.h>
#include "core/base/dirs.h"
#include "core/base/error.h"

/* Paths that match a pattern, sorted by their bytes. */
struct sc_matches {
    char **v;
    size_t n;
};

void sc_matches_done(struct sc_matches *m);

/* glob(3) for absolute patterns that root wrote, with errors told: *ret gets what exists (links are
 * not followed at the end; what a directory lists exists), nothing being no error. A name that
 * begins with a dot is matched by such a pattern only. SC_E_SYS when a directory cannot be read, or
 * a name that the pattern gives cannot be looked at; SC_E_TOOBIG beyond SC_MATCHES_MAX; SC_E_NOMEM.
 * `dirs`: kept by a caller who matches many patterns, NULL. dirs->seen gets each directory that was
 * listed, and what was looked for and is missing; what was found is the caller's to note, before he
 * reads it. */
#define SC_MATCHES_MAX 50000u
int sc_match(const char *pattern, struct sc_dirs *dirs, struct sc_matches *ret,
             struct sc_error *err);

#endif
