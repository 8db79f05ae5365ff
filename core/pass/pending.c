/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completing what killed commands left, and what was left for later. */
#include "core/base/cleanup.h"
#include "core/pass/forget.h"
#include "core/pass/pass.h"
#include "core/server/panel.h"

/* The system knows no such uid. A directory service that does not answer looks like that, too: the
 * panel must agree before anything ends. */
static void finish_gone(struct sc_server *s, uid_t uid, int wait_ms)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    SC_DOMAINS struct sc_domains domains = SC_DOMAINS_INIT;
    int rc = sc_store_user_by_uid(s->store, uid, &row, NULL);
    if (rc == 0 && !row.gone && (sc_panel_user(s, row.name, &domains, NULL) < 0 || domains.n))
        return;
    SC_FD int lock = -EBADF;
    if ((rc == 0 || rc == SC_E_NOTFOUND) && sc_account_lock(uid, wait_ms, &lock, NULL) == 0)
        (void)sc_pass_forget(s, uid, NULL);
}

int sc_pass_complete(struct sc_server *s, uid_t uid, int wait_ms, struct sc_error *err)
{
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_account_open_uid(uid, wait_ms, &a, &why);
    if (rc == SC_E_NOTFOUND) {
        finish_gone(s, uid, wait_ms);
        return 0;
    }
    if (rc == 0)
        rc = sc_pass_user(s, &a, SC_FACTS_LAST_GOOD, &why);
    if (rc < 0 && rc != SC_E_BUSY)
        (void)sc_store_user_set_stale(s->store, uid, why.text, NULL);
    return rc < 0 ? sc_error_set(err, rc, "%s", why.text) : 0;
}

void sc_pass_pending(struct sc_server *s)
{
    SC_CLEANUP(sc_pending_list_done) struct sc_pending_list list = {0};
    if (sc_store_pending_get(s->store, &list, NULL) < 0)
        return;
    /* whoever holds an account's lock is at it, and will finish; if not, the next command finds the
     * mark again */
    for (size_t i = 0; i < list.n; i++)
        (void)sc_pass_complete(s, list.rows[i].uid, 0, NULL);
}
