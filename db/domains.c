/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last known inventory of the panel. */
#include "db/internal.h"

#include <string.h>

#define COLUMNS "SELECT name, docroot, is_main, uid, site_dir FROM domain"
#define OF_USER COLUMNS " WHERE uid = ? ORDER BY name"

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
    return sc_db_rows(store, OF_USER, SC_PARAMS(SC_INT(uid)), &kind, &ret->rows, &ret->n, err);
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

static bool is_same(const void *a, const void *b)
{
    return sc_domain_row_agrees(a, b);
}

static int note_missed(struct sc_store *store, uid_t uid, const void *have, size_t have_n,
                       const void *want, size_t want_n, struct sc_error *err)
{
    return sc_db_note_missed(store, uid, have, have_n, want, want_n, err);
}

static void bind(struct sc_stmt *q, uid_t uid, const void *of)
{
    const struct sc_domain_row *row = of;
    sc_bind_text(q, row->name);
    sc_bind_int(q, uid);
    sc_bind_path(q, row->docroot);
    sc_bind_int(q, row->is_main);
    sc_bind_path(q, row->site_dir);
}

static const struct sc_names_set set = {
    .kind = &kind,
    .select = OF_USER,
    .remove = "DELETE FROM domain WHERE name = ?",
    .same = is_same,
    .before = note_missed,
    .put =
        "INSERT INTO domain(name, uid, docroot, is_main, site_dir) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT(name) DO UPDATE SET uid = excluded.uid, docroot = excluded.docroot, "
        "is_main = excluded.is_main, site_dir = excluded.site_dir "
        "WHERE uid <> excluded.uid OR docroot <> excluded.docroot OR is_main <> excluded.is_main "
        "OR site_dir IS NOT excluded.site_dir",
    .bind = bind};

static int check(const struct sc_domain_row *rows, size_t n, struct sc_error *err)
{
    int r = 0;
    /* too many are refused without a look at them */
    for (size_t i = 0; r == 0 && n <= SC_STORE_DOMAINS_MAX && i < n; i++) {
        r = sc_db_limit("document root", rows[i].docroot, SC_STORE_PATH_MAX, err);
        if (r == 0)
            r = sc_db_limit("directory of a domain", rows[i].site_dir, SC_STORE_PATH_MAX, err);
    }
    return r;
}

int sc_store_domains_replace(struct sc_store *store, uid_t uid, const struct sc_domain_row *rows,
                             size_t n, size_t *ret_changed, struct sc_error *err)
{
    int r = check(rows, n, err);
    return r < 0 ? r : sc_names_replace(&set, store, uid, rows, n, ret_changed, err);
}

int sc_db_domains_add(struct sc_store *store, uid_t uid, const struct sc_domain_row *rows, size_t n,
                      struct sc_error *err)
{
    int r = check(rows, n, err);
    return r < 0 ? r : sc_names_add(&set, store, uid, rows, n, err);
}
