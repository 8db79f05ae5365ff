/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that are a user's and that the panel does not list any more: it may have forgotten them for
 * a minute, and they may turn up at another user's. */
#include "db/internal.h"

#include <string.h>
#include <time.h>

void sc_missed_list_done(struct sc_missed_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free((void *)list->rows[i].name);
        free((void *)list->rows[i].docroot);
    }
    free(list->rows);
    *list = (struct sc_missed_list){0};
}

int sc_store_missed_get(struct sc_store *store, uid_t uid, struct sc_missed_list *ret,
                        struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(
        &q, store, "SELECT name, docroot, since, site FROM missed WHERE uid = ? ORDER BY name",
        err);
    if (r < 0)
        return r;
    sc_bind_int(&q, uid);
    SC_CLEANUP(sc_missed_list_done) struct sc_missed_list list = {0};
    while ((r = sc_stmt_step(&q, err)) == 1) {
        struct sc_missed_row *row = sc_list_add(&list.rows, &list.n, sizeof(*row), err);
        r = row ? sc_col_dup(&q, 0, &row->name, err) : SC_E_NOMEM;
        if (r == 0)
            r = sc_col_dup(&q, 1, &row->docroot, err);
        if (r < 0)
            return r;
        row->since = sc_col_int(&q, 2);
        row->site_id = (unsigned)sc_col_int(&q, 3);
    }
    if (r < 0)
        return r;
    *ret = list;
    list = (struct sc_missed_list){0};
    return 0;
}

static int add(struct sc_store *store, uid_t uid, const char *name, const char *docroot,
               int64_t now, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(
        &q, store, "INSERT OR IGNORE INTO missed(name, uid, since, docroot) VALUES (?, ?, ?, ?)",
        err);
    if (r < 0)
        return r;
    sc_bind_text(&q, name);
    sc_bind_int(&q, uid);
    sc_bind_int(&q, now);
    sc_bind_path(&q, docroot);
    return sc_stmt_run(&q, NULL, err);
}

static int drop(struct sc_store *store, uid_t uid, const char *name, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store, "DELETE FROM missed WHERE name = ? AND uid = ?", err);
    if (r < 0)
        return r;
    sc_bind_text(&q, name);
    sc_bind_int(&q, uid);
    return sc_stmt_run(&q, NULL, err);
}

int sc_db_note_missed(struct sc_store *store, uid_t uid, const struct sc_domain_row *have,
                      size_t have_n, const struct sc_domain_row *want, size_t want_n,
                      struct sc_error *err)
{
    SC_CLEANUP(sc_missed_list_done) struct sc_missed_list noted = {0};
    int r = sc_store_missed_get(store, uid, &noted, err);
    for (size_t i = 0; r == 0 && i < have_n; i++)
        if (!bsearch(&have[i], want, want_n, sizeof(*want), sc_names_cmp))
            r = add(store, uid, have[i].name, have[i].docroot, (int64_t)time(NULL), err);
    for (size_t i = 0; r == 0 && i < noted.n; i++)
        if (bsearch(&noted.rows[i], want, want_n, sizeof(*want), sc_names_cmp))
            r = drop(store, uid, noted.rows[i].name, err);
    return r;
}

static int set_site(struct sc_store *store, uid_t uid, const char *name, unsigned site,
                    struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r =
        sc_stmt_prepare(&q, store, "UPDATE missed SET site = ? WHERE name = ? AND uid = ?", err);
    if (r < 0)
        return r;
    sc_bind_int(&q, site);
    sc_bind_text(&q, name);
    sc_bind_int(&q, uid);
    return sc_stmt_run(&q, NULL, err);
}

static const struct sc_missed_row *find(const struct sc_missed_row *rows, size_t n,
                                        const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

int sc_store_missed_note(struct sc_store *store, uid_t uid, const struct sc_missed_row *rows,
                         size_t n, int64_t now, int64_t forget_before, struct sc_error *err)
{
    SC_CLEANUP(sc_missed_list_done) struct sc_missed_list have = {0};
    SC_SCOPE struct sc_scope scope = {0};
    int r = sc_store_missed_get(store, uid, &have, err);
    if (r < 0 || (have.n == 0 && n == 0))
        return r;
    r = sc_scope_enter(&scope, store, err);
    for (size_t i = 0; r == 0 && i < n; i++) {
        const struct sc_missed_row *noted = find(have.rows, have.n, rows[i].name);
        if (!noted)
            r = add(store, uid, rows[i].name, "", now, err);
        if (r == 0 && rows[i].site_id != (noted ? noted->site_id : 0))
            r = set_site(store, uid, rows[i].name, rows[i].site_id, err);
    }
    for (size_t i = 0; r == 0 && i < have.n; i++) {
        SC_CLEANUP(sc_domain_row_done) struct sc_domain_row d = {0};
        const struct sc_missed_row *m = &have.rows[i];
        bool has = sc_store_domain_find(store, m->name, &d, NULL) == 0 && d.uid == uid;
        if (has || (m->since < forget_before && !find(rows, n, m->name)))
            r = drop(store, uid, m->name, err);
    }
    return r < 0 ? r : sc_scope_commit(&scope, err);
}

int sc_store_missed_elsewhere(struct sc_store *store, const char *name, uid_t uid, bool *ret,
                              struct sc_error *err)
{
    /* a name that a user only wanted was never his */
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(
        &q, store,
        "SELECT 1 FROM missed WHERE name = ? AND uid <> ? AND length(docroot) > 0 LIMIT 1", err);
    if (r < 0)
        return r;
    sc_bind_text(&q, name);
    sc_bind_int(&q, uid);
    r = sc_stmt_step(&q, err);
    if (r < 0)
        return r;
    *ret = r == 1;
    return 0;
}

int sc_store_missed_users(struct sc_store *store, int64_t then, uid_t **ret, size_t *ret_n,
                          struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int r = sc_stmt_prepare(&q, store,
                            "SELECT DISTINCT uid FROM missed WHERE since < ? ORDER BY uid", err);
    if (r < 0)
        return r;
    sc_bind_int(&q, then);
    SC_FREE uid_t *v = NULL;
    size_t n = 0;
    while ((r = sc_stmt_step(&q, err)) == 1) {
        uid_t *one = sc_list_add(&v, &n, sizeof(*v), err);
        if (!one)
            return SC_E_NOMEM;
        *one = (uid_t)sc_col_int(&q, 0);
    }
    if (r < 0)
        return r;
    *ret = sc_steal_ptr(&v);
    *ret_n = n;
    return 0;
}
