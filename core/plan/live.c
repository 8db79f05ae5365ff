/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan/live.h"

#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/plan/mounttree.h"
#include "core/plan/relpath.h"

#define MAX_PEEL 64 /* mounts taken off one place in one call: bounds the recursion of fix() */

struct change {
    struct sc_mounttree tree; /* as it is after the steps so far, except for what they mount */
    const struct sc_entries *want;
    const char *const *keys;
    struct sc_live_steps steps;
    unsigned mark;
};

enum level {
    LEVEL_CLOSED,
    LEVEL_RO,
    LEVEL_RW
};

static enum level row_level(const struct sc_live_row *row)
{
    if (row->what != SC_LIVE_BIND)
        return LEVEL_CLOSED;
    return row->ro ? LEVEL_RO : LEVEL_RW;
}

static enum level entry_level(const struct sc_plan_entry *e)
{
    if (sc_entry_closes(e->kind))
        return LEVEL_CLOSED;
    return e->kind == SC_ENTRY_RO ? LEVEL_RO : LEVEL_RW;
}

/* Whether a mount is what entry `w` asks for. */
static bool matches(const struct change *c, const struct sc_live_row *row, size_t w)
{
    const char *key = c->keys[w];
    switch (c->want->v[w].kind) {
    case SC_ENTRY_CLOSED_DIR:
        return row->what == SC_LIVE_CLOSED_DIR;
    case SC_ENTRY_CLOSED_FILE:
        return row->what == SC_LIVE_CLOSED_FILE;
    case SC_ENTRY_SHELL:
        return row->what == SC_LIVE_SHELL && row->key && key && strcmp(row->key, key) == 0;
    case SC_ENTRY_DOCROOT:
    case SC_ENTRY_RO:
    case SC_ENTRY_RW:
    case SC_ENTRY_OWN:
        break;
    }
    return row->what == SC_LIVE_BIND && row_level(row) == entry_level(&c->want->v[w]) && row->key &&
           key && strcmp(row->key, key) == 0;
}

/* Whether a mount shows just what would be at its place without it. */
static bool is_neutral(const struct change *c, struct sc_visible v)
{
    const struct sc_live_row *row = &c->tree.rows[v.row], *under = &c->tree.rows[v.under];
    if (row_level(row) == LEVEL_CLOSED || row_level(row) != row_level(under) || !row->key ||
        !under->key)
        return false;
    const char *rest = sc_rel_rest(under->rel, row->rel);
    size_t n = strlen(under->key);
    if (strncmp(under->key, row->key, n) != 0)
        return false;
    return *rest ? row->key[n] == '/' && strcmp(row->key + n + 1, rest) == 0 : !row->key[n];
}

static const char *seen_rel(const struct change *c, const struct sc_visibles *seen, size_t i)
{
    return c->tree.rows[seen->v[i].row].rel;
}

/* One past the last visible mount at or below `rel`, beginning at i. */
static size_t seen_end(const struct change *c, const struct sc_visibles *seen, size_t i,
                       const char *rel)
{
    while (i < seen->n && sc_rel_rest(rel, seen_rel(c, seen, i)))
        i++;
    return i;
}

/* Whether a mount in seen[i, iend), which is below the closed entry `w`, is there though nothing
 * wanted below `w` explains it. */
static bool has_strays(const struct change *c, const struct sc_visibles *seen, size_t i,
                       size_t iend, size_t w, size_t wend)
{
    const struct sc_plan_entry *e = c->want->v;
    size_t inner = w + 1;
    for (; i < iend; i++) {
        const char *rel = seen_rel(c, seen, i);
        while (inner < wend && !sc_rel_rest(e[inner].rel, rel) && sc_rel_cmp(e[inner].rel, rel) < 0)
            inner = sc_entries_end(c->want, inner);
        if (inner == wend || !sc_rel_rest(e[inner].rel, rel))
            return true;
    }
    return false;
}

/* Whether an open entry of [w, wend) has its mount in seen[i, iend). */
static bool holds_open_entry(const struct change *c, const struct sc_visibles *seen, size_t i,
                             size_t iend, size_t w, size_t wend)
{
    while (i < iend && w < wend) {
        int order = sc_rel_cmp(seen_rel(c, seen, i), c->want->v[w].rel);
        if (order == 0 && entry_level(&c->want->v[w]) != LEVEL_CLOSED &&
            matches(c, &c->tree.rows[seen->v[i].row], w))
            return true;
        i += order <= 0;
        w += order >= 0;
    }
    return false;
}

/* The next character of "identity/rest", or of the identity where there is no rest. */
static char next_char(const char **identity, const char **rest)
{
    if (**identity)
        return *(*identity)++;
    if (!*rest || !**rest)
        return 0;
    *identity = *rest;
    *rest = NULL;
    return '/';
}

/* Whether a mount shows at `rel` the very thing that entry `w` wants there. */
static bool same_thing(const struct change *c, const struct sc_live_row *row, size_t w,
                       const char *rel)
{
    const char *is = row->key, *in_is = sc_rel_rest(row->rel, rel);
    const char *want = c->keys[w], *in_want = sc_rel_rest(c->want->v[w].rel, rel);
    char one;
    if (!is || !want)
        return false;
    do
        if ((one = next_char(&is, &in_is)) != next_char(&want, &in_want))
            return false;
    while (one);
    return true;
}

/* Whether a mount shows at `rel` no more than entry `w` allows there. A directory of the site's own
 * is nothing that the home has, open as it is. */
static bool is_no_more(const struct change *c, const struct sc_live_row *row, size_t w,
                       const char *rel)
{
    if (row_level(row) == LEVEL_CLOSED)
        return true;
    if (c->want->v[w].kind == SC_ENTRY_OWN && !same_thing(c, row, w, rel))
        return false;
    return row_level(row) <= entry_level(&c->want->v[w]);
}

/* Whether what `seen` shows of a region is nowhere more open than the entries [w, wend) allow, and
 * shows by its binds only what is wanted. Both lists are walked as one, each with the stack of its
 * items at or above the path that is looked at. `around` is the mount outside all of them. */
static int is_harmless(const struct change *c, const struct sc_visibles *seen, size_t w,
                       size_t wend, const struct sc_live_row *around, bool *ret,
                       struct sc_error *err)
{
    SC_FREE size_t *up_seen = calloc(seen->n + 1, sizeof(*up_seen));
    SC_FREE size_t *up_want = calloc(wend - w + 1, sizeof(*up_want));
    if (!up_seen || !up_want)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a live change");
    size_t n_seen = 0, n_want = 0, i = 0;
    const struct sc_plan_entry *e = c->want->v;
    while (i < seen->n || w < wend) {
        int order = i == seen->n ? 1 : w == wend ? -1 : sc_rel_cmp(seen_rel(c, seen, i), e[w].rel);
        const char *rel = order <= 0 ? seen_rel(c, seen, i) : e[w].rel;
        while (n_seen && !sc_rel_rest(seen_rel(c, seen, up_seen[n_seen - 1]), rel))
            n_seen--;
        while (n_want && !sc_rel_rest(e[up_want[n_want - 1]].rel, rel))
            n_want--;
        if (order <= 0) {
            const struct sc_live_row *row = &c->tree.rows[seen->v[i].row];
            if (row_level(row) != LEVEL_CLOSED && !is_neutral(c, seen->v[i]) &&
                !(order == 0 && matches(c, row, w))) {
                *ret = false;
                return 0;
            }
            up_seen[n_seen++] = i++;
        }
        if (order >= 0)
            up_want[n_want++] = w++;
        const struct sc_live_row *is =
            n_seen ? &c->tree.rows[seen->v[up_seen[n_seen - 1]].row] : around;
        if (n_want ? !is_no_more(c, is, up_want[n_want - 1], rel)
                   : row_level(is) > row_level(around)) {
            *ret = false;
            return 0;
        }
    }
    *ret = true;
    return 0;
}

/* Whether the visible mount seen[i] may simply be unmounted, which it then is in the tree. [i,
 * iend) and [w, wend) are what is visible and wanted at or below its place. It may not when it
 * carries something open that is to stay: a process whose working directory is in a detached mount
 * no longer knows its path. */
static int peel(struct change *c, const struct sc_visibles *seen, size_t i, size_t iend, size_t w,
                size_t wend, bool *ret, struct sc_error *err)
{
    *ret = false;
    struct sc_visible top = seen->v[i];
    if (!sc_mounttree_detachable(&c->tree, top.row) || holds_open_entry(c, seen, i, iend, w, wend))
        return 0;
    const char *rel = c->tree.rows[top.row].rel;
    unsigned mark = ++c->mark;
    sc_mounttree_mark(&c->tree, top.row, 0, mark);
    struct sc_visibles after = {0};
    bool ok = false;
    int r = sc_mounttree_look(&c->tree, top.under, rel, &after, err);
    if (r == 0)
        r = is_harmless(c, &after, w, wend, &c->tree.rows[top.under], &ok, err);
    if (ok && w < wend && strcmp(c->want->v[w].rel, rel) == 0)
        ok = after.n && strcmp(seen_rel(c, &after, 0), rel) == 0 &&
             matches(c, &c->tree.rows[after.v[0].row], w);
    free(after.v);
    if (!ok)
        sc_mounttree_mark(&c->tree, top.row, mark, 0);
    *ret = ok;
    return r;
}

static int add_step(struct change *c, struct sc_live_step step, struct sc_error *err)
{
    struct sc_live_steps *s = &c->steps;
    if (!SC_VEC_ROOM(s->v, s->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a live change");
    s->v[s->n++] = step;
    s->again = s->again || step.op == SC_LIVE_UMOUNT;
    return 0;
}

/* Mounts the entries [w, wend), of which w is above the others. */
static int mount_entries(struct change *c, size_t w, size_t wend, struct sc_error *err)
{
    const struct sc_plan_entry *e = c->want->v;
    struct sc_live_step step = {.op = SC_LIVE_MOUNT, .rel = e[w].rel, .entry = w, .n = wend - w};
    for (size_t i = w; i + 1 < wend; i++) {
        /* an open mount that has more to come inside it must not be seen without that */
        if (entry_level(&e[i]) != LEVEL_CLOSED && sc_rel_rest(e[i].rel, e[i + 1].rel))
            step.whole = true;
    }
    return add_step(c, step, err);
}

/* Whether the innermost entry above `rel`, of those before `w`, is a directory of the site's own. */
static bool is_in_own(const struct change *c, size_t w, const char *rel)
{
    while (w-- > 0) {
        const struct sc_plan_entry *e = &c->want->v[w];
        const char *rest = sc_rel_rest(e->rel, rel);
        if (rest && *rest)
            return e->kind == SC_ENTRY_OWN;
    }
    return false;
}

/* Makes what is visible at or below `rel`, in the mount `under`, what [w, wend) wants. `under` and
 * all above it is right already. */
static int fix(struct change *c, size_t under, const char *rel, size_t w, size_t wend,
               unsigned peeled, struct sc_error *err);

/* The same for one place at which something unwanted is visible: seen[i], with all of [i, iend)
 * below it. */
static int remove_mount(struct change *c, const struct sc_visibles *seen, size_t i, size_t iend,
                        size_t w, size_t wend, unsigned peeled, struct sc_error *err)
{
    struct sc_visible v = seen->v[i];
    const char *rel = c->tree.rows[v.row].rel;
    bool wanted = w < wend && strcmp(c->want->v[w].rel, rel) == 0;
    bool gone = false;
    int r = peeled < MAX_PEEL ? peel(c, seen, i, iend, w, wend, &gone, err) : 0;
    if (r < 0)
        return r;
    if (gone) {
        r = add_step(c, (struct sc_live_step){.op = SC_LIVE_UMOUNT, .rel = rel}, err);
        return r < 0 ? r : fix(c, v.under, rel, w, wend, peeled + 1, err);
    }
    if (wanted)
        return mount_entries(c, w, wend, err);
    return add_step(c,
                    (struct sc_live_step){.op = SC_LIVE_REOPEN,
                                          .rel = rel,
                                          .own = is_in_own(c, w, rel),
                                          .ro = row_level(&c->tree.rows[v.under]) != LEVEL_RW,
                                          .entry = w,
                                          .n = wend - w,
                                          .whole = wend > w},
                    err);
}

static int fix_seen(struct change *c, const struct sc_visibles *seen, size_t w, size_t wend,
                    unsigned peeled, struct sc_error *err)
{
    const struct sc_plan_entry *e = c->want->v;
    size_t i = 0;
    int r = 0;
    while (r == 0 && (i < seen->n || w < wend)) {
        int order = i == seen->n ? 1 : w == wend ? -1 : sc_rel_cmp(seen_rel(c, seen, i), e[w].rel);
        const char *at = order <= 0 ? seen_rel(c, seen, i) : e[w].rel;
        size_t iend = seen_end(c, seen, i, at);
        size_t end = w;
        while (end < wend && sc_rel_rest(at, e[end].rel))
            end++;
        bool right = order < 0    ? is_neutral(c, seen->v[i])
                     : order == 0 ? matches(c, &c->tree.rows[seen->v[i].row], w) &&
                                        !(entry_level(&e[w]) == LEVEL_CLOSED &&
                                          has_strays(c, seen, i + 1, iend, w, end))
                                  : false;
        if (right) { /* go on inside it */
            i++;
            w += order == 0;
            continue;
        }
        if (order <= 0)
            r = remove_mount(c, seen, i, iend, w, end, peeled, err);
        else
            r = mount_entries(c, w, end, err);
        i = iend;
        w = end;
    }
    return r;
}

static int fix(struct change *c, size_t under, const char *rel, size_t w, size_t wend,
               unsigned peeled, struct sc_error *err)
{
    struct sc_visibles seen = {0};
    int r = sc_mounttree_look(&c->tree, under, rel, &seen, err);
    if (r == 0)
        r = fix_seen(c, &seen, w, wend, peeled, err);
    free(seen.v);
    return r;
}

int sc_live_plan(const struct sc_live_row *rows, size_t n_rows, const struct sc_entries *want,
                 const char *const *keys, struct sc_live_steps *ret, struct sc_error *err)
{
    for (size_t i = 1; i < want->n; i++) {
        if (sc_rel_cmp(want->v[i - 1].rel, want->v[i].rel) >= 0)
            return sc_error_set(err, SC_E_INVAL, "entry twice or out of order: '%s'",
                                want->v[i].rel);
    }
    struct change c = {.want = want, .keys = keys};
    int r = sc_mounttree_make(rows, n_rows, &c.tree, err);
    if (r == 0)
        r = fix(&c, c.tree.home, "", 0, want->n, 0, err);
    sc_mounttree_done(&c.tree);
    if (r < 0)
        sc_live_steps_done(&c.steps);
    else
        *ret = c.steps;
    return r;
}

void sc_live_steps_done(struct sc_live_steps *steps)
{
    free(steps->v);
    *steps = (struct sc_live_steps){0};
}
