/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/monitor/jobs.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/digest.h"
#include "core/base/match.h"
#include "core/base/resolve.h"
#include "core/follow/follow.h"
#include "core/history/look.h"
#include "core/base/log.h"
#include "core/coverage/account.h"
#include "core/pass/services.h"
#include "core/loopback/loopback.h"
#include "core/server/panel_hooks.h"
#include "core/server/server.h"
#include "hooks/monitor/fpm.h"
#include "hooks/monitor/jobs_account.h"
#include "hooks/monitor/look.h"
#include "hooks/monitor/worker.h"

static void found(const char *user, void *arg)
{
    (void)arg;
    if (user)
        sc_job_print("found", user);
    else
        puts("resync");
}

static int survey(struct sc_server *s, const char *argument, unsigned n_sets, struct sc_error *err)
{
    (void)argument, (void)n_sets;
    int rc = sc_monitor_survey(s, found, NULL, err);
    if (rc == 0)
        puts("ok");
    return rc;
}

static int hooks(struct sc_server *s, const char *argument, unsigned n_sets, struct sc_error *err)
{
    struct sc_inventory_conf panel;
    bool changed = false;
    (void)argument, (void)n_sets;
    int rc = sc_server_panel(s, &panel, err);
    if (rc == 0)
        rc = sc_panel_hooks_ensure(&panel, &changed, err);
    if (changed)
        puts("put");
    if (rc == 0 || rc == SC_E_UNSUPPORTED)
        puts("ok");
    return rc == SC_E_UNSUPPORTED ? 0 : rc;
}

static int paths(struct sc_server *s, const char *argument, unsigned n_sets, struct sc_error *err)
{
    struct sc_inventory_conf panel;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    (void)argument, (void)n_sets;
    int rc = sc_server_panel(s, &panel, err);
    if (rc == 0)
        rc = sc_panel_paths(&panel, &text, err);
    if (rc < 0)
        return rc;
    char *save = NULL;
    for (char *l = strtok_r(text.data, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
        printf("%s%s\n", *l == '/' ? "path " : "", l);
    puts("ok");
    return 0;
}

static int panel_watch(struct sc_server *s, const char *argument, unsigned n_sets,
                       struct sc_error *err)
{
    struct sc_inventory_conf panel;
    (void)argument, (void)n_sets;
    int rc = sc_server_panel(s, &panel, err);
    if (rc == 0)
        rc = sc_panel_watch(&panel, err);
    if (rc == SC_E_UNSUPPORTED)
        puts("none");
    if (rc == 0 || rc == SC_E_UNSUPPORTED)
        puts("ok");
    return rc == SC_E_UNSUPPORTED ? 0 : rc;
}

static int marks(struct sc_server *s, const char *argument, unsigned n_sets, struct sc_error *err)
{
    (void)argument, (void)n_sets;
    if (!sc_monitor_marks(s, found, NULL))
        return sc_error_set(err, SC_E_BUSY, "the queue of events cannot be written");
    puts("ok");
    return 0;
}

static int pending(struct sc_server *s, const char *argument, unsigned n_sets, struct sc_error *err)
{
    (void)argument, (void)n_sets;
    int rc = sc_follow_pending(s, found, NULL, err);
    if (rc == 0)
        puts("ok");
    return rc;
}

static int accounts(struct sc_server *s, const char *argument, unsigned n_sets,
                    struct sc_error *err)
{
    SC_CLEANUP(sc_user_list_done) struct sc_user_list users = {0};
    (void)argument, (void)n_sets;
    int rc = sc_store_users_get(s->store, true, &users, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < users.n; i++) {
        char word[32];
        snprintf(word, sizeof(word), "account %u", (unsigned)users.rows[i].uid);
        sc_job_print(word, users.rows[i].name);
    }
    puts("ok");
    return 0;
}

/* ---- pools of PHP-FPM ---- */

static int pool_dirs(struct sc_error *err)
{
    size_t n = 0, n_vendors;
    const struct sc_php_vendor *v = sc_php_vendors(&n_vendors);
    for (size_t k = 0; k < n_vendors; k++) {
        char pattern[PATH_MAX];
        SC_CLEANUP(sc_matches_done) struct sc_matches m = {0};
        int rc = sc_fpm_pool_dir(&v[k], pattern) ? sc_match(pattern, NULL, &m, err) : 0;
        if (rc < 0)
            return rc;
        for (size_t i = 0; i < m.n && n < SC_FPM_DIRS_MAX; i++, n++)
            sc_job_print("dir", m.v[i]);
    }
    return 0;
}

/* Directories of the web server's configuration, and where suexec is put back. */
static void conf_dirs(const struct sc_vhosts *hosts)
{
    static const char *const of_suexec[] = {"/etc/alternatives", "/usr/lib/apache2"};
    for (size_t i = 0; i < sizeof(of_suexec) / sizeof(of_suexec[0]); i++)
        sc_job_print("dir", of_suexec[i]);
    for (size_t i = 0; i < hosts->n_dirs && i < SC_FPM_DIRS_MAX; i++)
        sc_job_print("dir", hosts->dirs[i]);
}

/* Of pools that no layout knows. */
static void found_dirs(const struct sc_fpm_known_list *l)
{
    for (size_t i = 0; i < l->n; i++) {
        char dir[PATH_MAX];
        snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(l->v[i].file, '/') - l->v[i].file),
                 l->v[i].file);
        if (l->v[i].found)
            sc_job_print("dir", dir);
    }
}

/* What is not covered is kept for lists, and makes a pass when it changes for a site that is judged
 * again: the site's first verdict comes of a pass. False: not known. */
static bool judge(struct sc_server *s, struct sc_cover_server *server, uid_t uid, bool *ret_other)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_cover_account_keep(s->store, server, uid, ret_other, &err) == 0)
        return true;
    sc_log("uid=%u: coverage: %s", (unsigned)uid, err.text);
    return false;
}

/* What the web server's configuration names in the account's home: its sites see it, so a pass is due
 * when it is something else. */
static uint64_t named(const struct sc_vhosts *hosts, const char *home)
{
    uint64_t h = SC_DIGEST_BEGIN;
    for (size_t i = 0; i < hosts->n; i++) {
        const struct sc_vhost *v = &hosts->v[i];
        for (size_t k = 0; k < v->n_roots; k++)
            if (v->roots[k].alias && sc_path_below(v->roots[k].text, home))
                h = sc_digest_text(h, v->roots[k].text);
        for (size_t k = 0; k < v->ways.n; k++)
            if (v->ways.v[k].what && sc_path_below(v->ways.v[k].what, home))
                h = sc_digest_text(h, v->ways.v[k].what);
    }
    return h;
}

/* A home may hang: the daemon is told whose look begins, and starts another worker behind that one. */
static void look_at_pools(struct sc_server *s, struct sc_cover_server *server,
                          const struct sc_user_row *user)
{
    uint64_t digest;
    bool other = false;
    printf("judging %u\n", (unsigned)user->uid);
    (void)fflush(stdout);
    if (sc_fpm_digest_of(&server->pools, user->uid, user->name, &digest) &&
        judge(s, server, user->uid, &other))
        printf("pools %u %" PRIu64 "%s\n", (unsigned)user->uid,
               digest ^ named(&server->hosts, user->home), other ? " other" : "");
}

/* `argument`: sc_fpm_turn_format(). */
static int pools(struct sc_server *s, const char *argument, unsigned n_sets, struct sc_error *err)
{
    SC_CLEANUP(sc_cover_server_done) struct sc_cover_server server = {0};
    SC_CLEANUP(sc_user_list_done) struct sc_user_list users = {0};
    (void)n_sets;
    int rc = pool_dirs(err);
    if (rc == 0)
        rc = sc_cover_server_look(true, &server, err);
    if (rc == 0)
        rc = sc_store_users_get(s->store, true, &users, err);
    if (rc < 0)
        return rc;
    conf_dirs(&server.hosts);
    found_dirs(&server.pools);
    for (size_t i = 0; i < users.n; i++)
        if (sc_fpm_turn_has(argument, users.rows[i].uid))
            look_at_pools(s, &server, &users.rows[i]);
    puts("ok");
    return 0;
}

static int services(struct sc_server *s, const char *argument, unsigned n_sets,
                    struct sc_error *err)
{
    SC_CLEANUP(sc_services_done) struct sc_services found = {0};
    bool again = false;
    (void)argument, (void)n_sets;
    puts("looking");
    int rc = sc_services_find(NULL, &found, err);
    for (size_t i = 0; rc == 0 && i < found.n; i++)
        sc_job_print("source", found.v[i].source);
    if (rc == 0)
        rc = sc_pass_services(s, &found, &again, err);
    if (rc == 0)
        puts(again ? "again\nok" : "ok");
    return rc;
}

static int ports(struct sc_server *s, const char *argument, unsigned n_sets, struct sc_error *err)
{
    struct sc_loopback_followed is = {0};
    (void)s, (void)argument, (void)n_sets;
    int rc = sc_loopback_follow(&is, err);
    if (is.changed)
        puts("changed");
    if (is.failed)
        puts("failed");
    if (rc == 0)
        puts("ok");
    return rc;
}

static int history(struct sc_server *s, const char *argument, unsigned n_sets, struct sc_error *err)
{
    size_t sites = 0;
    (void)argument, (void)n_sets;
    int rc = sc_history_look(s, &sites, err);
    if (rc == 0)
        printf("sites %zu\nok\n", sites);
    return rc;
}

/* ---- all of them ---- */

static const struct {
    const char *name;
    int (*work)(struct sc_server *s, const char *argument, unsigned n_sets, struct sc_error *err);
} jobs[] = {{SC_JOB_ACCOUNT, sc_job_account},
            {SC_JOB_FIRST, sc_job_first},
            {SC_JOB_EVENTS, sc_job_events},
            {SC_JOB_WATCH, sc_job_watch},
            {SC_JOB_SURVEY, survey},
            {SC_JOB_HOOKS, hooks},
            {SC_JOB_PATHS, paths},
            {SC_JOB_PANEL, panel_watch},
            {SC_JOB_MARKS, marks},
            {SC_JOB_PENDING, pending},
            {SC_JOB_ACCOUNTS, accounts},
            {SC_JOB_POOLS, pools},
            {SC_JOB_SERVICES, services},
            {SC_JOB_PORTS, ports},
            {SC_JOB_HISTORY, history}};

int sc_job_do(const char *job, const char *argument, unsigned n_fds)
{
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    struct sc_error err = SC_ERROR_INIT;
    size_t i = 0;
    while (i < sizeof(jobs) / sizeof(jobs[0]) && strcmp(jobs[i].name, job) != 0)
        i++;
    if (i == sizeof(jobs) / sizeof(jobs[0]))
        return 2;
    /* what it starts gets none of the daemon's descriptors */
    for (unsigned fd = 0; fd < n_fds; fd++)
        (void)fcntl(SC_WORKER_FIRST_FD + (int)fd, F_SETFD, FD_CLOEXEC);
    int rc = sc_server_open(&s, &err);
    if (rc == 0) {
        s->lock_ms = 0; /* the daemon comes again */
        rc = jobs[i].work(s, argument, n_fds, &err);
    }
    if (rc < 0)
        printf("error %s\n", err.text);
    return fflush(stdout) == 0 && rc == 0 ? 0 : 1;
}
