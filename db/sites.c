/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sites: one for each document root of a user, with the id and the token that others know it by. */
#include "db/internal.h"
#include "core/base/cleanup.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define COLUMNS  "id, uid, docroot, token, isolated, config, created, home, dir, own"
#define NEXT_KEY "store.next_site_id"

/* How many ids in a row may belong to somebody else before ensure gives up. */
#define TAKEN_MAX 100000

static const char *const home_words[SC_SITE_HOMES] = {
    [SC_SITE_PRIVATE] = "private", [SC_SITE_SHARED] = "shared", [SC_SITE_KEPT] = "kept"};

void sc_site_row_done(struct sc_site_row *row)
{
    free((void *)row->docroot);
    free((void *)row->config);
    sc_dir_ids_done(&row->dirs);
    *row = (struct sc_site_row){0};
}

const char *sc_store_home_name(enum sc_site_home home)
{
    return home_words[home == SC_SITE_PRIVATE ? SC_SITE_PRIVATE : SC_SITE_SHARED];
}

/* The words are a CHECK of the schema. */
static enum sc_site_home read_home(struct sc_stmt *q, int column)
{
    const char *word = (const char *)q->store->sql.column_text(q->st, column);
    int i = 0;
    while (word && i + 1 < SC_SITE_HOMES && strcmp(home_words[i], word) != 0)
        i++;
    return (enum sc_site_home)i;
}

static int read_row(struct sc_stmt *q, void *to, struct sc_error *err)
{
    struct sc_site_row *row = to;
    row->id = (unsigned)sc_col_int(q, 0);
    row->uid = (uid_t)sc_col_int(q, 1);
    row->isolated = sc_col_int(q, 4) != 0;
    row->created = sc_col_int(q, 6);
    row->home = read_home(q, 7);
    const unsigned char *token = q->store->sql.column_text(q->st, 3);
    if (!token)
        return sc_error_set(err, SC_E_NOMEM, "%s: out of memory", q->store->path);
    memcpy(row->token, token, SC_SITE_TOKEN); /* its length is a CHECK of the schema */
    int r = sc_col_dup(q, 2, &row->docroot, err);
    const char *dir = NULL, *own = NULL;
    if (r == 0)
        r = sc_col_dup(q, 5, &row->config, err);
    if (r == 0)
        r = sc_col_dup(q, 8, &dir, err);
    if (r == 0)
        r = sc_col_dup(q, 9, &own, err);
    row->dirs = (struct sc_dir_ids){(char *)(uintptr_t)dir, (char *)(uintptr_t)own};
    return r;
}

static void row_done(void *row)
{
    sc_site_row_done(row);
}

static const struct sc_row_kind kind = {sizeof(struct sc_site_row), read_row, row_done};

void sc_site_list_done(struct sc_site_list *list)
{
    sc_rows_done(&kind, list->rows, list->n);
    *list = (struct sc_site_list){0};
}

static int find(struct sc_store *store, uid_t uid, const char *docroot, struct sc_site_row *ret,
                struct sc_error *err)
{
    return sc_db_row(store, "SELECT " COLUMNS " FROM site WHERE uid = ? AND docroot = ?",
                     SC_PARAMS(SC_INT(uid), SC_PATH(docroot)), &kind, ret, err);
}

static int no_site(struct sc_store *store, unsigned id, struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOTFOUND, "%s has no site %u", store->path, id);
}

int sc_store_site_find(struct sc_store *store, uid_t uid, const char *docroot,
                       struct sc_site_row *ret, struct sc_error *err)
{
    int r = find(store, uid, docroot, ret, err);
    if (r == 0)
        return sc_error_set(err, SC_E_NOTFOUND, "%s has no site of uid %lu at %s", store->path,
                            (unsigned long)uid, docroot);
    return r == 1 ? 0 : r;
}

int sc_store_site_by_id(struct sc_store *store, unsigned id, struct sc_site_row *ret,
                        struct sc_error *err)
{
    int r = sc_db_row(store, "SELECT " COLUMNS " FROM site WHERE id = ?", SC_PARAMS(SC_INT(id)),
                      &kind, ret, err);
    return r == 1 ? 0 : r == 0 ? no_site(store, id, err) : r;
}

int sc_store_sites_get(struct sc_store *store, uid_t uid, struct sc_site_list *ret,
                       struct sc_error *err)
{
    return sc_db_rows(store, "SELECT " COLUMNS " FROM site WHERE uid = ? ORDER BY id",
                      SC_PARAMS(SC_INT(uid)), &kind, &ret->rows, &ret->n, err);
}

int sc_store_learning_users(struct sc_store *store, uid_t **ret, size_t *ret_n,
                            struct sc_error *err)
{
    return sc_db_rows(store,
                      "SELECT DISTINCT uid FROM site WHERE isolated = 1"
                      " AND config LIKE '%\"learning_until\"%' ORDER BY uid",
                      SC_NO_PARAMS, &sc_uid_rows, ret, ret_n, err);
}

/* ---- making one ---- */

/* Takes the next free id and moves the counter behind it. */
static int next_id(struct sc_store *store, sc_id_taken *taken, void *arg, unsigned *ret,
                   struct sc_error *err)
{
    /* The highest site counts too, so that a lost counter gives no id twice at the same time. */
    int64_t counter = 0, highest = 0;
    int r = sc_db_int(store, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = '" NEXT_KEY "'",
                      &counter, err);
    if (r == 0)
        r = sc_db_int(store, "SELECT max(id) FROM site", &highest, err);
    if (r < 0)
        return r;
    int64_t id = SC_SITE_ID_FIRST;
    if (id < counter)
        id = counter;
    if (id <= highest)
        id = highest + 1;
    for (int tries = 0; id <= SC_SITE_ID_MAX && taken && taken((unsigned)id, arg); id++)
        if (++tries > TAKEN_MAX)
            return sc_error_set(err, SC_E_TOOBIG, "no free site id: the %d from %lld on are uids",
                                TAKEN_MAX, (long long)id - tries + 1);
    if (id > SC_SITE_ID_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "no free site id up to %u", SC_SITE_ID_MAX);
    char next[24];
    snprintf(next, sizeof(next), "%lld", (long long)id + 1);
    r = sc_db_run(store,
                  "INSERT INTO meta(key, value) VALUES ('" NEXT_KEY "', ?) "
                  "ON CONFLICT(key) DO UPDATE SET value = excluded.value",
                  SC_PARAMS(SC_TEXT(next)), NULL, err);
    if (r == 0)
        *ret = (unsigned)id;
    return r;
}

static int make_token(char token[SC_SITE_TOKEN + 1], struct sc_error *err)
{
    unsigned char raw[SC_SITE_TOKEN / 2];
    ssize_t got;
    do
        got = getrandom(raw, sizeof(raw), 0);
    while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof(raw)) /* the kernel promises no short read up to 256 bytes */
        return sc_error_sys(err, got < 0 ? errno : EIO, "cannot get random bytes");
    for (size_t i = 0; i < sizeof(raw); i++)
        snprintf(token + 2 * i, 3, "%02x", (unsigned)raw[i]);
    return 0;
}

/* 1: it is a token that no site has. */
static int is_free_token(struct sc_store *store, const char *token, struct sc_error *err)
{
    if (!token || strlen(token) != SC_SITE_TOKEN ||
        strspn(token, "0123456789abcdef") != SC_SITE_TOKEN)
        return 0;
    int r = sc_db_any(store, "SELECT 1 FROM site WHERE token = ?", SC_PARAMS(SC_TEXT(token)), err);
    return r < 0 ? r : r == 0;
}

static int choose_token(struct sc_store *store, const char *wanted, char token[SC_SITE_TOKEN + 1],
                        struct sc_error *err)
{
    int r = is_free_token(store, wanted, err);
    if (r != 1)
        return r < 0 ? r : make_token(token, err);
    memcpy(token, wanted, SC_SITE_TOKEN + 1);
    return 0;
}

static int insert(struct sc_store *store, uid_t uid, const char *docroot, const char *wanted,
                  unsigned id, struct sc_error *err)
{
    char token[SC_SITE_TOKEN + 1];
    int r = choose_token(store, wanted, token, err);
    if (r < 0)
        return r;
    return sc_db_run(
        store, "INSERT INTO site(id, uid, docroot, token, created) VALUES (?, ?, ?, ?, ?)",
        SC_PARAMS(SC_INT(id), SC_INT(uid), SC_PATH(docroot), SC_TEXT(token), SC_INT(time(NULL))),
        NULL, err);
}

static int check_docroot(const char *docroot, struct sc_error *err)
{
    if (docroot[0] != '/')
        return sc_error_set(err, SC_E_INVAL, "document root '%s' is not absolute", docroot);
    return sc_db_limit("document root", docroot, SC_STORE_PATH_MAX, err);
}

int sc_store_site_ensure(struct sc_store *store, uid_t uid, const char *docroot, sc_id_taken *taken,
                         void *arg, struct sc_site_row *ret, struct sc_error *err)
{
    return sc_store_site_adopt(store, uid, docroot, NULL, taken, arg, ret, err);
}

int sc_store_site_adopt(struct sc_store *store, uid_t uid, const char *docroot, const char *token,
                        sc_id_taken *taken, void *arg, struct sc_site_row *ret,
                        struct sc_error *err)
{
    int r = check_docroot(docroot, err);
    if (r < 0)
        return r;
    SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
    r = find(store, uid, docroot, &row, err);
    if (r < 0)
        return r;
    if (r == 0) {
        SC_SCOPE struct sc_scope scope = {0};
        unsigned id = 0;
        r = sc_scope_enter(&scope, store, err);
        if (r < 0)
            return r;
        r = find(store, uid, docroot, &row, err); /* again: somebody may have been first */
        if (r == 0) {
            r = sc_db_have_user(store, uid, err);
            if (r == 0)
                r = next_id(store, taken, arg, &id, err);
            if (r == 0)
                r = insert(store, uid, docroot, token, id, err);
            if (r == 0)
                r = sc_store_site_by_id(store, id, &row, err);
        }
        if (r >= 0)
            r = sc_scope_commit(&scope, err);
        if (r < 0)
            return r;
    }
    SC_MOVE(ret, &row);
    return 0;
}

/* ---- changing one ---- */

/* Runs an UPDATE of one site. */
static int update(struct sc_store *store, unsigned id, const char *sql,
                  const struct sc_param *params, struct sc_error *err)
{
    size_t changed = 0;
    int r = sc_db_run(store, sql, params, &changed, err);
    return r == 0 && !changed ? no_site(store, id, err) : r;
}

int sc_store_site_set_isolated(struct sc_store *store, unsigned id, bool isolated,
                               struct sc_error *err)
{
    return update(store, id, "UPDATE site SET isolated = ? WHERE id = ?",
                  SC_PARAMS(SC_INT(isolated), SC_INT(id)), err);
}

int sc_store_site_set_config(struct sc_store *store, unsigned id, const char *config,
                             struct sc_error *err)
{
    int r = sc_db_limit("configuration of a site", config, SC_STORE_TEXT_MAX, err);
    return r < 0 ? r
                 : update(store, id, "UPDATE site SET config = ? WHERE id = ?",
                          SC_PARAMS(SC_TEXT(config), SC_INT(id)), err);
}

int sc_store_site_set_home(struct sc_store *store, unsigned id, enum sc_site_home home,
                           struct sc_error *err)
{
    return update(store, id, "UPDATE site SET home = ? WHERE id = ?",
                  SC_PARAMS(SC_TEXT(home_words[home]), SC_INT(id)), err);
}

int sc_store_site_set_dirs(struct sc_store *store, unsigned id, const struct sc_dir_ids *dirs,
                           struct sc_error *err)
{
    int r = sc_db_limit("directory of a site", dirs->docroot, SC_STORE_NAME_MAX, err);
    if (r == 0)
        r = sc_db_limit("directory of a site", dirs->own, SC_STORE_NAME_MAX, err);
    return r < 0 ? r
                 : update(store, id, "UPDATE site SET dir = ?, own = ? WHERE id = ?",
                          SC_PARAMS(SC_TEXT(dirs->docroot), SC_TEXT(dirs->own), SC_INT(id)), err);
}

int sc_store_site_set_docroot(struct sc_store *store, unsigned id, const char *docroot,
                              struct sc_error *err)
{
    int r = check_docroot(docroot, err);
    if (r < 0)
        return r;
    SC_SCOPE struct sc_scope scope = {0};
    SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0}, other = {0};
    r = sc_scope_enter(&scope, store, err);
    if (r == 0)
        r = sc_store_site_by_id(store, id, &row, err);
    if (r == 0)
        r = find(store, row.uid, docroot, &other, err);
    if (r == 1 && other.id != id)
        return sc_error_set(err, SC_E_INVAL, "site %u cannot move to %s: site %u is there", id,
                            docroot, other.id);
    if (r >= 0)
        r = update(store, id, "UPDATE site SET docroot = ? WHERE id = ?",
                   SC_PARAMS(SC_PATH(docroot), SC_INT(id)), err);
    return r < 0 ? r : sc_scope_commit(&scope, err);
}

static const char *owned_key(unsigned id, char key[40])
{
    snprintf(key, 40, "site.owned.%u", id);
    return key;
}

int sc_store_site_owned_get(struct sc_store *store, unsigned id, char **ret, struct sc_error *err)
{
    char key[40], *text = NULL;
    int r = sc_store_meta_get(store, owned_key(id, key), &text, err);
    if (r < 0 && r != SC_E_NOTFOUND)
        return r;
    if (!text && !(text = strdup("")))
        return sc_error_set(err, SC_E_NOMEM, "%s: out of memory", store->path);
    *ret = text;
    return 0;
}

int sc_store_site_owned_set(struct sc_store *store, unsigned id, const char *text,
                            struct sc_error *err)
{
    char key[40];
    SC_FREE char *was = NULL;
    int r = sc_store_site_owned_get(store, id, &was, err);
    if (r < 0 || strcmp(was, text) == 0)
        return r;
    return sc_store_meta_set(store, owned_key(id, key), *text ? text : NULL, err);
}

int sc_store_site_remove(struct sc_store *store, unsigned id, struct sc_error *err)
{
    char key[40];
    int r = sc_store_meta_set(store, owned_key(id, key), NULL, err);
    return r < 0 ? r
                 : sc_db_run(store, "DELETE FROM site WHERE id = ?", SC_PARAMS(SC_INT(id)), NULL,
                             err);
}
