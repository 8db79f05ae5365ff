/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enable, disable, regenerate, remount */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/proxyexec/service.h"
#include "core/engine/ahead.h"
#include "core/engine/before.h"
#include "core/engine/cover.h"
#include "core/engine/internal.h"
#include "core/engine/learned.h"
#include "core/engine/named.h"
#include "core/engine/trial.h"
#include "core/server/monitor_service.h"
#include "core/web/module.h"
#include "core/web/suexec_front.h"
#include "core/learn/file.h"
#include "core/pass/deny.h"
#include "core/pass/front.h"
#include "core/pass/recover.h"
#include "core/pass/webserver.h"
#include "core/server/platform.h"

static int open_for_enable(struct sc_server *s, const char *const *domains, size_t n, bool guess,
                           const char *owner, struct sc_named_list *l, struct sc_jobs *jobs,
                           struct sc_error *err)
{
    int rc = sc_named_find(s, domains, n, guess, owner, false, l, err);
    if (rc == 0)
        rc = sc_named_allowed(s, l, err);
    if (rc == 0)
        rc = sc_trial_once(s, err);
    if (rc == 0)
        rc = sc_jobs_open(s, l->owners, l->n, SC_FACTS_STRICT, &l->answers, jobs, err);
    if (rc ==
        0) /* again: a user who was denied meanwhile had his sites ended before we got his lock */
        rc = sc_named_allowed(s, l, err);
    return rc < 0 ? rc : sc_named_confirm(l, jobs, err);
}

static int open_for_disable(struct sc_server *s, const char *const *domains, size_t n, bool guess,
                            const char *owner, struct sc_named_list *l, struct sc_jobs *jobs,
                            struct sc_error *err)
{
    int rc = sc_named_find(s, domains, n, guess, owner, true, l, err);
    if (rc == 0)
        rc = sc_jobs_open(s, l->owners, l->n, SC_FACTS_REMOVAL, &l->answers, jobs, err);
    return rc < 0 ? rc : sc_named_confirm(l, jobs, err);
}

/* As the database, or who calls, has it first; where that is not so any more, as the panel says. */
static int open_named(struct sc_server *s, const char *const *domains, size_t n, const char *owner,
                      bool enable, struct sc_named_list *l, struct sc_jobs *jobs,
                      struct sc_error *err)
{
    int (*open)(struct sc_server *, const char *const *, size_t, bool, const char *,
                struct sc_named_list *, struct sc_jobs *, struct sc_error *) =
        enable ? open_for_enable : open_for_disable;
    int rc = open(s, domains, n, true, owner, l, jobs, err);
    if (l->guessed && (rc == SC_E_NOTFOUND || rc == SC_E_DENIED)) {
        sc_jobs_done(jobs);
        sc_named_done(l);
        rc = open(s, domains, n, false, NULL, l, jobs, err);
    }
    return rc < 0 ? rc : sc_named_assign(jobs, l, enable, err);
}

/* What will hold when Apache has the module; where it cannot have it, what holds without. */
static int judge(struct sc_server *s, struct sc_cover_server *server, const struct sc_jobs *jobs,
                 bool anyway, const struct sc_watch *w, struct sc_error *err)
{
    server->gate = sc_pass_webserver_wanted(s);
    int rc = anyway ? 0 : sc_cover_before(server, jobs, err);
    if (rc < 0)
        return rc;
    bool guards = sc_pass_webserver_on(s, w); /* before the pass: it asks who serves PHP */
    if (anyway || !server->gate || guards)
        return 0;
    server->gate = false;
    return sc_cover_before(server, jobs, err);
}

static int wish_learned(struct sc_server *s, struct sc_jobs *jobs, const struct sc_watch *w,
                        struct sc_learned *all, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < jobs->n; i++)
        rc = sc_learned_wish(s, &jobs->v[i], w, &all[i], err);
    return rc;
}

static void learned_done(struct sc_learned **all)
{
    for (struct sc_learned *l = *all; l && l->reports; l++)
        sc_learned_done(l);
    free(*all);
}

/* `until`, not 0: what the sites use is recorded until then, and they are not isolated. */
static int enable(struct sc_server *s, const char *const *domains, size_t n,
                  const struct sc_enable_how *how, int64_t until, struct sc_look *look,
                  const struct sc_watch *w, struct sc_error *err)
{
    SC_FD int front = -EBADF;
    SC_CLEANUP(sc_cover_server_done) struct sc_cover_server own = {0};
    struct sc_cover_server *server = how->known ? how->known : &own;
    SC_CLEANUP(sc_ahead_done) struct sc_ahead ahead = {0};
    SC_CLEANUP(sc_named_done) struct sc_named_list l = {0};
    SC_CLEANUP(sc_jobs_done) struct sc_jobs jobs = {0};
    SC_CLEANUP(learned_done) struct sc_learned *learned = calloc(n + 1, sizeof(*learned));
    if (!learned)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    /* the feature alone: nobody is named yet; who denies it may hold the lock for long */
    int rc = sc_named_allowed(s, &l, err);
    if (rc == 0)
        rc = sc_pass_lock_front(false, &front, err);
    if (rc == 0)
        rc = sc_named_allowed(s, &l, err);
    if (rc == 0)
        rc = sc_platform_check(err);
    if (rc == 0) {
        sc_ahead_begin(&ahead, s, false, server);
        rc = open_named(s, domains, n, how->owner, true, &l, &jobs, err);
        rc = sc_ahead_end(&ahead, rc, err);
    }
    sc_jobs_home(&jobs, how->home);
    jobs.look = look;
    if (rc == 0 && until)
        sc_learn_wish(&jobs, until);
    if (rc == 0 && how->learned)
        rc = wish_learned(s, &jobs, w, learned, err);
    if (rc == 0)
        rc = judge(s, server, &jobs, how->anyway, w, err);
    if (rc == 0)
        rc = sc_suexec_front_on(err); /* Apache may have been installed after allow-all */
    if (rc == 0)
        rc = sc_proxyexec_start(err); /* or it ended meanwhile */
    if (rc == 0 && until)
        rc = sc_learn_begin(&jobs, err);
    if (rc == 0)
        rc = sc_cover_run(s, server, &jobs, w, err);
    if (rc < 0)
        return rc;
    sc_trial_note();
    sc_cover_after(s, server, &jobs, w);
    return 0;
}

int sc_engine_enable(struct sc_server *s, const char *const *domains, size_t n,
                     const struct sc_enable_how *how, const struct sc_watch *w,
                     struct sc_error *err)
{
    SC_CLEANUP(sc_look_done) struct sc_look look = SC_LOOK_INIT;
    if (!how->owner) /* else who calls for many accounts did */
        sc_pass_recover(s);
    int rc = enable(s, domains, n, how, 0, &look, w, err);
    if (rc < 0)
        return rc;
    sc_monitor_wanted(s, w); /* it may ask for the locks that enable() held */
    sc_before_tell(&look, w);
    return 0;
}

int sc_engine_learn(struct sc_server *s, const char *domain, unsigned days, bool anyway,
                    const struct sc_watch *w, int64_t *ret_until, struct sc_error *err)
{
    const struct sc_enable_how how = {.anyway = anyway};
    int64_t until = sc_server_now(s) + (int64_t)days * 86400;
    int rc = sc_learn_possible(err);
    if (rc < 0)
        return rc;
    sc_pass_recover(s);
    rc = enable(s, &domain, 1, &how, until, NULL, w, err);
    if (rc < 0)
        return rc;
    *ret_until = until;
    sc_monitor_wanted(s, w);
    return 0;
}

int sc_engine_learn_stop(struct sc_server *s, const char *domain, const struct sc_watch *w,
                         struct sc_error *err)
{
    sc_pass_recover(s);
    SC_CLEANUP(sc_named_done) struct sc_named_list l = {0};
    SC_CLEANUP(sc_jobs_done) struct sc_jobs jobs = {0};
    int rc = open_named(s, &domain, 1, NULL, false, &l, &jobs, err);
    if (rc < 0)
        return rc;
    const struct sc_domain_entry *e =
        sc_domains_config_find(&jobs.v[0].facts.config, jobs.v[0].names[0]);
    if (!e || !e->learning_until)
        return sc_learns_not(domain, err);
    sc_learn_wish(&jobs, 0);
    return sc_jobs_run(s, &jobs, w, err);
}

int sc_engine_disable(struct sc_server *s, const char *const *domains, size_t n,
                      const struct sc_watch *w, struct sc_names *ret_others, struct sc_error *err)
{
    sc_pass_recover(s);
    SC_CLEANUP(sc_named_done) struct sc_named_list l = {0};
    SC_CLEANUP(sc_names_done) struct sc_names others = {0};
    SC_CLEANUP(sc_jobs_done) struct sc_jobs jobs = {0};
    int rc = open_named(s, domains, n, NULL, false, &l, &jobs, err);
    for (size_t i = 0; rc == 0 && i < jobs.n; i++)
        rc = sc_job_widen(&jobs.v[i], &others, err);
    if (rc == 0)
        rc = sc_jobs_run(s, &jobs, w, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret_others, &others);
    return 0;
}

static int regenerate(struct sc_server *s, const char *const *users, size_t n, enum sc_home home,
                      struct sc_look *look, const struct sc_watch *w, struct sc_error *err)
{
    SC_CLEANUP(sc_cover_server_done) struct sc_cover_server server = {0};
    SC_CLEANUP(sc_ahead_done) struct sc_ahead ahead = {0};
    SC_CLEANUP(sc_jobs_done) struct sc_jobs jobs = {0};
    struct sc_error why = SC_ERROR_INIT;
    int front = sc_pass_front_keep(s, &why); /* no reason not to repair the rest */
    bool on = false;
    bool with = sc_policy_enabled(&s->policy, &on, NULL) == 0 && on && sc_pass_webserver_wanted(s);
    if (with)
        (void)sc_pass_webserver_on(s, w);
    sc_ahead_begin(&ahead, s, true, &server);
    int rc = sc_jobs_open(s, users, n, SC_FACTS_STRICT, NULL, &jobs, err);
    (void)sc_ahead_end(&ahead, 0, NULL); /* sc_cover_after() says why not */
    sc_jobs_home(&jobs, home);
    jobs.look = look;
    if (rc == 0)
        rc = sc_cover_run(s, &server, &jobs, w, err);
    if (rc == 0 && on && !with)
        server.gate = sc_pass_webserver_on(s, w); /* taken out, behind the pass */
    if (rc == 0)
        sc_cover_after(s, &server, &jobs, w);
    if (rc == 0 && on)
        rc = sc_proxyexec_start(err); /* what its users need, too */
    if (rc == 0 && front < 0 && err)
        *err = why;
    return rc < 0 ? rc : front;
}

int sc_engine_regenerate(struct sc_server *s, const char *const *users, size_t n, enum sc_home home,
                         const struct sc_watch *w, struct sc_error *err)
{
    SC_CLEANUP(sc_look_done) struct sc_look look = SC_LOOK_INIT;
    sc_pass_recover(s);
    int rc = regenerate(s, users, n, home, &look, w, err);
    if (rc < 0)
        return rc;
    sc_monitor_wanted(s, w);
    sc_before_tell(&look, w);
    return 0;
}

static int remount_some(struct sc_server *s, const char *const *users, size_t n,
                        const struct sc_watch *w, struct sc_error *err)
{
    SC_CLEANUP(sc_jobs_done) struct sc_jobs jobs = {0};
    int rc = sc_jobs_open(s, users, n, SC_FACTS_LAST_GOOD, NULL, &jobs, err);
    for (size_t i = 0; rc == 0 && i < jobs.n; i++)
        jobs.v[i].wish.end_processes = true;
    return rc < 0 ? rc : sc_jobs_run(s, &jobs, w, err);
}

int sc_engine_remount(struct sc_server *s, const char *const *users, size_t n,
                      const struct sc_watch *w, struct sc_error *err)
{
    sc_pass_recover(s);
    if (users)
        return remount_some(s, users, n, w, err);
    SC_CLEANUP(sc_user_list_done) struct sc_user_list all = {0};
    int rc = sc_store_users_get(s->store, true, &all, err);
    /* one account at a time: a server has more of them than a process has descriptors */
    for (size_t i = 0; rc == 0 && i < all.n; i++) {
        sc_watch_progress(w, i, all.n);
        const char *user = all.rows[i].name;
        rc = all.rows[i].gone ? 0 : remount_some(s, &user, 1, NULL, err);
        if (rc == SC_E_NOTFOUND)
            rc = sc_pass_clear_user(s, all.rows[i].uid, NULL, err);
    }
    if (rc == 0)
        sc_watch_progress(w, all.n, all.n);
    return rc;
}
