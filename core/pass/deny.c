/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/deny.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/base/there.h"
#include "core/ending/ending.h"
#include "core/pass/front.h"
#include "core/pass/forget.h"
#include "core/pass/pass.h"
#include "core/pass/webserver.h"
#include "core/proxyexec/service.h"
#include "core/server/monitor_service.h"
#include "core/web/suexec_front.h"

/* In the database while a deny is under way: user names, a line each, or "*" for all. */
#define DENY_UNDER_WAY "deny.under_way"

/* One deny at a time: there is one mark. Held by whoever works on what the mark says, so that a
 * mark without a holder is one that was left behind. */
#define DENY_LOCK "deny"

/* What a killed command was just starting lives on for a moment, and the lock with it. */
#define LEFT_BEHIND_MS 500

int sc_pass_lock_deny(int wait_ms, int *ret_fd, struct sc_error *err)
{
    return sc_account_lock_global(DENY_LOCK, true, wait_ms, ret_fd, err);
}

int sc_pass_clear_user(struct sc_server *s, uid_t uid, struct sc_error *err)
{
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    SC_CLEANUP(sc_facts_done) struct sc_facts f = {0};
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
        rc = sc_pass_gather(s, &a, SC_FACTS_LAST_GOOD, NULL, &f, err);
    if (rc == 0)
        rc = sc_pass_check(s, &a, &f, &all, err);
    return rc < 0 ? rc : sc_pass_apply(s, &a, &f, &all, err);
}

static int clear_everybody(struct sc_server *s, const struct sc_watch *w, struct sc_error *err)
{
    SC_CLEANUP(sc_user_list_done) struct sc_user_list users = {0};
    int rc = sc_store_users_get(s->store, true, &users, err);
    for (size_t i = 0; rc == 0 && i < users.n; i++) {
        sc_watch_progress(w, i, users.n);
        rc = sc_pass_clear_user(s, users.rows[i].uid, err);
        if (rc < 0)
            sc_error_wrap(err, "user %s", users.rows[i].name);
    }
    if (rc == 0)
        sc_watch_progress(w, users.n, users.n);
    return rc;
}

int sc_pass_deny_all(struct sc_server *s, const struct sc_watch *w, struct sc_error *err)
{
    SC_FD int front = -EBADF;
    int rc = sc_pass_lock_front(true, &front, err);
    if (rc == 0)
        rc = sc_store_meta_set(s->store, DENY_UNDER_WAY, "*", err);
    if (rc == 0)
        rc = sc_policy_deny_all(&s->policy, err); /* first: nobody enables anything meanwhile */
    if (rc == 0)
        rc = clear_everybody(s, w, err);
    if (rc == 0)
        rc = sc_suexec_front_off(err);
    if (rc == 0)
        rc = sc_proxyexec_stop(err);
    if (rc == 0)
        rc = sc_monitor_stop(err);
    if (rc == 0)
        sc_pass_webserver_off(w); /* behind the daemon, which starts its service again */
    if (rc == 0)
        rc = sc_store_meta_set(s->store, DENY_UNDER_WAY, NULL, err);
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
    SC_FREE uid_t *uids = calloc(n ? n : 1, sizeof(*uids));
    SC_BUF struct sc_buf names = SC_BUF_INIT;
    int rc = uids ? 0 : sc_error_set(err, SC_E_NOMEM, "out of memory");
    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = sc_pass_known_user(s, users[i], &uids[i], err);
        sc_buf_fmt(&names, "%s\n", users[i]);
    }
    if (rc == 0)
        rc = sc_buf_check(&names, "the list of users", err);
    if (rc == 0)
        rc = sc_store_meta_set(s->store, DENY_UNDER_WAY, names.data, err);
    if (rc < 0)
        return rc;
    rc = sc_policy_deny_users(&s->policy, users, n, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        sc_watch_progress(w, i, n);
        rc = sc_pass_clear_user(s, uids[i], err);
        sc_log("deny user=%s: %s", users[i],
               rc < 0 && err ? err->text
               : rc < 0      ? "failed"
                             : "done");
    }
    if (rc == 0 || rc == SC_E_NOTENABLED) {
        int cleared = sc_store_meta_set(s->store, DENY_UNDER_WAY, NULL, rc == 0 ? err : NULL);
        rc = rc == 0 ? cleared : rc;
    }
    return rc;
}

/* The users of a mark whom somebody still knows; `text` is taken apart. */
static int recover_users(struct sc_server *s, char *text)
{
    size_t n = 0, room = 1;
    for (const char *p = text; *p; p++)
        room += *p == '\n';
    SC_FREE const char **users = calloc(room, sizeof(*users));
    if (!users)
        return SC_E_NOMEM;
    char *save = NULL;
    for (char *user = strtok_r(text, "\n", &save); user; user = strtok_r(NULL, "\n", &save)) {
        uid_t uid;
        if (sc_pass_known_user(s, user, &uid, NULL) == 0)
            users[n++] = user;
    }
    return sc_pass_deny_users(s, users, n, NULL, NULL);
}

void sc_pass_recover_deny(struct sc_server *s)
{
    SC_FREE char *seen = NULL, *denied = NULL;
    SC_FD int lock = -EBADF;
    if (sc_store_meta_get(s->store, DENY_UNDER_WAY, &seen, NULL) < 0 || !seen ||
        sc_pass_lock_deny(LEFT_BEHIND_MS, &lock, NULL) < 0)
        return; /* nothing to do, or its command is at it */
    if (sc_store_meta_get(s->store, DENY_UNDER_WAY, &denied, NULL) < 0 || !denied)
        return;
    if (strcmp(denied, "*") == 0)
        (void)sc_pass_deny_all(s, NULL, NULL);
    else
        (void)recover_users(s, denied);
}

void sc_pass_recover(struct sc_server *s)
{
    sc_pass_recover_deny(s);
    sc_pass_pending(s);
    sc_ending_resume();
}
