/* SPDX-License-Identifier: GPL-2.0-or-later */
/* allow-all, deny-all, allow, deny, toggle-mode */
#include <stdlib.h>

#include "core/account/account.h"
#include "core/account/notes.h"
#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/engine/internal.h"
#include "core/follow/follow.h"
#include "core/pass/deny.h"
#include "core/pass/front.h"
#include "core/pass/recover.h"
#include "core/pass/webserver.h"
#include "core/proxyexec/service.h"
#include "core/server/monitor_service.h"
#include "core/server/platform.h"
#include "core/web/suexec_front.h"

int sc_engine_feature_on(const struct sc_server *s, struct sc_error *err)
{
    bool on = false;
    int rc = sc_policy_enabled(&s->policy, &on, err);
    if (rc == 0 && !on)
        rc = sc_error_set(err, SC_E_NOTENABLED,
                          "CloudLinux Isolates is not enabled; allow it with: cagefsctl "
                          "--site-isolation-allow-all");
    return rc;
}

int sc_engine_deny_all(struct sc_server *s, const struct sc_watch *w, struct sc_error *err)
{
    sc_pass_recover(s);
    SC_FD int lock = -EBADF;
    int rc = sc_pass_lock_deny(SC_LOCK_WAIT_MS, &lock, err);
    return rc < 0 ? rc : sc_pass_deny_all(s, w, err);
}

int sc_engine_deny_users(struct sc_server *s, const char *const *users, size_t n,
                         const struct sc_watch *w, struct sc_error *err)
{
    sc_pass_recover(s);
    SC_FD int lock = -EBADF;
    int rc = sc_pass_lock_deny(SC_LOCK_WAIT_MS, &lock, err);
    if (rc == 0)
        rc = sc_engine_feature_on(s, err);
    return rc < 0 ? rc : sc_pass_deny_users(s, users, n, w, err);
}

/* What allowing needs: a kernel and a panel that can do it, and the entry in front of suexec. */
static int prepare(struct sc_server *s, struct sc_error *err)
{
    struct sc_inventory_conf panel;
    int rc = sc_platform_check(err);
    if (rc == 0)
        rc = sc_server_panel(s, &panel, err);
    return rc < 0 ? rc : sc_suexec_front_on(err);
}

/* What users wanted and might not have: in force now. That it cannot be is no error of allowing. */
static void follow_wishes(struct sc_server *s, const char *user)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_follow_allowed(s, user, &err) < 0)
        sc_log("user=%s: what ~/.lve/domains.json wants is not in force: %s", user, err.text);
}

/* The same for all who were not allowed when they were looked at last. */
static void follow_all_wishes(struct sc_server *s)
{
    SC_FREE uid_t *uids = NULL;
    size_t n = 0;
    if (sc_notes_uids(SC_NOTE_WISHES, &uids, &n, NULL) < 0)
        return;
    for (size_t i = 0; i < n; i++) {
        SC_FREE char *user = NULL;
        if (sc_account_passwd(uids[i], &user, NULL, NULL, NULL) == 0)
            follow_wishes(s, user);
    }
}

/* With no lock held: what waited for the feature is taken, and the panel tells more. */
static void allowed(struct sc_server *s)
{
    bool on = false;
    if (sc_policy_enabled(&s->policy, &on, NULL) == 0 && on)
        sc_monitor_hooks(s, NULL);
    sc_monitor_wanted(s, NULL);
}

/* What the feature needs to run, when it is on. */
static int start(const struct sc_server *s, const struct sc_watch *w, struct sc_error *err)
{
    int rc = sc_proxyexec_start(err);
    if (rc == 0)
        (void)sc_pass_webserver_on(s, w);
    return rc;
}

static int allow_all(struct sc_server *s, const struct sc_watch *w, struct sc_error *err)
{
    SC_FD int front = -EBADF;
    int rc = sc_pass_lock_front(false, &front, err);
    if (rc == 0)
        rc = prepare(s, err);
    if (rc == 0)
        rc = sc_policy_allow_all(&s->policy, err);
    return rc < 0 ? rc : start(s, w, err);
}

int sc_engine_allow_all(struct sc_server *s, const struct sc_watch *w, struct sc_error *err)
{
    sc_pass_recover(s);
    int rc = allow_all(s, w, err);
    sc_log("allow-all: %s", rc < 0 && err ? err->text : rc < 0 ? "failed" : "done");
    if (rc < 0)
        return rc;
    follow_all_wishes(s);
    allowed(s);
    return 0;
}

static int check_users(const char *const *users, size_t n, struct sc_error *err)
{
    for (size_t i = 0; i < n; i++) {
        uid_t uid;
        int rc = sc_account_uid(users[i], &uid, err);
        if (rc < 0)
            return rc;
        if (uid == 0)
            return sc_error_set(err, SC_E_INVAL, "user %s cannot have isolated sites: it is root",
                                users[i]);
    }
    return 0;
}

static int allow_users(struct sc_server *s, const char *const *users, size_t n,
                       const struct sc_watch *w, struct sc_error *err)
{
    SC_FD int front = -EBADF;
    int rc = sc_pass_lock_front(false, &front, err);
    if (rc == 0)
        rc = prepare(s, err);
    if (rc == 0)
        rc = sc_policy_allow_users(&s->policy, users, n, err);
    return rc < 0 ? rc : start(s, w, err);
}

int sc_engine_allow_users(struct sc_server *s, const char *const *users, size_t n,
                          const struct sc_watch *w, struct sc_error *err)
{
    sc_pass_recover(s);
    int rc = check_users(users, n, err);
    if (rc == 0)
        rc = allow_users(s, users, n, w, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < n; i++) {
        sc_log("allow user=%s: done", users[i]);
        follow_wishes(s, users[i]);
    }
    allowed(s);
    return 0;
}

static int toggle_mode(struct sc_server *s, enum sc_policy_mode *ret, const struct sc_watch *w,
                       struct sc_error *err)
{
    enum sc_policy_mode mode = SC_MODE_UNSET;
    SC_FD int front = -EBADF;
    int rc = sc_pass_lock_front(false, &front, err);
    if (rc == 0)
        rc = sc_policy_mode(&s->policy, &mode, err);
    if (rc == 0 && mode == SC_MODE_UNSET)
        rc = prepare(s, err);
    if (rc == 0)
        rc = sc_policy_toggle(&s->policy, ret, err);
    return rc < 0 || mode != SC_MODE_UNSET ? rc : start(s, w, err);
}

int sc_engine_toggle_mode(struct sc_server *s, enum sc_policy_mode *ret, const struct sc_watch *w,
                          struct sc_error *err)
{
    sc_pass_recover(s);
    int rc = toggle_mode(s, ret, w, err);
    if (rc < 0)
        return rc;
    follow_all_wishes(s);
    allowed(s);
    return 0;
}
