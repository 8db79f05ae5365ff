/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan/mounttree.h"

#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/plan/relpath.h"

static const size_t NONE = (size_t)-1;

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for a mount table");
}

void sc_mounttree_done(struct sc_mounttree *t)
{
    SC_FREE_ALL(t->kids, t->first, t->gone);
    *t = (struct sc_mounttree){0};
}

struct id_of {
    int id;
    size_t row;
};

static int cmp_id(const void *a, const void *b)
{
    const struct id_of *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* The row that each row is mounted in; NONE for the home and for what nothing can reach. */
static int find_parents(const struct sc_mounttree *t, size_t *parent, struct sc_error *err)
{
    SC_FREE struct id_of *ids = calloc(t->n_rows + 1, sizeof(*ids));
    if (!ids)
        return no_memory(err);
    for (size_t i = 0; i < t->n_rows; i++)
        ids[i] = (struct id_of){t->rows[i].id, i};
    qsort(ids, t->n_rows, sizeof(*ids), cmp_id);
    for (size_t i = 1; i < t->n_rows; i++) {
        if (ids[i].id == ids[i - 1].id)
            return sc_error_set(err, SC_E_INVAL, "mount id %d is twice in the table", ids[i].id);
    }
    for (size_t i = 0; i < t->n_rows; i++) {
        struct id_of key = {.id = t->rows[i].parent};
        struct id_of *up = bsearch(&key, ids, t->n_rows, sizeof(key), cmp_id);
        parent[i] = NONE;
        if (up && i != t->home && sc_rel_valid(t->rows[i].rel) &&
            sc_rel_rest(t->rows[up->row].rel, t->rows[i].rel))
            parent[i] = up->row;
    }
    return 0;
}

struct kid {
    size_t parent, row;
    const char *rel;
};

static int cmp_kid(const void *a, const void *b)
{
    const struct kid *x = a, *y = b;
    if (x->parent != y->parent)
        return x->parent < y->parent ? -1 : 1;
    int c = sc_rel_cmp(x->rel, y->rel);
    return c ? c : (x->row > y->row) - (x->row < y->row);
}

static int index_kids(struct sc_mounttree *t, const size_t *parent, struct sc_error *err)
{
    SC_FREE struct kid *kids = calloc(t->n_rows + 1, sizeof(*kids));
    if (!kids)
        return no_memory(err);
    size_t n = 0;
    for (size_t i = 0; i < t->n_rows; i++) {
        if (parent[i] != NONE)
            kids[n++] = (struct kid){parent[i], i, t->rows[i].rel};
    }
    qsort(kids, n, sizeof(*kids), cmp_kid);
    size_t k = 0;
    for (size_t i = 0; i < t->n_rows; i++) {
        t->first[i] = k;
        for (; k < n && kids[k].parent == i; k++)
            t->kids[k] = kids[k].row;
    }
    t->first[t->n_rows] = k;
    return 0;
}

static void free_tree(struct sc_mounttree *t)
{
    sc_mounttree_done(t);
}

int sc_mounttree_make(const struct sc_live_row *rows, size_t n_rows, struct sc_mounttree *ret,
                      struct sc_error *err)
{
    if (n_rows > SC_LIVE_MAX_ROWS)
        return sc_error_set(err, SC_E_TOOBIG,
                            "the site has more than %d mounts; it must be built again",
                            SC_LIVE_MAX_ROWS);
    SC_CLEANUP(free_tree) struct sc_mounttree t = {.rows = rows, .n_rows = n_rows, .home = NONE};
    for (size_t i = 0; i < n_rows; i++) {
        if (rows[i].home && (t.home != NONE || *rows[i].rel || rows[i].what != SC_LIVE_BIND))
            return sc_error_set(err, SC_E_INVAL,
                                "the home's mount is not clear in the mount table");
        if (rows[i].home)
            t.home = i;
    }
    if (t.home == NONE)
        return sc_error_set(err, SC_E_INVAL, "the home's mount is missing in the mount table");
    SC_FREE size_t *parent = calloc(n_rows, sizeof(*parent));
    t.kids = calloc(n_rows, sizeof(*t.kids));
    t.first = calloc(n_rows + 1, sizeof(*t.first));
    t.gone = calloc(n_rows, sizeof(*t.gone));
    if (!parent || !t.kids || !t.first || !t.gone)
        return no_memory(err);
    int r = find_parents(&t, parent, err);
    if (r < 0 || (r = index_kids(&t, parent, err)) < 0)
        return r;
    SC_MOVE(ret, &t);
    return 0;
}

/* The first kid of `under` that does not come before `rel`. */
static size_t lower_kid(const struct sc_mounttree *t, size_t under, const char *rel)
{
    size_t lo = t->first[under], hi = t->first[under + 1];
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (sc_rel_cmp(t->rows[t->kids[mid]].rel, rel) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The newest mount directly on the place `rel` of the mount `under`, or NONE. */
static size_t mounted_on(const struct sc_mounttree *t, size_t under, const char *rel)
{
    size_t found = NONE;
    for (size_t k = lower_kid(t, under, rel); k < t->first[under + 1]; k++) {
        if (strcmp(t->rows[t->kids[k]].rel, rel) != 0)
            break;
        if (!t->gone[t->kids[k]])
            found = t->kids[k];
    }
    return found;
}

static int push(struct sc_visibles *out, struct sc_visible v, struct sc_error *err)
{
    if (!SC_VEC_ROOM(out->v, out->n))
        return no_memory(err);
    out->v[out->n++] = v;
    return 0;
}

/* Recursion goes one level down per mount point inside a mount, so never deeper than a path has
 * components. */
static int look(const struct sc_mounttree *t, size_t under, const char *rel,
                struct sc_visibles *out, struct sc_error *err)
{
    for (size_t k = lower_kid(t, under, rel); k < t->first[under + 1];) {
        const char *at = t->rows[t->kids[k]].rel;
        if (!sc_rel_rest(rel, at))
            break;
        size_t top = mounted_on(t, under, at);
        if (top == NONE) {
            k++;
            continue;
        }
        for (size_t over; (over = mounted_on(t, top, at)) != NONE;)
            top = over;
        int r = push(out, (struct sc_visible){top, under}, err);
        if (r < 0 || (r = look(t, top, at, out, err)) < 0)
            return r;
        while (k < t->first[under + 1] && sc_rel_rest(at, t->rows[t->kids[k]].rel))
            k++;
    }
    return 0;
}

int sc_mounttree_look(const struct sc_mounttree *t, size_t under, const char *rel,
                      struct sc_visibles *ret, struct sc_error *err)
{
    struct sc_visibles out = {0};
    int r = look(t, under, rel, &out, err);
    if (r < 0)
        free(out.v);
    else
        *ret = out;
    return r;
}

bool sc_mounttree_detachable(const struct sc_mounttree *t, size_t row)
{
    for (;;) { /* as below: one kid without recursion */
        size_t next = NONE;
        for (size_t k = t->first[row]; k < t->first[row + 1]; k++) {
            if (t->gone[t->kids[k]])
                continue;
            if (t->rows[row].what == SC_LIVE_BIND)
                return false;
            if (next == NONE)
                next = t->kids[k];
            else if (!sc_mounttree_detachable(t, t->kids[k]))
                return false;
        }
        if (next == NONE)
            return true;
        row = next;
    }
}

/* The first kid, which a long stack of mounts goes through, is followed without recursion. */
void sc_mounttree_mark(struct sc_mounttree *t, size_t row, unsigned from, unsigned to)
{
    for (;;) {
        if (t->gone[row] == from)
            t->gone[row] = to;
        size_t k = t->first[row], end = t->first[row + 1];
        if (k == end)
            return;
        for (size_t i = k + 1; i < end; i++)
            sc_mounttree_mark(t, t->kids[i], from, to);
        row = t->kids[k];
    }
}
