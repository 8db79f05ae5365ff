/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last known inventory of the panel. */
#include "db/internal.h"

#include <string.h>

#define COLUMNS "SELECT name, docroot, is_main, uid, site_dir FROM domain"

void sc_domain_row_done(struct sc_domain_row *row)
{
    free((void *)row->name);
    free((void *)row->docroot);
    free((void *)row->site_dir);
    *row = (struct sc_domain_row){0};
}

static int read_row(struct sc_stmt *q, void *to, struct sc_error *err)
{
    struct sc_domain_row *row = to;
    row->is_main = sc_col_int(q, 2) != 0;
    row->uid = (uid_t)sc_col_int(q, 3);
    int r = sc_col_dup(q, 0, &row->name, err);
    if (r == 0)
        r = sc_col_dup(q, 1, &row->docroot, err);
    return r < 0 ? r : sc_col_dup(q, 4, &row->site_dir, err);
}

static void row_done(void *row)
{
    sc_domain_row_done(row);
}

static const struct sc_row_kind kind = {sizeof(struct sc_domain_row), read_row, row_done};

void sc_domain_list_done(struct sc_domain_list *list)
{
    sc_rows_done(&kind, list->rows, list->n);
    *list = (struct sc_domain_list){0};
}

bool sc_domain_row_agrees(const struct sc_domain_row *a, const struct sc_domain_row *b)
{
    return a->is_main == b->is_main && strcmp(a->docroot, b->docroot) == 0 &&
           !a->site_dir == !b->site_dir && (!a->site_dir || strcmp(a->site_dir, b->site_dir) == 0);
}

int sc_store_domains_get(struct sc_store *store, uid_t uid, struct sc_domain_list *ret,
                         struct sc_error *err)
{
    return sc_db_rows(store, COLUMNS " WHERE uid = ? ORDER BY name", SC_PARAMS(SC_INT(uid)), &kind,
                      &ret->rows, &ret->n, err);
}

int sc_store_domains_all(struct sc_store *store, struct sc_domain_list *ret, struct sc_error *err)
{
    return sc_db_rows(store, COLUMNS " ORDER BY name", SC_NO_PARAMS, &kind, &ret->rows, &ret->n,
                      err);
}

int sc_store_domain_find(struct sc_store *store, const char *name, struct sc_domain_row *ret,
                         struct sc_error *err)
{
    int r = sc_db_row(store, COLUMNS " WHERE name = ?", SC_PARAMS(SC_TEXT(name)), &kind, ret, err);
    if (r == 0)
        return sc_error_set(err, SC_E_NOTFOUND, "%s has no domain '%s'", store->path, name);
    return r < 0 ? r : 0;
}

/* ---- replacing ---- */

static bool same(const struct sc_domain_list *have, const struct sc_domain_row *want, size_t n)
{
    if (have->n != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (sc_names_cmp(&have->rows[i], &want[i]) != 0 ||
            !sc_domain_row_agrees(&have->rows[i], &want[i]))
            return false;
    return true;
}

static int put_all(struct sc_store *store, uid_t uid, const struct sc_domain_row *want, size_t n,
                   size_t *changed, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(
        &q, store,
        "INSERT INTO domain(name, uid, docroot, is_main, site_dir) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT(name) DO UPDATE SET uid = excluded.uid, docroot = excluded.docroot, "
        "is_main = excluded.is_main, site_dir = excluded.site_dir "
        "WHERE uid <> excluded.uid OR docroot <> excluded.docroot OR is_main <> excluded.is_main "
        "OR site_dir IS NOT excluded.site_dir",
        err);
    for (size_t i = 0; r == 0 && i < n; i++) {
        sc_bind_text(&q, want[i].name);
        sc_bind_int(&q, uid);
        sc_bind_path(&q, want[i].docroot);
        sc_bind_int(&q, want[i].is_main);
        sc_bind_path(&q, want[i].site_dir);
        r = sc_stmt_run(&q, changed, err);
    }
    return r;
}

int sc_store_domains_replace(struct sc_store *store, uid_t uid, const struct sc_domain_row *rows,
                             size_t n, size_t *ret_changed, struct sc_error *err)
{
    SC_FREE struct sc_domain_row *want = NULL;
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list have = {0};
    size_t changed = 0;
    int r = sc_names_sorted(rows, n, sizeof(*rows), &want, err);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = sc_db_limit("document root", rows[i].docroot, SC_STORE_PATH_MAX, err);
    for (size_t i = 0; r == 0 && i < n; i++)
        if (rows[i].site_dir)
            r = sc_db_limit("directory of a domain", rows[i].site_dir, SC_STORE_PATH_MAX, err);
    if (r == 0)
        r = sc_db_have_user(store, uid, err);
    if (r == 0)
        r = sc_store_domains_get(store, uid, &have, err);
    if (r < 0)
        return r;
    if (!same(&have, want, n)) {
        SC_SCOPE struct sc_scope scope = {0};
        r = sc_scope_enter(&scope, store, err);
        if (r < 0)
            return r;
        sc_domain_list_done(&have); /* what was read without the lock may have changed */
        r = sc_db_have_user(store, uid, err);
        if (r == 0)
            r = sc_store_domains_get(store, uid, &have, err);
        if (r == 0)
            r = sc_db_note_missed(store, uid, have.rows, have.n, want, n, err);
        if (r == 0)
            r = sc_names_remove_others(store, "DELETE FROM domain WHERE name = ?", have.rows,
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
