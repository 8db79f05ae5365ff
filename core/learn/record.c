/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/learn/record.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/place.h"
#include "core/base/vec.h"
#include "core/plan/relpath.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for what a site uses");
}

static void place_done(struct sc_learn_place *p)
{
    sc_free_n((void *const *)p->by, p->n_by);
    free(p->rel);
    *p = (struct sc_learn_place){0};
}

void sc_learn_record_done(struct sc_learn_record *r)
{
    SC_VEC_DONE(r->v, r->n, place_done);
    free(r->docroot);
    *r = (struct sc_learn_record){0};
}

static int by_rel(const void *place, const void *rel)
{
    return sc_rel_cmp(((const struct sc_learn_place *)place)->rel, rel);
}

/* Where `rel` is, or would be. */
static size_t position(const struct sc_learn_record *r, const char *rel)
{
    return sc_place(r->v, r->n, sizeof(*r->v), rel, by_rel);
}

static void add_by(struct sc_learn_place *p, const char *by)
{
    for (size_t i = 0; i < p->n_by; i++)
        if (strcmp(p->by[i], by) == 0)
            return;
    if (*by && p->n_by < SC_LEARN_BY_MAX && (p->by[p->n_by] = strdup(by)))
        p->n_by++;
}

static void count(struct sc_learn_place *p, unsigned kinds, uint64_t n, int64_t first, int64_t last)
{
    p->kinds |= kinds;
    p->n += n;
    p->first = !p->first || first < p->first ? first : p->first;
    p->last = last > p->last ? last : p->last;
}

/* Which places lie at or below `rel`: from *first on. */
static size_t below(const struct sc_learn_record *r, const char *rel, size_t *first)
{
    size_t end = *first = position(r, rel);
    while (end < r->n && sc_rel_rest(rel, r->v[end].rel))
        end++;
    return end - *first;
}

/* Whether the place at or below `dir` becomes part of it. */
static bool joins(const struct sc_learn_place *p, const char *dir, bool deep)
{
    const char *rest = sc_rel_rest(dir, p->rel);
    return deep || !*rest || (!strchr(rest, '/') && !(p->kinds & SC_LEARN_DIR));
}

static void join(struct sc_learn_place *to, struct sc_learn_place *from)
{
    count(to, from->kinds, from->n, from->first, from->last);
    for (size_t k = 0; k < from->n_by; k++)
        add_by(to, from->by[k]);
    place_done(from);
}

/* Makes one place, a directory's, of all at or below it; or (not deep) of it and the files in it. */
static void fold(struct sc_learn_record *r, const char *dir, bool deep)
{
    size_t first, n = below(r, dir, &first), kept = 0;
    struct sc_learn_place one = {.rel = strdup(dir), .kinds = SC_LEARN_DIR};
    if (!one.rel)
        return;
    for (size_t i = first; i < first + n; i++)
        if (joins(&r->v[i], dir, deep))
            join(&one, &r->v[i]);
        else
            r->v[first + kept++] = r->v[i];
    if (kept == n) { /* nothing joined: it would need room */
        place_done(&one);
        return;
    }
    memmove(&r->v[first + 1], &r->v[first], kept * sizeof(one));
    r->v[first] = one;
    memmove(&r->v[first + 1 + kept], &r->v[first + n], (r->n - first - n) * sizeof(one));
    r->n -= n - 1 - kept;
}

/* The place that a use of `rel` belongs to: its own, or its directory's where the files of that are no
 * longer told apart; NULL. */
static struct sc_learn_place *place_for(struct sc_learn_record *r, const char *rel)
{
    char up[SC_REL_MAX + 1];
    size_t at = position(r, rel);
    if (at < r->n && strcmp(r->v[at].rel, rel) == 0)
        return &r->v[at];
    strcpy(up, rel);
    char *slash = strrchr(up, '/');
    if (!slash)
        return NULL;
    *slash = 0;
    at = position(r, up);
    return at < r->n && strcmp(r->v[at].rel, up) == 0 && (r->v[at].kinds & SC_LEARN_DIR) &&
                   (r->v[at].kinds & SC_LEARN_USES & ~(unsigned)SC_LEARN_LIST)
               ? &r->v[at]
               : NULL;
}

/* Files of the directory of `rel` that are places, without what lies in directories below. */
static size_t files_beside(const struct sc_learn_record *r, const char *dir)
{
    size_t first, n = below(r, dir, &first), files = 0;
    for (size_t i = first; i < first + n; i++)
        files += !(r->v[i].kinds & SC_LEARN_DIR) && !strchr(sc_rel_rest(dir, r->v[i].rel), '/');
    return files;
}

/* Makes room for one more. False: there is none. */
static bool make_room(struct sc_learn_record *r, const char *rel)
{
    char up[SC_REL_MAX + 1];
    if (r->n < SC_LEARN_PLACES_MAX)
        return true;
    strcpy(up, rel);
    for (char *slash; (slash = strrchr(up, '/'));) {
        size_t first;
        *slash = 0;
        if (below(r, up, &first) > 1) {
            fold(r, up, true);
            return true;
        }
    }
    return false;
}

static int insert(struct sc_learn_record *r, const struct sc_learn_use *use, struct sc_error *err)
{
    struct sc_learn_place p = {.rel = strdup(use->rel)};
    if (!p.rel || !SC_VEC_ROOM(r->v, r->n)) {
        free(p.rel);
        return no_memory(err);
    }
    count(&p, use->kinds, 1, use->at, use->at);
    add_by(&p, use->by);
    size_t at = position(r, use->rel);
    memmove(&r->v[at + 1], &r->v[at], (r->n - at) * sizeof(p));
    r->v[at] = p;
    r->n++;
    return 0;
}

/* Files of a directory beyond those that are told apart. */
static void fold_files(struct sc_learn_record *r, const char *rel)
{
    char dir[SC_REL_MAX + 1];
    strcpy(dir, rel);
    char *slash = strrchr(dir, '/');
    if (!slash)
        return;
    *slash = 0;
    if (files_beside(r, dir) > SC_LEARN_FILES_MAX)
        fold(r, dir, false);
}

int sc_learn_record_add(struct sc_learn_record *r, const struct sc_learn_use *use,
                        struct sc_error *err)
{
    if (!*use->rel || !sc_rel_valid(use->rel))
        return 0;
    struct sc_learn_place *p = place_for(r, use->rel);
    if (p) {
        count(p, use->kinds & SC_LEARN_USES,
              (use->kinds & ~(unsigned)SC_LEARN_DIR) != SC_LEARN_WRITE, use->at, use->at);
        add_by(p, use->by);
        return 0;
    }
    if (!make_room(r, use->rel)) {
        r->more++;
        return 0;
    }
    if (place_for(r, use->rel)) /* folding has made it */
        return sc_learn_record_add(r, use, err);
    int rc = insert(r, use, err);
    if (rc == 0 && !(use->kinds & SC_LEARN_DIR))
        fold_files(r, use->rel);
    return rc;
}
