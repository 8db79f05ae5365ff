/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/look/gather.h"

#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/look/outside.h"
#include "core/look/tree.h"

static void look_at_trees(struct sc_looking *l, const struct sc_plan_site *site)
{
    sc_look_above(l, site->rel);
    sc_look_tree(l, site->rel);
    for (size_t i = 0; i < site->n_apps; i++)
        sc_look_tree(l, site->apps[i]);
}

static int say(struct sc_looking *l, struct sc_buf *out)
{
    const struct sc_look_one *one = l->one;
    SC_FREE char *docroot = NULL;
    if (asprintf(&docroot, "%s/%s", one->a->home, one->plan->sites[one->site].rel) < 0)
        return sc_error_set(l->err, SC_E_NOMEM, "out of memory for what a site uses");
    const struct sc_look_where where = {one->domain, one->a->home, docroot};
    const struct sc_plan_site *site = &one->plan->sites[one->site];
    if (site->stray && !sc_plan_extra_of(site, site->stray))
        sc_look_say_stray(site->stray, &where, out);
    sc_look_notes_say(&l->notes, &where, out);
    if (l->cut_short && !l->budget->files) /* those before it took all the time */
        sc_buf_fmt(out, "%s: there was no time left to look at what it uses\n", one->domain);
    else if (l->cut_short)
        sc_buf_fmt(out,
                   "%s: it is too large to be looked at as a whole; what it uses was looked for in "
                   "its first %zu files\n",
                   one->domain, l->budget->files);
    sc_look_outside(l, out);
    return sc_buf_check(out, "what a site uses", l->err);
}

int sc_look_gather(const struct sc_look_one *one, struct sc_look_budget *budget, struct sc_buf *out,
                   struct sc_error *err)
{
    const struct sc_plan_site *site = &one->plan->sites[one->site];
    SC_CLEANUP(sc_looking_done)
    struct sc_looking l = {.one = one, .budget = budget, .err = err};
    int rc = sc_plan_site_entries(one->plan, one->site, &l.entries, err);
    if (rc < 0)
        return rc == SC_E_NOMEM ? rc : 0; /* the pass says why not */
    look_at_trees(&l, site);
    return l.rc < 0 ? l.rc : say(&l, out);
}
