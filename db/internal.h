/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of db/ (and their tests) only: statements, transactions, lists, the
 * schema. */
#ifndef SC_DB_INTERNAL_H
#define SC_DB_INTERNAL_H

#include "core/base/cleanup.h"
#include "db/sqlite.h"
#include "db/store.h"

#define SC_STMTS_KEPT 32

struct sc_store {
    struct sc_sqlite sql;
    sqlite3 *db;
    char *path;                        /* as the caller named it, for texts */
    pid_t pid;                         /* who opened it */
    bool in_tx;                        /* between sc_store_begin() and its end */
    sqlite3_stmt *kept[SC_STMTS_KEPT]; /* of before, for who asks the same again; NULL: room */
};

/* ---- errors (store.c) ---- */

/* Sets *err from SQLite's result `rc`; the last call on the store must be the one that failed. */
int sc_db_fail(struct sc_store *store, int rc, struct sc_error *err);

/* Refuses a store that came through fork(), and one whose open transaction SQLite has undone. */
int sc_db_usable(struct sc_store *store, struct sc_error *err);

/* SC_E_TOOBIG when `s` (NULL is 0 bytes) has more than `max` bytes. `what` names it in the text. */
int sc_db_limit(const char *what, const char *s, size_t max, struct sc_error *err);

/* ---- statements (stmt.c) ---- */

struct sc_stmt {
    struct sc_store *store;
    sqlite3_stmt *st;
    int at; /* parameters bound so far */
    int rc; /* first failure of a bind; told by the next step */
};

#define SC_STMT SC_CLEANUP(sc_stmt_done)
void sc_stmt_done(struct sc_stmt *q);

int sc_stmt_prepare(struct sc_stmt *q, struct sc_store *store, const char *sql,
                    struct sc_error *err);

void sc_stmts_forget(struct sc_store *store); /* those that are kept */

/* Each binds the next parameter. The bytes must stay until the statement was run; NULL binds
 * NULL. */
void sc_bind_int(struct sc_stmt *q, int64_t value);
void sc_bind_text(struct sc_stmt *q, const char *text);
void sc_bind_path(struct sc_stmt *q, const char *path); /* as a BLOB */

/* 1: a row is there; 0: finished; or a code. */
int sc_stmt_step(struct sc_stmt *q, struct sc_error *err);

/* Runs a statement that gives no rows and readies it for the next binds. *changed (may be NULL) is
 * increased by the rows that it changed. */
int sc_stmt_run(struct sc_stmt *q, size_t *changed, struct sc_error *err);

static inline int64_t sc_col_int(struct sc_stmt *q, int column)
{
    return q->store->sql.column_int64(q->st, column);
}

/* A copy for the caller to free; NULL for NULL. */
int sc_col_dup(struct sc_stmt *q, int column, const char **ret, struct sc_error *err);

/* A statement with one integer as its only answer (0 for NULL or no row). */
int sc_db_int(struct sc_store *store, const char *sql, int64_t *ret, struct sc_error *err);

/* ---- whole statements (rows.c) ---- */

enum sc_param_kind {
    SC_PARAM_END,
    SC_PARAM_INT,
    SC_PARAM_TEXT,
    SC_PARAM_PATH
};

/* The value of a parameter; text and path may be NULL. */
struct sc_param {
    enum sc_param_kind kind;
    int64_t number;
    const char *text;
};

#define SC_INT(value)                                                                              \
    {                                                                                              \
        .kind = SC_PARAM_INT, .number = (int64_t)(value)                                           \
    }
#define SC_TEXT(value)                                                                             \
    {                                                                                              \
        .kind = SC_PARAM_TEXT, .text = (value)                                                     \
    }
#define SC_PATH(value)                                                                             \
    {                                                                                              \
        .kind = SC_PARAM_PATH, .text = (value)                                                     \
    } /* as a BLOB */

/* The values of all parameters of a statement, in their order. */
#define SC_PARAMS(...) ((const struct sc_param[]){__VA_ARGS__, {.kind = SC_PARAM_END}})
#define SC_NO_PARAMS   ((const struct sc_param[]){{.kind = SC_PARAM_END}})

/* Runs a statement that gives no rows. *changed as for sc_stmt_run(). */
int sc_db_run(struct sc_store *store, const char *sql, const struct sc_param *params,
              size_t *changed, struct sc_error *err);

/* 1: the statement gives a row; 0: none; or a code. */
int sc_db_any(struct sc_store *store, const char *sql, const struct sc_param *params,
              struct sc_error *err);

/* How rows of a table become structs. */
struct sc_row_kind {
    size_t size; /* of a struct */
    /* Fills *row, which is zeroed; what it holds is released by `done` also on failure. */
    int (*read)(struct sc_stmt *q, void *row, struct sc_error *err);
    void (*done)(void *row); /* NULL: nothing to release */
};

/* All rows of a statement, at *(T **)rows; untouched on failure. */
int sc_db_rows(struct sc_store *store, const char *sql, const struct sc_param *params,
               const struct sc_row_kind *kind, void *rows, size_t *n, struct sc_error *err);

/* 1: the first row, in *row; 0: none; or a code. */
int sc_db_row(struct sc_store *store, const char *sql, const struct sc_param *params,
              const struct sc_row_kind *kind, void *row, struct sc_error *err);

/* Releases an array of rows. */
void sc_rows_done(const struct sc_row_kind *kind, void *rows, size_t n);

extern const struct sc_row_kind sc_uid_rows;   /* uid_t, of one column (missed.c) */
extern const struct sc_row_kind sc_event_rows; /* with all columns of an event (events.c) */

/* 0 when the user is in the store, else SC_E_NOTFOUND (users.c). */
int sc_db_have_user(struct sc_store *store, uid_t uid, struct sc_error *err);

/* Whether a user can be put: SC_E_TOOBIG, SC_E_INVAL (users.c). */
int sc_db_user_check(const char *name, const char *home, struct sc_error *err);

/* Adds domains of a user who has none; what was another's becomes his. In a transaction, which the
 * caller undoes after a failure (domains.c). */
int sc_db_domains_add(struct sc_store *store, uid_t uid, const struct sc_domain_row *rows, size_t n,
                      struct sc_error *err);

/* What is in `have` and not in `want` (both by name) has left the user; what is only in `want` has
 * come to him (missed.c). */
int sc_db_note_missed(struct sc_store *store, uid_t uid, const struct sc_domain_row *have,
                      size_t have_n, const struct sc_domain_row *want, size_t want_n,
                      struct sc_error *err);

/* ---- sets of rows by domain name (names.c); the first member of a row is `const char *name`
 * ---- */

/* In the order that SQLite has, too. */
int sc_names_cmp(const void *a, const void *b);

/* Checks the names and gives at *(void **)ret a copy (strings shared) in order of names. */
int sc_names_sorted(const void *rows, size_t n, size_t size, void *ret, struct sc_error *err);

/* A user's rows of a table. */
struct sc_names_set {
    const struct sc_row_kind *kind;
    const char *select;                         /* the user's, by name; parameter: the uid */
    const char *remove;                         /* parameter: a name */
    bool (*same)(const void *a, const void *b); /* of one name */
    /* In the transaction, before anything is removed or put. Both arrays are by name. */
    int (*before)(struct sc_store *store, uid_t uid, const void *have, size_t have_n,
                  const void *want, size_t want_n, struct sc_error *err);
    const char *put; /* for each row that is wanted; `bind` gives it the parameters */
    void (*bind)(struct sc_stmt *q, uid_t uid, const void *row);
};

/* The user's rows become these. *ret_changed (may be NULL): rows added, changed or removed. Where
 * nothing differs nothing is written, and no transaction begun. */
int sc_names_replace(const struct sc_names_set *set, struct sc_store *store, uid_t uid,
                     const void *rows, size_t n, size_t *ret_changed, struct sc_error *err);

/* The rows are added for a user who has none, in a transaction of the caller's. */
int sc_names_add(const struct sc_names_set *set, struct sc_store *store, uid_t uid,
                 const void *rows, size_t n, struct sc_error *err);

/* ---- transactions (store.c) ---- */

/* One change of several statements: a transaction of its own, or a savepoint within the caller's.
 * Undone at the end of the scope unless sc_scope_commit() succeeded. */
struct sc_scope {
    struct sc_store *store;
    bool nested;
};

#define SC_SCOPE SC_CLEANUP(sc_scope_undo)
int sc_scope_enter(struct sc_scope *scope, struct sc_store *store, struct sc_error *err);
int sc_scope_commit(struct sc_scope *scope, struct sc_error *err);
void sc_scope_undo(struct sc_scope *scope);

/* ---- lists (stmt.c) ---- */

/* Appends a zeroed item of `size` bytes to the array at *(T **)items; returns it, NULL without
 * memory (and sets *err). */
void *sc_list_add(void *items, size_t *n, size_t size, struct sc_error *err);

/* ---- schema (schema.c) ---- */

#define SC_STORE_APPLICATION_ID 0x53436462 /* "SCdb", at offset 68 of the file */

/* steps[n] is the SQL that leads from version n to n + 1; they are run in one transaction. */
struct sc_schema {
    const char *const *steps;
    int version; /* number of steps */
};

extern const struct sc_schema sc_store_schema;

/* Refuses a file that is not ours or is newer; changes nothing. */
int sc_schema_check(struct sc_store *store, const struct sc_schema *schema, struct sc_error *err);

/* Brings the file to schema->version. */
int sc_schema_upgrade(struct sc_store *store, const struct sc_schema *schema, struct sc_error *err);

/* sc_store_open_wait() with another schema. */
int sc_store_open_schema(const char *path, int wait_ms, const struct sc_schema *schema,
                         struct sc_store **ret, struct sc_error *err);

#endif
