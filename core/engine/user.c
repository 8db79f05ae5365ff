/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/user.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/error_code.h"
#include "core/base/users.h"
#include "core/engine/before.h"
#include "core/engine/cover.h"
#include "core/engine/learned.h"
#include "core/engine/user_change.h"
#include "core/engine/user_setting.h"
#include "core/engine/user_learn.h"
#include "core/engine/trial.h"
#include "core/learn/file.h"
#include "core/server/monitor_service.h"
#include "core/web/suexec_front.h"
#include "core/pass/deny.h"
#include "core/pass/front.h"
#include "core/pass/webserver.h"
#include "core/server/platform.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory");
}

static int set_wish(struct sc_user_change *c, bool enable, struct sc_error *err)
{
    struct sc_job *j = &c->jobs.v[0];
    j->names = calloc(c->n ? c->n : 1, sizeof(*j->names));
    if (!j->names)
        return no_memory(err);
    for (size_t i = 0; i < c->n; i++)
        j->names[i] = c->names[i];
    j->wish = enable ? (struct sc_wish){.enable = j->names, .n_enable = c->n}
                     : (struct sc_wish){.disable = j->names, .n_disable = c->n};
    return 0;
}

/* Each site that learns has a recorder of its own, and the kernel lets root have only so many. */
static int wish_learning(const struct sc_server *s, struct sc_user_change *c, int64_t until,
                         struct sc_error *err)
{
    const struct sc_facts *f = &c->jobs.v[0].facts;
    size_t others = 0;
    for (size_t i = 0; i < f->config.n; i++)
        others += sc_domain_entry_is_learning(&f->config.entries[i], sc_server_now(s)) &&
                  strcmp(f->config.entries[i].name, c->names[0]) != 0;
    if (others >= SC_USER_LEARN_MAX)
        return sc_error_set(err, SC_E_TOOBIG,
                            "%zu of your domains learn, of %u at most: end one first with "
                            "isolatectl learn DOMAIN --stop",
                            others, SC_USER_LEARN_MAX);
    sc_learn_wish(&c->jobs, until);
    return 0;
}

/* `until`, not 0: what the sites use is recorded until then, and they are not isolated. */
static int enable(struct sc_server *s, uid_t uid, const char *const *domains, size_t n, bool anyway,
                  int64_t until, struct sc_look *look, const struct sc_watch *w,
                  struct sc_error *err)
{
    SC_FD int front = -EBADF;
    SC_CLEANUP(sc_cover_server_done) struct sc_cover_server server = {0};
    SC_CLEANUP(sc_user_change_done) struct sc_user_change c = {.n = 0};
    int rc = sc_pass_lock_front(false, &front, err);
    s->cover = &server; /* facts look, where a site is isolated already */
    if (rc == 0)
        rc = sc_user_change_begin(s, uid, domains, n, false, &c, err);
    s->cover = NULL;
    if (rc == 0)
        rc = sc_platform_check(err);
    if (rc == 0 && !sc_cover_server_holds(&server))
        rc = sc_cover_server_again(false, &server, err);
    if (rc == 0)
        rc = sc_lsapi_check(&server.hosts, err);
    if (rc == 0)
        rc = sc_trial_once(s, err);
    if (rc == 0)
        rc = set_wish(&c, true, err);
    c.jobs.look = look;
    if (rc == 0 && until)
        rc = wish_learning(s, &c, until, err);
    if (rc == 0 && !anyway)
        rc = sc_cover_before(&server, &c.jobs, err);
    if (rc == 0)
        rc = sc_suexec_front_on(err);
    if (rc == 0)
        (void)sc_pass_webserver_on(s, NULL);
    if (rc == 0 && until)
        rc = sc_learn_begin(&c.jobs, err);
    if (rc == 0)
        rc = sc_cover_run(s, &server, &c.jobs, w, err);
    if (rc < 0)
        return rc;
    sc_trial_note();
    sc_cover_after(s, &server, &c.jobs, NULL);
    return 0;
}

int sc_engine_user_enable(struct sc_server *s, uid_t uid, const char *const *domains, size_t n,
                          bool anyway, const struct sc_watch *w, struct sc_error *err)
{
    SC_CLEANUP(sc_look_done) struct sc_look look = SC_LOOK_INIT;
    int rc = enable(s, uid, domains, n, anyway, 0, &look, w, err);
    if (rc < 0)
        return rc;
    sc_monitor_wanted(s, NULL); /* it may ask for the locks that enable() held */
    sc_before_tell(&look, w);
    return 0;
}

int sc_engine_user_learn(struct sc_server *s, uid_t uid, const char *domain, unsigned days,
                         bool anyway, const struct sc_watch *w, int64_t *ret_until,
                         struct sc_error *err)
{
    int64_t until = sc_server_now(s) + (int64_t)days * 86400;
    int rc = sc_learn_possible(err);
    if (rc == 0)
        rc = enable(s, uid, &domain, 1, anyway, until, NULL, w, err);
    if (rc < 0)
        return rc;
    sc_monitor_wanted(s, NULL);
    *ret_until = until;
    return 0;
}

int sc_engine_user_learn_stop(struct sc_server *s, uid_t uid, const char *domain,
                              struct sc_error *err)
{
    SC_CLEANUP(sc_user_change_done) struct sc_user_change c = {.n = 0};
    int rc = sc_user_change_begin(s, uid, &domain, 1, false, &c, err);
    if (rc == 0)
        rc = set_wish(&c, false, err);
    if (rc < 0)
        return rc;
    const struct sc_domain_entry *e = sc_domains_config_find(&c.jobs.v[0].facts.config, c.names[0]);
    if (!e || !e->learning_until)
        return sc_learns_not(c.names[0], err);
    sc_learn_wish(&c.jobs, 0);
    return sc_jobs_run(s, &c.jobs, NULL, err);
}

int sc_engine_user_disable(struct sc_server *s, uid_t uid, const char *const *domains, size_t n,
                           struct sc_error *err)
{
    SC_CLEANUP(sc_names_done) struct sc_names others = {0};
    SC_CLEANUP(sc_user_change_done) struct sc_user_change c = {.n = 0};
    int rc = sc_user_change_begin(s, uid, domains, n, true, &c, err);
    if (rc == 0)
        rc = set_wish(&c, false, err);
    if (rc == 0)
        rc = sc_job_widen(&c.jobs.v[0], &others, err);
    return rc < 0 ? rc : sc_jobs_run(s, &c.jobs, NULL, err);
}

static void merge(struct sc_limits *to, const struct sc_limits *change)
{
    for (unsigned i = 0; i < SC_LIMIT_COUNT; i++)
        if (change->set >> i & 1) {
            to->set |= 1u << i;
            to->value[i] = change->value[i];
        }
}

/* In the configuration in memory, for every isolated name of the domain's document root. */
static void set_limits(struct sc_facts *f, const char *name, const struct sc_limits *change)
{
    for (size_t i = 0; i < f->plan->n_sites; i++) {
        const struct sc_plan_site *site = &f->plan->sites[i];
        size_t k = 0;
        while (k < site->n_names && strcmp(site->names[k], name) != 0)
            k++;
        if (k == site->n_names)
            continue;
        for (k = 0; k < site->n_names; k++) {
            struct sc_domain_entry *e = sc_domains_config_find(&f->config, site->names[k]);
            if (e && e->isolated)
                merge(&e->limits, change);
        }
    }
}

int sc_engine_user_limits(struct sc_server *s, uid_t uid, const char *domain,
                          const struct sc_limits *change, const struct sc_watch *w,
                          struct sc_limits *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_user_change_done) struct sc_user_change c = {.n = 0};
    int rc = sc_user_change_begin(s, uid, &domain, 1, false, &c, err);
    if (rc < 0)
        return rc;
    struct sc_job *j = &c.jobs.v[0];
    const char *name = c.names[0];
    const struct sc_domain_entry *e = sc_domains_config_find(&j->facts.config, name);
    if (!e || !e->isolated)
        return sc_user_not_isolated(name, err);
    set_limits(&j->facts, name, change);
    if (!change->set) /* what is in the file was perhaps edited */
        sc_user_paths_tell(j, name, w);
    c.jobs.what = "limits";
    c.jobs.of = name;
    rc = sc_jobs_run(s, &c.jobs, NULL, err); /* checks first that they can be held */
    if (rc < 0)
        return rc;
    e = sc_domains_config_find(&j->facts.config, name);
    *ret = e ? e->limits : (struct sc_limits){0};
    return 0;
}
