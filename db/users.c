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

static int read_row(struct sc_stmt *q, void *to, struct sc_error *err)
{
    struct sc_user_row *row = to;
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

static void row_done(void *row)
{
    sc_user_row_done(row);
}

static const struct sc_row_kind kind = {sizeof(struct sc_user_row), read_row, row_done};

void sc_user_list_done(struct sc_user_list *list)
{
    sc_rows_done(&kind, list->rows, list->n);
    *list = (struct sc_user_list){0};
}

/* 1: found; 0: not; or a code. */
static int find(struct sc_store *store, uid_t uid, struct sc_user_row *ret, struct sc_error *err)
{
    return sc_db_row(store, "SELECT " COLUMNS " FROM user WHERE uid = ?", SC_PARAMS(SC_INT(uid)),
                     &kind, ret, err);
}

static int no_user(struct sc_store *store, uid_t uid, struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOTFOUND, "%s has no user with uid %lu", store->path,
                        (unsigned long)uid);
}

int sc_db_have_user(struct sc_store *store, uid_t uid, struct sc_error *err)
{
    int r = sc_db_any(store, "SELECT 1 FROM user WHERE uid = ?", SC_PARAMS(SC_INT(uid)), err);
    return r == 1 ? 0 : r == 0 ? no_user(store, uid, err) : r;
}

int sc_store_user_by_uid(struct sc_store *store, uid_t uid, struct sc_user_row *ret,
                         struct sc_error *err)
{
    int r = find(store, uid, ret, err);
    return r == 1 ? 0 : r == 0 ? no_user(store, uid, err) : r;
}

int sc_store_user_by_name(struct sc_store *store, const char *name, struct sc_user_row *ret,
                          struct sc_error *err)
{
    int r = 0;
    if (*name != '#') /* that is no name, but a mark: see displace() */
        r = sc_db_row(store, "SELECT " COLUMNS " FROM user WHERE name = ?",
                      SC_PARAMS(SC_TEXT(name)), &kind, ret, err);
    if (r == 0)
        return sc_error_set(err, SC_E_NOTFOUND, "%s has no user '%s'", store->path, name);
    return r == 1 ? 0 : r;
}

/* Takes the name from another uid. That row is kept: its account may just have been renamed too,
 * and its turn comes; only who reconciles can tell that from a removed account. */
static int displace(struct sc_store *store, uid_t uid, const char *name, struct sc_error *err)
{
    return sc_db_run(store, "UPDATE user SET name = '#' || uid WHERE name = ? AND uid <> ?",
                     SC_PARAMS(SC_TEXT(name), SC_INT(uid)), NULL, err);
}

static int put(struct sc_store *store, uid_t uid, const char *name, const char *home,
               struct sc_error *err)
{
    return sc_db_run(store,
                     "INSERT INTO user(uid, name, home) VALUES (?, ?, ?) ON CONFLICT(uid) "
                     "DO UPDATE SET name = excluded.name, home = excluded.home",
                     SC_PARAMS(SC_INT(uid), SC_TEXT(name), SC_PATH(home)), NULL, err);
}

int sc_db_user_check(const char *name, const char *home, struct sc_error *err)
{
    int r = sc_db_limit("user name", name, SC_STORE_NAME_MAX, err);
    if (r == 0)
        r = sc_db_limit("home directory", home, SC_STORE_PATH_MAX, err);
    if (r == 0 && (!*name || *name == '#'))
        r = sc_error_set(err, SC_E_INVAL, "'%s' is no user name", name);
    return r;
}

int sc_store_user_put(struct sc_store *store, uid_t uid, const char *name, const char *home,
                      struct sc_error *err)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row old = {0};
    int r = sc_db_user_check(name, home, err);
    if (r < 0)
        return r;
    r = find(store, uid, &old, err);
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
    static const char isolated[] =
        "SELECT " COLUMNS " FROM user WHERE"
        " EXISTS (SELECT 1 FROM site WHERE site.uid = user.uid AND site.isolated = 1)"
        " OR EXISTS (SELECT 1 FROM isolated WHERE isolated.uid = user.uid) ORDER BY uid";
    static const char all[] = "SELECT " COLUMNS " FROM user ORDER BY uid";
    return sc_db_rows(store, isolated_only ? isolated : all, SC_NO_PARAMS, &kind, &ret->rows,
                      &ret->n, err);
}

/* ---- what is known about the user's state ---- */

/* Runs an UPDATE of one user. */
static int update(struct sc_store *store, uid_t uid, const char *sql, const struct sc_param *params,
                  struct sc_error *err)
{
    size_t changed = 0;
    int r = sc_db_run(store, sql, params, &changed, err);
    return r == 0 && !changed ? no_user(store, uid, err) : r;
}

int sc_store_user_set_inventory(struct sc_store *store, uid_t uid, int64_t when,
                                struct sc_error *err)
{
    return update(store, uid, "UPDATE user SET inventory_time = ? WHERE uid = ?",
                  SC_PARAMS(SC_INT(when), SC_INT(uid)), err);
}

int sc_store_user_set_applied(struct sc_store *store, uid_t uid, int64_t when, struct sc_error *err)
{
    return update(store, uid,
                  "UPDATE user SET applied_time = ?, stale = 0, last_error = NULL WHERE uid = ?",
                  SC_PARAMS(SC_INT(when), SC_INT(uid)), err);
}

int sc_store_user_set_stale(struct sc_store *store, uid_t uid, const char *why,
                            struct sc_error *err)
{
    char cut[SC_ERROR_TEXT_MAX];
    snprintf(cut, sizeof(cut), "%s", why);
    return update(store, uid, "UPDATE user SET stale = 1, last_error = ? WHERE uid = ?",
                  SC_PARAMS(SC_TEXT(cut), SC_INT(uid)), err);
}

int sc_store_user_remove(struct sc_store *store, uid_t uid, struct sc_error *err)
{
    return sc_db_run(store, "DELETE FROM user WHERE uid = ?", SC_PARAMS(SC_INT(uid)), NULL, err);
}
