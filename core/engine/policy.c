/* SPDX-License-Identifier: GPL-2.0-or-later */
/* allow-all, deny-all, allow, deny, toggle-mode */
#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/engine/internal.h"
#include "core/pass/deny.h"
#include "core/pass/front.h"
#include "core/proxyexec/service.h"
#include "core/server/monitor_service.h"
#include "core/server/platform.h"
#include "core/web/suexec_front.h"

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
    bool on = false;
    int rc = sc_pass_lock_deny(SC_LOCK_WAIT_MS, &lock, err);
    if (rc == 0)
        rc = sc_policy_enabled(&s->policy, &on, err);
    if (rc == 0 && !on)
        rc = sc_error_set(err, SC_E_NOTENABLED,
                          "CloudLinux Isolates is not enabled; allow it with: cagefsctl "
                          "--site-isolation-allow-all");
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

int sc_engine_allow_all(struct sc_server *s, struct sc_error *err)
{
    sc_pass_recover(s);
    SC_FD int front = -EBADF;
    int rc = sc_pass_lock_front(false, &front, err);
    if (rc == 0)
        rc = prepare(s, err);
    if (rc == 0)
        rc = sc_policy_allow_all(&s->policy, err);
    if (rc == 0)
        rc = sc_proxyexec_start(err);
    if (rc == 0)
        sc_monitor_hooks(s, NULL);
    sc_log("allow-all: %s", rc < 0 && err ? err->text : rc < 0 ? "failed" : "done");
    return rc;
}

int sc_engine_allow_users(struct sc_server *s, const char *const *users, size_t n,
                          struct sc_error *err)
{
    sc_pass_recover(s);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        uid_t uid;
        rc = sc_account_uid(users[i], &uid, err);
        if (rc == 0 && uid == 0)
            rc = sc_error_set(err, SC_E_INVAL, "user %s cannot have isolated sites: it is root",
                              users[i]);
    }
    SC_FD int front = -EBADF;
    if (rc == 0)
        rc = sc_pass_lock_front(false, &front, err);
    if (rc == 0)
        rc = prepare(s, err);
    if (rc == 0)
        rc = sc_policy_allow_users(&s->policy, users, n, err);
    if (rc == 0)
        rc = sc_proxyexec_start(err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        sc_log("allow user=%s: done", users[i]);
    return rc;
}

int sc_engine_toggle_mode(struct sc_server *s, enum sc_policy_mode *ret, struct sc_error *err)
{
    sc_pass_recover(s);
    enum sc_policy_mode mode;
    SC_FD int front = -EBADF;
    int rc = sc_pass_lock_front(false, &front, err);
    if (rc == 0)
        rc = sc_policy_mode(&s->policy, &mode, err);
    if (rc == 0 && mode == SC_MODE_UNSET)
        rc = prepare(s, err);
    if (rc == 0)
        rc = sc_policy_toggle(&s->policy, ret, err);
    return rc < 0 || mode != SC_MODE_UNSET ? rc : sc_proxyexec_start(err);
}
