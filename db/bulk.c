/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many accounts that the store does not know: the first full pass of a server. */
#include "db/internal.h"

#include <stdio.h>

#define CACHE_KIB 16384 /* else changed pages are written out and read again */

static int pragma(struct sc_store *store, const char *name, int value, struct sc_error *err)
{
    char sql[80];
    (void)snprintf(sql, sizeof(sql), "PRAGMA %s=%d", name, value);
    int rc = store->sql.exec(store->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : sc_db_fail(store, rc, err);
}

int sc_store_bulk_begin(struct sc_store *store, struct sc_error *err)
{
    int r = sc_db_usable(store, err);
    if (r == 0)
        r = pragma(store, "cache_size", -CACHE_KIB, err);
    return r < 0 ? r : pragma(store, "wal_autocheckpoint", 0, err);
}

void sc_store_bulk_end(struct sc_store *store)
{
    if (sc_db_usable(store, NULL) < 0)
        return;
    (void)pragma(store, "wal_autocheckpoint", 1000, NULL); /* SQLite's default */
    (void)pragma(store, "cache_size", -2000, NULL);
    (void)store->sql.wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

static int add_user(struct sc_store *store, uid_t uid, const char *name, const char *home,
                    size_t *changed, struct sc_error *err)
{
    return sc_db_run(store,
                     "INSERT INTO user(uid, name, home) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                     SC_PARAMS(SC_INT(uid), SC_TEXT(name), SC_PATH(home)), changed, err);
}

int sc_store_account_add(struct sc_store *store, uid_t uid, const char *name, const char *home,
                         const struct sc_domain_row *rows, size_t n, bool *ret_added,
                         struct sc_error *err)
{
    size_t changed = 0;
    if (!store->in_tx)
        return sc_error_set(err, SC_E_INVAL, "%s: no transaction is open", store->path);
    int r = sc_db_user_check(name, home, err);
    if (r == 0)
        r = add_user(store, uid, name, home, &changed, err);
    if (r == 0 && changed)
        r = sc_db_domains_add(store, uid, rows, n, err);
    if (r == 0)
        *ret_added = changed > 0;
    return r;
}

int sc_store_site_owners(struct sc_store *store, uid_t **ret, size_t *ret_n, struct sc_error *err)
{
    return sc_db_rows(store, "SELECT uid FROM site UNION SELECT uid FROM isolated ORDER BY uid",
                      SC_NO_PARAMS, &sc_uid_rows, ret, ret_n, err);
}
