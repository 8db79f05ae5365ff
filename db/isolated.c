/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The domain names that were last applied as isolated. */
#include "db/internal.h"

static int read_row(struct sc_stmt *q, void *to, struct sc_error *err)
{
    struct sc_isolated_row *row = to;
    row->site_id = (unsigned)sc_col_int(q, 1);
    return sc_col_dup(q, 0, &row->name, err);
}

static void row_done(void *row)
{
    free((void *)((struct sc_isolated_row *)row)->name);
}

static const struct sc_row_kind kind = {sizeof(struct sc_isolated_row), read_row, row_done};

void sc_isolated_list_done(struct sc_isolated_list *list)
{
    sc_rows_done(&kind, list->rows, list->n);
    *list = (struct sc_isolated_list){0};
}

int sc_store_isolated_get(struct sc_store *store, uid_t uid, struct sc_isolated_list *ret,
                          struct sc_error *err)
{
    return sc_db_rows(store, "SELECT name, site_id FROM isolated WHERE uid = ? ORDER BY name",
                      SC_PARAMS(SC_INT(uid)), &kind, &ret->rows, &ret->n, err);
}

static bool same(const struct sc_isolated_list *have, const struct sc_isolated_row *want, size_t n)
{
    if (have->n != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (sc_names_cmp(&have->rows[i], &want[i]) != 0 || have->rows[i].site_id != want[i].site_id)
            return false;
    return true;
}

static int check_sites(struct sc_store *store, uid_t uid, const struct sc_isolated_row *want,
                       size_t n, struct sc_error *err)
{
    for (size_t i = 0; i < n; i++) {
        int r = sc_db_any(store, "SELECT 1 FROM site WHERE id = ? AND uid = ?",
                          SC_PARAMS(SC_INT(want[i].site_id), SC_INT(uid)), err);
        if (r < 0)
            return r;
        if (r == 0)
            return sc_error_set(err, SC_E_INVAL, "domain '%s': uid %lu has no site %u",
                                want[i].name, (unsigned long)uid, want[i].site_id);
    }
    return 0;
}

static int put_all(struct sc_store *store, uid_t uid, const struct sc_isolated_row *want, size_t n,
                   size_t *changed, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store,
                            "INSERT INTO isolated(name, uid, site_id) VALUES (?, ?, ?) "
                            "ON CONFLICT(name) DO UPDATE SET uid = excluded.uid, site_id = "
                            "excluded.site_id WHERE uid <> excluded.uid OR site_id <> "
                            "excluded.site_id",
                            err);
    for (size_t i = 0; r == 0 && i < n; i++) {
        sc_bind_text(&q, want[i].name);
        sc_bind_int(&q, uid);
        sc_bind_int(&q, want[i].site_id);
        r = sc_stmt_run(&q, changed, err);
    }
    return r;
}

int sc_store_isolated_replace(struct sc_store *store, uid_t uid, const struct sc_isolated_row *rows,
                              size_t n, size_t *ret_changed, struct sc_error *err)
{
    SC_FREE struct sc_isolated_row *want = NULL;
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list have = {0};
    size_t changed = 0;
    int r = sc_names_sorted(rows, n, sizeof(*rows), &want, err);
    if (r == 0)
        r = sc_db_have_user(store, uid, err);
    if (r == 0)
        r = sc_store_isolated_get(store, uid, &have, err);
    if (r < 0)
        return r;
    if (!same(&have, want, n)) {
        SC_SCOPE struct sc_scope scope = {0};
        r = sc_scope_enter(&scope, store, err);
        if (r < 0)
            return r;
        sc_isolated_list_done(&have); /* what was read without the lock may have changed */
        r = check_sites(store, uid, want, n, err);
        if (r == 0)
            r = sc_store_isolated_get(store, uid, &have, err);
        if (r == 0)
            r = sc_names_remove_others(store, "DELETE FROM isolated WHERE name = ?", have.rows,
                                       have.n, want, n, sizeof(*want), &changed, err);
        if (r == 0)
            r = put_all(store, uid, want, n, &changed, err);
        if (r == 0)
            r = sc_scope_commit(&scope, err);
        if (r < 0)
            return r;
    }
    if (ret_changed)
        *ret_changed = changed;
    return 0;
}
