/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/deny.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/base/there.h"
#include "core/loopback/loopback.h"
#include "core/pass/front.h"
#include "core/pass/forget.h"
#include "core/pass/pass.h"
#include "core/pass/told.h"
#include "core/pass/tools.h"
#include "core/pass/webserver.h"
#include "core/proxyexec/service.h"
#include "core/server/monitor_service.h"
#include "core/web/suexec_front.h"

/* One deny at a time: there is one mark. Held by whoever works on what the mark says, so that a
 * mark without a holder is one that was left behind. */
#define DENY_LOCK "deny"

/* For a change of an account that is about to be over. */
#define SOON_MS 1000

int sc_pass_lock_deny(int wait_ms, int *ret_fd, struct sc_error *err)
{
    return sc_account_lock_global(DENY_LOCK, true, wait_ms, ret_fd, err);
}

/* All has ended, but what the user wants could not be taken out of a file that cannot be read. */
static void note_file(const struct sc_account *a, const struct sc_facts *f, struct sc_error *left)
{
    if (left && left->code == 0 && !f->from_file)
        sc_error_set(left, f->why_file.code,
                     "user %s: %s; nothing of the account is isolated any more, but what the file "
                     "names will be again when the user is allowed: mend it, and deny again",
                     a->user, f->why_file.text);
}

static int clear_user(struct sc_server *s, uid_t uid, const struct sc_told *told,
                      struct sc_error *left, struct sc_error *err)
{
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    SC_CLEANUP(sc_heard_done) struct sc_heard heard = SC_HEARD_INIT;
    SC_CLEANUP(sc_facts_done) struct sc_facts f = {0};
    bool use = false;
    struct sc_wish all = {.disable_all = true};
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_account_open_uid(uid, s->lock_ms, &a, &why);
    if (rc == SC_E_NOTFOUND || rc == SC_E_INVAL || /* user or home are missing */
        (rc == SC_E_SYS && sc_is_absent(why.sys))) {
        SC_FD int lock = -EBADF;
        rc = sc_account_lock(uid, s->lock_ms, &lock, err);
        return rc < 0 ? rc : sc_pass_forget(s, uid, err);
    }
    if (rc < 0 && err)
        *err = why;
    if (rc == 0)
        rc = sc_told_of(told, s, &a, &use, &heard, err);
    if (rc == 0)
        rc = sc_pass_gather(s, &a, SC_FACTS_LAST_GOOD, use ? &heard : NULL, &f, err);
    if (rc == 0)
        rc = sc_pass_check(s, &a, &f, &all, err);
    if (rc == 0)
        rc = sc_pass_apply(s, &a, &f, &all, err);
    if (rc == 0)
        note_file(&a, &f, left);
    return rc;
}

int sc_pass_clear_user(struct sc_server *s, uid_t uid, struct sc_error *left, struct sc_error *err)
{
    return clear_user(s, uid, NULL, left, err);
}

/* ---- many accounts ---- */

#define MANY 8 /* accounts for which the panel is asked once, and not for each */

struct todo {
    uid_t uid;
    const char *user;
    bool done;
};

static int clear_one(struct sc_server *s, struct todo *t, const struct sc_told *told, int wait_ms,
                     struct sc_error *left, struct sc_error *err)
{
    int before = s->lock_ms;
    s->lock_ms = wait_ms < before ? wait_ms : before;
    int rc = clear_user(s, t->uid, told, left, err);
    s->lock_ms = before;
    t->done = rc == 0;
    return rc < 0 ? sc_error_wrap(err, "user %s", t->user) : 0;
}

/* nginx reads its configuration once for all. */
static void begin_many(struct sc_server *s)
{
    s->nginx_later = true;
}

static void end_many(struct sc_server *s)
{
    struct sc_error why = SC_ERROR_INIT;
    s->nginx_later = false;
    if (sc_tools_of(s)->web.nginx_read(&why) < 0)
        sc_log("nginx: %s", why.text);
}

/* Those that nobody else is changing first; then it is said whom there is to wait for. One that
 * fails keeps nobody else from being done: its error is the first one's. */
static int clear_all(struct sc_server *s, struct todo *v, size_t n, const struct sc_watch *w,
                     struct sc_error *left, struct sc_error *err)
{
    static const int waits[] = {0, SOON_MS, SC_LOCK_WAIT_MS};
    SC_CLEANUP(sc_told_done) struct sc_told told = {0};
    int rc = 0;
    size_t done = 0;
    begin_many(s);
    if (n >= MANY)
        sc_told_ask(s, &told);
    for (size_t round = 0; round < 3 && done < n; round++) {
        bool last = round == 2;
        for (size_t i = 0; i < n; i++) {
            struct sc_error why = SC_ERROR_INIT;
            if (v[i].done)
                continue;
            if (last)
                sc_watch_waiting(w, "Waiting for user %s: another process is changing the account",
                                 v[i].user);
            sc_watch_progress(w, done, n);
            int now = clear_one(s, &v[i], &told, waits[round], left, &why);
            if ((now == SC_E_BUSY || now == SC_E_LATE) && !last)
                continue;
            v[i].done = true;
            done++;
            sc_log("deny user=%s: %s", v[i].user, now < 0 ? why.text : "done");
            if (now < 0 && rc == 0)
                rc = sc_error_set(err, now, "%s", why.text);
        }
    }
    end_many(s);
    if (rc == 0)
        sc_watch_progress(w, n, n);
    return rc;
}

static int clear_everybody(struct sc_server *s, const struct sc_watch *w, struct sc_error *left,
                           struct sc_error *err)
{
    SC_CLEANUP(sc_user_list_done) struct sc_user_list users = {0};
    int rc = sc_store_users_get(s->store, true, &users, err);
    SC_FREE struct todo *v = calloc(users.n + 1, sizeof(*v));
    if (rc == 0 && !v)
        rc = sc_error_set(err, SC_E_NOMEM, "out of memory");
    for (size_t i = 0; rc == 0 && i < users.n; i++)
        v[i] = (struct todo){.uid = users.rows[i].uid, .user = users.rows[i].name};
    return rc < 0 ? rc : clear_all(s, v, users.n, w, left, err);
}

/* All is done; something is left for the administrator. */
static int told(int rc, const struct sc_error *left, const struct sc_watch *w)
{
    if (rc == 0 && left->code)
        sc_watch_notice(w, "%s", left->text);
    return rc;
}

int sc_pass_deny_all(struct sc_server *s, const struct sc_watch *w, struct sc_error *err)
{
    SC_FD int front = -EBADF;
    struct sc_error left = SC_ERROR_INIT;
    int rc = sc_pass_lock_front(true, &front, err);
    if (rc == 0)
        rc = sc_store_meta_set(s->store, SC_DENY_UNDER_WAY, "*", err);
    if (rc == 0)
        rc = sc_policy_deny_all(&s->policy, err); /* first: nobody enables anything meanwhile */
    if (rc == 0)
        rc = clear_everybody(s, w, &left, err);
    if (rc == 0)
        rc = sc_loopback_end(err);
    if (rc == 0)
        rc = sc_suexec_front_off(err);
    if (rc == 0)
        rc = sc_proxyexec_stop(err);
    if (rc == 0)
        rc = sc_monitor_stop(err);
    if (rc == 0)
        sc_pass_webserver_off(w); /* behind the daemon, which starts its service again */
    if (rc == 0)
        rc = sc_store_meta_set(s->store, SC_DENY_UNDER_WAY, NULL, err);
    rc = told(rc, &left, w);
    sc_log("deny-all: %s", rc < 0 && err ? err->text : rc < 0 ? "failed" : "done");
    return rc;
}

int sc_pass_known_user(struct sc_server *s, const char *user, uid_t *ret, struct sc_error *err)
{
    int rc = sc_account_uid(user, ret, err);
    if (rc != SC_E_NOTFOUND)
        return rc;
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    if (sc_store_user_by_name(s->store, user, &row, NULL) < 0)
        return rc;
    *ret = row.uid;
    return 0;
}

int sc_pass_deny_users(struct sc_server *s, const char *const *users, size_t n,
                       const struct sc_watch *w, struct sc_error *err)
{
    SC_FREE struct todo *v = calloc(n + 1, sizeof(*v));
    SC_BUF struct sc_buf names = SC_BUF_INIT;
    struct sc_error left = SC_ERROR_INIT;
    int rc = v ? 0 : sc_error_set(err, SC_E_NOMEM, "out of memory");
    for (size_t i = 0; rc == 0 && i < n; i++) {
        v[i].user = users[i];
        rc = sc_pass_known_user(s, users[i], &v[i].uid, err);
        sc_buf_fmt(&names, "%s\n", users[i]);
    }
    if (rc == 0)
        rc = sc_buf_check(&names, "the list of users", err);
    if (rc == 0)
        rc = sc_store_meta_set(s->store, SC_DENY_UNDER_WAY, names.data, err);
    if (rc < 0)
        return rc;
    rc = sc_policy_deny_users(&s->policy, users, n, err);
    if (rc == 0)
        rc = clear_all(s, v, n, w, &left, err);
    if (rc == 0 || rc == SC_E_NOTENABLED) {
        int cleared = sc_store_meta_set(s->store, SC_DENY_UNDER_WAY, NULL, rc == 0 ? err : NULL);
        rc = rc == 0 ? cleared : rc;
    }
    return told(rc, &left, w);
}
