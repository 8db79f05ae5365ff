/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/identify.h"

#include <string.h>

#include "core/account/account.h"
#include "core/base/cleanup.h"
#include "core/pass/forget.h"

/* Findings that acting on others can bring up, beyond one for each hint. */
#define FINDINGS_MORE 4

static int carry_policy(struct sc_server *s, const struct sc_finding *f, struct sc_error *err)
{
    if (f->policy == SC_IDENTITY_FOLLOWS)
        return sc_policy_user_renamed(&s->policy, f->name, f->now_name, err);
    return f->policy == SC_IDENTITY_ENDS ? sc_policy_user_gone(&s->policy, f->name, err) : 0;
}

/* What is the account's goes with it first: killed in between, what is left of the old row is still
 * there to tell. */
static int act(struct sc_server *s, const struct sc_finding *f, struct sc_error *err)
{
    int rc = carry_policy(s, f, err);
    if (rc == 0 && f->is == SC_IDENTITY_RENAMED)
        return sc_store_user_put(s->store, f->uid, f->now_name, f->now_home, err);
    if (rc == 0 && f->is == SC_IDENTITY_MOVED)
        rc = sc_store_user_move(s->store, f->uid, f->now, f->now_name, f->now_home,
                                sc_server_now(s), err);
    return rc < 0 ? rc : sc_pass_forget(s, f->uid, err);
}

/* The first finding, with the lock of its uid: looked at once more, as another pass may have acted
 * on it meanwhile. */
static int act_locked(struct sc_server *s, const struct sc_identity *me, uid_t uid,
                      bool *ret_renamed, struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    SC_CLEANUP(sc_verdict_done) struct sc_verdict v = {0};
    int rc = sc_account_lock(uid, s->lock_ms, &lock, err);
    if (rc == 0)
        rc = sc_identity_look(s, me, &v, err);
    if (rc < 0 || !v.n || v.v[0].uid != uid)
        return rc;
    rc = act(s, &v.v[0], err);
    *ret_renamed |= rc == 0 && v.v[0].is == SC_IDENTITY_MOVED;
    return rc;
}

int sc_pass_identify(struct sc_server *s, const struct sc_identity *me, bool *ret_renamed,
                     struct sc_error *err)
{
    for (size_t i = 0; i < me->hints->n + FINDINGS_MORE; i++) {
        SC_CLEANUP(sc_verdict_done) struct sc_verdict v = {0};
        int rc = sc_identity_look(s, me, &v, err);
        if (rc < 0 || !v.n)
            return rc;
        const struct sc_finding *f = &v.v[0];
        bool theirs = f->is != SC_IDENTITY_RENAMED && f->uid != me->uid;
        rc = theirs ? act_locked(s, me, f->uid, ret_renamed, err) : act(s, f, err);
        if (rc < 0)
            return rc;
        *ret_renamed |= f->is == SC_IDENTITY_RENAMED && f->now == me->uid;
    }
    return sc_error_set(err, SC_E_BUSY, "the users change: try again");
}
