/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marks of unfinished changes, and single values. */
#include "db/internal.h"

#include <stdlib.h>
#include <string.h>

static int read_pending(struct sc_stmt *q, void *to, struct sc_error *err)
{
    (void)err;
    struct sc_pending_row *row = to;
    row->uid = (uid_t)sc_col_int(q, 0);
    row->since = sc_col_int(q, 1);
    return 0;
}

static const struct sc_row_kind pending = {sizeof(struct sc_pending_row), read_pending, NULL};

void sc_pending_list_done(struct sc_pending_list *list)
{
    sc_rows_done(&pending, list->rows, list->n);
    *list = (struct sc_pending_list){0};
}

int sc_store_pending_set(struct sc_store *store, uid_t uid, int64_t since, struct sc_error *err)
{
    return sc_db_run(store,
                     "INSERT INTO pending(uid, since) VALUES (?, ?) ON CONFLICT(uid) DO NOTHING",
                     SC_PARAMS(SC_INT(uid), SC_INT(since)), NULL, err);
}

int sc_store_pending_clear(struct sc_store *store, uid_t uid, struct sc_error *err)
{
    return sc_db_run(store, "DELETE FROM pending WHERE uid = ?", SC_PARAMS(SC_INT(uid)), NULL, err);
}

int sc_store_pending_get(struct sc_store *store, struct sc_pending_list *ret, struct sc_error *err)
{
    return sc_db_rows(store, "SELECT uid, since FROM pending ORDER BY uid", SC_NO_PARAMS, &pending,
                      &ret->rows, &ret->n, err);
}

static int read_value(struct sc_stmt *q, void *row, struct sc_error *err)
{
    return sc_col_dup(q, 0, row, err);
}

static void free_value(void *row)
{
    free(*(char **)row);
}

int sc_store_meta_get(struct sc_store *store, const char *key, char **ret, struct sc_error *err)
{
    static const struct sc_row_kind text = {sizeof(const char *), read_value, NULL};
    char *value = NULL;
    int r = sc_db_row(store, "SELECT value FROM meta WHERE key = ?", SC_PARAMS(SC_TEXT(key)), &text,
                      &value, err);
    if (r < 0)
        return r;
    *ret = value;
    return 0;
}

int sc_store_meta_keys(struct sc_store *store, const char *beginning, char ***ret, size_t *ret_n,
                       struct sc_error *err)
{
    static const struct sc_row_kind text = {sizeof(char *), read_value, free_value};
    return sc_db_rows(store,
                      "SELECT key FROM meta WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key",
                      SC_PARAMS(SC_TEXT(beginning)), &text, ret, ret_n, err);
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
    if (!value)
        return sc_db_run(store, "DELETE FROM meta WHERE key = ?", SC_PARAMS(SC_TEXT(key)), NULL,
                         err);
    return sc_db_run(store,
                     "INSERT INTO meta(key, value) VALUES (?, ?) "
                     "ON CONFLICT(key) DO UPDATE SET value = excluded.value",
                     SC_PARAMS(SC_TEXT(key), SC_TEXT(value)), NULL, err);
}
