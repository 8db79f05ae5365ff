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

static bool is_same(const void *a, const void *b)
{
    const struct sc_isolated_row *x = a, *y = b;
    return x->site_id == y->site_id;
}

static int check_sites(struct sc_store *store, uid_t uid, const void *have, size_t have_n,
                       const void *wanted, size_t n, struct sc_error *err)
{
    const struct sc_isolated_row *want = wanted;
    (void)have, (void)have_n;
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

static void bind(struct sc_stmt *q, uid_t uid, const void *of)
{
    const struct sc_isolated_row *row = of;
    sc_bind_text(q, row->name);
    sc_bind_int(q, uid);
    sc_bind_int(q, row->site_id);
}

static const struct sc_names_set set = {
    .kind = &kind,
    .select = "SELECT name, site_id FROM isolated WHERE uid = ? ORDER BY name",
    .remove = "DELETE FROM isolated WHERE name = ?",
    .same = is_same,
    .before = check_sites,
    .put = "INSERT INTO isolated(name, uid, site_id) VALUES (?, ?, ?) "
           "ON CONFLICT(name) DO UPDATE SET uid = excluded.uid, site_id = excluded.site_id "
           "WHERE uid <> excluded.uid OR site_id <> excluded.site_id",
    .bind = bind};

int sc_store_isolated_get(struct sc_store *store, uid_t uid, struct sc_isolated_list *ret,
                          struct sc_error *err)
{
    return sc_db_rows(store, set.select, SC_PARAMS(SC_INT(uid)), &kind, &ret->rows, &ret->n, err);
}

int sc_store_isolated_replace(struct sc_store *store, uid_t uid, const struct sc_isolated_row *rows,
                              size_t n, size_t *ret_changed, struct sc_error *err)
{
    return sc_names_replace(&set, store, uid, rows, n, ret_changed, err);
}

static int by_name(const void *name, const void *row)
{
    return strcmp(name, ((const struct sc_isolated_row *)row)->name);
}

const struct sc_isolated_row *sc_isolated_find(const struct sc_isolated_list *list,
                                               const char *name)
{
    return list->n ? bsearch(name, list->rows, list->n, sizeof(*list->rows), by_name) : NULL;
}
