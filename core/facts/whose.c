/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/whose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the web server's hosts");
}

static char *joined(const char *home, const char *rel)
{
    char *out = NULL;
    return asprintf(&out, "%s%s%s", home, *rel ? "/" : "", rel) < 0 ? NULL : out;
}

/* ---- all sites ---- */

void sc_whose_all_done(struct sc_whose_all *w)
{
    for (size_t i = 0; i < w->n_docroots; i++)
        free(w->docroots[i]);
    free(w->docroots);
    *w = (struct sc_whose_all){0};
}

int sc_whose_all(const struct sc_account *a, const struct sc_plan *plan, struct sc_whose_all *ret,
                 struct sc_error *err)
{
    ret->homes[0] = a->home;
    ret->homes[1] = a->home_alias;
    ret->docroots = calloc(plan->n_sites + 1, sizeof(*ret->docroots));
    if (!ret->docroots)
        return no_memory(err);
    for (size_t i = 0; i < plan->n_sites; i++) {
        const struct sc_plan_site *s = &plan->sites[i];
        char *one = s->rel ? joined(a->home, s->rel) : strdup(s->aliases[0]);
        if (!one)
            return no_memory(err);
        ret->docroots[ret->n_docroots++] = one;
    }
    return 0;
}

/* ---- one site ---- */

void sc_whose_done(struct sc_whose *w)
{
    SC_FREE_ALL(w->docroot, w->alias, w->texts);
    *w = (struct sc_whose){0};
}

int sc_whose_site(const struct sc_whose_all *all, const struct sc_plan_site *s, struct sc_whose *w,
                  struct sc_error *err)
{
    w->docroot = joined(all->homes[0], s->rel);
    w->alias = joined(all->homes[1], s->rel);
    w->texts = calloc(s->n_aliases + 1, sizeof(*w->texts));
    if (!w->docroot || !w->alias || !w->texts)
        return no_memory(err);
    for (size_t i = 0; i < s->n_aliases; i++)
        w->texts[i] = s->aliases[i];
    w->texts[s->n_aliases] = w->alias;
    w->is = (struct sc_web_whose){.docroot = w->docroot,
                                  .texts = w->texts,
                                  .n_texts = s->n_aliases + 1,
                                  .names = (const char *const *)s->names,
                                  .n_names = s->n_names,
                                  .docroots = (const char *const *)all->docroots,
                                  .n_docroots = all->n_docroots,
                                  .homes = all->homes,
                                  .n_homes = 2};
    return 0;
}
