/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/pass.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/cage/keeper_start.h"
#include "core/cage/live.h"
#include "core/php/restart.h"
#include "core/pass/fpm.h"
#include "core/pass/cron.h"
#include "core/pass/limits.h"
#include "core/pass/php.h"
#include "core/pass/planfiles.h"
#include "core/pass/record.h"
#include "core/pass/storage.h"
#include "core/proxyexec/sites.h"
#include "core/runtime/runtime.h"

#define CAGE_WAIT_MS 40000 /* a build gives up after 30 s */

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an account");
}

/* ---- check ---- */

static int check_enabled(const struct sc_account *a, const struct sc_facts *f, const char *name,
                         struct sc_error *err)
{
    const struct sc_plan_site *site = sc_plan_site_of(f->plan, name);
    if (!site)
        return sc_error_set(err, SC_E_NOTFOUND, SC_INVENTORY_NO_DOMAIN ": %s", name);
    for (size_t i = 0; i < f->domains.n; i++)
        if (f->docroots.problems[i] && strcmp(f->domains.v[i].name, name) == 0)
            return sc_error_set(err, SC_E_INVAL,
                                "%s cannot be isolated: %s; create the document root, or correct "
                                "it in the panel",
                                name, f->docroots.problems[i]);
    if (site->refused)
        return sc_error_set(err, SC_E_INVAL, "%s of user %s cannot be isolated: %s", name, a->user,
                            site->refused);
    return 0;
}

/* A site is its document root: switching one of its names off switches all of them off. */
static void disable_site(struct sc_facts *f, const char *name)
{
    const struct sc_plan_site *site = sc_plan_site_of(f->plan, name);
    for (size_t k = 0; site && k < site->n_names; k++)
        (void)sc_domains_config_remove(&f->config, site->names[k]);
    (void)sc_domains_config_remove(&f->config, name);
}

int sc_pass_check(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  const struct sc_wish *wish, struct sc_error *err)
{
    for (size_t i = 0; i < wish->n_disable; i++)
        disable_site(f, wish->disable[i]);
    while (wish->disable_all && f->config.n)
        (void)sc_domains_config_remove(&f->config, f->config.entries[0].name);
    for (size_t i = 0; i < wish->n_enable; i++) {
        int rc = sc_domains_config_set_isolated(&f->config, wish->enable[i], true, err);
        if (rc < 0)
            return rc;
    }
    int rc = sc_facts_plan(s, a, f, err);
    for (size_t i = 0; rc == 0 && i < wish->n_enable; i++)
        rc = check_enabled(a, f, wish->enable[i], err);
    /* what the panel or the home did to other sites meanwhile is no reason to refuse this one */
    bool removal = wish->n_disable || wish->disable_all || wish->end_processes;
    return rc < 0 || removal ? rc : sc_pass_limits_check(a, f, err);
}

/* ---- the runtime state
 * --------------------------------------------------------------------------------------- */

/* Plans before the table: the table is what makes an entry look for them. */
static int write_runtime(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
                         const struct sc_made *m, struct sc_planfile *plans, struct sc_error *err)
{
    SC_CLEANUP(sc_planner_done) struct sc_planner planner = {0};
    int rc = sc_planner_init(s, a, &planner, err);
    if (rc == 0)
        rc = sc_runtime_dir(a->uid, err);
    if (rc == 0)
        rc = sc_runtime_write_passwd(a->uid, a->gid, a->user, err);
    for (size_t i = 0; rc == 0 && i < f->plan->n_sites; i++) {
        if (!m->ids[i])
            continue;
        rc = sc_storage_make(a, m->tokens[i], err);
        if (rc == 0)
            rc = sc_planner_make(&planner, a, f->plan, i, m->ids[i], m->tokens[i], &plans[i], err);
        if (rc == 0)
            rc = sc_proxy_site_make(a->uid, m->ids[i], err);
        if (rc == 0)
            rc = sc_pass_php_make(planner.php, a, m->ids[i], m->tokens[i], err);
        if (rc == 0)
            rc = sc_runtime_write_plan(&plans[i], &m->changed[i], err);
    }
    if (rc == 0)
        rc = sc_runtime_mark(a->uid, true, err);
    if (rc == 0)
        rc = sc_pass_limits_make(a, f, m->ids, m->limits, err);
    return rc < 0 ? rc : sc_runtime_write_table(a->uid, a->home, f->plan, m->ids, m->limits, err);
}

/* Requests that FastCGI and LSAPI programs are at may finish first. */
static int end_site(uid_t uid, unsigned id, struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    int rc = sc_cage_lock(uid, id, true, CAGE_WAIT_MS, &lock, err);
    if (rc == 0)
        rc = sc_php_restart_site(NULL, uid, id, err);
    if (rc == 0)
        rc = sc_php_drain_site(uid, id, err);
    return rc < 0 ? rc : sc_keeper_end(uid, id, err);
}

/* The plan goes first: an entry that is on its way starts no keeper any more when its turn comes. */
static int forget_site(uid_t uid, unsigned id, struct sc_error *err)
{
    int rc = sc_runtime_remove_plan(uid, id, err);
    return rc < 0 ? rc : end_site(uid, id, err);
}

static int apply_running(const struct sc_account *a, const struct sc_facts *f,
                         const struct sc_made *m, const struct sc_planfile *plans,
                         const struct sc_wish *wish, struct sc_error *err)
{
    /* A pass that was asked for a change of some sites leaves the others alone, unless it changed
     * their plans; one without a wish (regenerate, repair) compares each running view with its
     * plan. */
    bool all = m->unfinished || (!wish->n_enable && !wish->n_disable && !wish->disable_all);

    int rc = 0;
    for (size_t i = 0; rc == 0 && i < f->plan->n_sites; i++) {
        if (!m->ids[i])
            continue;
        if (!all && !f->renamed && !m->changed[i] && !m->moved[i])
            continue;
        if (wish->end_processes || m->moved[i] || f->renamed) {
            rc = end_site(a->uid, m->ids[i], err);
            continue;
        }
        SC_FD int lock = -EBADF;
        enum sc_live_result result;
        rc = sc_cage_lock(a->uid, m->ids[i], true, CAGE_WAIT_MS, &lock, err);
        if (rc == 0)
            rc = sc_live_apply(&plans[i], &result, err);
    }
    return rc;
}

/* Ends what is no isolated site (any more): processes first, then files, then the user's storage of
 * it. */
static int end_others(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
                      const struct sc_made *m, struct sc_error *err)
{
    SC_FREE unsigned *ids = NULL;
    SC_FREE unsigned *keep = calloc(f->plan->n_sites ? f->plan->n_sites : 1, sizeof(*keep));
    if (!keep)
        return no_memory(err);
    size_t n = 0, n_keep = 0;
    for (size_t i = 0; i < f->plan->n_sites; i++)
        if (m->ids[i])
            keep[n_keep++] = m->ids[i];
    int rc = sc_runtime_sites(a->uid, &ids, &n, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        bool stays = false;
        for (size_t k = 0; k < n_keep && !stays; k++)
            stays = keep[k] == ids[i];
        if (!stays)
            rc = forget_site(a->uid, ids[i], err);
    }
    bool broken_left = false; /* wanted, and cannot be: the table must stay to say so */
    for (size_t i = 0; i < f->plan->n_sites; i++)
        broken_left |= f->plan->sites[i].isolated && !m->ids[i];
    static const unsigned none_but_table[] = {1}; /* no site has this id */
    if (rc == 0)
        rc = n_keep || !broken_left ? sc_runtime_sweep(a->uid, keep, n_keep, err)
                                    : sc_runtime_sweep(a->uid, none_but_table, 1, err);
    /* the storage of a site that waits, for its document root or its domain, stays too: as its row
     * does */
    SC_CLEANUP(sc_site_list_done) struct sc_site_list sites = {0};
    if (rc == 0)
        rc = sc_store_sites_get(s->store, a->uid, &sites, err);
    SC_FREE const char **tokens = calloc(sites.n ? sites.n : 1, sizeof(*tokens));
    if (!tokens)
        return no_memory(err);
    for (size_t i = 0; i < sites.n; i++)
        tokens[i] = sites.rows[i].token;
    return rc < 0 ? rc : sc_storage_sweep(a, tokens, sites.n, err);
}

/* What the events told and the panel's answer includes is done: they must not be applied again to a
 * domain that comes back under the same name. */
static int end_events(struct sc_server *s, const struct sc_facts *f, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < f->hints.n; i++)
        if (f->agreed[i])
            rc = sc_store_events_done(s->store, &f->hints.rows[i], 1, err);
    return rc;
}

static int is_pending(struct sc_server *s, uid_t uid, bool *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_pending_list_done) struct sc_pending_list list = {0};
    int rc = sc_store_pending_get(s->store, &list, err);
    for (size_t i = 0; rc == 0 && i < list.n; i++)
        *ret |= list.rows[i].uid == uid;
    return rc;
}

int sc_pass_apply(struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  const struct sc_wish *wish, struct sc_error *err)
{
    size_t n = f->plan->n_sites ? f->plan->n_sites : 1;
    SC_CLEANUP(sc_made_done)
    struct sc_made m = {.ids = calloc(n, sizeof(*m.ids)),
                        .tokens = calloc(n, sizeof(*m.tokens)),
                        .moved = calloc(n, sizeof(*m.moved)),
                        .changed = calloc(n, sizeof(*m.changed)),
                        .limits = calloc(n, sizeof(*m.limits)),
                        .n = f->plan->n_sites};
    struct sc_planfile *plans = calloc(n, sizeof(*plans));
    if (!m.ids || !m.tokens || !m.moved || !m.changed || !m.limits || !plans) {
        free(plans);
        return no_memory(err);
    }
    struct sc_config_user user = {
        .name = a->user, .uid = a->uid, .gid = a->gid, .home = a->home_alias, .homefd = a->homefd};
    bool any = false;
    for (size_t i = 0; i < f->plan->n_sites; i++)
        any |= f->plan->sites[i].isolated;
    int rc = is_pending(s, a->uid, &m.unfinished, err);
    if (rc == 0)
        rc = sc_store_pending_set(s->store, a->uid, time(NULL), err);
    if (rc == 0 && f->from_file)
        rc = sc_domains_config_save(&user, &f->config, err);
    if (rc == 0)
        rc = sc_record(s, a, f, &m, err);
    if (rc == 0 && any)
        rc = write_runtime(s, a, f, &m, plans, err);
    else if (rc == 0)
        /* nothing is isolated any more: entries must stop before the cages end */
        rc = sc_runtime_unlist(a->uid, err);
    if (rc == 0) /* before views end: what moves out of one is served elsewhere by then */
        rc = sc_pass_fpm(a, f->plan, &m, err);
    bool changed = wish->n_enable || wish->n_disable || wish->disable_all || m.unfinished;
    for (size_t i = 0; i < m.n; i++)
        changed |= m.changed[i] || m.moved[i];
    if (rc == 0 && changed)
        rc = sc_php_restart_outside(a->uid, err);
    if (rc == 0)
        rc = apply_running(a, f, &m, plans, wish, err);
    if (rc == 0)
        rc = end_others(s, a, f, &m, err);
    if (rc == 0)
        rc = sc_pass_limits_sweep(a->uid, m.ids, m.limits, m.n, err);
    if (rc == 0)
        rc = sc_pass_cron(a, f->plan, &m, err);
    if (rc == 0)
        rc = end_events(s, f, err);
    if (rc == 0)
        rc = sc_store_user_set_applied(s->store, a->uid, time(NULL), err);
    if (rc == 0)
        rc = sc_store_pending_clear(s->store, a->uid, err);
    for (size_t i = 0; i < f->plan->n_sites; i++)
        sc_planfile_done(&plans[i]);
    free(plans);
    return rc;
}

int sc_pass_user(struct sc_server *s, const struct sc_account *a, enum sc_facts_how how,
                 struct sc_error *err)
{
    SC_CLEANUP(sc_facts_done) struct sc_facts f = {0};
    struct sc_wish none = {0};
    int rc = sc_facts_gather(s, a, how, &f, err);
    return rc < 0 ? rc : sc_pass_apply(s, a, &f, &none, err);
}

int sc_pass_forget(struct sc_server *s, uid_t uid, struct sc_error *err)
{
    SC_FREE unsigned *ids = NULL;
    size_t n = 0;
    int rc = sc_runtime_unlist(uid, err);
    if (rc == 0)
        rc = sc_pass_fpm_forget(uid, err);
    if (rc == 0)
        rc = sc_runtime_sites(uid, &ids, &n, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = forget_site(uid, ids[i], err);
    if (rc == 0)
        rc = sc_pass_limits_sweep(uid, NULL, NULL, 0, err);
    if (rc == 0)
        rc = sc_pass_cron_end(uid, err);
    if (rc == 0)
        rc = sc_runtime_sweep(uid, NULL, 0, err);
    if (rc == 0)
        rc = sc_store_user_remove(s->store, uid, err);
    return rc < 0 ? rc : sc_store_pending_clear(s->store, uid, err);
}

void sc_pass_pending(struct sc_server *s)
{
    SC_CLEANUP(sc_pending_list_done) struct sc_pending_list list = {0};
    if (sc_store_pending_get(s->store, &list, NULL) < 0)
        return;
    for (size_t i = 0; i < list.n; i++) {
        SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
        struct sc_error why = SC_ERROR_INIT;
        uid_t uid = list.rows[i].uid;
        /* whoever holds the lock is at it, and will finish; if not, the next command finds the mark
         * again */
        int rc = sc_account_open_uid(uid, 0, &a, &why);
        if (rc == SC_E_BUSY)
            continue;
        if (rc == SC_E_NOTFOUND) {
            SC_FD int lock = -EBADF;
            if (sc_account_lock(uid, 0, &lock, NULL) == 0)
                (void)sc_pass_forget(s, uid, NULL);
            continue;
        }
        if (rc == 0)
            rc = sc_pass_user(s, &a, SC_FACTS_LAST_GOOD, &why);
        if (rc < 0)
            (void)sc_store_user_set_stale(s->store, uid, why.text, NULL);
    }
}
