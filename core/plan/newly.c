/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan/newly.h"

#include <stdlib.h>
#include <string.h>

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

static bool same_entry(const struct sc_plan_entry *a, const struct sc_plan_entry *b)
{
    bool same = a->kind == b->kind && a->n_holes == b->n_holes;
    for (size_t i = 0; same && i < a->n_holes; i++)
        same = strcmp(a->holes[i], b->holes[i]) == 0;
    return same;
}

/* What sc_entries_newly_closed() finds takes nothing more, and neither does what is opened. */
static bool takes(const struct sc_entries *e, size_t i)
{
    const enum sc_entry_kind kind = e->v[i].kind;
    return is_mask(&e->v[i]) ? !all_closed(e, i) : kind != SC_ENTRY_RW && kind != SC_ENTRY_DOCROOT;
}

bool sc_entries_take_more(const struct sc_entries *was, const struct sc_entries *want)
{
    for (size_t i = 0, k = 0; i < want->n; i++) {
        int order = -1;
        while (k < was->n && (order = sc_rel_cmp(was->v[k].rel, want->v[i].rel)) < 0)
            k++;
        bool had = k < was->n && order == 0 && same_entry(&was->v[k], &want->v[i]);
        if (!had && takes(want, i))
            return true;
    }
    return false;
}
