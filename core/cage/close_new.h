/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Closing what is new in an account to many running sites at once. Changing a view in place (live.h) looks at all of it first,
 * which takes milliseconds a site; this takes a few system calls a site, and is done before. */
#ifndef SC_CAGE_CLOSE_NEW_H
#define SC_CAGE_CLOSE_NEW_H

#include <stdbool.h>
#include <stddef.h>
#include "core/plan/planfile.h"

struct sc_close_new {
    const struct sc_planfile *plan;
    size_t *entries; /* of the plan, see core/plan/newly.h; the caller's */
    size_t n;
    bool more; /* the plan takes away other things, too */
    /* its view may have been changed: what its processes hold is to be looked at, see
     * sc_live_apply() */
    bool tried;
};

/* Those that run, and are not being built at this moment. Nothing fails: sc_live_apply() follows, which does what this could
 * not. Needs root. */
void sc_cage_close_new(struct sc_close_new *sites, size_t n);

#endif
