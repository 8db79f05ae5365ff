/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Further paths of sites: which are given, and why others are not. */
#include "core/plan/parts.h"
#include "core/plan/plan.h"

#include <stdlib.h>
#include <string.h>
#include "core/base/vec.h"
#include "core/plan/relpath.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's plan");
}

static int cmp_extra(const void *a, const void *b)
{
    return sc_rel_cmp(((const struct sc_plan_extra *)a)->rel,
                      ((const struct sc_plan_extra *)b)->rel);
}

void sc_plan_sort_extras(struct sc_plan_extra *v, size_t *n)
{
    if (!*n)
        return;
    qsort(v, *n, sizeof(*v), cmp_extra);
    size_t kept = 1;
    for (size_t i = 1; i < *n; i++) {
        if (sc_rel_cmp(v[i].rel, v[kept - 1].rel) == 0) {
            v[kept - 1].rw = v[kept - 1].rw || v[i].rw;
            v[kept - 1].is_file = v[kept - 1].is_file && v[i].is_file;
            v[kept - 1].own = v[kept - 1].own && v[i].own;
            v[kept - 1].make = v[kept - 1].make && v[i].make;
            v[kept - 1].self = v[kept - 1].self && v[i].self;
            v[kept - 1].held = v[kept - 1].held || v[i].held;
            free(v[i].rel);
        } else {
            v[kept++] = v[i];
        }
    }
    *n = kept;
}

static struct sc_plan_site *find(const struct sc_plan *plan, const char *rel)
{
    const struct sc_plan_site *site = sc_plan_find(plan, rel);
    return site ? &plan->sites[site - plan->sites] : NULL;
}

static int cmp_rel(const void *a, const void *b)
{
    return sc_rel_cmp(*(char *const *)a, *(char *const *)b);
}

static bool is_closed(const struct sc_plan *plan, char *rel)
{
    return plan->n_closed &&
           bsearch(&rel, plan->closed, plan->n_closed, sizeof(*plan->closed), cmp_rel);
}

/* A log that PHP is told to write is the site's, wherever it is, and so is a single one in ~/logs that the
 * site is given, and the php.ini that PHP is told to read; and a directory of its own is none of the
 * home's. */
static bool may_be_secret(const struct sc_plan_path *path)
{
    const char *in_logs = sc_rel_rest("logs", path->rel);
    bool log = path->rw && (path->found || (in_logs && *in_logs));
    return path->own || (path->is_file && (log || (path->found && path->config)));
}

const char *sc_plan_why_not(const struct sc_plan *plan, const struct sc_plan_site *site,
                            const struct sc_plan_path *path)
{
    if (!site)
        return "for a document root that no site has";
    if (site->refused)
        return "for a site that cannot be isolated";
    if (!*path->rel)
        return "the home directory itself";
    if (!sc_rel_valid(path->rel))
        return "not a plain path below the home";
    if (strcmp(path->rel, site->rel) == 0 && !path->rw)
        return "the site's own document root, which is always writable";
    if (sc_plan_is_app_of(site, path->rel) && !path->rw)
        return "the site's own application, which is always writable";

    /* The nearest document root or application at or above it decides; without one, any secret
     * does. */
    char up[SC_REL_MAX + 1];
    size_t len = strlen(path->rel);
    memcpy(up, path->rel, len + 1);
    bool secret = false;
    for (;;) {
        const struct sc_plan_site *over =
            *up ? find(plan, up) : NULL; /* the home cannot be a site */
        if (over == site)
            return NULL;
        if (over)
            return "inside the document root of another site";
        if (sc_plan_is_app_of(site, up))
            return NULL;
        const struct sc_plan_area *area = sc_plan_area(plan, up);
        if (area && area->is_app)
            return "inside the application of another site";
        if (is_closed(plan, up))
            return "inside a directory with the document root of another site that cannot be "
                   "looked "
                   "at";
        secret = secret || (!may_be_secret(path) && sc_plan_is_secret(plan, up));
        if (!*up)
            break;
        char *slash = strrchr(up, '/');
        *(slash ? slash : up) = 0;
    }
    return secret ? "hidden from every site, or inside something that is" : NULL;
}

static int refuse(struct sc_plan *plan, const struct sc_plan_path *p, const char *reason,
                  struct sc_error *err)
{
    struct sc_plan_refusal *r = &plan->refusals[plan->n_refusals++];
    r->reason = reason;
    r->asked = p->asked;
    r->site_rel = strdup(p->site_rel);
    r->path = strdup(p->rel);
    return r->site_rel && r->path ? 0 : no_memory(err);
}

static int keep_way(struct sc_plan_site *site, const char *text, struct sc_error *err)
{
    char *copy = SC_VEC_ROOM(site->ways, site->n_ways) ? strdup(text) : NULL;
    if (!copy)
        return no_memory(err);
    site->ways[site->n_ways++] = copy;
    return 0;
}

static int accept(struct sc_plan_site *site, const struct sc_plan_path *p, struct sc_error *err)
{
    size_t n = site->n_extras;
    if (!SC_VEC_ROOM(site->extras, n))
        return no_memory(err);
    char *rel = strdup(p->rel);
    if (!rel)
        return no_memory(err);
    site->extras[site->n_extras++] = (struct sc_plan_extra){.rel = rel,
                                                            .rw = p->rw && !p->own,
                                                            .is_file = p->is_file && !p->own,
                                                            .own = p->own,
                                                            .make = p->make,
                                                            .self = p->self,
                                                            .held = p->held};
    return p->text ? keep_way(site, p->text, err) : 0;
}

/* In its document root, or an application of it. */
static bool is_in_own(const struct sc_plan_site *site, const char *rel)
{
    bool in = sc_rel_rest(site->rel, rel) != NULL;
    for (size_t i = 0; !in && i < site->n_apps; i++)
        in = sc_rel_rest(site->apps[i], rel) != NULL;
    return in;
}

/* What configuration names is there to be read. Of what the site owns that takes nothing away. */
static int accept_found(struct sc_plan_site *site, const struct sc_plan_path *p,
                        struct sc_error *err)
{
    struct sc_plan_path own = *p;
    if (p->rw || p->own || !is_in_own(site, p->rel))
        own.held = false;
    else if (p->held)
        own.rw = true;
    else
        return 0;
    return accept(site, &own, err);
}

int sc_plan_extras(struct sc_plan *plan, const struct sc_plan_input *in, struct sc_error *err)
{
    plan->refusals = calloc(in->n_paths + 1, sizeof(*plan->refusals));
    if (!plan->refusals)
        return no_memory(err);
    for (size_t i = 0; i < in->n_paths; i++) {
        const struct sc_plan_path *p = &in->paths[i];
        struct sc_plan_site *site = find(plan, p->site_rel);
        const char *reason = sc_plan_why_not(plan, site, p);
        int r = reason ? (p->found ? 0 : refuse(plan, p, reason, err))
                       : (p->found ? accept_found : accept)(site, p, err);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < plan->n_present; i++)
        sc_plan_sort_extras(plan->sites[i].extras, &plan->sites[i].n_extras);
    return 0;
}
