/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's interface (core/engine/engine.h) answered from what a test put down, for the
 * tests of commands. All of it is defined here, so that the real one is not linked. Include it
 * once. */
#ifndef SC_TESTS_FAKE_ENGINE_H
#define SC_TESTS_FAKE_ENGINE_H

#include <stdio.h>
#include <stdlib.h>
#include "core/base/vec.h"
#include "core/check/check.h"
#include "core/engine/engine.h"
#include "core/engine/explain.h"
#include "core/engine/history.h"
#include "core/engine/learn.h"
#include "core/engine/many.h"
#include "core/engine/meant.h"
#include "core/engine/overview.h"

struct sc_server {
    int open;
};

static struct {
    char called[256];          /* "enable a.com b.com": the last call, NULL for a list being NULL */
    int calls;                 /* without open and free */
    int opened, freed;         /* server objects */
    struct sc_error fail;      /* code not 0: every call fails so */
    struct sc_error fail_open; /* the same for sc_server_open */
    const char *notices[4];    /* told to the watcher, NULL at the end */
    size_t n_notices;          /* more than 0: that many times "note N" instead */
    size_t progress;           /* told to the watcher: 0..this of this */
    enum sc_policy_mode toggled;
    struct sc_listing listing; /* static data: the fakes of the _done functions free nothing */
    struct sc_names others;    /* that end with those named */
    struct sc_status status;
    struct sc_many many;
    struct sc_checks checks;
    struct sc_overviews overviews;
    struct sc_history_names history_names;
    struct sc_history_asked asked;
    struct sc_site_histories histories;
    struct sc_learn_report learned;
    const char *meant; /* by a domain that does not exist */
    const char *plan;
    struct sc_explanation explanation;
    int done; /* calls of a _done function */
} fake;

static void fake_reset(void)
{
    memset(&fake, 0, sizeof(fake));
}

static int fake_call(const char *what, const char *const *names, size_t n, const struct sc_watch *w,
                     struct sc_error *err)
{
    size_t used = (size_t)snprintf(fake.called, sizeof(fake.called), "%s", what);
    if (!names && n == 0)
        snprintf(fake.called + used, sizeof(fake.called) - used, " NULL");
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(fake.called + used, sizeof(fake.called) - used, " %s", names[i]);
    fake.calls++;
    if (w) {
        for (size_t i = 0; i <= fake.progress && fake.progress; i++)
            w->progress(i, fake.progress, w->arg);
        for (size_t i = 0; i < 4 && fake.notices[i]; i++)
            w->notice(fake.notices[i], w->arg);
        for (size_t i = 0; i < fake.n_notices; i++) {
            char note[32];
            snprintf(note, sizeof(note), "note %zu", i);
            w->notice(note, w->arg);
        }
    }
    if (fake.fail.code)
        *err = fake.fail;
    return fake.fail.code;
}

int sc_server_open(struct sc_server **ret, struct sc_error *err)
{
    if (fake.fail_open.code) {
        *err = fake.fail_open;
        return err->code;
    }
    *ret = calloc(1, sizeof(**ret));
    fake.opened++;
    return 0;
}

void sc_server_free(struct sc_server *s)
{
    fake.freed += s != NULL;
    free(s);
}

bool sc_engine_meant(struct sc_server *s, uid_t uid, const char *const *names, size_t n,
                     char between, char ret[SC_DOMAIN_MEANT_MAX])
{
    (void)s;
    (void)names;
    if (!fake.meant || n == 0 || uid != SC_MEANT_ANYBODY || between != ' ')
        return false;
    snprintf(ret, SC_DOMAIN_MEANT_MAX, "%s", fake.meant);
    return true;
}

bool sc_engine_meant_user(struct sc_server *s, const char *word, char between,
                          char ret[SC_DOMAIN_MEANT_MAX])
{
    (void)s;
    if (!fake.meant || strcmp(word, "jhon") != 0 || between != ' ')
        return false;
    snprintf(ret, SC_DOMAIN_MEANT_MAX, "%s", fake.meant);
    return true;
}

int sc_engine_allow_all(struct sc_server *s, const struct sc_watch *w, struct sc_error *err)
{
    (void)s;
    (void)w;
    return fake_call("allow-all", NULL, 0, NULL, err);
}

int sc_engine_deny_all(struct sc_server *s, const struct sc_watch *w, struct sc_error *err)
{
    (void)s;
    return fake_call("deny-all", NULL, 0, w, err);
}

int sc_engine_allow_users(struct sc_server *s, const char *const *users, size_t n,
                          const struct sc_watch *w, struct sc_error *err)
{
    (void)s;
    (void)w;
    return fake_call("allow", users, n, NULL, err);
}

int sc_engine_deny_users(struct sc_server *s, const char *const *users, size_t n,
                         const struct sc_watch *w, struct sc_error *err)
{
    (void)s;
    return fake_call("deny", users, n, w, err);
}

int sc_engine_lock_users(struct sc_server *s, const char *const *users, size_t n,
                         const struct sc_watch *w, struct sc_error *err)
{
    (void)s;
    return fake_call("lock", users, n, w, err);
}

int sc_engine_unlock_users(struct sc_server *s, const char *const *users, size_t n,
                           const struct sc_watch *w, struct sc_error *err)
{
    (void)s;
    return fake_call("unlock", users, n, w, err);
}

int sc_engine_toggle_mode(struct sc_server *s, enum sc_policy_mode *ret, const struct sc_watch *w,
                          struct sc_error *err)
{
    (void)s;
    (void)w;
    int rc = fake_call("toggle", NULL, 0, NULL, err);
    if (rc == 0)
        *ret = fake.toggled;
    return rc;
}

int sc_engine_enable(struct sc_server *s, const char *const *domains, size_t n,
                     const struct sc_enable_how *how, const struct sc_watch *w,
                     struct sc_error *err)
{
    (void)s;
    return fake_call(how->anyway                    ? "enable anyway"
                     : how->home == SC_HOME_PRIVATE ? "enable private"
                     : how->learned                 ? "enable learned"
                                                    : "enable",
                     domains, n, w, err);
}

int sc_engine_disable(struct sc_server *s, const char *const *domains, size_t n,
                      const struct sc_watch *w, struct sc_names *ret_others, struct sc_error *err)
{
    (void)s;
    int rc = fake_call("disable", domains, n, w, err);
    if (rc == 0)
        *ret_others = fake.others;
    return rc;
}

int sc_engine_disable_dry(struct sc_server *s, const char *const *domains, size_t n,
                          const struct sc_watch *w, struct sc_names *ret_others,
                          struct sc_error *err)
{
    (void)s;
    int rc = fake_call("disable dry", domains, n, w, err);
    if (rc == 0)
        *ret_others = fake.others;
    return rc;
}

/* What a test hands out is its own; the rest came from lists that the command has read. */
void sc_names_done(struct sc_names *names)
{
    fake.done++;
    if (names->v != fake.others.v && names->v != fake.many.others.v)
        sc_strings_free(names->v, names->n);
}

int sc_engine_regenerate(struct sc_server *s, const char *const *users, size_t n, enum sc_home home,
                         const struct sc_watch *w, struct sc_error *err)
{
    (void)s;
    return fake_call(home == SC_HOME_SHARED ? "regenerate shared" : "regenerate", users, n, w, err);
}

int sc_engine_remount(struct sc_server *s, const char *const *users, size_t n,
                      const struct sc_watch *w, struct sc_error *err)
{
    (void)s;
    return fake_call("remount", users, n, w, err);
}

int sc_engine_list(struct sc_server *s, const char *const *users, size_t n, struct sc_listing *ret,
                   struct sc_error *err)
{
    (void)s;
    int rc = fake_call("list", users, n, NULL, err);
    if (rc == 0)
        *ret = fake.listing;
    return rc;
}

void sc_listing_done(struct sc_listing *l)
{
    (void)l;
    fake.done++;
}

int sc_engine_status(struct sc_server *s, const char *const *domains, size_t n,
                     struct sc_status *ret, struct sc_error *err)
{
    (void)s;
    int rc = fake_call("status", domains, n, NULL, err);
    if (rc == 0)
        *ret = fake.status;
    return rc;
}

int sc_engine_status_all(struct sc_server *s, struct sc_status *ret, struct sc_error *err)
{
    (void)s;
    int rc = fake_call("status all", NULL, 0, NULL, err);
    if (rc == 0)
        *ret = fake.status;
    return rc;
}

/* Told as words: "enable many a.com +john -x.com all keep dry". */
int sc_engine_many(struct sc_server *s, const struct sc_many_which *which,
                   const struct sc_many_how *how, const struct sc_watch *w, struct sc_many *ret,
                   struct sc_error *err)
{
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    (void)s;
    sc_buf_str(&b, how->enable ? "enable many" : "disable many");
    for (size_t i = 0; i < which->n_domains; i++)
        sc_buf_fmt(&b, " %s", which->domains[i]);
    for (size_t i = 0; i < which->n_users; i++)
        sc_buf_fmt(&b, " +%s", which->users[i]);
    for (size_t i = 0; i < which->n_except; i++)
        sc_buf_fmt(&b, " -%s", which->except[i]);
    sc_buf_fmt(&b, "%s%s%s", which->all ? " all" : "", how->keep_going ? " keep" : "",
               how->dry_run ? " dry" : "");
    int rc = fake_call(b.data, (const char *const[]){NULL}, 0, w, err);
    *ret = fake.many;
    return rc;
}

void sc_many_done(struct sc_many *m)
{
    (void)m;
    fake.done++;
}

void sc_status_done(struct sc_status *st)
{
    (void)st;
    fake.done++;
}

int sc_engine_history_names(struct sc_server *s, const char *const *domains, size_t n,
                            struct sc_history_names *ret, struct sc_error *err)
{
    (void)s;
    int rc = fake_call("history", domains, n, NULL, err);
    if (rc == 0)
        *ret = fake.history_names;
    return rc;
}

void sc_history_names_done(struct sc_history_names *l)
{
    (void)l;
    fake.done++;
}

int sc_engine_history(struct sc_server *s, const unsigned *sites, size_t n,
                      const struct sc_history_asked *asked, struct sc_site_histories *ret,
                      struct sc_error *err)
{
    (void)s;
    (void)sites;
    (void)n;
    (void)err;
    fake.asked = *asked;
    *ret = fake.histories;
    return 0;
}

int sc_engine_history_changes(const struct sc_history_names *names, int64_t from,
                              struct sc_changes *ret, struct sc_error *err)
{
    (void)from;
    (void)err;
    for (size_t i = 0; i < names->n; i++)
        ret[i] = (struct sc_changes){0};
    return 0;
}

void sc_site_histories_done(struct sc_site_histories *l)
{
    (void)l;
    fake.done++;
}

int sc_overview_server_look(struct sc_server *s, struct sc_overview_server *ret,
                            struct sc_error *err)
{
    (void)s;
    (void)err;
    *ret = (struct sc_overview_server){.enabled = true, .mode = SC_MODE_ALLOW_ALL};
    return 0;
}

void sc_overview_server_done(struct sc_overview_server *o)
{
    (void)o;
    fake.done++;
}

int sc_overview_accounts(struct sc_server *s, struct sc_overview_server *server,
                         const char *const *users, size_t n, struct sc_overviews *ret,
                         struct sc_error *err)
{
    (void)s;
    (void)server;
    int rc = fake_call("overview", users, n, NULL, err);
    if (rc == 0)
        *ret = fake.overviews;
    return rc;
}

void sc_overviews_done(struct sc_overviews *l)
{
    (void)l;
    fake.done++;
}

int sc_engine_learn(struct sc_server *s, const char *domain, unsigned days, bool anyway,
                    const struct sc_watch *w, int64_t *ret_until, struct sc_error *err)
{
    char what[64];
    (void)s;
    snprintf(what, sizeof(what), "learn %u%s", days, anyway ? " anyway" : "");
    *ret_until = 1800000000;
    return fake_call(what, &domain, 1, w, err);
}

int sc_engine_learn_stop(struct sc_server *s, const char *domain, const struct sc_watch *w,
                         struct sc_error *err)
{
    (void)s;
    return fake_call("learn stop", &domain, 1, w, err);
}

int sc_engine_learn_report(struct sc_server *s, const char *domain, struct sc_learn_report *ret,
                           struct sc_error *err)
{
    (void)s;
    int rc = fake_call("learn report", &domain, 1, NULL, err);
    if (rc == 0)
        *ret = fake.learned;
    return rc;
}

void sc_learn_report_done(struct sc_learn_report *r)
{
    (void)r;
    fake.done++;
}

int sc_engine_enable_dry(struct sc_server *s, const char *const *domains, size_t n,
                         const struct sc_enable_how *how, const struct sc_watch *w,
                         struct sc_error *err)
{
    (void)s;
    return fake_call(how->anyway ? "dry anyway" : "dry", domains, n, w, err);
}

int sc_engine_plan(struct sc_server *s, const char *domain, struct sc_buf *ret,
                   const struct sc_watch *w, struct sc_error *err)
{
    (void)s;
    int rc = fake_call("plan", &domain, 1, w, err);
    if (rc == 0)
        sc_buf_str(ret, fake.plan);
    return rc;
}

int sc_engine_check(const char *const *domains, size_t n, struct sc_checks *ret,
                    struct sc_error *err)
{
    int rc = fake_call("check", n ? domains : NULL, n, NULL, err);
    if (rc == 0)
        *ret = fake.checks;
    return rc;
}

void sc_checks_done(struct sc_checks *c)
{
    (void)c;
    fake.done++;
}

int sc_engine_explain(struct sc_server *s, const char *domain, const char *path,
                      struct sc_explanation *ret, struct sc_error *err)
{
    const char *names[] = {domain, path};
    (void)s;
    *ret = fake.explanation;
    return fake_call("explain", names, path ? 2 : 1, NULL, err);
}

void sc_explanation_done(struct sc_explanation *e)
{
    (void)e;
    fake.done++;
}

#endif
