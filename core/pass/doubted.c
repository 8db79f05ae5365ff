/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/doubted.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/plan/owned_text.h"
#include "core/plan/relpath.h"

struct finding {
    struct sc_doubted d;
    bool failed;
};

void sc_doubted_done(struct sc_doubted *d)
{
    sc_strings_free(d->rels, d->n);
    *d = (struct sc_doubted){0};
}

static void finding_done(struct finding *f)
{
    sc_doubted_done(&f->d);
}

static void add(void *arg, const char *rel)
{
    struct finding *f = arg;
    char *copy = strdup(rel);
    if (!copy || !SC_VEC_ROOM(f->d.rels, f->d.n)) {
        free(copy);
        f->failed = true;
        return;
    }
    f->d.rels[f->d.n++] = copy;
}

static int by_rel(const void *a, const void *b)
{
    return sc_rel_cmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct sc_doubted *d)
{
    size_t kept = 0;
    if (d->n)
        qsort(d->rels, d->n, sizeof(*d->rels), by_rel);
    for (size_t i = 0; i < d->n; i++) {
        if (kept && strcmp(d->rels[kept - 1], d->rels[i]) == 0)
            free(d->rels[i]);
        else
            d->rels[kept++] = d->rels[i];
    }
    d->n = kept;
}

int sc_doubted_find(struct sc_store *store, const struct sc_plan *plan, const struct sc_made *m,
                    struct sc_doubted *ret, struct sc_error *err)
{
    SC_CLEANUP(finding_done) struct finding f = {0};
    for (size_t i = 0; i < plan->n_sites; i++) {
        SC_FREE char *text = NULL;
        int rc = m->ids[i] ? sc_store_site_owned_get(store, m->ids[i], &text, err) : 0;
        if (rc < 0)
            return rc;
        if (text)
            sc_owned_text_doubted(text, plan, &plan->sites[i], add, &f);
    }
    if (f.failed)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
    sort(&f.d);
    SC_MOVE(ret, &f.d);
    return 0;
}

bool sc_doubted_has(const struct sc_doubted *d, const char *rel)
{
    return d->n && bsearch(&rel, d->rels, d->n, sizeof(*d->rels), by_rel);
}
