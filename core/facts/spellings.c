/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/spellings.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/around.h"
#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/base/vec.h"
#include "core/web/roots.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the web server's names of sites");
}

void sc_spellings_done(struct sc_spellings *l)
{
    for (size_t i = 0; i < l->n; i++) {
        free(l->v[i].rel);
        free(l->v[i].text);
    }
    free(l->v);
    *l = (struct sc_spellings){0};
}

static int add(struct sc_spellings *l, const char *rel, const char *text, struct sc_error *err)
{
    if (!SC_VEC_ROOM(l->v, l->n))
        return no_memory(err);
    struct sc_spelling *s = &l->v[l->n++];
    *s = (struct sc_spelling){strdup(rel), strdup(text)};
    return s->rel && s->text ? 0 : no_memory(err);
}

static int look_at(const struct sc_account *a, const struct sc_host_root *r,
                   const struct sc_whose *w, const char *rel, struct sc_spellings *l,
                   struct sc_error *err)
{
    SC_FREE char *inside = NULL;
    if (!r->real || strcmp(r->real, w->docroot) != 0 || sc_path_below(r->text, a->home) ||
        sc_path_below(r->text, a->home_alias))
        return 0;
    if (sc_around_home(a->home, r->text, &inside, NULL) < 0)
        return no_memory(err);
    return inside ? add(l, rel, r->text, err) : 0;
}

int sc_spellings_find(const struct sc_account *a, const struct sc_vhosts *hosts,
                      const struct sc_whose *w, const char *rel, struct sc_spellings *l,
                      struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < hosts->n; i++)
        for (size_t k = 0; rc == 0 && k < hosts->v[i].n_roots; k++)
            rc = look_at(a, &hosts->v[i].roots[k], w, rel, l, err);
    return rc;
}

static int to_site(const struct sc_spelling *s, struct sc_plan_site *site, struct sc_error *err)
{
    for (size_t i = 0; i < site->n_aliases; i++)
        if (strcmp(site->aliases[i], s->text) == 0)
            return 0;
    char *text = SC_VEC_ROOM(site->aliases, site->n_aliases) ? strdup(s->text) : NULL;
    if (!text)
        return no_memory(err);
    size_t at = site->n_aliases++;
    for (; at > 0 && strcmp(site->aliases[at - 1], text) > 0; at--)
        site->aliases[at] = site->aliases[at - 1];
    site->aliases[at] = text;
    return 0;
}

int sc_spellings_to_plan(const struct sc_spellings *l, struct sc_plan *plan, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < l->n; i++)
        for (size_t k = 0; rc == 0 && k < plan->n_sites; k++)
            if (plan->sites[k].rel && strcmp(plan->sites[k].rel, l->v[i].rel) == 0)
                rc = to_site(&l->v[i], &plan->sites[k], err);
    return rc;
}
