/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/forget.h"

#include "core/account/applied.h"
#include "core/account/give_way.h"
#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/coverage/account.h"
#include "core/facts/led.h"
#include "core/facts/wp_config.h"
#include "core/pass/cron.h"
#include "core/pass/fpm.h"
#include "core/pass/limits.h"
#include "core/pass/web.h"

int sc_pass_close_site(const struct sc_tools *t, uid_t uid, unsigned id, int wait_ms, int ms,
                       bool *ret_closed, struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    int rc = t->cage.lock(uid, id, true, wait_ms, &lock, err);
    return rc < 0 ? rc : t->ending.close(uid, id, ms, ret_closed, err);
}

/* Under one lock: an entry that is on its way starts no keeper any more when its turn comes. */
int sc_pass_forget_site(const struct sc_tools *t, uid_t uid, unsigned id, int wait_ms,
                        bool *ret_closed, struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    int rc = t->cage.lock(uid, id, true, wait_ms, &lock, err);
    if (rc == 0)
        rc = t->ending.close(uid, id, SC_ENDING_MS, ret_closed, err);
    return rc < 0 ? rc : t->runtime.remove_plan(uid, id, err);
}

static int forget_groups(const struct sc_tools *t, uid_t uid, struct sc_error *err)
{
    SC_CLEANUP(sc_cgroups_freep) struct sc_cgroups *cg = NULL;
    return sc_pass_limits_sweep(t, &cg, uid, NULL, NULL, 0, NULL, err);
}

/* One that somebody holds keeps no other from ending. */
static int forget_sites(struct sc_server *s, uid_t uid, const unsigned *ids, size_t n,
                        struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        struct sc_error why = SC_ERROR_INIT;
        bool closed;
        int now = sc_pass_forget_site(sc_tools_of(s), uid, ids[i], s->lock_ms, &closed, &why);
        if (now < 0 && (rc == 0 || rc == SC_E_BUSY))
            rc = sc_error_set(err, now, "%s", why.text);
    }
    return rc;
}

int sc_pass_forget(struct sc_server *s, uid_t uid, struct sc_error *err)
{
    const struct sc_tools *t = sc_tools_of(s);
    SC_FREE unsigned *ids = NULL;
    struct sc_error why = SC_ERROR_INIT;
    size_t n = 0;
    int rc = t->runtime.unlist(uid, err);
    if (rc == 0)
        rc = t->ports(uid, false, NULL, err);
    if (rc == 0)
        rc = sc_pass_fpm_forget(t, uid, err);
    if (rc == 0)
        rc = sc_pass_web_forget(t, uid, err);
    int done = rc < 0 ? 0 : t->web.nginx_forget(uid, s->nginx_later, s->lock_ms, &why);
    if (done == SC_E_BUSY) /* its turn comes: the account waits for that */
        rc = sc_error_set(err, done, "%s", why.text);
    else if (done < 0)
        sc_log("uid=%u: nginx: %s", (unsigned)uid, why.text);
    if (rc == 0)
        rc = t->runtime.sites(uid, &ids, &n, err);
    if (rc == 0)
        rc = forget_sites(s, uid, ids, n, err);
    if (rc == 0)
        rc = t->ending.now(uid, 0, err);
    if (rc == 0)
        rc = forget_groups(t, uid, err);
    if (rc == 0)
        rc = sc_pass_cron_end(t, uid, err);
    if (rc == 0)
        rc = t->runtime.sweep(uid, NULL, 0, err);
    if (rc == 0)
        rc = t->ending.unnote(uid, err);
    if (rc == 0)
        rc = sc_cover_records_forget(uid, err);
    if (rc == 0)
        rc = sc_acted_note(uid, NULL, err);
    sc_give_way_forget(uid);
    if (rc == 0)
        rc = sc_facts_led_forget(s->store, uid, NULL, err);
    if (rc == 0)
        rc = sc_wp_note(s->store, uid, NULL, err);
    if (rc == 0)
        rc = sc_store_user_remove(s->store, uid, err);
    return rc < 0 ? rc : sc_store_pending_clear(s->store, uid, err);
}
