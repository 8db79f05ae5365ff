/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/had.h"
#include "core/facts/wanted.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/account/in_home.h"
#include "core/base/asuser.h"
#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/base/vec.h"
#include "core/config/paths_conf.h"
#include "core/facts/homes.h"
#include "core/facts/led.h"
#include "core/facts/secrets.h"
#include "core/facts/uses.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's plan");
}

struct paths {
    struct sc_plan_path *v;
    size_t n;
};

static void paths_done(struct paths *p)
{
    for (size_t i = 0; i < p->n; i++)
        SC_FREE_ALL((char *)(uintptr_t)p->v[i].rel, (char *)(uintptr_t)p->v[i].text);
    free(p->v);
}

/* Whether that is another name for what lies at `rel`. */
static bool is_other_name(const struct sc_account *a, const char *absolute, const char *rel)
{
    const char *below = sc_path_below(absolute, a->home);
    below = below ? below : sc_path_below(absolute, a->home_alias);
    return !below || strcmp(below, rel) != 0;
}

struct giving {
    const struct sc_server *s;
    const struct sc_account *a;
    struct sc_facts *f;
    struct sc_asuser *as;
    struct paths *p;
    struct sc_error why; /* of the last path that was not added */
};

/* Adds a further path, resolved; one that is not there, or leaves the home, is not given. */
static int add_path(struct giving *g, const char *absolute, bool rw, const char *site_rel,
                    struct sc_error *err);

/* Where it is found by a link that a site has changed since it was granted, it lies where it lay. */
static int add_held(struct giving *g, const char *held, const char *absolute, bool rw,
                    const char *site_rel, struct sc_error *err)
{
    SC_FREE char *was = NULL;
    size_t before = g->p->n;
    if (asprintf(&was, "%s/%s", g->a->home, held) < 0)
        return no_memory(err);
    /* no site is named: what becomes of links in that place now is not asked for */
    int rc = add_path(g, was, rw, NULL, err);
    struct sc_plan_path *one = rc == 0 && g->p->n > before ? &g->p->v[before] : NULL;
    if (one && strcmp(one->rel, held) != 0) { /* something else is there now */
        SC_FREE_ALL((char *)(uintptr_t)one->rel, (char *)(uintptr_t)one->text);
        g->p->n = before;
        sc_error_set(&g->why, SC_E_NOTFOUND, "a link in the site leads elsewhere since");
    } else if (one) {
        one->site_rel = site_rel;
    }
    return rc < 0 ? rc : sc_facts_found(g->f, site_rel, absolute, held, err);
}

/* Asks the database, which is root's, and has the user's rights again. */
static int ask_past(struct giving *g, const char *absolute, const char *site_rel, bool there,
                    char **ret_held, struct sc_error *err)
{
    struct sc_error back = SC_ERROR_INIT;
    sc_asuser_end(g->as);
    int rc = there ? sc_facts_led_path(g->s, g->a, g->f, site_rel, absolute, ret_held, err)
                   : sc_facts_led_keep(g->s, g->a, g->f, site_rel, absolute, err);
    int again = sc_asuser_begin(g->as, g->a->uid, g->a->gid, &back);
    if (rc == 0 && again < 0 && err)
        *err = back;
    return rc < 0 ? rc : again;
}

/* Where it counts as lying, and a note of that; by a link that a site can change, or in whose place one may come. */
static int settle(struct giving *g, const char *absolute, const char *rel, const char *site_rel,
                  char **ret_held, struct sc_error *err)
{
    int rc = 0;
    if (!site_rel)
        return 0;
    if (is_other_name(g->a, absolute, rel))
        rc = ask_past(g, absolute, site_rel, true, ret_held, err);
    return rc < 0 || *ret_held ? rc : sc_facts_found(g->f, site_rel, absolute, rel, err);
}

static int add_found(struct paths *p, struct sc_plan_path path, char **rel, char **text,
                     struct sc_error *err)
{
    if (!SC_VEC_ROOM(p->v, p->n))
        return no_memory(err);
    path.rel = sc_steal_ptr(rel);
    path.text = sc_steal_ptr(text);
    p->v[p->n++] = path;
    return 0;
}

static int add_path(struct giving *g, const char *absolute, bool rw, const char *site_rel,
                    struct sc_error *err)
{
    const struct sc_account *a = g->a;
    SC_FREE char *known = NULL, *held = NULL, *rel = NULL, *text = NULL;
    SC_FD int fd = -EBADF;
    struct stat st;
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_in_home(a, g->as, absolute, false, &rel, &fd, &known, &why);
    if (rc >= 0 && fstat(fd, &st) < 0)
        return sc_error_sys(err, errno, "cannot look at %s", absolute);
    if (rc < 0 && sc_in_home_told(rc, &why)) {
        g->why = why;
        return site_rel ? ask_past(g, absolute, site_rel, false, NULL, err) : 0;
    }
    if (rc < 0) {
        if (err)
            *err = why;
        return rc;
    }
    rc = settle(g, absolute, rel, site_rel, &held, err);
    if (rc < 0 || held)
        return rc < 0 ? rc : add_held(g, held, absolute, rw, site_rel, err);
    if (is_other_name(a, absolute, rel) && !(text = strdup(absolute)))
        return no_memory(err);
    const struct sc_plan_path path = {
        .rw = rw, .site_rel = site_rel, .is_file = !S_ISDIR(st.st_mode)};
    return add_found(g->p, path, &rel, &text, err);
}

/* What the user's file gives, and is not there. */
static void note_absent(struct giving *g, const char *domain, const char *rel)
{
    struct sc_facts *f = g->f;
    SC_BUF struct sc_buf one = SC_BUF_INIT;
    sc_buf_fmt(&one, "%s%s ~/%s (%.200s)", f->not_there.len ? ", " : "", domain, rel, g->why.text);
    if (!one.failed && f->not_there.len + one.len < SC_NOT_THERE_MAX)
        sc_buf_str(&f->not_there, one.data);
    else
        f->more_not_there++;
}

static int add_asked(struct giving *g, const struct sc_domain_entry *e, size_t at,
                     const char *site_rel, struct sc_error *err)
{
    const struct sc_domain_path *path = &e->paths[at];
    SC_FREE char *absolute = NULL;
    size_t before = g->p->n;
    if (asprintf(&absolute, "%s/%s", g->a->home, path->rel) < 0) {
        absolute = NULL;
        return no_memory(err);
    }
    int rc = add_path(g, absolute, path->rw, site_rel, err);
    if (rc == 0 && g->p->n > before)
        g->p->v[before].asked = e->isolated;
    else if (rc == 0 && e->isolated)
        note_absent(g, e->name, path->rel);
    return rc;
}

static int gather_paths(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                        struct paths *p, struct sc_error *err)
{
    SC_CLEANUP(sc_paths_conf_free) struct sc_paths_conf admin = SC_PATHS_CONF_INIT;
    int rc = sc_paths_conf_load(SC_PATHS_CONF_PATH, 0, &admin, err);
    if (rc < 0)
        return rc;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    struct giving g = {.s = s, .a = a, .f = f, .as = &as, .p = p};
    sc_by_links_done(&f->by_link);
    sc_buf_free(&f->not_there);
    f->not_there = (struct sc_buf)SC_BUF_INIT;
    f->more_not_there = 0;
    rc = sc_asuser_begin(&as, a->uid, a->gid, err);
    for (size_t i = 0; rc == 0 && i < f->domains.n; i++) {
        const struct sc_domain_entry *e = sc_domains_config_find(&f->config, f->domains.v[i].name);
        if (!f->docroots.rels[i])
            continue;
        for (size_t k = 0; rc == 0 && e && k < e->n_paths; k++)
            rc = add_asked(&g, e, k, f->docroots.rels[i], err);
        SC_FREE char *docroot = NULL;
        struct sc_paths_match *m = NULL;
        size_t n = 0;
        if (asprintf(&docroot, "%s/%s", a->home, f->docroots.rels[i]) < 0)
            return no_memory(err);
        if (rc == 0)
            rc = sc_paths_conf_match(&admin, docroot, a->home, &m, &n, err);
        for (size_t k = 0; rc == 0 && k < n; k++)
            rc = add_path(&g, m[k].path, m[k].rw, f->docroots.rels[i], err);
        sc_paths_match_free(m, n);
    }
    return rc;
}

/* A user who may not (any more) gets nothing isolated that was not: what he wrote into his file
 * himself waits until he is allowed. What is isolated stays so: changing the mode is no clean-up
 * (docs/formats.md, "Policy"). */
static int may_isolate(const struct sc_server *s, const struct sc_account *a,
                       struct sc_isolated_list *ret_only, bool *ret_free, struct sc_error *err)
{
    bool on = false, allowed = false;
    int rc = sc_policy_enabled(&s->policy, &on, err);
    if (rc == 0 && on)
        rc = sc_policy_user_allowed(&s->policy, a->user, &allowed, err);
    *ret_free = on && allowed;
    return rc < 0 || *ret_free ? rc : sc_store_isolated_get(s->store, a->uid, ret_only, err);
}

static bool is_among(const struct sc_isolated_list *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->rows[i].name, name) == 0)
            return true;
    return false;
}

/* The document root of domain `i` has an isolated site, be it under a name that it had before. */
static int is_isolated_place(const struct sc_server *s, const struct sc_account *a,
                             const struct sc_facts *f, size_t i, bool *ret, struct sc_error *err)
{
    SC_FREE char *docroot = NULL;
    SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
    if (!f->docroots.rels[i])
        return 0;
    if (asprintf(&docroot, "%s/%s", a->home, f->docroots.rels[i]) < 0)
        return no_memory(err);
    int rc = sc_store_site_find(s->store, a->uid, docroot, &row, err);
    *ret = rc == 0 && row.isolated;
    return rc == SC_E_NOTFOUND ? 0 : rc;
}

/* What the user wants of domain `i`, as far as he may. */
static int is_wanted(const struct sc_server *s, const struct sc_account *a,
                     const struct sc_facts *f, size_t i, const struct sc_isolated_list *only,
                     bool may, bool *ret, struct sc_error *err)
{
    const struct sc_domain_entry *e = sc_domains_config_find(&f->config, f->domains.v[i].name);
    *ret = e && e->isolated && (may || is_among(only, sc_renames_old(&f->renames, e->name)));
    return e && e->isolated && !*ret ? is_isolated_place(s, a, f, i, ret, err) : 0;
}

static int find_secrets(const struct sc_account *a, struct sc_facts *f, struct sc_error *err)
{
    int rc = f->has_secrets ? 0 : sc_secrets_find(a, &f->secrets, err);
    f->has_secrets |= rc == 0;
    return rc;
}

/* The plan with the further paths that were given, and those that are used (uses.h). */
static int make_plan(const struct sc_account *a, struct sc_facts *f, const struct sc_plan_input *in,
                     const struct paths *given, struct sc_error *err)
{
    size_t n = given->n + f->uses.n;
    SC_FREE struct sc_plan_path *all = calloc(n + 1, sizeof(*all));
    struct sc_plan *plan;
    if (!all)
        return no_memory(err);
    for (size_t i = 0; i < n; i++)
        all[i] = i < given->n ? given->v[i] : f->uses.v[i - given->n];
    struct sc_plan_input with = *in;
    with.paths = all;
    with.n_paths = n;
    with.steady = f->steady.v;
    with.n_steady = f->steady.n;
    int rc = sc_plan_make(&with, &plan, err);
    if (rc < 0)
        return sc_error_wrap(err, "user %s", a->user);
    sc_plan_free(f->plan);
    f->plan = plan;
    return 0;
}

static bool any_isolated(const struct sc_plan *plan)
{
    bool any = false;
    for (size_t i = 0; i < plan->n_sites; i++)
        any |= plan->sites[i].isolated;
    return any;
}

int sc_facts_plan(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  struct sc_error *err)
{
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list only = {0};
    bool may = false;
    SC_CLEANUP(paths_done) struct paths paths = {0};
    int rc = may_isolate(s, a, &only, &may, err);
    if (rc == 0)
        rc = gather_paths(s, a, f, &paths, err);
    if (rc == 0)
        rc = find_secrets(a, f, err);
    if (rc == 0)
        rc = sc_facts_kept(s, a, f, err);
    if (rc < 0)
        return rc;
    f->not_allowed = 0;
    sc_uses_done(&f->uses);
    sc_steady_done(&f->steady);
    SC_FREE struct sc_plan_domain *domains =
        calloc(f->domains.n ? f->domains.n : 1, sizeof(*domains));
    SC_FREE int64_t *learning = calloc(f->domains.n ? f->domains.n : 1, sizeof(*learning));
    if (!domains || !learning)
        return no_memory(err);
    for (size_t i = 0; rc == 0 && i < f->domains.n; i++) {
        domains[i] = (struct sc_plan_domain){.name = f->domains.v[i].name,
                                             .docroot = f->domains.v[i].docroot,
                                             .rel = f->docroots.rels[i]};
        rc = is_wanted(s, a, f, i, &only, may, &domains[i].wanted, err);
        const struct sc_domain_entry *e = sc_domains_config_find(&f->config, f->domains.v[i].name);
        domains[i].home = sc_facts_home(s, f, i);
        if (may && e && sc_domain_entry_is_learning(e, sc_server_now(s))) {
            domains[i].wanted = true; /* a step on the way: for who may isolate */
            learning[i] = e->learning_until;
        }
        f->not_allowed += e && e->isolated && !domains[i].wanted;
    }
    if (rc < 0)
        return rc;
    const struct sc_plan_input in = {.home = a->home,
                                     .domains = domains,
                                     .n_domains = f->domains.n,
                                     .places = f->places.v,
                                     .learning = learning,
                                     .dirs = f->places.dirs,
                                     .n_dirs = f->places.n_dirs,
                                     .secrets = f->secrets.v,
                                     .n_secrets = f->secrets.n,
                                     .closed = (const char *const *)f->docroots.closed,
                                     .n_closed = f->docroots.n_closed};
    rc = make_plan(a, f, &in, &paths, err);
    if (rc < 0 || f->without_uses || !any_isolated(f->plan))
        return rc;
    /* which sites there are decides what configuration has to say about them */
    rc = sc_facts_uses(s, a, f, err);
    if (rc == 0 && (f->uses.n || f->steady.n))
        rc = make_plan(a, f, &in, &paths, err);
    if (rc == 0)
        sc_facts_had_tell(a, f);
    return rc < 0 ? rc : sc_spellings_to_plan(&f->spellings, f->plan, err);
}
