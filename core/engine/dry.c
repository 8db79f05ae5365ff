/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --dry-run: all that enable, or disable, finds out before it changes anything. Takes no lock. */
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/engine/before.h"
#include "core/engine/cover.h"
#include "core/engine/named.h"
#include "core/facts/gather.h"
#include "core/pass/webserver.h"
#include "core/server/platform.h"

static struct sc_heard *heard_of(struct sc_named_list *l, const char *owner)
{
    for (size_t i = 0; i < l->answers.n; i++)
        if (strcmp(l->answers.v[i].owner, owner) == 0)
            return &l->answers.v[i].heard;
    return NULL;
}

static bool is_open(const struct sc_jobs *jobs, const char *owner)
{
    for (size_t i = 0; i < jobs->n; i++)
        if (strcmp(jobs->v[i].account.user, owner) == 0)
            return true;
    return false;
}

static int look_at(struct sc_server *s, struct sc_named_list *l, const char *owner,
                   enum sc_facts_how how, struct sc_jobs *jobs, struct sc_error *err)
{
    struct sc_job *j = &jobs->v[jobs->n++];
    uid_t uid;
    j->account = (struct sc_account)SC_ACCOUNT_INIT;
    int rc = sc_account_uid(owner, &uid, err);
    if (rc == 0)
        rc = sc_account_look(uid, &j->account, err);
    return rc < 0 ? rc : sc_facts_gather(s, &j->account, how, heard_of(l, owner), &j->facts, err);
}

static int look_at_all(struct sc_server *s, struct sc_named_list *l, enum sc_facts_how how,
                       struct sc_jobs *jobs, struct sc_error *err)
{
    int rc = 0;
    if (!(jobs->v = calloc(l->n ? l->n : 1, sizeof(*jobs->v))))
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    for (size_t i = 0; rc == 0 && i < l->n; i++)
        if (!is_open(jobs, l->owners[i]))
            rc = look_at(s, l, l->owners[i], how, jobs, err);
    return rc;
}

static int check(struct sc_server *s, struct sc_cover_server *server, struct sc_jobs *jobs,
                 bool anyway, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < jobs->n; i++)
        rc = sc_pass_check(s, &jobs->v[i].account, &jobs->v[i].facts, &jobs->v[i].wish, err);
    return rc < 0 || anyway ? rc : sc_cover_before(server, jobs, err);
}

int sc_engine_enable_dry(struct sc_server *s, const char *const *domains, size_t n,
                         const struct sc_enable_how *how, const struct sc_watch *w,
                         struct sc_error *err)
{
    SC_CLEANUP(sc_cover_server_done) struct sc_cover_server server = {0};
    SC_CLEANUP(sc_named_done) struct sc_named_list l = {0};
    SC_CLEANUP(sc_jobs_done) struct sc_jobs jobs = {0};
    SC_CLEANUP(sc_look_done) struct sc_look look = SC_LOOK_INIT;
    int rc = sc_platform_check(err);
    if (rc == 0)
        rc = sc_cover_server_look(false, &server, err);
    if (rc == 0)
        rc = sc_named_find(s, domains, n, how->owner != NULL, how->owner, false, &l, err);
    if (rc == 0)
        rc = sc_named_allowed(s, &l, err);
    s->cover = &server;
    if (rc == 0)
        rc = look_at_all(s, &l, SC_FACTS_STRICT, &jobs, err);
    if (rc == 0)
        rc = sc_named_confirm(&l, &jobs, err);
    if (rc == 0)
        rc = sc_named_assign(&jobs, &l, true, err);
    sc_jobs_home(&jobs, how->home);
    server.gate = sc_pass_webserver_wanted(s);
    if (rc == 0)
        rc = check(s, &server, &jobs, how->anyway, err);
    s->cover = NULL;
    if (rc < 0)
        return rc;
    sc_before_begin(&jobs, server.gate, &look, w);
    sc_before_tell(&look, w);
    return 0;
}

int sc_engine_disable_dry(struct sc_server *s, const char *const *domains, size_t n,
                          const struct sc_watch *w, struct sc_names *ret_others,
                          struct sc_error *err)
{
    SC_CLEANUP(sc_named_done) struct sc_named_list l = {0};
    SC_CLEANUP(sc_names_done) struct sc_names others = {0};
    SC_CLEANUP(sc_jobs_done) struct sc_jobs jobs = {0};
    (void)w;
    int rc = sc_named_find(s, domains, n, false, NULL, true, &l, err);
    if (rc == 0)
        rc = look_at_all(s, &l, SC_FACTS_REMOVAL, &jobs, err);
    if (rc == 0)
        rc = sc_named_confirm(&l, &jobs, err);
    if (rc == 0)
        rc = sc_named_assign(&jobs, &l, false, err);
    for (size_t i = 0; rc == 0 && i < jobs.n; i++)
        rc = sc_job_widen(&jobs.v[i], &others, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret_others, &others);
    return 0;
}
