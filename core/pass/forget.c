/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/forget.h"

#include "core/base/cleanup.h"
#include "core/coverage/account.h"
#include "core/pass/cron.h"
#include "core/pass/fpm.h"
#include "core/pass/limits.h"
#include "core/pass/web.h"

int sc_pass_close_site(const struct sc_tools *t, uid_t uid, unsigned id, int ms, bool *ret_closed,
                       struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    int rc = t->cage.lock(uid, id, true, SC_CAGE_WAIT_MS, &lock, err);
    return rc < 0 ? rc : t->ending.close(uid, id, ms, ret_closed, err);
}

/* Under one lock: an entry that is on its way starts no keeper any more when its turn comes. */
int sc_pass_forget_site(const struct sc_tools *t, uid_t uid, unsigned id, bool *ret_closed,
                        struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    int rc = t->cage.lock(uid, id, true, SC_CAGE_WAIT_MS, &lock, err);
    if (rc == 0)
        rc = t->ending.close(uid, id, SC_ENDING_MS, ret_closed, err);
    return rc < 0 ? rc : t->runtime.remove_plan(uid, id, err);
}

int sc_pass_forget(struct sc_server *s, uid_t uid, struct sc_error *err)
{
    const struct sc_tools *t = sc_tools_of(s);
    SC_FREE unsigned *ids = NULL;
    size_t n = 0;
    bool closed;
    int rc = t->runtime.unlist(uid, err);
    if (rc == 0)
        rc = sc_pass_fpm_forget(t, uid, err);
    if (rc == 0)
        rc = sc_pass_web_forget(t, uid, err);
    if (rc == 0)
        rc = t->runtime.sites(uid, &ids, &n, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = sc_pass_forget_site(t, uid, ids[i], &closed, err);
    if (rc == 0)
        rc = t->ending.now(uid, 0, err);
    if (rc == 0)
        rc = sc_pass_limits_sweep(t, uid, NULL, NULL, 0, NULL, err);
    if (rc == 0)
        rc = sc_pass_cron_end(t, uid, err);
    if (rc == 0)
        rc = t->runtime.sweep(uid, NULL, 0, err);
    if (rc == 0)
        rc = t->ending.unnote(uid, err);
    if (rc == 0)
        rc = sc_cover_records_forget(uid, err);
    if (rc == 0)
        rc = sc_store_user_remove(s->store, uid, err);
    return rc < 0 ? rc : sc_store_pending_clear(s->store, uid, err);
}
