/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/web.h"
#include "core/base/vec.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/web/part.h"

/* What a part points to. */
struct work {
    char **paths;
    const char **lists; /* all lists of the sites, one behind the other */
    size_t n_paths, n_lists;
    struct sc_web_part_site *sites;
    struct sc_fpm_told fpm;
    bool failed; /* no memory */
};

static void work_done(struct work *w)
{
    sc_strings_free(w->paths, w->n_paths);
    free(w->lists);
    free(w->sites);
    sc_fpm_told_done(&w->fpm);
}

static const char *below(struct work *w, const char *home, const char *rel)
{
    char *path = NULL;
    if (asprintf(&path, "%s%s%s", home, *rel ? "/" : "", rel) < 0) {
        w->failed = true;
        return "";
    }
    w->paths[w->n_paths++] = path;
    return path;
}

/* Room for everything that a plan can need. */
static int make_room(struct work *w, const struct sc_plan *plan, struct sc_error *err)
{
    size_t lists = 1, paths = 1;
    for (size_t i = 0; i < plan->n_sites; i++) {
        const struct sc_plan_site *s = &plan->sites[i];
        lists += s->n_aliases + s->n_apps + s->n_extras;
        paths += 1 + s->n_apps + s->n_extras;
    }
    w->paths = calloc(paths, sizeof(*w->paths));
    w->lists = calloc(lists, sizeof(*w->lists));
    w->sites = calloc(plan->n_sites + 1, sizeof(*w->sites));
    return w->paths && w->lists && w->sites
               ? 0
               : sc_error_set(err, SC_E_NOMEM, "out of memory for the web server's table");
}

static const char *fpm_of(const struct work *w, unsigned id)
{
    for (size_t i = 0; id && i < w->fpm.n_own; i++)
        if (w->fpm.own[i].id == id)
            return w->fpm.own[i].address;
    return NULL;
}

/* A missing site's only text is its document root. */
static void add_extra(struct work *w, const char *path, struct sc_web_part_site *out)
{
    w->lists[w->n_lists++] = path;
    out->n_extras++;
}

static void add_site(struct work *w, const struct sc_account *a, const struct sc_plan *plan,
                     const struct sc_plan_site *s, unsigned id, struct sc_web_part_site *out)
{
    *out = (struct sc_web_part_site){.id = id,
                                     .isolated = s->isolated,
                                     .learning = s->learning,
                                     .name = s->names[0],
                                     .docroot = s->rel ? below(w, a->home, s->rel) : s->aliases[0],
                                     .aliases = w->lists + w->n_lists,
                                     .fpm = fpm_of(w, id)};
    for (size_t i = s->rel ? 0 : 1; i < s->n_aliases; i++, out->n_aliases++)
        w->lists[w->n_lists++] = s->aliases[i];
    out->extras = w->lists + w->n_lists;
    for (size_t i = 0; i < s->n_apps; i++) {
        const struct sc_plan_area *area = sc_plan_area(plan, s->apps[i]);
        if (s->isolated || area->site == s)
            add_extra(w, below(w, a->home, s->apps[i]), out);
    }
    for (size_t i = 0; s->isolated && i < s->n_extras; i++)
        if (s->extras[i].rw)
            add_extra(w, below(w, a->home, s->extras[i].rel), out);
}

static bool any_isolated(const struct sc_plan *plan)
{
    for (size_t i = 0; i < plan->n_sites; i++)
        if (plan->sites[i].isolated)
            return true;
    return false;
}

int sc_pass_web(const struct sc_tools *t, const struct sc_account *a, const struct sc_plan *plan,
                const unsigned *ids, bool routed, const struct sc_fpm_known_list *pools,
                struct sc_error *err)
{
    if (!any_isolated(plan))
        return t->web.save(a->uid, NULL, err);
    SC_CLEANUP(work_done) struct work w = {0};
    SC_BUF struct sc_buf lines = SC_BUF_INIT;
    int rc = t->fpm.tell(a->uid, a->user, routed, pools, &w.fpm, err);
    if (rc == 0)
        rc = make_room(&w, plan, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < plan->n_sites; i++)
        add_site(&w, a, plan, &plan->sites[i], ids[i], &w.sites[i]);
    if (w.failed)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the web server's table");
    struct sc_web_part part = {.uid = a->uid,
                               .gid = a->gid,
                               .home = a->home,
                               .home_alias = a->home_alias,
                               .pools = (const char *const *)w.fpm.pools,
                               .n_pools = w.fpm.n_pools,
                               .sites = w.sites,
                               .n_sites = plan->n_sites};
    rc = sc_web_part_format(&part, &lines, err);
    return rc < 0 ? rc : t->web.save(a->uid, &lines, err);
}

int sc_pass_web_forget(const struct sc_tools *t, uid_t uid, struct sc_error *err)
{
    return t->web.save(uid, NULL, err);
}
