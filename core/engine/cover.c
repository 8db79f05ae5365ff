/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enable and coverage: asked before anything is changed, and kept and told afterwards. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/coverage/account.h"
#include "core/engine/cover.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for coverage");
}

/* What a site of a plan points to. */
struct lists {
    char **docroots; /* of all sites; of one that is missing its text */
    size_t n;
    const char **isolated; /* those that are, or are about to be */
    size_t n_isolated;
    const char *homes[2];
};

static void lists_done(struct lists *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->docroots[i]);
    free(l->docroots);
    free(l->isolated);
}

static bool is_to_be(const struct sc_job *j, const struct sc_plan_site *s)
{
    for (size_t i = 0; i < j->wish.n_enable; i++)
        if (sc_plan_site_of(j->facts.plan, j->wish.enable[i]) == s)
            return true;
    return s->isolated;
}

static char *joined(const char *home, const char *rel)
{
    char *out = NULL;
    return asprintf(&out, "%s%s%s", home, *rel ? "/" : "", rel) < 0 ? NULL : out;
}

static int fill(const struct sc_job *j, struct lists *l, struct sc_error *err)
{
    const struct sc_account *a = &j->account;
    const struct sc_plan *plan = j->facts.plan;
    l->homes[0] = a->home;
    l->homes[1] = a->home_alias;
    l->docroots = calloc(plan->n_sites + 1, sizeof(*l->docroots));
    l->isolated = calloc(plan->n_sites + 1, sizeof(*l->isolated));
    if (!l->docroots || !l->isolated)
        return no_memory(err);
    for (size_t i = 0; i < plan->n_sites; i++) {
        const struct sc_plan_site *s = &plan->sites[i];
        if (!(l->docroots[l->n++] = s->rel ? joined(a->home, s->rel) : strdup(s->aliases[0])))
            return no_memory(err);
        if (is_to_be(j, s))
            l->isolated[l->n_isolated++] = l->docroots[i];
    }
    return 0;
}

static int judge_one(struct sc_cover_server *server, const struct sc_job *j, const char *domain,
                     const struct sc_plan_site *s, struct sc_cover_verdict *ret,
                     struct sc_error *err)
{
    const struct sc_account *a = &j->account;
    SC_CLEANUP(lists_done) struct lists l = {0};
    int rc = fill(j, &l, err);
    SC_FREE char *docroot = rc == 0 ? joined(a->home, s->rel) : NULL;
    SC_FREE char *alias = rc == 0 ? joined(a->home_alias, s->rel) : NULL;
    SC_FREE const char **texts = calloc(s->n_aliases + 1, sizeof(*texts));
    if (rc == 0 && (!docroot || !alias || !texts))
        rc = no_memory(err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < s->n_aliases; i++)
        texts[i] = s->aliases[i];
    texts[s->n_aliases] = alias;
    const struct sc_cover_site site = {.domain = domain,
                                       .uid = a->uid,
                                       .gid = a->gid,
                                       .user = a->user,
                                       .home = a->home_alias,
                                       .is = {.docroot = docroot,
                                              .texts = texts,
                                              .n_texts = s->n_aliases + 1,
                                              .names = (const char *const *)s->names,
                                              .n_names = s->n_names,
                                              .docroots = (const char *const *)l.docroots,
                                              .n_docroots = l.n,
                                              .homes = l.homes,
                                              .n_homes = 2},
                                       .isolated = l.isolated,
                                       .n_isolated = l.n_isolated};
    return sc_cover_site(server, &site, ret, err);
}

static int refuse(const char *domain, const struct sc_cover_verdict *v, struct sc_error *err)
{
    return sc_error_set(err, SC_E_DENIED,
                        "%s cannot be isolated: %s; nothing was changed; --anyway enables it all "
                        "the same",
                        domain, v->text);
}

int sc_cover_before(struct sc_cover_server *server, const struct sc_jobs *jobs,
                    struct sc_error *err)
{
    for (size_t i = 0; i < jobs->n; i++) {
        const struct sc_job *j = &jobs->v[i];
        for (size_t k = 0; k < j->wish.n_enable; k++) {
            const char *domain = j->wish.enable[k];
            const struct sc_plan_site *s = sc_plan_site_of(j->facts.plan, domain);
            struct sc_cover_verdict v;
            if (!s || !s->rel) /* the pass's own checks say why not */
                continue;
            int rc = judge_one(server, j, domain, s, &v, err);
            if (rc < 0)
                return sc_error_wrap(err, "%s", domain);
            if (v.is == SC_COVERAGE_NOT)
                return refuse(domain, &v, err);
        }
    }
    return 0;
}

int sc_cover_run(struct sc_server *s, struct sc_cover_server *server, struct sc_jobs *jobs,
                 const struct sc_watch *w, struct sc_error *err)
{
    s->cover = server;
    int rc = sc_jobs_run(s, jobs, w, err);
    s->cover = NULL;
    return rc;
}

static unsigned id_of(const struct sc_isolated_list *isolated, const char *name)
{
    for (size_t i = 0; i < isolated->n; i++)
        if (strcmp(isolated->rows[i].name, name) == 0)
            return isolated->rows[i].site_id;
    return 0;
}

/* Once for a site, whatever names of it were enabled. */
static void tell(const struct sc_cover_records *r, const struct sc_job *j,
                 const struct sc_isolated_list *isolated, const struct sc_watch *w)
{
    for (size_t k = 0; k < j->wish.n_enable; k++) {
        unsigned id = id_of(isolated, j->wish.enable[k]);
        const struct sc_cover_record *c = id ? sc_cover_record_of(r, id) : NULL;
        bool told = !c || c->is == SC_COVERAGE_COVERED;
        for (size_t i = 0; i < k && !told; i++)
            told = id_of(isolated, j->wish.enable[i]) == id;
        if (!told)
            sc_watch_notice(w, "%s: %s: %s", j->wish.enable[k], sc_coverage_name(c->is), c->text);
    }
}

static void after(struct sc_server *s, struct sc_cover_server *server, const struct sc_jobs *jobs,
                  const struct sc_watch *w)
{
    for (size_t i = 0; i < jobs->n; i++) {
        const struct sc_job *j = &jobs->v[i];
        SC_CLEANUP(sc_cover_records_done) struct sc_cover_records r = {0};
        SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list isolated = {0};
        struct sc_error why = SC_ERROR_INIT;
        int rc = sc_cover_account_keep(s->store, server, j->account.uid, NULL, NULL, &why);
        if (rc == 0)
            rc = sc_cover_records_load(j->account.uid, &r, &why);
        if (rc == 0)
            rc = sc_store_isolated_get(s->store, j->account.uid, &isolated, &why);
        if (rc == 0)
            tell(&r, j, &isolated, w);
        else
            sc_watch_notice(w, "user %s: whether isolation covers its sites is not known: %s",
                            j->account.user, why.text);
    }
}

void sc_cover_after(struct sc_server *s, struct sc_cover_server *server, struct sc_jobs *jobs,
                    const struct sc_watch *w)
{
    struct sc_error why = SC_ERROR_INIT;
    for (size_t i = 0; i < jobs->n; i++) /* only looks from here on: others may change it again */
        sc_close(&jobs->v[i].account.lockfd);
    if (sc_cover_server_again(true, server, &why) < 0)
        sc_watch_notice(w, "whether isolation covers sites is not known: %s", why.text);
    else
        after(s, server, jobs, w);
}
