/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What following accounts asks: whose events there are, an account that got another uid. */
#include "db/internal.h"

#include <string.h>

int sc_store_events_about(struct sc_store *store, const char *user, const char *also,
                          struct sc_event_list *ret, struct sc_error *err)
{
    static const char sql[] =
        "WITH RECURSIVE name(n) AS (SELECT ?1 UNION SELECT ?2 WHERE ?2 IS NOT NULL UNION "
        "SELECT event.user FROM name, event INDEXED BY event_renamed_user "
        "WHERE kind = 'user-renamed' AND new_name = n AND new_name <> '') "
        "SELECT id, user, kind, nullif(old_name, ''), nullif(new_name, ''), payload, created_ms, "
        "not_before_ms, attempts, last_error FROM event "
        "WHERE user IN (SELECT n FROM name UNION SELECT '') ORDER BY id";
    return sc_db_rows(store, sql, SC_PARAMS(SC_TEXT(user), SC_TEXT(also)), &sc_event_rows,
                      &ret->rows, &ret->n, err);
}

int sc_store_user_isolated(struct sc_store *store, uid_t uid, bool *ret, struct sc_error *err)
{
    static const char of_one[] = "SELECT EXISTS (SELECT 1 FROM site WHERE uid = ?1) OR "
                                 "EXISTS (SELECT 1 FROM isolated WHERE uid = ?1)";
    static const char of_any[] = "SELECT EXISTS (SELECT 1 FROM site) OR "
                                 "EXISTS (SELECT 1 FROM isolated)";
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store, uid == (uid_t)-1 ? of_any : of_one, err);
    if (r < 0)
        return r;
    if (uid != (uid_t)-1)
        sc_bind_int(&q, uid);
    r = sc_stmt_step(&q, err);
    if (r < 0)
        return r;
    *ret = r == 1 && sc_col_int(&q, 0) != 0;
    return 0;
}

static int move(struct sc_store *store, const char *sql, uid_t from, uid_t to, struct sc_error *err)
{
    return sc_db_run(store, sql, SC_PARAMS(SC_INT(to), SC_INT(from)), NULL, err);
}

int sc_store_user_move(struct sc_store *store, uid_t from, uid_t to, const char *name,
                       const char *home, int64_t now, struct sc_error *err)
{
    static const char *const tables[] = {"UPDATE domain SET uid = ? WHERE uid = ?",
                                         "UPDATE site SET uid = ? WHERE uid = ?",
                                         "UPDATE isolated SET uid = ? WHERE uid = ?",
                                         "UPDATE OR REPLACE missed SET uid = ? WHERE uid = ?"};
    SC_CLEANUP(sc_store_rollbackp)
    __attribute__((unused)) struct sc_store *transaction = store;
    SC_CLEANUP(sc_site_list_done) struct sc_site_list sites = {0};
    int r = sc_store_begin(store, err);
    if (r == 0)
        r = sc_db_have_user(store, from, err);
    if (r == 0)
        r = sc_store_user_put(store, to, name, home, err);
    if (r == 0)
        r = sc_store_sites_get(store, to, &sites, err);
    if (r == 0 && sites.n)
        r = sc_error_set(err, SC_E_INVAL, "uid %lu has sites of its own", (unsigned long)to);
    for (size_t i = 0; r == 0 && i < sizeof(tables) / sizeof(*tables); i++)
        r = move(store, tables[i], from, to, err);
    if (r == 0)
        r = sc_store_user_remove(store, from, err);
    if (r == 0)
        r = sc_store_pending_set(store, from, now, err);
    if (r == 0)
        r = sc_store_pending_set(store, to, now, err);
    return r < 0 ? r : sc_store_commit(store, err);
}
