/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enable, disable, regenerate, remount */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/proxyexec/service.h"
#include "core/engine/internal.h"
#include "core/engine/trial.h"
#include "core/server/monitor_service.h"
#include "core/server/panel.h"
#include "core/web/suexec_front.h"
#include "core/web/vhosts.h"
#include "core/pass/deny.h"
#include "core/pass/front.h"
#include "core/server/platform.h"

/* A domain that was named, and whose it is. */
struct named {
    char name[256];
    char *owner;
};

struct named_list {
    struct named *v;
    const char **owners;
    size_t n;
};

static void named_done(struct named_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->v[i].owner);
    free(l->v);
    free(l->owners);
}

static int unknown(const char *name, struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOTFOUND, SC_INVENTORY_NO_DOMAIN ": %s", name);
}

/* Whom the database last knew as the owner: for what the panel has forgotten, or cannot say now. */
static int owner_from_store(struct sc_server *s, const char *name, char **ret, struct sc_error *err)
{
    SC_CLEANUP(sc_domain_row_done) struct sc_domain_row d = {0};
    SC_CLEANUP(sc_user_row_done) struct sc_user_row u = {0};
    int rc = sc_store_domain_find(s->store, name, &d, err);
    if (rc == 0)
        rc = sc_store_user_by_uid(s->store, d.uid, &u, err);
    if (rc == SC_E_NOTFOUND)
        return unknown(name, err);
    if (rc == 0 && !(*ret = strdup(u.name)))
        rc = sc_error_set(err, SC_E_NOMEM, "out of memory");
    return rc;
}

static int find_owner(struct sc_server *s, bool for_removal, struct named *d, struct sc_error *err)
{
    SC_DOMAINS struct sc_domains found = SC_DOMAINS_INIT;
    int rc = sc_panel_domain(s, d->name, &found, err);
    if (rc == 0)
        return (d->owner = strdup(found.v[0].owner))
                   ? 0
                   : sc_error_set(err, SC_E_NOMEM, "out of memory");
    if (for_removal)
        return owner_from_store(s, d->name, &d->owner, err);
    bool plain = rc == SC_E_NOTFOUND && (!err || strcmp(err->text, SC_INVENTORY_NO_DOMAIN) == 0);
    return plain ? unknown(d->name, err) : rc; /* else it says what is odd about it */
}

static int find_owners(struct sc_server *s, const char *const *domains, size_t n, bool for_removal,
                       struct named_list *l, struct sc_error *err)
{
    l->v = calloc(n ? n : 1, sizeof(*l->v));
    l->owners = calloc(n ? n : 1, sizeof(*l->owners));
    if (!l->v || !l->owners)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        l->n = i + 1;
        if (sc_domain_canon(domains[i], l->v[i].name, NULL) < 0)
            return unknown(domains[i], err);
        rc = find_owner(s, for_removal, &l->v[i], err);
        l->owners[i] = l->v[i].owner;
    }
    return rc;
}

/* Gives each job the names that are its user's. */
static int assign(struct sc_jobs *jobs, const struct named_list *l, bool enable,
                  struct sc_error *err)
{
    for (size_t i = 0; i < jobs->n; i++) {
        struct sc_job *j = &jobs->v[i];
        size_t n = 0;
        j->names = calloc(l->n ? l->n : 1, sizeof(*j->names));
        if (!j->names)
            return sc_error_set(err, SC_E_NOMEM, "out of memory");
        for (size_t k = 0; k < l->n; k++)
            if (strcmp(l->v[k].owner, j->account.user) == 0)
                j->names[n++] = l->v[k].name;
        if (enable)
            j->wish = (struct sc_wish){.enable = j->names, .n_enable = n};
        else
            j->wish = (struct sc_wish){.disable = j->names, .n_disable = n};
    }
    return 0;
}

static int check_allowed(const struct sc_server *s, const struct named_list *l,
                         struct sc_error *err)
{
    bool on = false;
    int rc = sc_policy_enabled(&s->policy, &on, err);
    if (rc == 0 && !on)
        rc = sc_error_set(err, SC_E_NOTENABLED,
                          "CloudLinux Isolates is not enabled; allow it with: cagefsctl "
                          "--site-isolation-allow-all");
    for (size_t i = 0; rc == 0 && i < l->n; i++) {
        bool allowed = false;
        rc = sc_policy_user_allowed(&s->policy, l->v[i].owner, &allowed, err);
        if (rc == 0 && !allowed)
            rc = sc_error_set(err, SC_E_DENIED,
                              "CloudLinux Isolates is not allowed for user %s; allow it with: "
                              "cagefsctl --site-isolation-allow %s",
                              l->v[i].owner, l->v[i].owner);
    }
    return rc;
}

static int enable(struct sc_server *s, const char *const *domains, size_t n,
                  const struct sc_watch *w, struct sc_error *err)
{
    SC_FD int front = -EBADF;
    SC_CLEANUP(sc_vhosts_done) struct sc_vhosts hosts = {0};
    const struct named_list none = {0};
    int rc = sc_pass_lock_front(false, &front, err);
    if (rc == 0)
        rc = check_allowed(s, &none, err);
    SC_CLEANUP(named_done) struct named_list l = {0};
    SC_CLEANUP(sc_jobs_done) struct sc_jobs jobs = {0};
    if (rc == 0)
        rc = sc_platform_check(err);
    /* what cannot be read does not stop anybody: the entries themselves fail closed */
    if (rc == 0)
        (void)sc_vhosts_load("", &hosts, NULL);
    if (rc == 0)
        rc = sc_lsapi_check(&hosts, err);
    if (rc == 0)
        rc = find_owners(s, domains, n, false, &l, err);
    if (rc == 0)
        rc = check_allowed(s, &l, err);
    if (rc == 0)
        rc = sc_trial_once(s, err);
    if (rc == 0)
        rc = sc_jobs_open(s, l.owners, l.n, SC_FACTS_STRICT, &jobs, err);
    if (rc ==
        0) /* again: a user who was denied meanwhile had his sites ended before we got his lock */
        rc = check_allowed(s, &l, err);
    if (rc == 0)
        rc = assign(&jobs, &l, true, err);
    if (rc == 0)
        rc = sc_suexec_front_on(err); /* Apache may have been installed after allow-all */
    if (rc == 0)
        rc = sc_proxyexec_start(err); /* or it ended meanwhile */
    if (rc == 0)
        rc = sc_jobs_run(s, &jobs, w, err);
    if (rc == 0)
        sc_trial_note();
    for (size_t i = 0; rc == 0 && i < jobs.n; i++) {
        const struct sc_job *j = &jobs.v[i];
        for (size_t k = 0; k < j->wish.n_enable; k++)
            sc_hint_application(&j->account, &j->facts, j->wish.enable[k], w);
        sc_hint_fpm(s, &j->account, &j->facts, j->wish.enable, j->wish.n_enable, &hosts, w);
    }
    return rc;
}

int sc_engine_enable(struct sc_server *s, const char *const *domains, size_t n,
                     const struct sc_watch *w, struct sc_error *err)
{
    sc_pass_recover(s);
    int rc = enable(s, domains, n, w, err);
    if (rc == 0)
        sc_monitor_wanted(s, w); /* it may ask for the locks that enable() held */
    return rc;
}

int sc_engine_disable(struct sc_server *s, const char *const *domains, size_t n,
                      const struct sc_watch *w, struct sc_names *ret_others, struct sc_error *err)
{
    sc_pass_recover(s);
    SC_CLEANUP(named_done) struct named_list l = {0};
    SC_CLEANUP(sc_names_done) struct sc_names others = {0};
    SC_CLEANUP(sc_jobs_done) struct sc_jobs jobs = {0};
    int rc = find_owners(s, domains, n, true, &l, err);
    if (rc == 0)
        rc = sc_jobs_open(s, l.owners, l.n, SC_FACTS_REMOVAL, &jobs, err);
    if (rc == 0)
        rc = assign(&jobs, &l, false, err);
    for (size_t i = 0; rc == 0 && i < jobs.n; i++)
        rc = sc_job_widen(&jobs.v[i], &others, err);
    if (rc == 0)
        rc = sc_jobs_run(s, &jobs, w, err);
    if (rc < 0)
        return rc;
    *ret_others = others;
    others = (struct sc_names){0};
    return 0;
}

static int regenerate(struct sc_server *s, const char *const *users, size_t n,
                      const struct sc_watch *w, struct sc_error *err)
{
    SC_CLEANUP(sc_jobs_done) struct sc_jobs jobs = {0};
    struct sc_error why = SC_ERROR_INIT;
    int front = sc_pass_front_keep(s, &why); /* no reason not to repair the rest */
    int rc = sc_jobs_open(s, users, n, SC_FACTS_STRICT, &jobs, err);
    if (rc == 0)
        rc = sc_jobs_run(s, &jobs, w, err);
    bool on = false;
    if (rc == 0 && sc_policy_enabled(&s->policy, &on, NULL) == 0 && on)
        rc = sc_proxyexec_start(err); /* what its users need, too */
    if (rc == 0 && front < 0 && err)
        *err = why;
    return rc < 0 ? rc : front;
}

int sc_engine_regenerate(struct sc_server *s, const char *const *users, size_t n,
                         const struct sc_watch *w, struct sc_error *err)
{
    sc_pass_recover(s);
    int rc = regenerate(s, users, n, w, err);
    if (rc == 0)
        sc_monitor_wanted(s, w);
    return rc;
}

static int remount_some(struct sc_server *s, const char *const *users, size_t n,
                        const struct sc_watch *w, struct sc_error *err)
{
    SC_CLEANUP(sc_jobs_done) struct sc_jobs jobs = {0};
    int rc = sc_jobs_open(s, users, n, SC_FACTS_LAST_GOOD, &jobs, err);
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
            rc = sc_pass_clear_user(s, all.rows[i].uid, err);
    }
    if (rc == 0)
        sc_watch_progress(w, all.n, all.n);
    return rc;
}
