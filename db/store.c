/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening and closing, transactions, and what SQLite's failures mean. */
#include "db/internal.h"
#include "core/base/clock.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* ---- errors ---- */

/* SQLite's own finding about a damaged file, where it can still read it: the first line that is not
 * the heading ("*** in database main ***"). */
static void first_finding(struct sc_store *store, char *text, size_t size)
{
    sqlite3_stmt *st = NULL;
    const char *found = NULL;
    if (store->sql.prepare_v2(store->db, "PRAGMA quick_check(1)", -1, &st, NULL) == SQLITE_OK &&
        store->sql.step(st) == SQLITE_ROW)
        found = (const char *)store->sql.column_text(st, 0);
    if (found && strncmp(found, "***", 3) == 0 && strchr(found, '\n'))
        found = strchr(found, '\n') + 1;
    if (found && strcmp(found, "ok") != 0)
        snprintf(text, size, "%.*s", (int)strcspn(found, "\n"), found);
    store->sql.finalize(st);
}

int sc_db_fail(struct sc_store *store, int rc, struct sc_error *err)
{
    char why[256];
    snprintf(why, sizeof(why), "%s", store->sql.errmsg(store->db));
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return sc_error_set(err, SC_E_BUSY, "%s is in use by another process: try again",
                            store->path);
    case SQLITE_CORRUPT:
        first_finding(store, why, sizeof(why));
        /* fall through */
    case SQLITE_NOTADB:
        return sc_error_set(err, SC_E_INVAL,
                            "%s is damaged (%s): move it, with the -wal and -shm files beside it, "
                            "away; it is rebuilt from the panel and the users' configuration",
                            store->path, why);
    case SQLITE_NOMEM:
        return sc_error_set(err, SC_E_NOMEM, "%s: out of memory", store->path);
    case SQLITE_FULL:
        return sc_error_sys(err, ENOSPC, "%s", store->path);
    case SQLITE_CONSTRAINT:
        return sc_error_set(err, SC_E_INVAL, "%s: %s", store->path, why);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
        if (store->sql.system_errno(store->db))
            return sc_error_sys(err, store->sql.system_errno(store->db), "%s: %s", store->path,
                                why);
        /* fall through */
    default:
        return sc_error_set(err, SC_E_SYS, "%s: %s", store->path, why);
    }
}

int sc_db_usable(struct sc_store *store, struct sc_error *err)
{
    if (store->pid != getpid())
        return sc_error_set(err, SC_E_INVAL, "%s was opened by another process", store->path);
    /* SQLite itself undoes a transaction on some failures (disk full, I/O). What follows in the
     * same transaction must then not become a change of its own. */
    if (store->in_tx && store->sql.get_autocommit(store->db))
        return sc_error_set(err, SC_E_SYS, "%s: the change was undone by an earlier failure",
                            store->path);
    return 0;
}

int sc_db_limit(const char *what, const char *s, size_t max, struct sc_error *err)
{
    if (s && strnlen(s, max + 1) > max)
        return sc_error_set(err, SC_E_TOOBIG, "%s is longer than %zu bytes", what, max);
    return 0;
}

/* ---- opening ---- */

/* Makes *real the path with its directory resolved, and the directory if it is missing. SQLite's
 * NOFOLLOW refuses a symlink anywhere in the path; an administrator may have moved /var/lib to
 * another disk by one, while the file itself must not be one. */
static int resolve(const char *path, char **real, struct sc_error *err)
{
    const char *slash = strrchr(path, '/');
    if (!slash || !slash[1] || strlen(path) > SC_STORE_PATH_MAX)
        return sc_error_set(err, SC_E_INVAL, "'%s' is no path of a database file", path);
    SC_FREE char *dir = strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (!dir)
        return sc_error_set(err, SC_E_NOMEM, "%s: out of memory", path);
    if (mkdir(dir, 0700) < 0 && errno != EEXIST)
        return sc_error_sys(err, errno, "cannot make directory %s", dir);
    SC_FREE char *dir_real = realpath(dir, NULL);
    if (!dir_real)
        return sc_error_sys(err, errno, "cannot use directory %s", dir);
    struct stat st;
    if (stat(dir_real, &st) < 0)
        return sc_error_sys(err, errno, "cannot use directory %s", dir);
    if ((st.st_uid != geteuid() && st.st_uid != 0) || (st.st_mode & 022))
        return sc_error_set(err, SC_E_DENIED,
                            "others can write to directory %s: chown root %s; chmod 700 %s", dir,
                            dir, dir);
    if (asprintf(real, "%s%s", strcmp(dir_real, "/") == 0 ? "" : dir_real, slash) < 0)
        return sc_error_set(err, SC_E_NOMEM, "%s: out of memory", path);
    return 0;
}

/* Makes the file, or makes sure that it is ours. An existing file is not opened here: closing it
 * would drop the POSIX locks that this process may hold on it by another store
 * (sqlite.org/howtocorrupt.html, 2.2). Nobody else can put things into the directory meanwhile. */
static int secure_file(const char *path, const char *real, struct sc_error *err)
{
    SC_FD int fd = open(real, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0) {
        if (fchmod(fd, 0600) < 0)
            return sc_error_sys(err, errno, "cannot set the mode of %s", path);
        return 0;
    }
    if (errno != EEXIST)
        return sc_error_sys(err, errno, "cannot make %s", path);
    struct stat st;
    if (lstat(real, &st) < 0)
        return sc_error_sys(err, errno, "cannot use %s", path);
    if (!S_ISREG(st.st_mode))
        return sc_error_set(err, SC_E_INVAL, "%s is not a regular file: move it away", path);
    if (st.st_uid != geteuid())
        return sc_error_set(
            err, SC_E_DENIED,
            "%s belongs to uid %lu, not to the one who uses it: move it away, it is "
            "rebuilt from the panel and the users' configuration",
            path, (unsigned long)st.st_uid);
    if ((st.st_mode & 0177) && chmod(real, 0600) < 0)
        return sc_error_sys(err, errno, "cannot set the mode of %s", path);
    return 0;
}

void sc_store_set_wait(struct sc_store *store, int wait_ms)
{
    store->sql.busy_timeout(store->db, wait_ms);
}

/* Switches to the write-ahead log: readers and a writer do not wait for each other. */
static int use_wal(struct sc_store *store, int wait_ms, struct sc_error *err)
{
    int64_t deadline = sc_clock_ms() + wait_ms;
    for (;;) {
        sqlite3_stmt *st = NULL;
        int rc = store->sql.prepare_v2(store->db, "PRAGMA journal_mode=WAL", -1, &st, NULL);
        if (rc == SQLITE_OK)
            rc = store->sql.step(st);
        const char *mode = rc == SQLITE_ROW ? (const char *)store->sql.column_text(st, 0) : NULL;
        bool is_wal = mode && strcmp(mode, "wal") == 0;
        int r = 0;
        /* Two processes that make the file at once: SQLite does not call the busy handler when one
         * of them wants to turn its read lock into a write lock. */
        bool again = (rc & 0xff) == SQLITE_BUSY && sc_clock_ms() < deadline;
        if (!is_wal && !again)
            r = rc == SQLITE_ROW
                    ? sc_error_set(err, SC_E_PLATFORM,
                                   "%s: its file system cannot hold a write-ahead log", store->path)
                    : sc_db_fail(store, rc, err);
        store->sql.finalize(st);
        if (!again)
            return r;
        store->sql.sleep(5);
    }
}

static int set_up(struct sc_store *store, int wait_ms, const struct sc_schema *schema,
                  struct sc_error *err)
{
    store->sql.extended_result_codes(store->db, 1);
    store->sql.busy_timeout(store->db, wait_ms);
    (void)store->sql.db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    int r = sc_schema_check(store, schema, err); /* before anything is changed */
    if (r == 0)
        r = use_wal(store, wait_ms, err);
    if (r < 0)
        return r;
    /* FULL: a commit is on disk when it returns; a hook may have told its panel so. Foreign keys
     * wait until the schema is made, so that a step can rebuild a table; unknown pragmas
     * (trusted_schema before SQLite 3.31) are ignored. */
    static const char before[] = "PRAGMA synchronous=FULL; PRAGMA trusted_schema=OFF;"
                                 "PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;"
                                 "PRAGMA foreign_keys=OFF";
    int rc = store->sql.exec(store->db, before, NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return sc_db_fail(store, rc, err);
    r = sc_schema_upgrade(store, schema, err);
    if (r < 0)
        return r;
    rc = store->sql.exec(store->db, "PRAGMA foreign_keys=ON", NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : sc_db_fail(store, rc, err);
}

int sc_store_open_schema(const char *path, int wait_ms, const struct sc_schema *schema,
                         struct sc_store **ret, struct sc_error *err)
{
    SC_FREE char *real = NULL;
    struct sc_sqlite sql;
    int r = resolve(path, &real, err);
    if (r == 0)
        r = secure_file(path, real, err);
    if (r == 0)
        r = sc_sqlite_load(&sql, err);
    if (r < 0)
        return r;
    SC_CLEANUP(sc_store_freep) struct sc_store *store = calloc(1, sizeof(*store));
    if (!store)
        return sc_error_set(err, SC_E_NOMEM, "%s: out of memory", path);
    store->sql = sql;
    store->pid = getpid();
    if (!(store->path = strdup(path)))
        return sc_error_set(err, SC_E_NOMEM, "%s: out of memory", path);
    int flags = SQLITE_OPEN_READWRITE;
#ifdef SQLITE_OPEN_NOFOLLOW /* SQLite 3.31 */
    flags |= SQLITE_OPEN_NOFOLLOW;
#endif
    int rc = store->sql.open_v2(real, &store->db, flags, NULL);
    r = rc == SQLITE_OK ? set_up(store, wait_ms, schema, err) : sc_db_fail(store, rc, err);
    if (r < 0)
        return r;
    *ret = sc_steal_ptr(&store);
    return 0;
}

int sc_store_open_wait(const char *path, int wait_ms, struct sc_store **ret, struct sc_error *err)
{
    return sc_store_open_schema(path, wait_ms, &sc_store_schema, ret, err);
}

int sc_store_open(const char *path, struct sc_store **ret, struct sc_error *err)
{
    return sc_store_open_wait(path, SC_STORE_WAIT_MS, ret, err);
}

void sc_store_free(struct sc_store *store)
{
    if (!store || store->pid != getpid())
        return;
    sc_stmts_forget(store);
    store->sql.close(store->db);
    free(store->path);
    free(store);
}

int sc_store_version(struct sc_store *store, int64_t *ret, struct sc_error *err)
{
    return sc_db_int(store, "PRAGMA data_version", ret, err);
}

/* ---- transactions ---- */

static int exec(struct sc_store *store, const char *sql, struct sc_error *err)
{
    int r = sc_db_usable(store, err);
    if (r < 0)
        return r;
    int rc = store->sql.exec(store->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : sc_db_fail(store, rc, err);
}

int sc_store_begin(struct sc_store *store, struct sc_error *err)
{
    if (store->in_tx)
        return sc_error_set(err, SC_E_INVAL, "%s: a transaction is open already", store->path);
    int r = exec(store, "BEGIN IMMEDIATE", err);
    if (r == 0)
        store->in_tx = true;
    return r;
}

int sc_store_commit(struct sc_store *store, struct sc_error *err)
{
    if (!store->in_tx)
        return sc_error_set(err, SC_E_INVAL, "%s: no transaction is open", store->path);
    int r = exec(store, "COMMIT", err);
    if (r < 0)
        sc_store_rollback(store);
    store->in_tx = false;
    return r;
}

void sc_store_rollback(struct sc_store *store)
{
    if (!store->in_tx || store->pid != getpid())
        return;
    if (!store->sql.get_autocommit(store->db))
        (void)store->sql.exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    store->in_tx = false;
}

int sc_scope_enter(struct sc_scope *scope, struct sc_store *store, struct sc_error *err)
{
    int r = exec(store, store->in_tx ? "SAVEPOINT part" : "BEGIN IMMEDIATE", err);
    if (r == 0)
        *scope = (struct sc_scope){.store = store, .nested = store->in_tx};
    return r;
}

int sc_scope_commit(struct sc_scope *scope, struct sc_error *err)
{
    int r = exec(scope->store, scope->nested ? "RELEASE part" : "COMMIT", err);
    if (r == 0)
        scope->store = NULL;
    return r;
}

void sc_scope_undo(struct sc_scope *scope)
{
    struct sc_store *store = scope->store;
    if (store && !store->sql.get_autocommit(store->db))
        (void)store->sql.exec(store->db,
                              scope->nested ? "ROLLBACK TO part; RELEASE part" : "ROLLBACK", NULL,
                              NULL, NULL);
    scope->store = NULL;
}
