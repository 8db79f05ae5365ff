/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/internal.h"
#include "core/base/vec.h"

#include <string.h>

/* One that was prepared before for the same text, out of those that are kept; NULL. */
static sqlite3_stmt *take(struct sc_store *store, const char *sql)
{
    for (size_t i = 0; i < SC_STMTS_KEPT; i++)
        if (store->kept[i] && strcmp(store->sql.sql(store->kept[i]), sql) == 0)
            return sc_steal_ptr(&store->kept[i]);
    return NULL;
}

/* What it was bound to is the caller's, and goes. */
static bool keep(struct sc_store *store, sqlite3_stmt *st)
{
    if (store->sql.reset(st) != SQLITE_OK || store->sql.clear_bindings(st) != SQLITE_OK)
        return false;
    for (size_t i = 0; i < SC_STMTS_KEPT; i++)
        if (!store->kept[i]) {
            store->kept[i] = st;
            return true;
        }
    return false;
}

void sc_stmt_done(struct sc_stmt *q)
{
    if (q->st && !keep(q->store, q->st))
        q->store->sql.finalize(q->st);
    *q = (struct sc_stmt){0};
}

void sc_stmts_forget(struct sc_store *store)
{
    for (size_t i = 0; i < SC_STMTS_KEPT; i++) {
        store->sql.finalize(store->kept[i]);
        store->kept[i] = NULL;
    }
}

int sc_stmt_prepare(struct sc_stmt *q, struct sc_store *store, const char *sql,
                    struct sc_error *err)
{
    int r = sc_db_usable(store, err);
    if (r < 0)
        return r;
    *q = (struct sc_stmt){.store = store, .st = take(store, sql)};
    if (q->st)
        return 0;
    int rc = store->sql.prepare_v2(store->db, sql, -1, &q->st, NULL);
    return rc == SQLITE_OK ? 0 : sc_db_fail(store, rc, err);
}

static void bound(struct sc_stmt *q, int rc)
{
    if (q->rc == SQLITE_OK)
        q->rc = rc;
}

void sc_bind_int(struct sc_stmt *q, int64_t value)
{
    bound(q, q->store->sql.bind_int64(q->st, ++q->at, value));
}

void sc_bind_text(struct sc_stmt *q, const char *text)
{
    bound(q, q->store->sql.bind_text(q->st, ++q->at, text, -1, SQLITE_STATIC));
}

void sc_bind_path(struct sc_stmt *q, const char *path)
{
    q->at++;
    if (path)
        bound(q, q->store->sql.bind_blob64(q->st, q->at, path, strlen(path), SQLITE_STATIC));
    else
        bound(q, q->store->sql.bind_null(q->st, q->at));
}

int sc_stmt_step(struct sc_stmt *q, struct sc_error *err)
{
    int rc = q->rc != SQLITE_OK ? q->rc : q->store->sql.step(q->st);
    if (rc == SQLITE_ROW)
        return 1;
    return rc == SQLITE_DONE ? 0 : sc_db_fail(q->store, rc, err);
}

int sc_stmt_run(struct sc_stmt *q, size_t *changed, struct sc_error *err)
{
    int r = sc_stmt_step(q, err);
    if (r == 0 && changed)
        *changed += (size_t)q->store->sql.changes(q->store->db);
    (void)q->store->sql.reset(q->st); /* repeats the failure that step has told */
    q->at = 0;
    return r < 0 ? r : 0;
}

int sc_col_dup(struct sc_stmt *q, int column, const char **ret, struct sc_error *err)
{
    if (q->store->sql.column_type(q->st, column) == SQLITE_NULL) {
        *ret = NULL;
        return 0;
    }
    const void *data =
        q->store->sql.column_blob(q->st, column); /* NULL for zero bytes, and without memory */
    size_t len = (size_t)q->store->sql.column_bytes(q->st, column);
    char *copy = data || len == 0 ? malloc(len + 1) : NULL;
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "%s: out of memory", q->store->path);
    if (len)
        memcpy(copy, data, len);
    copy[len] = 0;
    *ret = copy;
    return 0;
}

int sc_db_int(struct sc_store *store, const char *sql, int64_t *ret, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store, sql, err);
    if (r == 0)
        r = sc_stmt_step(&q, err);
    if (r < 0)
        return r;
    *ret = r == 1 ? sc_col_int(&q, 0) : 0;
    return 0;
}

void *sc_list_add(void *items, size_t *n, size_t size, struct sc_error *err)
{
    if (!sc_vec_room(items, *n, size)) {
        sc_error_set(err, SC_E_NOMEM, "out of memory for rows of the database");
        return NULL;
    }
    char *item = *(char **)items + *n * size;
    memset(item, 0, size);
    (*n)++;
    return item;
}
