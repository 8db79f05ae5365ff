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

void sc_domain_list_done(struct sc_domain_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        sc_domain_row_done(&list->rows[i]);
    free(list->rows);
    *list = (struct sc_domain_list){0};
}

bool sc_domain_row_agrees(const struct sc_domain_row *a, const struct sc_domain_row *b)
{
    return a->is_main == b->is_main && strcmp(a->docroot, b->docroot) == 0 &&
           !a->site_dir == !b->site_dir && (!a->site_dir || strcmp(a->site_dir, b->site_dir) == 0);
}

static int read_row(struct sc_stmt *q, struct sc_domain_row *row, struct sc_error *err)
{
    row->is_main = sc_col_int(q, 2) != 0;
    row->uid = (uid_t)sc_col_int(q, 3);
    int r = sc_col_dup(q, 0, &row->name, err);
    if (r == 0)
        r = sc_col_dup(q, 1, &row->docroot, err);
    return r < 0 ? r : sc_col_dup(q, 4, &row->site_dir, err);
}

/* The rows of a statement whose parameters are bound. */
static int read_all(struct sc_stmt *q, struct sc_domain_list *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list list = {0};
    int r;
    while ((r = sc_stmt_step(q, err)) == 1) {
        struct sc_domain_row *row = sc_list_add(&list.rows, &list.n, sizeof(*row), err);
        r = row ? read_row(q, row, err) : SC_E_NOMEM;
        if (r < 0)
            return r;
    }
    if (r < 0)
        return r;
    *ret = list;
    list = (struct sc_domain_list){0};
    return 0;
}

int sc_store_domains_get(struct sc_store *store, uid_t uid, struct sc_domain_list *ret,
                         struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store, COLUMNS " WHERE uid = ? ORDER BY name", err);
    if (r < 0)
        return r;
    sc_bind_int(&q, uid);
    return read_all(&q, ret, err);
}

int sc_store_domains_all(struct sc_store *store, struct sc_domain_list *ret, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store, COLUMNS " ORDER BY name", err);
    return r < 0 ? r : read_all(&q, ret, err);
}

int sc_store_domain_find(struct sc_store *store, const char *name, struct sc_domain_row *ret,
                         struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store, COLUMNS " WHERE name = ?", err);
    if (r < 0)
        return r;
    sc_bind_text(&q, name);
    r = sc_stmt_step(&q, err);
    if (r < 0)
        return r;
    if (r == 0)
        return sc_error_set(err, SC_E_NOTFOUND, "%s has no domain '%s'", store->path, name);
    SC_CLEANUP(sc_domain_row_done) struct sc_domain_row row = {0};
    r = read_row(&q, &row, err);
    if (r < 0)
        return r;
    *ret = row;
    row = (struct sc_domain_row){0};
    return 0;
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
