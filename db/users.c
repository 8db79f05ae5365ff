/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/internal.h"

#include <string.h>

#define COLUMNS "uid, name, home, inventory_time, applied_time, stale, last_error"

void sc_user_row_done(struct sc_user_row *row)
{
    free((void *)row->name);
    free((void *)row->home);
    free((void *)row->last_error);
    *row = (struct sc_user_row){0};
}

void sc_user_list_done(struct sc_user_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        sc_user_row_done(&list->rows[i]);
    free(list->rows);
    *list = (struct sc_user_list){0};
}

/* Fills *row, whose strings are the caller's to release also on failure. */
static int read_row(struct sc_stmt *q, struct sc_user_row *row, struct sc_error *err)
{
    row->uid = (uid_t)sc_col_int(q, 0);
    row->inventory_time = sc_col_int(q, 3);
    row->applied_time = sc_col_int(q, 4);
    row->stale = sc_col_int(q, 5) != 0;
    int r = sc_col_dup(q, 1, &row->name, err);
    if (r == 0)
        r = sc_col_dup(q, 2, &row->home, err);
    if (r == 0)
        r = sc_col_dup(q, 6, &row->last_error, err);
    if (r == 0)
        row->gone = row->name[0] == '#';
    return r;
}

/* 1: found; 0: not; or a code. By `name`, or by uid where it is NULL. */
static int find(struct sc_store *store, uid_t uid, const char *name, struct sc_user_row *ret,
                struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store,
                            name ? "SELECT " COLUMNS " FROM user WHERE name = ?"
                                 : "SELECT " COLUMNS " FROM user WHERE uid = ?",
                            err);
    if (r < 0)
        return r;
    if (name)
        sc_bind_text(&q, name);
    else
        sc_bind_int(&q, uid);
    r = sc_stmt_step(&q, err);
    if (r <= 0)
        return r;
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    r = read_row(&q, &row, err);
    if (r < 0)
        return r;
    *ret = row;
    row = (struct sc_user_row){0};
    return 1;
}

static int no_user(struct sc_store *store, uid_t uid, struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOTFOUND, "%s has no user with uid %lu", store->path,
                        (unsigned long)uid);
}

int sc_db_have_user(struct sc_store *store, uid_t uid, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store, "SELECT 1 FROM user WHERE uid = ?", err);
    if (r < 0)
        return r;
    sc_bind_int(&q, uid);
    r = sc_stmt_step(&q, err);
    return r == 1 ? 0 : r == 0 ? no_user(store, uid, err) : r;
}

int sc_store_user_by_uid(struct sc_store *store, uid_t uid, struct sc_user_row *ret,
                         struct sc_error *err)
{
    int r = find(store, uid, NULL, ret, err);
    return r == 1 ? 0 : r == 0 ? no_user(store, uid, err) : r;
}

int sc_store_user_by_name(struct sc_store *store, const char *name, struct sc_user_row *ret,
                          struct sc_error *err)
{
    int r = *name == '#' ? 0 : find(store, 0, name, ret, err); /* no name, a mark: see displace() */
    if (r == 0)
        return sc_error_set(err, SC_E_NOTFOUND, "%s has no user '%s'", store->path, name);
    return r == 1 ? 0 : r;
}

/* Takes the name from another uid. That row is kept: its account may just have been renamed too,
 * and its turn comes; only who reconciles can tell that from a removed account. */
static int displace(struct sc_store *store, uid_t uid, const char *name, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store,
                            "UPDATE user SET name = '#' || uid WHERE name = ? AND uid <> ?", err);
    if (r < 0)
        return r;
    sc_bind_text(&q, name);
    sc_bind_int(&q, uid);
    return sc_stmt_run(&q, NULL, err);
}

static int put(struct sc_store *store, uid_t uid, const char *name, const char *home,
               struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store,
                            "INSERT INTO user(uid, name, home) VALUES (?, ?, ?) ON CONFLICT(uid) "
                            "DO UPDATE SET name = excluded.name, home = excluded.home",
                            err);
    if (r < 0)
        return r;
    sc_bind_int(&q, uid);
    sc_bind_text(&q, name);
    sc_bind_path(&q, home);
    return sc_stmt_run(&q, NULL, err);
}

int sc_store_user_put(struct sc_store *store, uid_t uid, const char *name, const char *home,
                      struct sc_error *err)
{
    int r = sc_db_limit("user name", name, SC_STORE_NAME_MAX, err);
    if (r == 0)
        r = sc_db_limit("home directory", home, SC_STORE_PATH_MAX, err);
    if (r < 0)
        return r;
    if (!*name || *name == '#')
        return sc_error_set(err, SC_E_INVAL, "'%s' is no user name", name);
    SC_CLEANUP(sc_user_row_done) struct sc_user_row old = {0};
    r = find(store, uid, NULL, &old, err);
    if (r < 0 || (r == 1 && strcmp(old.name, name) == 0 && strcmp(old.home, home) == 0))
        return r < 0 ? r : 0;
    SC_SCOPE struct sc_scope scope = {0};
    r = sc_scope_enter(&scope, store, err);
    if (r == 0)
        r = displace(store, uid, name, err);
    if (r == 0)
        r = put(store, uid, name, home, err);
    return r < 0 ? r : sc_scope_commit(&scope, err);
}

int sc_store_users_get(struct sc_store *store, bool isolated_only, struct sc_user_list *ret,
                       struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(
        &q, store,
        isolated_only
            ? "SELECT " COLUMNS " FROM user WHERE"
              " EXISTS (SELECT 1 FROM site WHERE site.uid = user.uid AND site.isolated = 1)"
              " OR EXISTS (SELECT 1 FROM isolated WHERE isolated.uid = user.uid) ORDER BY uid"
            : "SELECT " COLUMNS " FROM user ORDER BY uid",
        err);
    if (r < 0)
        return r;
    SC_CLEANUP(sc_user_list_done) struct sc_user_list list = {0};
    while ((r = sc_stmt_step(&q, err)) == 1) {
        struct sc_user_row *row = sc_list_add(&list.rows, &list.n, sizeof(*row), err);
        r = row ? read_row(&q, row, err) : SC_E_NOMEM;
        if (r < 0)
            return r;
    }
    if (r < 0)
        return r;
    *ret = list;
    list = (struct sc_user_list){0};
    return 0;
}

/* ---- what is known about the user's state ---- */

static int set_time(struct sc_store *store, const char *sql, uid_t uid, int64_t when,
                    struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store, sql, err);
    if (r < 0)
        return r;
    sc_bind_int(&q, when);
    sc_bind_int(&q, uid);
    size_t changed = 0;
    r = sc_stmt_run(&q, &changed, err);
    return r == 0 && !changed ? no_user(store, uid, err) : r;
}

int sc_store_user_set_inventory(struct sc_store *store, uid_t uid, int64_t when,
                                struct sc_error *err)
{
    return set_time(store, "UPDATE user SET inventory_time = ? WHERE uid = ?", uid, when, err);
}

int sc_store_user_set_applied(struct sc_store *store, uid_t uid, int64_t when, struct sc_error *err)
{
    return set_time(store,
                    "UPDATE user SET applied_time = ?, stale = 0, last_error = NULL WHERE uid = ?",
                    uid, when, err);
}

int sc_store_user_set_stale(struct sc_store *store, uid_t uid, const char *why,
                            struct sc_error *err)
{
    char cut[SC_ERROR_TEXT_MAX];
    snprintf(cut, sizeof(cut), "%s", why);
    SC_STMT struct sc_stmt q = {0};
    int r =
        sc_stmt_prepare(&q, store, "UPDATE user SET stale = 1, last_error = ? WHERE uid = ?", err);
    if (r < 0)
        return r;
    sc_bind_text(&q, cut);
    sc_bind_int(&q, uid);
    size_t changed = 0;
    r = sc_stmt_run(&q, &changed, err);
    return r == 0 && !changed ? no_user(store, uid, err) : r;
}

int sc_store_user_remove(struct sc_store *store, uid_t uid, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store, "DELETE FROM user WHERE uid = ?", err);
    if (r < 0)
        return r;
    sc_bind_int(&q, uid);
    return sc_stmt_run(&q, NULL, err);
}
