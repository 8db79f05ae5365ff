/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What killed commands left. */
#include "core/account/account.h"
#include "core/base/cleanup.h"
#include "core/ending/ending.h"
#include "core/follow/follow.h"
#include "core/pass/forget.h"
#include "core/pass/recover.h"
#include "core/server/server.h"

static int follow_pending(struct sc_server *s, uid_t uid,
                          void (*found)(const char *user, void *arg), void *arg,
                          struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    SC_FREE char *user = NULL;
    if (sc_account_lock(uid, 0, &lock, NULL) < 0)
        return 0; /* whoever holds it is at it */
    int rc = sc_account_passwd(uid, &user, NULL, NULL, err);
    if (rc == SC_E_NOTFOUND)
        return sc_pass_forget(s, uid, err);
    sc_close(&lock);
    if (rc == 0)
        found(user, arg);
    return rc;
}

int sc_follow_pending(struct sc_server *s, void (*found)(const char *user, void *arg), void *arg,
                      struct sc_error *err)
{
    SC_CLEANUP(sc_pending_list_done) struct sc_pending_list list = {0};
    sc_pass_recover_deny(s);
    int rc = sc_store_pending_get(s->store, &list, err);
    for (size_t i = 0; rc == 0 && i < list.n; i++)
        rc = follow_pending(s, list.rows[i].uid, found, arg, err);
    sc_ending_resume();
    return rc;
}
