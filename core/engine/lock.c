/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lock, unlock */
#include "core/account/account.h"
#include "core/account/notes.h"
#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/engine/internal.h"
#include "core/pass/recover.h"

/* As it is wanted now: what he wrote last and what no pass has seen yet is part of it. */
static int lock_one(struct sc_server *s, const struct sc_job *j, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = sc_domains_config_format(&j->facts.config, &text, err);
    if (rc == 0)
        rc = sc_policy_lock(&s->policy, j->account.user, text.data, text.len, err);
    sc_log("lock user=%s: %s", j->account.user, rc < 0 && err ? err->text : "done");
    return rc;
}

int sc_engine_lock_users(struct sc_server *s, const char *const *users, size_t n,
                         const struct sc_watch *w, struct sc_error *err)
{
    SC_CLEANUP(sc_jobs_done) struct sc_jobs jobs = {0};
    sc_pass_recover(s);
    int rc = sc_jobs_open(s, users, n, SC_FACTS_LAST_GOOD, NULL, &jobs, err);
    for (size_t i = 0; rc == 0 && i < jobs.n; i++) {
        if (!jobs.v[i].facts.from_file)
            sc_watch_notice(w, "user %s: what is applied now is locked: %s", jobs.v[i].account.user,
                            jobs.v[i].facts.why_file.text);
        rc = lock_one(s, &jobs.v[i], err);
    }
    return rc;
}

/* A lock that an account left behind can be taken away, too. */
static int check_users(struct sc_server *s, const char *const *users, size_t n,
                       struct sc_error *err)
{
    for (size_t i = 0; i < n; i++) {
        uid_t uid;
        bool locked = false;
        int rc = sc_account_uid(users[i], &uid, err);
        if (rc == SC_E_NOTFOUND &&
            sc_policy_user_locked(&s->policy, users[i], &locked, NULL) == 0 && locked)
            rc = 0;
        if (rc < 0)
            return rc;
    }
    return 0;
}

int sc_engine_unlock_users(struct sc_server *s, const char *const *users, size_t n,
                           const struct sc_watch *w, struct sc_error *err)
{
    (void)w;
    int rc = check_users(s, users, n, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        uid_t uid;
        rc = sc_policy_unlock(&s->policy, users[i], err);
        if (rc == 0 && sc_account_uid(users[i], &uid, NULL) == 0)
            (void)sc_note_set(uid, SC_NOTE_LOCK, NULL, NULL);
        sc_log("unlock user=%s: %s", users[i], rc < 0 && err ? err->text : "done");
    }
    return rc;
}
