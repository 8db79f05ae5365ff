/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan/plan.h"

#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/plan/parts.h"
#include "core/plan/relpath.h"

static const char WHY_HOME[] =
    "its document root is the home directory itself; give it a directory "
    "below the home in the panel";

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's plan");
}

static void free_extras(struct sc_plan_extra *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(v[i].rel);
    free(v);
}

void sc_plan_free(struct sc_plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->n_sites; i++) {
        struct sc_plan_site *s = &plan->sites[i];
        free(s->rel);
        sc_strings_free(s->names, s->n_names);
        sc_strings_free(s->aliases, s->n_aliases);
        free_extras(s->extras, s->n_extras);
        sc_strings_free(s->ways, s->n_ways);
        SC_FREE_ALL(s->near, s->site_dir, s->had, s->stray, s->lost, s->beyond);
        for (size_t k = 0; k < s->n_apps; k++)
            free(s->apps[k]);
    }
    for (size_t i = 0; i < plan->n_refusals; i++) {
        free(plan->refusals[i].site_rel);
        free(plan->refusals[i].path);
    }
    SC_FREE_ALL(plan->areas, plan->sites, plan->refusals);
    free_extras(plan->secrets, plan->n_secrets);
    sc_strings_free(plan->closed, plan->n_closed);
    sc_plan_free_steady(plan->steady, plan->n_steady);
    free(plan);
}

static void free_plan_ptr(struct sc_plan **p)
{
    sc_plan_free(*p);
}

/* ---- input checks ---- */

static bool is_plain_or_null(const char *rel)
{
    return !rel || sc_rel_valid(rel);
}

static int check_input(const struct sc_plan_input *in, struct sc_error *err)
{
    if (in->n_domains > SC_PLAN_MAX_DOMAINS)
        return sc_error_set(err, SC_E_TOOBIG, "the account of %s has more than %d domains",
                            in->home, SC_PLAN_MAX_DOMAINS);
    if (in->n_secrets > SC_PLAN_MAX_SECRETS)
        return sc_error_set(err, SC_E_TOOBIG,
                            "more than %d secrets to hide in %s; shorten the list",
                            SC_PLAN_MAX_SECRETS, in->home);
    if (in->n_paths > SC_PLAN_MAX_PATHS)
        return sc_error_set(err, SC_E_TOOBIG, "more than %d further paths in %s; shorten the list",
                            SC_PLAN_MAX_PATHS, in->home);
    for (size_t i = 0; i < in->n_domains; i++) {
        const struct sc_plan_domain *d = &in->domains[i];
        if (d->rel && !sc_rel_valid(d->rel))
            return sc_error_set(err, SC_E_INVAL,
                                "document root %s of %s is not a plain path below %s: %s",
                                d->docroot, d->name, in->home, d->rel);
    }
    for (size_t i = 0; in->places && i < in->n_domains; i++)
        if (!is_plain_or_null(in->places[i].near) || !is_plain_or_null(in->places[i].site_dir))
            return sc_error_set(err, SC_E_INVAL, "a place of %s is not a plain path below %s",
                                in->domains[i].name, in->home);
    for (size_t i = 0; i < in->n_secrets; i++) {
        const char *rel = in->secrets[i].rel;
        if (!*rel || !sc_rel_valid(rel))
            return sc_error_set(err, SC_E_INVAL, "secret '%s' is not a plain path below %s", rel,
                                in->home);
    }
    for (size_t i = 0; i < in->n_closed; i++)
        if (!*in->closed[i] || !sc_rel_valid(in->closed[i]))
            return sc_error_set(err, SC_E_INVAL, "'%s' is not a plain path below %s", in->closed[i],
                                in->home);
    for (size_t i = 0; i < in->n_steady; i++)
        if (!*in->steady[i].rel || !sc_rel_valid(in->steady[i].rel))
            return sc_error_set(err, SC_E_INVAL, "'%s' is not a plain path below %s",
                                in->steady[i].rel, in->home);
    return 0;
}

/* ---- sites ---- */

/* Which site a domain is of: present before missing, then the document root. */
static int cmp_docroot(const struct sc_plan_domain *a, const struct sc_plan_domain *b)
{
    if (!a->rel != !b->rel)
        return a->rel ? -1 : 1;
    return a->rel ? sc_rel_cmp(a->rel, b->rel) : strcmp(a->docroot, b->docroot);
}

static int cmp_domain(const void *pa, const void *pb)
{
    const struct sc_plan_domain *a = *(const struct sc_plan_domain *const *)pa;
    const struct sc_plan_domain *b = *(const struct sc_plan_domain *const *)pb;
    int c = cmp_docroot(a, b);
    return c ? c : strcmp(a->name, b->name);
}

static int cmp_string(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Whether `text` is home + "/" + rel (or the home, for ""). */
static bool is_plain_text(const char *home, const char *rel, const char *text)
{
    size_t n = strlen(home);
    if (strncmp(home, text, n) != 0)
        return false;
    if (!*rel)
        return !text[n];
    return text[n] == '/' && strcmp(text + n + 1, rel) == 0;
}

/* Sorts strings and drops the doubles. */
static void sort_unique(char **v, size_t *n, int (*cmp)(const void *, const void *))
{
    if (!*n)
        return;
    qsort(v, *n, sizeof(*v), cmp);
    size_t kept = 1;
    for (size_t i = 1; i < *n; i++) {
        if (cmp(&v[i], &v[kept - 1]) == 0)
            free(v[i]);
        else
            v[kept++] = v[i];
    }
    *n = kept;
}

/* What its domains say comes first, and among what they say the closer. */
static bool is_home_private(const struct sc_plan_domain **d, size_t n)
{
    unsigned said = 0;
    for (size_t i = 0; i < n; i++)
        said |= 1u << d[i]->home;
    if (said & (1u << SC_PLAN_HOME_PRIVATE | 1u << SC_PLAN_HOME_SHARED))
        return said & 1u << SC_PLAN_HOME_PRIVATE;
    return !(said & 1u << SC_PLAN_HOME_SHARED_ELSE);
}

/* Fills a site from its domains, which are sorted by name. */
static int fill_site(struct sc_plan_site *s, const char *home, const struct sc_plan_domain **d,
                     size_t n, struct sc_error *err)
{
    s->names = calloc(n, sizeof(*s->names));
    s->aliases = calloc(n, sizeof(*s->aliases));
    if (!s->names || !s->aliases)
        return no_memory(err);
    s->missing = !d[0]->rel;
    s->private_home = is_home_private(d, n);
    if (d[0]->rel && !(s->rel = strdup(d[0]->rel)))
        return no_memory(err);
    if (s->rel && !*s->rel)
        s->refused = WHY_HOME;
    for (size_t i = 0; i < n; i++) {
        s->isolated = s->isolated || d[i]->wanted;
        if (!(s->names[s->n_names] = strdup(d[i]->name)))
            return no_memory(err);
        s->n_names++;
        if (s->rel && is_plain_text(home, s->rel, d[i]->docroot))
            continue;
        if (!(s->aliases[s->n_aliases] = strdup(d[i]->docroot)))
            return no_memory(err);
        s->n_aliases++;
    }
    sort_unique(s->names, &s->n_names, cmp_string);
    sort_unique(s->aliases, &s->n_aliases, cmp_string);
    return 0;
}

static int copy_first(char **to, const char *text, struct sc_error *err)
{
    if (!*to && text && *text && !(*to = strdup(text)))
        return no_memory(err);
    return 0;
}

/* What is known of a site's place, from its domains. */
static int place_site(struct sc_plan_site *s, const struct sc_plan_input *in,
                      const struct sc_plan_domain **d, size_t n, struct sc_error *err)
{
    int r = 0;
    for (size_t i = 0; in->places && r == 0 && i < n; i++) {
        const struct sc_plan_place *place = &in->places[d[i] - in->domains];
        const char *base = s->rel ? s->rel : place->near;
        const char *rest = base && place->site_dir ? sc_rel_rest(place->site_dir, base) : NULL;
        r = copy_first(&s->near, place->near, err);
        if (r == 0 && rest && (*rest || s->missing)) /* above the document root */
            r = copy_first(&s->site_dir, place->site_dir, err);
        if (r == 0)
            r = copy_first(&s->had, place->had, err);
    }
    return r;
}

/* It learns where none of its domains is to be isolated in earnest. */
static void let_learn(struct sc_plan_site *s, const struct sc_plan_input *in,
                      const struct sc_plan_domain **d, size_t n)
{
    s->learning = in->learning && s->isolated;
    for (size_t i = 0; s->learning && i < n; i++) {
        int64_t until = in->learning[d[i] - in->domains];
        s->learning = until || !d[i]->wanted;
        s->learning_until = until > s->learning_until ? until : s->learning_until;
    }
    s->private_home = s->private_home && !s->learning; /* it has the home as it is */
}

static int make_sites(struct sc_plan *plan, const struct sc_plan_input *in, struct sc_error *err)
{
    SC_FREE const struct sc_plan_domain **order = calloc(in->n_domains + 1, sizeof(*order));
    plan->sites = calloc(in->n_domains + 1, sizeof(*plan->sites));
    if (!order || !plan->sites)
        return no_memory(err);
    for (size_t i = 0; i < in->n_domains; i++)
        order[i] = &in->domains[i];
    qsort(order, in->n_domains, sizeof(*order), cmp_domain);
    for (size_t i = 0, end; i < in->n_domains; i = end) {
        for (end = i + 1; end < in->n_domains && cmp_docroot(order[i], order[end]) == 0;)
            end++;
        struct sc_plan_site *s = &plan->sites[plan->n_sites++];
        int r = fill_site(s, in->home, order + i, end - i, err);
        if (r == 0)
            r = place_site(s, in, order + i, end - i, err);
        let_learn(s, in, order + i, end - i);
        if (r < 0)
            return r;
        if (order[i]->rel)
            plan->n_present++;
    }
    return 0;
}

const struct sc_plan_site *sc_plan_find(const struct sc_plan *plan, const char *rel)
{
    size_t lo = 0, hi = plan->n_present;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = sc_rel_cmp(rel, plan->sites[mid].rel);
        if (c == 0)
            return &plan->sites[mid];
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

const struct sc_plan_site *sc_plan_site_of(const struct sc_plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->n_sites; i++)
        for (size_t k = 0; k < plan->sites[i].n_names; k++)
            if (strcmp(plan->sites[i].names[k], name) == 0)
                return &plan->sites[i];
    return NULL;
}

/* ---- secrets and further paths ---- */

static int make_secrets(struct sc_plan *plan, const struct sc_plan_input *in, struct sc_error *err)
{
    plan->secrets = calloc(in->n_secrets + 1, sizeof(*plan->secrets));
    if (!plan->secrets)
        return no_memory(err);
    for (size_t i = 0; i < in->n_secrets; i++) {
        struct sc_plan_extra *s = &plan->secrets[plan->n_secrets];
        s->rw = in->secrets[i].is_dir;
        if (!(s->rel = strdup(in->secrets[i].rel)))
            return no_memory(err);
        plan->n_secrets++;
    }
    sc_plan_sort_extras(plan->secrets, &plan->n_secrets);
    return 0;
}

static int cmp_rel(const void *a, const void *b)
{
    return sc_rel_cmp(*(char *const *)a, *(char *const *)b);
}

static int make_closed(struct sc_plan *plan, const struct sc_plan_input *in, struct sc_error *err)
{
    plan->closed = calloc(in->n_closed + 1, sizeof(*plan->closed));
    if (!plan->closed)
        return no_memory(err);
    for (; plan->n_closed < in->n_closed; plan->n_closed++)
        if (!(plan->closed[plan->n_closed] = strdup(in->closed[plan->n_closed])))
            return no_memory(err);
    sort_unique(plan->closed, &plan->n_closed, cmp_rel);
    return 0;
}

int sc_plan_make(const struct sc_plan_input *in, struct sc_plan **ret, struct sc_error *err)
{
    int r = check_input(in, err);
    if (r < 0)
        return r;
    SC_CLEANUP(free_plan_ptr) struct sc_plan *plan = calloc(1, sizeof(*plan));
    if (!plan)
        return no_memory(err);
    if ((r = make_sites(plan, in, err)) < 0 || (r = make_secrets(plan, in, err)) < 0 ||
        (r = make_closed(plan, in, err)) < 0 || (r = sc_plan_applications(plan, in, err)) < 0 ||
        (r = sc_plan_areas(plan, err)) < 0 || (r = sc_plan_extras(plan, in, err)) < 0 ||
        (r = sc_plan_areas(plan, err)) < 0 || (r = sc_plan_make_steady(plan, in, err)) < 0)
        return r;
    *ret = sc_steal_ptr(&plan);
    return 0;
}
