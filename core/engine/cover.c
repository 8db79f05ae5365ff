/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enable and coverage: asked before anything is changed, and kept and told afterwards. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/error_code.h"
#include "core/base/log.h"
#include "core/coverage/account.h"
#include "core/engine/cover.h"
#include "core/engine/cron_told.h"
#include "core/facts/whose.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for coverage");
}

/* The names whose sites are led into a cage by the job. */
static const char *const *names_of(const struct sc_job *j, size_t *ret_n)
{
    *ret_n = j->wish.n_learn ? j->wish.n_learn : j->wish.n_enable;
    return j->wish.n_learn ? j->wish.learn : j->wish.enable;
}

/* What is the same for all sites of a job: made once, however many there are. */
struct judged {
    struct sc_whose_all all;
    const char **
        isolated; /* of all's document roots, those of sites that are isolated, or are about to be */
    size_t n_isolated;
};

static void judged_done(struct judged *d)
{
    sc_whose_all_done(&d->all);
    free(d->isolated);
    *d = (struct judged){0};
}

static int list_isolated(const struct sc_job *j, struct judged *ret, struct sc_error *err)
{
    const struct sc_plan *plan = j->facts.plan;
    size_t n;
    const char *const *names = names_of(j, &n);
    SC_FREE bool *is_to_be = calloc(plan->n_sites + 1, sizeof(*is_to_be));
    ret->isolated = calloc(plan->n_sites + 1, sizeof(*ret->isolated));
    if (!is_to_be || !ret->isolated)
        return no_memory(err);
    for (size_t i = 0; i < n; i++) {
        const struct sc_plan_site *s = sc_plan_site_of(plan, names[i]);
        if (s)
            is_to_be[s - plan->sites] = true;
    }
    for (size_t i = 0; i < plan->n_sites; i++)
        if (is_to_be[i] || plan->sites[i].isolated)
            ret->isolated[ret->n_isolated++] = ret->all.docroots[i];
    return 0;
}

static int judge_one(struct sc_cover_server *server, const struct sc_job *j,
                     const struct judged *judged, const char *domain, const struct sc_plan_site *s,
                     struct sc_cover_verdict *ret, struct sc_error *err)
{
    const struct sc_account *a = &j->account;
    SC_CLEANUP(sc_whose_done) struct sc_whose whose = {0};
    int rc = sc_whose_site(&judged->all, s, &whose, err);
    if (rc < 0)
        return rc;
    const struct sc_cover_site site = {.domain = domain,
                                       .uid = a->uid,
                                       .gid = a->gid,
                                       .user = a->user,
                                       .home = a->home_alias,
                                       .is = whose.is,
                                       .isolated = judged->isolated,
                                       .n_isolated = judged->n_isolated};
    return sc_cover_site(server, &site, ret, err);
}

static int refuse(const char *domain, const struct sc_cover_verdict *v, struct sc_error *err)
{
    return sc_error_is(
        err, SC_IS_NOT_COVERED,
        sc_error_set(err, SC_E_DENIED,
                     "%s cannot be isolated: %s; nothing was changed; --anyway enables it all "
                     "the same",
                     domain, v->text));
}

static int judge_job(struct sc_cover_server *server, const struct sc_job *j, struct sc_error *err)
{
    SC_CLEANUP(judged_done) struct judged judged = {0};
    size_t n;
    const char *const *names = names_of(j, &n);
    int rc = n ? sc_whose_all(&j->account, j->facts.plan, &judged.all, err) : 0;
    if (rc == 0 && n)
        rc = list_isolated(j, &judged, err);
    for (size_t k = 0; rc == 0 && k < n; k++) {
        const char *domain = names[k];
        const struct sc_plan_site *s = sc_plan_site_of(j->facts.plan, domain);
        struct sc_cover_verdict v;
        if (!s || !s->rel) /* the pass's own checks say why not */
            continue;
        rc = judge_one(server, j, &judged, domain, s, &v, err);
        if (rc < 0)
            return sc_error_wrap(err, "%s", domain);
        if (v.is == SC_COVERAGE_NOT)
            return refuse(domain, &v, err);
    }
    return rc;
}

int sc_cover_before(struct sc_cover_server *server, const struct sc_jobs *jobs,
                    struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < jobs->n; i++)
        rc = judge_job(server, &jobs->v[i], err);
    return rc;
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
    const struct sc_isolated_row *row = sc_isolated_find(isolated, name);
    return row ? row->site_id : 0;
}

/* Once for a site, whatever names of it were enabled. */
static void tell(const struct sc_cover_records *r, const struct sc_job *j,
                 const struct sc_isolated_list *isolated, const struct sc_watch *w)
{
    SC_FREE unsigned *ids = calloc(j->wish.n_enable + 1, sizeof(*ids));
    for (size_t k = 0; ids && k < j->wish.n_enable; k++) {
        ids[k] = id_of(isolated, j->wish.enable[k]);
        const struct sc_cover_record *c = ids[k] ? sc_cover_record_of(r, ids[k]) : NULL;
        bool told = !c || c->is == SC_COVERAGE_COVERED;
        for (size_t i = 0; i < k && !told; i++)
            told = ids[i] == ids[k];
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
        int rc = sc_cover_account_keep(s->store, server, j->account.uid, NULL, &why);
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
    sc_cron_tell(jobs, w);
}
