/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening: what is made, what is refused and how, upgrades, transactions. */
#include "tests/unit/test_store.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

static int open_fails(const char *path, struct sc_error *err)
{
    struct sc_store *s = NULL;
    int r = sc_store_open_wait(path, 0, &s, err);
    assert_null(s);
    return r;
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void write_file(const char *path, const void *data, size_t len)
{
    SC_FD int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), len);
}

static void a_new_store_is_private_and_durable(void **state)
{
    SC_FREE char *path = NULL;
    assert_true(asprintf(&path, "%s.d/s.db", (char *)*state) > 0);
    mode_t old = umask(0);
    STORE *s = store_open(path);
    assert_ok(sc_store_meta_set(s, "k", "v", ok));
    struct stat st;
    char side[300];
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    snprintf(side, sizeof(side), "%s-wal", path);
    assert_int_equal(stat(side, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    *strrchr(side, '/') = 0;
    assert_int_equal(stat(side, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    umask(old);
    assert_int_equal(store_int(s, "PRAGMA user_version"), 5);
    assert_int_equal(store_int(s, "PRAGMA application_id"), 0x53436462);
    assert_int_equal(store_int(s, "PRAGMA synchronous"), 2);
    assert_int_equal(store_int(s, "PRAGMA foreign_keys"), 1);
    assert_int_equal(store_int(s, "PRAGMA trusted_schema"), 0);
    assert_int_equal(store_int(s, "PRAGMA busy_timeout"), 10000);
    assert_int_equal(
        store_int(s, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"), 1);
    sc_store_free(sc_steal_ptr(&s));
    unlink(path);
    rmdir(side);
}

static void a_loose_mode_is_tightened(void **state)
{
    sc_store_free(store_open(*state));
    assert_int_equal(chmod(*state, 0666), 0);
    sc_store_free(store_open(*state));
    struct stat st;
    assert_int_equal(stat(*state, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
}

static void unsafe_places_are_refused(void **state)
{
    char *path = *state;
    struct sc_error err = SC_ERROR_INIT;
    char want[512], dir[64], other[256];
    snprintf(dir, sizeof(dir), "%s", path);
    *strrchr(dir, '/') = 0;
    assert_int_equal(open_fails("x.db", &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "'x.db' is no path of a database file");
    snprintf(other, sizeof(other), "%s/no/such/s.db", dir);
    snprintf(want, sizeof(want), "cannot make directory %s/no/such: No such file or directory",
             dir);
    assert_int_equal(open_fails(other, &err), SC_E_SYS);
    assert_error(&err, SC_E_SYS, want);

    assert_int_equal(chmod(dir, 0770), 0);
    snprintf(want, sizeof(want), "others can write to directory %s: chown root %s; chmod 700 %s",
             dir, dir, dir);
    assert_int_equal(open_fails(path, &err), SC_E_DENIED);
    assert_error(&err, SC_E_DENIED, want);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(chmod(dir, 0700), 0);

    snprintf(want, sizeof(want), "%s is not a regular file: move it away", path);
    snprintf(other, sizeof(other), "%s/target", dir);
    write_file(other, "", 0);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(open_fails(path, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, want);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(open_fails(path, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, want);
    unlink(path);

    /* The directory may be reached by a symlink. */
    char link[100];
    snprintf(link, sizeof(link), "%s/link", dir);
    assert_int_equal(symlink(dir, link), 0);
    snprintf(other, sizeof(other), "%s/s.db", link);
    sc_store_free(store_open(other));
}

static void another_owners_file_is_refused(void **state)
{
    if (geteuid() != 0)
        skip();
    char want[512];
    snprintf(want, sizeof(want),
             "%s belongs to uid 65534, not to the one who uses it: move it away, it is rebuilt "
             "from the panel and the users' configuration",
             (char *)*state);
    sc_store_free(store_open(*state));
    assert_int_equal(chown(*state, 65534, 65534), 0);
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(open_fails(*state, &err), SC_E_DENIED);
    assert_error(&err, SC_E_DENIED, want);
}

static void a_newer_version_is_refused_unchanged(void **state)
{
    sc_store_free(store_open(*state));
    run_sql(*state, "PRAGMA user_version=7");
    struct sc_error err = SC_ERROR_INIT;
    char want[512];
    snprintf(want, sizeof(want),
             "%s has version 7, made by a newer Sitecage; this one knows versions up to 5: install "
             "the newer Sitecage again, or move the file away (it is rebuilt from the panel and "
             "the users' configuration)",
             (char *)*state);
    assert_int_equal(open_fails(*state, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, want);
    run_sql(*state, "PRAGMA user_version=5");
    sc_store_free(store_open(*state));
}

static void another_programs_file_is_refused_unchanged(void **state)
{
    struct sc_error err = SC_ERROR_INIT;
    char want[512];
    snprintf(want, sizeof(want),
             "%s is an SQLite file of another program: move it away, a new one is made from the "
             "panel and the users' configuration",
             (char *)*state);
    run_sql(*state, "CREATE TABLE theirs(x)");
    chmod(*state, 0600);
    assert_int_equal(open_fails(*state, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, want);
    run_sql(*state, "DROP TABLE theirs; PRAGMA application_id=5");
    assert_int_equal(open_fails(*state, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, want);
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_open(*state, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA journal_mode", -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(st, 0), "delete");
    sqlite3_finalize(st);
    sqlite3_close(db);
}

static void a_file_that_is_no_database_is_refused(void **state)
{
    char junk[8192];
    memset(junk, 'x', sizeof(junk));
    write_file(*state, junk, sizeof(junk));
    struct sc_error err = SC_ERROR_INIT;
    char want[512];
    snprintf(want, sizeof(want),
             "%s is damaged (file is not a database): move it, with the -wal and -shm files beside "
             "it, away; it is rebuilt from the panel and the users' configuration",
             (char *)*state);
    assert_int_equal(open_fails(*state, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, want);
    assert_int_equal(unlink(*state), 0); /* the way out */
    sc_store_free(store_open(*state));
}

/* A good header, rubbish behind it: seen when the pages are first used. */
static void damaged_pages_are_told_with_what_sqlite_found(void **state)
{
    sc_store_free(store_open(*state));
    SC_FD int fd = open(*state, O_RDWR | O_CLOEXEC);
    char junk[4096];
    memset(junk, 0x5a, sizeof(junk));
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    for (off_t at = 4096; at < st.st_size; at += 4096)
        assert_int_equal(pwrite(fd, junk, sizeof(junk), at), sizeof(junk));
    sc_close(&fd);
    STORE *s = store_open(*state); /* fast: looks at the first page only */
    struct sc_error err = SC_ERROR_INIT;
    struct sc_user_row row;
    assert_int_equal(sc_store_user_by_uid(s, 1, &row, &err), SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL, "t.db is damaged (");
    assert_error_has(&err, SC_E_INVAL,
                     ": btreeInitPage() returns error code 11): move it, with the -wal and -shm "
                     "files beside it, away;");

    /* And a schema that is rubbish is found by opening. */
    sc_store_free(sc_steal_ptr(&s));
    fd = open(*state, O_RDWR | O_CLOEXEC);
    assert_int_equal(pwrite(fd, junk, 3900, 100), 3900);
    sc_close(&fd);
    assert_int_equal(open_fails(*state, &err), SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL, "t.db is damaged (");
}

/* ---- upgrades ---- */

static const char *const steps[] = {
    "CREATE TABLE owner(id INTEGER PRIMARY KEY, name TEXT);"
    "CREATE TABLE thing(id INTEGER PRIMARY KEY, owner INTEGER REFERENCES owner(id));"
    "INSERT INTO owner VALUES (1, 'one'); INSERT INTO thing VALUES (10, 1);",
    /* rebuilds a table that another one refers to: foreign keys must not fire */
    "CREATE TABLE owner2(id INTEGER PRIMARY KEY, name TEXT NOT NULL);"
    "INSERT INTO owner2 SELECT id, name FROM owner; DROP TABLE owner;"
    "ALTER TABLE owner2 RENAME TO owner;",
    "ALTER TABLE thing ADD COLUMN size INTEGER NOT NULL DEFAULT 7;",
};

static int open_version(const char *path, const char *const *list, int version,
                        struct sc_store **ret, struct sc_error *err)
{
    return sc_store_open_schema(path, 10000, &(struct sc_schema){list, version}, ret, err);
}

static void older_versions_are_upgraded(void **state)
{
    for (int from = 0; from <= 3; from++) {
        write_file(*state, "", 0); /* version 0 is an empty file */
        STORE *s = NULL;
        if (from) {
            assert_ok(open_version(*state, steps, from, &s, ok));
            assert_int_equal(store_int(s, "PRAGMA user_version"), from);
            sc_store_free(sc_steal_ptr(&s));
        }
        assert_ok(open_version(*state, steps, 3, &s, ok));
        assert_int_equal(store_int(s, "PRAGMA user_version"), 3);
        assert_int_equal(store_int(s, "SELECT size FROM thing WHERE id = 10 AND owner = 1"), 7);
        assert_int_equal(store_int(s, "SELECT count(*) FROM owner WHERE name = 'one'"), 1);
        assert_int_equal(store_int(s, "PRAGMA foreign_keys"), 1);
        assert_intact(s);
        sc_store_free(sc_steal_ptr(&s));
        unlink(*state);
    }
}

/* Sites of before have the home that was the default then. */
static void homes_of_before_are_kept(void **state)
{
    STORE *s = NULL;
    struct sc_schema before = {sc_store_schema.steps, 3};
    write_file(*state, "", 0);
    assert_ok(sc_store_open_schema(*state, 10000, &before, &s, ok));
    sc_store_free(sc_steal_ptr(&s));
    run_sql(*state, "INSERT INTO user(uid, name, home) VALUES (1001, 'john', x'2f68');"
                    "INSERT INTO site(id, uid, docroot, token, isolated, created) VALUES "
                    "(60000, 1001, x'2f682f61', '0123456789abcdef0123456789abcdef', 1, 0);");
    assert_ok(sc_store_open(*state, &s, ok));
    SC_CLEANUP(sc_site_row_done) struct sc_site_row old = {0}, new = {0};
    assert_ok(sc_store_site_by_id(s, 60000, &old, ok));
    assert_int_equal(old.home, SC_SITE_KEPT);
    assert_string_equal(sc_store_home_name(old.home), "shared");
    assert_ok(sc_store_site_ensure(s, 1001, "/h/b", NULL, NULL, &new, ok));
    assert_int_equal(new.home, SC_SITE_PRIVATE);
    assert_ok(sc_store_site_set_home(s, 60000, SC_SITE_SHARED, ok));
    sc_site_row_done(&old);
    assert_ok(sc_store_site_by_id(s, 60000, &old, ok));
    assert_int_equal(old.home, SC_SITE_SHARED);
    assert_intact(s);
    sc_store_free(sc_steal_ptr(&s));
}

static void a_failed_upgrade_leaves_the_old_version(void **state)
{
    const char *const broken[] = {steps[0],
                                  "CREATE TABLE extra(x); INSERT INTO nowhere VALUES (1);"};
    const char *const orphans[] = {steps[0], "DELETE FROM owner;"};
    STORE *s = NULL;
    struct sc_error err = SC_ERROR_INIT;
    assert_ok(open_version(*state, steps, 1, &s, ok));
    sc_store_free(sc_steal_ptr(&s));
    assert_int_equal(open_version(*state, broken, 2, &s, &err), SC_E_SYS);
    assert_error_has(&err, SC_E_SYS, "from version 1 to 2: ");
    assert_error_has(&err, SC_E_SYS, "t.db: no such table: nowhere");
    assert_int_equal(open_version(*state, orphans, 2, &s, &err), SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL, "t.db: the new version leaves 1 rows without their owner");
    assert_null(s);
    assert_ok(open_version(*state, steps, 1, &s, ok));
    assert_int_equal(store_int(s, "PRAGMA user_version"), 1);
    assert_int_equal(store_int(s, "SELECT count(*) FROM sqlite_master WHERE name = 'extra'"), 0);
    assert_int_equal(store_int(s, "SELECT count(*) FROM owner"), 1);
}

/* The switch to the write-ahead log fails at once while another one is making the file, whatever
 * the busy timeout is. */
static void the_log_is_waited_for(void **state)
{
    int ready[2], go[2];
    char byte = 0;
    write_file(*state, "", 0);
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    assert_int_equal(pipe2(go, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        sqlite3 *db = NULL;
        int bad = sqlite3_open(*state, &db) != SQLITE_OK ||
                  sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK ||
                  write(ready[1], "x", 1) != 1 || read(go[0], &byte, 1) != 1;
        sqlite3_sleep(100); /* so that the parent most likely comes to wait */
        sqlite3_close(db);
        _exit(bad);
    }
    sc_close(&ready[1]);
    sc_close(&go[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    sc_close(&ready[0]);
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(open_fails(*state, &err), SC_E_BUSY); /* a patience of 0 ms */
    assert_error_has(&err, SC_E_BUSY, "t.db is in use by another process: try again");
    assert_int_equal(write(go[1], "x", 1), 1);
    sc_close(&go[1]);
    sc_store_free(store_open(*state));
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* ---- transactions ---- */

static void a_transaction_is_whole_or_nothing(void **state)
{
    STORE *s = store_open(*state);
    STORE *other = store_open(*state);
    struct sc_error err = SC_ERROR_INIT;
    char want[256];
    sc_store_rollback(s); /* nothing to do */
    snprintf(want, sizeof(want), "%s: no transaction is open", (char *)*state);
    assert_int_equal(sc_store_commit(s, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, want);

    assert_ok(sc_store_begin(s, ok));
    snprintf(want, sizeof(want), "%s: a transaction is open already", (char *)*state);
    assert_int_equal(sc_store_begin(s, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, want);
    assert_ok(sc_store_user_put(s, 1, "a", "/home/a", ok));
    /* A part that fails takes only itself back. */
    struct sc_domain_row rows[2] = {{.name = "a.example", .docroot = "/1"},
                                    {.name = "b.example", .docroot = "/2"}};
    assert_int_equal(sqlite3_exec(s->db,
                                  "CREATE TEMP TRIGGER t BEFORE INSERT ON main.domain WHEN "
                                  "new.name = 'b.example' BEGIN SELECT raise(ABORT, 'no b'); END",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sc_store_domains_replace(s, 1, rows, 2, NULL, &err), SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL, "t.db: no b");
    assert_int_equal(store_int(s, "SELECT count(*) FROM domain"), 0);
    assert_ok(sc_store_domains_replace(s, 1, rows, 1, NULL, ok));
    assert_int_equal(store_int(other, "SELECT count(*) FROM user"), 0);

    /* The other waits for the lock, in vain here. */
    sqlite3_busy_timeout(other->db, 0);
    snprintf(want, sizeof(want), "%s is in use by another process: try again", (char *)*state);
    assert_int_equal(sc_store_begin(other, &err), SC_E_BUSY);
    assert_error(&err, SC_E_BUSY, want);
    assert_int_equal(sc_store_meta_set(other, "k", "v", &err), SC_E_BUSY);
    assert_error(&err, SC_E_BUSY, want);
    assert_ok(sc_store_commit(s, ok));
    assert_int_equal(store_int(other, "SELECT count(*) FROM domain"), 1);
    assert_ok(sc_store_begin(other, ok));
    assert_ok(sc_store_user_remove(other, 1, ok));
    sc_store_rollback(other);
    assert_int_equal(store_int(s, "SELECT count(*) FROM domain"), 1);
    {
        SC_CLEANUP(sc_store_rollbackp) struct sc_store *transaction = s;
        assert_ok(sc_store_begin(transaction, ok));
        assert_ok(sc_store_user_remove(s, 1, ok));
    }
    assert_int_equal(store_int(s, "SELECT count(*) FROM domain"), 1);
}

/* A full disk makes SQLite undo the transaction; the rest must not be committed piece by piece. */
static void after_a_full_disk_nothing_of_the_transaction_is_kept(void **state)
{
    STORE *s = store_open(*state);
    struct sc_error err = SC_ERROR_INIT;
    char want[256];
    SC_FREE char *big = malloc(200001);
    memset(big, 'x', 200000);
    big[200000] = 0;
    assert_int_equal(sqlite3_exec(s->db, "PRAGMA max_page_count=30", NULL, NULL, NULL), SQLITE_OK);
    assert_ok(sc_store_begin(s, ok));
    assert_ok(sc_store_meta_set(s, "before", "1", ok));
    snprintf(want, sizeof(want), "%s: No space left on device", (char *)*state);
    assert_int_equal(sc_store_meta_set(s, "big", big, &err), SC_E_SYS);
    assert_error(&err, SC_E_SYS, want);
    assert_int_equal(err.sys, ENOSPC);
    if (!sqlite3_get_autocommit(s->db)) /* this SQLite did not undo it by itself */
        assert_int_equal(sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    snprintf(want, sizeof(want), "%s: the change was undone by an earlier failure", (char *)*state);
    assert_int_equal(sc_store_meta_set(s, "after", "1", &err), SC_E_SYS);
    assert_error(&err, SC_E_SYS, want);
    assert_int_equal(sc_store_event_push(s, &(struct sc_event_row){.kind = "k"}, &err), SC_E_SYS);
    assert_error(&err, SC_E_SYS, want);
    assert_int_equal(sc_store_commit(s, &err), SC_E_SYS);
    assert_error(&err, SC_E_SYS, want);
    assert_int_equal(store_int(s, "SELECT count(*) FROM meta"), 0);
    assert_ok(sc_store_meta_set(s, "after", "1", ok)); /* works again */
}

static bool child_is_refused(struct sc_store *s)
{
    struct sc_error err = SC_ERROR_INIT;
    return sc_store_meta_set(s, "k", "child", &err) == SC_E_INVAL &&
           strstr(err.text, "t.db was opened by another process") &&
           sc_store_commit(s, NULL) == SC_E_INVAL;
}

static void a_child_process_cannot_use_the_parents_store(void **state)
{
    bool *refused =
        mmap(NULL, sizeof(*refused), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(refused, MAP_FAILED);
    STORE *s = store_open(*state);
    assert_ok(sc_store_begin(s, ok));
    assert_ok(sc_store_meta_set(s, "k", "parent", ok));
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        sc_store_rollback(s);
        bool told = child_is_refused(s);
        sc_store_free(s);
        /* Nothing was undone or closed behind the parent's back. */
        *refused = told && !sqlite3_get_autocommit(s->db);
        raise(SIGKILL); /* not _exit(): the store's memory stays, and leak checkers look then */
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(*refused);
    assert_ok(sc_store_commit(s, ok));
    SC_FREE char *value = NULL;
    assert_ok(sc_store_meta_get(s, "k", &value, ok));
    assert_string_equal(value, "parent");
    munmap(refused, sizeof(*refused));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(a_new_store_is_private_and_durable),
        store_test(a_loose_mode_is_tightened),
        store_test(unsafe_places_are_refused),
        store_test(another_owners_file_is_refused),
        store_test(a_newer_version_is_refused_unchanged),
        store_test(another_programs_file_is_refused_unchanged),
        store_test(a_file_that_is_no_database_is_refused),
        store_test(damaged_pages_are_told_with_what_sqlite_found),
        store_test(older_versions_are_upgraded),
        store_test(homes_of_before_are_kept),
        store_test(a_failed_upgrade_leaves_the_old_version),
        store_test(the_log_is_waited_for),
        store_test(a_transaction_is_whole_or_nothing),
        store_test(after_a_full_disk_nothing_of_the_transaction_is_kept),
        store_test(a_child_process_cannot_use_the_parents_store),
    };
    return cmocka_run_group_tests_name("store_open", tests, NULL, NULL);
}
