/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completing what killed commands left, and what was left for later. */
#include "core/account/applied.h"
#include "core/base/cleanup.h"
#include "core/facts/gather.h"
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

/* Facts as the last pass had them: what the panel said is in the database. *ret_other: something else
 * has to be done about the account. */
static int last_facts(struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                      bool *ret_other, struct sc_error *err)
{
    bool applied = false;
    int rc = sc_account_is_applied(s, a->uid, a->user, a->home_alias, &applied, err);
    *ret_other = !applied || !sc_acted_on(a->uid, a->gid, a->user, a->home_alias);
    if (rc < 0 || *ret_other)
        return rc;
    rc = sc_facts_complete(s, a, SC_FACTS_STRICT, f, err);
    f->from_panel = rc == 0;
    return rc;
}

static int clean_up(struct sc_server *s, const struct sc_account *a, bool *ret_other,
                    struct sc_error *err)
{
    SC_CLEANUP(sc_facts_done) struct sc_facts f = {0};
    int rc = last_facts(s, a, &f, ret_other, err);
    if (rc < 0 || *ret_other)
        return rc;
    rc = sc_store_pending_set(s->store, a->uid, sc_server_now(s), err);
    if (rc == 0)
        rc = sc_pass_clean(s, a, &f, ret_other, err);
    return rc < 0 || *ret_other ? rc : sc_store_pending_clear(s->store, a->uid, err);
}

int sc_pass_clean_up(struct sc_server *s, uid_t uid, int wait_ms, struct sc_error *err)
{
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    struct sc_error why = SC_ERROR_INIT;
    bool other = true;
    int rc = sc_account_open_uid(uid, wait_ms, &a, &why);
    if (rc == 0)
        rc = clean_up(s, &a, &other, &why);
    if (rc == 0 && !other)
        return 0;
    if (rc == SC_E_BUSY)
        return sc_error_set(err, rc, "%s", why.text);
    sc_account_done(&a);
    /* whatever becomes of us, the account is looked at once more */
    rc = sc_store_pending_set(s->store, uid, sc_server_now(s), err);
    return rc < 0 ? rc : sc_pass_complete(s, uid, wait_ms, err);
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
