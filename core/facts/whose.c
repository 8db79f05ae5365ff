/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/whose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the web server's hosts");
}

void sc_whose_done(struct sc_whose *w)
{
    for (size_t i = 0; i < w->n_docroots; i++)
        free(w->docroots[i]);
    free(w->docroots);
    free(w->docroot);
    free(w->alias);
    free(w->texts);
    *w = (struct sc_whose){0};
}

static char *joined(const char *home, const char *rel)
{
    char *out = NULL;
    return asprintf(&out, "%s%s%s", home, *rel ? "/" : "", rel) < 0 ? NULL : out;
}

static int fill(const struct sc_account *a, const struct sc_plan *plan, struct sc_whose *w,
                struct sc_error *err)
{
    w->homes[0] = a->home;
    w->homes[1] = a->home_alias;
    w->docroots = calloc(plan->n_sites + 1, sizeof(*w->docroots));
    if (!w->docroots)
        return no_memory(err);
    for (size_t i = 0; i < plan->n_sites; i++) {
        const struct sc_plan_site *s = &plan->sites[i];
        char *one = s->rel ? joined(a->home, s->rel) : strdup(s->aliases[0]);
        if (!one)
            return no_memory(err);
        w->docroots[w->n_docroots++] = one;
    }
    return 0;
}

int sc_whose_site(const struct sc_account *a, const struct sc_plan *plan,
                  const struct sc_plan_site *s, struct sc_whose *w, struct sc_error *err)
{
    int rc = fill(a, plan, w, err);
    w->docroot = joined(a->home, s->rel);
    w->alias = joined(a->home_alias, s->rel);
    w->texts = calloc(s->n_aliases + 1, sizeof(*w->texts));
    if (rc == 0 && (!w->docroot || !w->alias || !w->texts))
        rc = no_memory(err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < s->n_aliases; i++)
        w->texts[i] = s->aliases[i];
    w->texts[s->n_aliases] = w->alias;
    w->is = (struct sc_web_whose){.docroot = w->docroot,
                                  .texts = w->texts,
                                  .n_texts = s->n_aliases + 1,
                                  .names = (const char *const *)s->names,
                                  .n_names = s->n_names,
                                  .docroots = (const char *const *)w->docroots,
                                  .n_docroots = w->n_docroots,
                                  .homes = w->homes,
                                  .n_homes = 2};
    return 0;
}
