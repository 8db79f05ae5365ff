/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marks of unfinished changes, and single values. */
#include "db/internal.h"

#include <string.h>

void sc_pending_list_done(struct sc_pending_list *list)
{
    free(list->rows);
    *list = (struct sc_pending_list){0};
}

int sc_store_pending_set(struct sc_store *store, uid_t uid, int64_t since, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(
        &q, store, "INSERT INTO pending(uid, since) VALUES (?, ?) ON CONFLICT(uid) DO NOTHING",
        err);
    if (r < 0)
        return r;
    sc_bind_int(&q, uid);
    sc_bind_int(&q, since);
    return sc_stmt_run(&q, NULL, err);
}

int sc_store_pending_clear(struct sc_store *store, uid_t uid, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store, "DELETE FROM pending WHERE uid = ?", err);
    if (r < 0)
        return r;
    sc_bind_int(&q, uid);
    return sc_stmt_run(&q, NULL, err);
}

int sc_store_pending_get(struct sc_store *store, struct sc_pending_list *ret, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store, "SELECT uid, since FROM pending ORDER BY uid", err);
    if (r < 0)
        return r;
    SC_CLEANUP(sc_pending_list_done) struct sc_pending_list list = {0};
    while ((r = sc_stmt_step(&q, err)) == 1) {
        struct sc_pending_row *row = sc_list_add(&list.rows, &list.n, sizeof(*row), err);
        if (!row)
            return SC_E_NOMEM;
        row->uid = (uid_t)sc_col_int(&q, 0);
        row->since = sc_col_int(&q, 1);
    }
    if (r < 0)
        return r;
    *ret = list;
    list = (struct sc_pending_list){0};
    return 0;
}

int sc_store_meta_get(struct sc_store *store, const char *key, char **ret, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store, "SELECT value FROM meta WHERE key = ?", err);
    if (r < 0)
        return r;
    sc_bind_text(&q, key);
    const char *value = NULL;
    r = sc_stmt_step(&q, err);
    if (r == 1)
        r = sc_col_dup(&q, 0, &value, err);
    if (r < 0)
        return r;
    *ret = (char *)value;
    return 0;
}

int sc_store_meta_set(struct sc_store *store, const char *key, const char *value,
                      struct sc_error *err)
{
    int r = sc_db_limit("key", key, SC_STORE_NAME_MAX, err);
    if (r == 0)
        r = sc_db_limit("value", value, SC_STORE_TEXT_MAX, err);
    if (r < 0)
        return r;
    if (!*key || strncmp(key, "store.", 6) == 0)
        return sc_error_set(err, SC_E_INVAL, "'%s' is no key for a caller", key);
    SC_STMT struct sc_stmt q = {0};
    r = sc_stmt_prepare(&q, store,
                        value ? "INSERT INTO meta(key, value) VALUES (?, ?) ON CONFLICT(key) DO "
                                "UPDATE SET value = excluded.value"
                              : "DELETE FROM meta WHERE key = ?",
                        err);
    if (r < 0)
        return r;
    sc_bind_text(&q, key);
    if (value)
        sc_bind_text(&q, value);
    return sc_stmt_run(&q, NULL, err);
}
