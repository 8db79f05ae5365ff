/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan/left.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/plan/relpath.h"

/* The innermost entry above `rel`, and not at it; NULL. */
static const struct sc_plan_entry *above(const struct sc_entries *e, const char *rel)
{
    const struct sc_plan_entry *found = NULL;
    for (size_t i = 0; i < e->n && sc_rel_cmp(e->v[i].rel, rel) < 0; i++)
        if (sc_rel_rest(e->v[i].rel, rel))
            found = &e->v[i]; /* the later is the deeper */
    return found;
}

static bool is_own(const struct sc_plan_entry *e)
{
    return e && e->kind == SC_ENTRY_OWN;
}

static bool was_made(const struct sc_entries *was, const struct sc_plan_entry *e)
{
    bool shows = e->kind == SC_ENTRY_RO || e->kind == SC_ENTRY_RW || e->kind == SC_ENTRY_OWN;
    return shows && is_own(above(was, e->rel));
}

static bool holds_any(const struct sc_entries *e, const char *rel)
{
    for (size_t i = 0; i < e->n; i++)
        if (sc_rel_rest(rel, e->v[i].rel))
            return true;
    return false;
}

/* Those are made again each time. */
static bool is_top(const char *rel)
{
    for (size_t i = 0; sc_home_tops[i]; i++)
        if (strcmp(sc_home_tops[i], rel) == 0)
            return true;
    return false;
}

int sc_entries_left(const struct sc_entries *was, const struct sc_entries *want, size_t **ret,
                    size_t *ret_n, struct sc_error *err)
{
    SC_FREE size_t *found = NULL;
    size_t n = 0;
    for (size_t i = was->n; i-- > 0;) {
        const struct sc_plan_entry *e = &was->v[i];
        if (!was_made(was, e) || is_top(e->rel) || holds_any(want, e->rel) ||
            !is_own(above(want, e->rel)))
            continue;
        if (!SC_VEC_ROOM(found, n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
        found[n++] = i;
    }
    *ret = sc_steal_ptr(&found);
    *ret_n = n;
    return 0;
}
