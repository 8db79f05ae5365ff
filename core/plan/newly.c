/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan/newly.h"

#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/plan/relpath.h"

static bool is_mask(const struct sc_plan_entry *e)
{
    return e->kind == SC_ENTRY_CLOSED_DIR || e->kind == SC_ENTRY_CLOSED_FILE;
}

/* All that the entries say about what is at or below entry `i`: closed. */
static bool all_closed(const struct sc_entries *e, size_t i)
{
    for (size_t end = sc_entries_end(e, i); i < end; i++)
        if (!is_mask(&e->v[i]))
            return false;
    return true;
}

int sc_entries_newly_closed(const struct sc_entries *was, const struct sc_entries *want,
                            size_t **ret, size_t *ret_n, struct sc_error *err)
{
    SC_FREE size_t *found = NULL;
    size_t n = 0, k = 0;
    for (size_t i = 0; i < want->n; i++) { /* both are in one order */
        int order = -1;
        while (k < was->n && (order = sc_rel_cmp(was->v[k].rel, want->v[i].rel)) < 0)
            k++;
        bool had = k < was->n && order == 0 && is_mask(&was->v[k]);
        if (had || !all_closed(want, i))
            continue;
        if (!SC_VEC_ROOM(found, n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
        found[n++] = i;
    }
    *ret = sc_steal_ptr(&found);
    *ret_n = n;
    return 0;
}
