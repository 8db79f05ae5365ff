/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that are a user's and that the panel does not list any more: it may have forgotten them for
 * a minute, and they may turn up at another user's. */
#include "db/internal.h"

#include <string.h>
#include <time.h>

static int read_row(struct sc_stmt *q, void *to, struct sc_error *err)
{
    struct sc_missed_row *row = to;
    row->since = sc_col_int(q, 2);
    row->site_id = (unsigned)sc_col_int(q, 3);
    int r = sc_col_dup(q, 0, &row->name, err);
    return r < 0 ? r : sc_col_dup(q, 1, &row->docroot, err);
}

static void row_done(void *of)
{
    struct sc_missed_row *row = of;
    free((void *)row->name);
    free((void *)row->docroot);
}

static const struct sc_row_kind kind = {sizeof(struct sc_missed_row), read_row, row_done};

void sc_missed_list_done(struct sc_missed_list *list)
{
    sc_rows_done(&kind, list->rows, list->n);
    *list = (struct sc_missed_list){0};
}

int sc_store_missed_get(struct sc_store *store, uid_t uid, struct sc_missed_list *ret,
                        struct sc_error *err)
{
    return sc_db_rows(store,
                      "SELECT name, docroot, since, site FROM missed WHERE uid = ? ORDER BY name",
                      SC_PARAMS(SC_INT(uid)), &kind, &ret->rows, &ret->n, err);
}

static int add(struct sc_store *store, uid_t uid, const char *name, const char *docroot,
               int64_t now, struct sc_error *err)
{
    return sc_db_run(
        store, "INSERT OR IGNORE INTO missed(name, uid, since, docroot) VALUES (?, ?, ?, ?)",
        SC_PARAMS(SC_TEXT(name), SC_INT(uid), SC_INT(now), SC_PATH(docroot)), NULL, err);
}

static int drop(struct sc_store *store, uid_t uid, const char *name, struct sc_error *err)
{
    return sc_db_run(store, "DELETE FROM missed WHERE name = ? AND uid = ?",
                     SC_PARAMS(SC_TEXT(name), SC_INT(uid)), NULL, err);
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
    return sc_db_run(store, "UPDATE missed SET site = ? WHERE name = ? AND uid = ?",
                     SC_PARAMS(SC_INT(site), SC_TEXT(name), SC_INT(uid)), NULL, err);
}

/* `rows` by name. A user can want very many names, and others wait for the transaction. */
static const struct sc_missed_row *find(const struct sc_missed_row *rows, size_t n,
                                        const char *name)
{
    const struct sc_missed_row key = {.name = name};
    return n ? bsearch(&key, rows, n, sizeof(*rows), sc_names_cmp) : NULL;
}

static int sorted(const struct sc_missed_row *rows, size_t n, struct sc_missed_row **ret,
                  struct sc_error *err)
{
    struct sc_missed_row *v = calloc(n + 1, sizeof(*v));
    if (!v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %zu domains", n);
    if (n) {
        memcpy(v, rows, n * sizeof(*v));
        qsort(v, n, sizeof(*v), sc_names_cmp);
    }
    *ret = v;
    return 0;
}

int sc_store_missed_note(struct sc_store *store, uid_t uid, const struct sc_missed_row *rows,
                         size_t n, int64_t now, int64_t forget_before, struct sc_error *err)
{
    SC_CLEANUP(sc_missed_list_done) struct sc_missed_list have = {0};
    SC_FREE struct sc_missed_row *by_name = NULL;
    SC_SCOPE struct sc_scope scope = {0};
    int r = sc_store_missed_get(store, uid, &have, err);
    if (r < 0 || (have.n == 0 && n == 0))
        return r;
    r = sorted(rows, n, &by_name, err);
    if (r == 0)
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
        if (has || (m->since < forget_before && !find(by_name, n, m->name)))
            r = drop(store, uid, m->name, err);
    }
    return r < 0 ? r : sc_scope_commit(&scope, err);
}

int sc_store_missed_elsewhere(struct sc_store *store, const char *name, uid_t uid, bool *ret,
                              struct sc_error *err)
{
    /* a name that a user only wanted was never his */
    int r = sc_db_any(
        store, "SELECT 1 FROM missed WHERE name = ? AND uid <> ? AND length(docroot) > 0 LIMIT 1",
        SC_PARAMS(SC_TEXT(name), SC_INT(uid)), err);
    if (r < 0)
        return r;
    *ret = r == 1;
    return 0;
}

static int read_uid(struct sc_stmt *q, void *row, struct sc_error *err)
{
    (void)err;
    *(uid_t *)row = (uid_t)sc_col_int(q, 0);
    return 0;
}

const struct sc_row_kind sc_uid_rows = {sizeof(uid_t), read_uid, NULL};

int sc_store_missed_users(struct sc_store *store, int64_t then, uid_t **ret, size_t *ret_n,
                          struct sc_error *err)
{
    return sc_db_rows(store, "SELECT DISTINCT uid FROM missed WHERE since < ? ORDER BY uid",
                      SC_PARAMS(SC_INT(then)), &sc_uid_rows, ret, ret_n, err);
}
