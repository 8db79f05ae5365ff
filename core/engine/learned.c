/* SPDX-License-Identifier: GPL-2.0-or-later */
/* learn: the report, and what is made of it. Beginning is enable's way: core/engine/sites.c. */
#include "core/engine/learned.h"
#include "core/engine/user_learn.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/domain_name.h"
#include "core/base/vec.h"
#include "core/config/paths_conf.h"
#include "core/engine/domain_view.h"
#include "core/facts/gather.h"
#include "core/learn/file.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for what a site uses");
}

void sc_learn_report_done(struct sc_learn_report *r)
{
    free(r->home);
    free(r->docroot);
    sc_learn_needs_done(&r->needs);
    *r = (struct sc_learn_report){0};
}

/* Why a site cannot be given what it uses; NULL. */
static const char *why_refused(const struct sc_account *a, const struct sc_plan *plan,
                               const struct sc_plan_site *site, const struct sc_learn_need *n)
{
    SC_FD int fd = -EBADF;
    struct stat st = {0};
    if (n->temporary)
        return "a directory for temporary files of all sites: the site has its own";
    if (n->rw && sc_rel_is_run(n->rel))
        return "for the account's own shell and programs to run or to begin with, and the site "
               "writes there; give it by hand if you "
               "mean it";
    if (sc_open_beneath(a->homefd, n->rel, O_PATH | O_NOFOLLOW, 0, &fd, NULL) < 0 ||
        fstat(fd, &st) < 0)
        return "not there any more";
    const struct sc_plan_path path = {
        .rel = n->rel, .rw = n->rw, .site_rel = site->rel, .is_file = !S_ISDIR(st.st_mode)};
    return sc_plan_why_not(plan, site, &path);
}

static int add_needs(const struct sc_account *a, const struct sc_plan *plan,
                     const struct sc_plan_site *site, const struct sc_learn_record *record,
                     struct sc_learn_report *r, struct sc_error *err)
{
    SC_CLEANUP(sc_entries_done) struct sc_entries entries = {0};
    int rc = sc_plan_site_entries(plan, (size_t)(site - plan->sites), &entries, err);
    if (rc == 0)
        rc = sc_learn_needs(record, &entries, &r->needs, err);
    for (size_t i = 0; rc == 0 && i < r->needs.n; i++)
        r->needs.v[i].refused = why_refused(a, plan, site, &r->needs.v[i]);
    return rc;
}

static int nothing(const char *name, struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOTFOUND,
                        "nothing was recorded of %s; begin with: cagefsctl "
                        "--site-isolation-learn %s, or as its user isolatectl learn %s",
                        name, name, name);
}

int sc_learn_report_of(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
                       const char *name, struct sc_learn_report *ret, struct sc_error *err)
{
    const struct sc_plan_site *site = sc_plan_site_of(f->plan, name);
    SC_CLEANUP(sc_learn_report_done) struct sc_learn_report r = {0};
    SC_CLEANUP(sc_learn_record_done) struct sc_learn_record record = {0};
    SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
    if (!site || !site->rel)
        return nothing(name, err);
    r.home = strdup(a->home);
    if (!r.home || asprintf(&r.docroot, "%s/%s", a->home, site->rel) < 0) {
        r.docroot = NULL;
        return no_memory(err);
    }
    if (sc_store_site_find(s->store, a->uid, r.docroot, &row, NULL) == 0)
        r.recorded = sc_learn_flush(a->uid, row.id, site->rel);
    int rc = sc_learn_load(a->uid, site->rel, &record, err);
    if (rc < 0)
        return rc == SC_E_NOTFOUND ? nothing(name, err) : rc;
    r.since = record.since;
    r.lost = record.lost;
    r.more = record.more;
    rc = add_needs(a, f->plan, site, &record, &r, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &r);
    return 0;
}

static int report(struct sc_server *s, struct sc_domain_view *v, struct sc_learn_report *ret,
                  struct sc_error *err)
{
    const struct sc_plan_site *now = sc_plan_site_of(v->facts.plan, v->name);
    int64_t until = now && now->learning ? now->learning_until : 0;
    const char *one = v->name;
    const struct sc_wish wish = {.enable = &one, .n_enable = 1};
    int rc = sc_pass_check(s, &v->account, &v->facts, &wish, err);
    if (rc == 0)
        rc = sc_learn_report_of(s, &v->account, &v->facts, v->name, ret, err);
    if (rc == 0)
        ret->until = until;
    return rc;
}

int sc_engine_learn_report(struct sc_server *s, const char *domain, struct sc_learn_report *ret,
                           struct sc_error *err)
{
    SC_CLEANUP(sc_domain_view_done) struct sc_domain_view v = SC_DOMAIN_VIEW_INIT;
    int rc = sc_domain_view_gather(s, domain, &v, err);
    return rc < 0 ? rc : report(s, &v, ret, err);
}

/* Of his account, whatever was named: who asks for a domain of somebody else learns nothing by it. */
int sc_engine_user_learn_report(struct sc_server *s, uid_t uid, const char *domain,
                                struct sc_learn_report *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_domain_view_done) struct sc_domain_view v = SC_DOMAIN_VIEW_INIT;
    if (sc_domain_canon(domain, v.name, NULL) < 0)
        return sc_no_domain(err, NULL);
    int rc = sc_account_look(uid, &v.account, err);
    if (rc == 0)
        rc = sc_facts_gather(s, &v.account, SC_FACTS_STRICT, NULL, &v.facts, err);
    for (size_t i = 0; rc == 0 && i < v.facts.domains.n; i++)
        if (strcmp(v.facts.domains.v[i].name, v.name) == 0)
            return report(s, &v, ret, err);
    return rc < 0 ? rc : sc_no_domain(err, NULL);
}

/* ---- enable --learned ---- */

void sc_learned_done(struct sc_learned *l)
{
    for (size_t i = 0; i < l->n_reports; i++)
        sc_learn_report_done(&l->reports[i]);
    free(l->reports);
    free(l->grants);
    *l = (struct sc_learned){0};
}

/* Names that are not UTF-8 can be given by the administrator's file only. */
static void tell_other_name(const char *name, const struct sc_learn_report *r,
                            const struct sc_learn_need *n, const struct sc_watch *w)
{
    json_auto_t *text = json_string(n->rel);
    if (!text)
        sc_watch_notice(w,
                        "%s: %s/%s was used and is not given, because its name is not UTF-8: give "
                        "it in " SC_PATHS_CONF_PATH,
                        name, r->home, n->rel);
}

static void tell_parts(const char *name, const struct sc_learn_report *r, const struct sc_watch *w)
{
    if (r->lost || r->more)
        sc_watch_notice(w,
                        "%s: more was used than could be recorded: it may need what is not in the "
                        "report",
                        name);
    for (size_t i = 0; i < r->needs.n; i++)
        if (r->needs.v[i].refused)
            sc_watch_notice(w, "%s: %s/%s was used and is not given: it is %s", name, r->home,
                            r->needs.v[i].rel, r->needs.v[i].refused);
        else
            tell_other_name(name, r, &r->needs.v[i], w);
}

static int add_grants(const char *name, const struct sc_learn_report *r, struct sc_learned *l,
                      struct sc_error *err)
{
    for (size_t i = 0; i < r->needs.n; i++) {
        json_auto_t *text = json_string(r->needs.v[i].rel);
        if (r->needs.v[i].refused || !text)
            continue;
        if (!SC_VEC_ROOM(l->grants, l->n))
            return no_memory(err);
        l->grants[l->n++] =
            (struct sc_grant){.domain = name, .rel = r->needs.v[i].rel, .rw = r->needs.v[i].rw};
    }
    return 0;
}

int sc_learned_wish(struct sc_server *s, struct sc_job *j, const struct sc_watch *w,
                    struct sc_learned *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_learned_done) struct sc_learned l = {0};
    l.reports = calloc(j->wish.n_enable + 1, sizeof(*l.reports));
    if (!l.reports)
        return no_memory(err);
    int rc = sc_pass_check(s, &j->account, &j->facts, &j->wish, err);
    for (size_t i = 0; rc == 0 && i < j->wish.n_enable; i++) {
        struct sc_learn_report *r = &l.reports[i];
        rc = sc_learn_report_of(s, &j->account, &j->facts, j->wish.enable[i], r, err);
        if (rc < 0)
            break;
        l.n_reports++;
        tell_parts(j->wish.enable[i], r, w);
        rc = add_grants(j->wish.enable[i], r, &l, err);
    }
    if (rc < 0)
        return rc;
    j->wish.grants = l.grants;
    j->wish.n_grants = l.n;
    SC_MOVE(ret, &l);
    return 0;
}

/* ---- beginning, and the end ---- */

void sc_learn_wish(struct sc_jobs *jobs, int64_t until)
{
    for (size_t i = 0; i < jobs->n; i++) {
        struct sc_wish *wish = &jobs->v[i].wish;
        *wish = (struct sc_wish){.learn = jobs->v[i].names,
                                 .n_learn = wish->n_enable + wish->n_disable,
                                 .learn_until = until};
    }
}

int sc_learns_not(const char *domain, struct sc_error *err)
{
    return sc_error_set(err, SC_E_INVAL, "%s does not learn", domain);
}

int sc_learn_begin(const struct sc_jobs *jobs, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < jobs->n; i++)
        for (size_t k = 0; rc == 0 && k < jobs->v[i].wish.n_learn; k++) {
            const struct sc_plan_site *site =
                sc_plan_site_of(jobs->v[i].facts.plan, jobs->v[i].wish.learn[k]);
            if (!site || !site->rel || site->isolated)
                continue;
            const struct sc_learn_record none = {.uid = (unsigned)jobs->v[i].account.uid,
                                                 .docroot = site->rel,
                                                 .since = sc_wall_ms() / 1000};
            rc = sc_learn_save(&none, err);
        }
    return rc;
}
