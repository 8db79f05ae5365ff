/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queue's writer: durable, or a mark is left; never lost, never waited for long. */
#include "tests/unit/test_store.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include "core/base/log.h"
#include "hooks/events/queue.h"

/* The log's lines, instead of /var/log. */
static char logged[8192];
void sc_log_at(enum sc_log_level level, const char *fmt, ...)
{
    if (level == SC_LOG_DEBUG)
        return;
    va_list ap;
    va_start(ap, fmt);
    size_t n = strlen(logged);
    vsnprintf(logged + n, sizeof(logged) - n, fmt, ap);
    va_end(ap);
    strncat(logged, "\n", sizeof(logged) - strlen(logged) - 1);
}

static struct {
    char dir[64], store[96], marks[96], marks2[96], sock[96];
    struct sc_queue_conf conf;
} t;

static int make(void **state)
{
    (void)state;
    strcpy(t.dir, "/tmp/sc_queue_XXXXXX");
    if (!mkdtemp(t.dir))
        return -1;
    snprintf(t.store, sizeof(t.store), "%s/db/t.db", t.dir);
    snprintf(t.marks, sizeof(t.marks), "%s/db/resync", t.dir);
    snprintf(t.marks2, sizeof(t.marks2), "%s/run/resync", t.dir);
    snprintf(t.sock, sizeof(t.sock), "%s/sock", t.dir);
    t.conf = (struct sc_queue_conf){.store = t.store,
                                    .resync_dirs = {t.marks, t.marks2, NULL},
                                    .monitor_socket = t.sock,
                                    .panel = "tester"};
    logged[0] = 0;
    return 0;
}

static int drop(void **state)
{
    (void)state;
    char command[160];
    snprintf(command, sizeof(command), "chmod -R u+rwx %s; rm -rf %s", t.dir, t.dir);
    return system(command);
}

static void add(struct sc_events *e, enum sc_event_kind kind, const char *user, const char *domain)
{
    sc_event_add(e, kind, &(struct sc_event_words){.user = user, .domain = domain});
}

static void push_one(enum sc_event_kind kind, const char *user, const char *domain)
{
    struct sc_events e = {.n = 0};
    add(&e, kind, user, domain);
    assert_ok(sc_queue_push(&t.conf, &e, ok));
}

static void expect_mark(const char *dir, const char *name)
{
    char path[256];
    struct stat st;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    if (lstat(path, &st) < 0)
        fail_msg("no mark %s; log: %s", path, logged);
    assert_true(S_ISREG(st.st_mode));
    assert_int_equal(st.st_mode & 07777, 0600);
}

static void expect_no_marks(void)
{
    assert_int_equal(access(t.marks, F_OK), -1);
    assert_int_equal(access(t.marks2, F_OK), -1);
}

static void events_are_queued_as_the_reader_expects(void **state)
{
    (void)state;
    struct sc_events e = {.n = 0};
    sc_event_add(&e, SC_EVENT_USER_RENAMED,
                 &(struct sc_event_words){.user = "john", .new_user = "jim"});
    sc_event_add(&e, SC_EVENT_DOMAIN_RENAMED,
                 &(struct sc_event_words){
                     .user = "john", .domain = "a.de", .new_domain = "b.de", .subdomains = true});
    add(&e, SC_EVENT_DOMAIN_CREATED, "john", "c.de");
    assert_ok(sc_queue_push(&t.conf, &e, ok));
    assert_string_equal(logged, "event tester user-renamed john jim\n"
                                "event tester domain-renamed john a.de b.de with-subdomains\n"
                                "event tester domain-created john c.de\n");
    expect_no_marks();

    STORE *s = store_open(t.store);
    SC_CLEANUP(sc_event_list_done) struct sc_event_list list = {0};
    assert_ok(sc_store_events_peek(s, "john", INT64_MAX, &list, ok));
    assert_int_equal(list.n, 3);
    assert_string_equal(list.rows[0].kind, SC_KIND_USER_RENAMED);
    assert_null(list.rows[0].old_name);
    assert_string_equal(list.rows[0].new_name, "jim");
    assert_string_equal(list.rows[1].kind, SC_KIND_DOMAIN_RENAMED);
    assert_string_equal(list.rows[1].old_name, "a.de");
    assert_string_equal(list.rows[1].new_name, "b.de");
    assert_string_equal(list.rows[1].payload, SC_EVENT_SUBDOMAINS);
    assert_string_equal(list.rows[2].kind, SC_KIND_DOMAIN_CREATED);
    assert_string_equal(list.rows[2].old_name, "c.de");
    assert_null(list.rows[2].new_name);
    assert_null(list.rows[2].payload);
    assert_int_equal(list.rows[2].created_ms, list.rows[2].not_before_ms);

    SC_FREE char *last = NULL;
    assert_ok(sc_store_meta_get(s, SC_QUEUE_LAST, &last, ok));
    assert_non_null(last);
    assert_string_equal(strchr(last, ' '), " tester domain-created john c.de");
    assert_true(strtoll(last, NULL, 10) >= list.rows[2].created_ms / 1000);

    e.n = 0; /* nothing is nothing */
    assert_ok(sc_queue_push(&t.conf, &e, ok));
    assert_int_equal(store_int(s, "SELECT count(*) FROM event"), 3);
}

static void an_owner_is_looked_up_by_the_domain(void **state)
{
    (void)state;
    push_one(SC_EVENT_USER_CHANGED, "nobody-yet", NULL); /* makes the file */
    {
        STORE *s = store_open(t.store);
        const struct sc_domain_row a = {.name = "a.de", .docroot = "/h/a"};
        const struct sc_domain_row b = {.name = "gone.de", .docroot = "/h/b"};
        assert_ok(sc_store_user_put(s, 1001, "john", "/h", ok));
        assert_ok(sc_store_domains_replace(s, 1001, &a, 1, NULL, ok));
        assert_ok(sc_store_user_put(s, 1002, "mary", "/m", ok));
        assert_ok(sc_store_domains_replace(s, 1002, &b, 1, NULL, ok));
        assert_ok(sc_store_user_put(s, 1003, "mary", "/m2", ok)); /* 1002 is removed now */
    }
    push_one(SC_EVENT_DOMAIN_DELETED, NULL, "a.de");
    push_one(SC_EVENT_DOMAIN_DELETED, NULL, "unknown.de");
    push_one(SC_EVENT_DOMAIN_DELETED, NULL, "gone.de");
    push_one(SC_EVENT_DOMAIN_DELETED, "peter", "a.de"); /* what the panel says stays */
    struct sc_events e = {.n = 0};
    sc_event_add(&e, SC_EVENT_DOMAIN_RENAMED,
                 &(struct sc_event_words){.domain = "old.de", .new_domain = "a.de"});
    assert_ok(sc_queue_push(&t.conf, &e, ok));
    STORE *s = store_open(t.store);
    static const char by[] = "SELECT count(*) FROM event WHERE kind != 'user-changed' AND user = ";
    char sql[256];
    snprintf(sql, sizeof(sql), "%s'john' AND old_name IN ('a.de', 'old.de')", by);
    assert_int_equal(store_int(s, sql), 2);
    snprintf(sql, sizeof(sql), "%s'' AND old_name IN ('unknown.de', 'gone.de')", by);
    assert_int_equal(store_int(s, sql), 2);
    snprintf(sql, sizeof(sql), "%s'peter' AND old_name = 'a.de'", by);
    assert_int_equal(store_int(s, sql), 1);
    assert_non_null(strstr(logged, "event tester domain-deleted john a.de\n"));
}

/* Runs f in another process, which tells when it is ready and then stays until it is killed. */
static pid_t hold(void (*f)(struct sc_store *))
{
    int p[2];
    assert_int_equal(pipe2(p, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct sc_store *s = store_open(t.store);
        f(s);
        if (write(p[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(p[1]);
    char c;
    assert_int_equal(read(p[0], &c, 1), 1);
    close(p[0]);
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void lock_writes(struct sc_store *s)
{
    assert_ok(sc_store_begin(s, ok));
}

static void a_locked_database_leaves_marks(void **state)
{
    (void)state;
    push_one(SC_EVENT_USER_CHANGED, "first", NULL);
    pid_t other = hold(lock_writes);
    struct sc_events e = {.n = 0};
    sc_event_add(&e, SC_EVENT_USER_RENAMED,
                 &(struct sc_event_words){.user = "john", .new_user = "jim"});
    add(&e, SC_EVENT_DOMAIN_DELETED, "mary", "a.de");
    assert_ok(sc_queue_push(&t.conf, &e, ok));
    expect_mark(t.marks, "john");
    expect_mark(t.marks, "jim");
    expect_mark(t.marks, "mary");
    char all[200];
    snprintf(all, sizeof(all), "%s/%s", t.marks, SC_RESYNC_ALL);
    assert_int_equal(access(all, F_OK), -1);
    assert_non_null(strstr(logged, "event tester user-renamed john jim: not queued ("));
    assert_non_null(strstr(logged, " is in use by another process: try again), marked instead"));
    push_one(SC_EVENT_DOMAIN_DELETED, NULL, "whose.de");
    expect_mark(t.marks, SC_RESYNC_ALL);
    end(other);
    push_one(SC_EVENT_USER_CHANGED, "later", NULL); /* the control: now it is queued */
    STORE *s = store_open(t.store);
    assert_int_equal(store_int(s, "SELECT count(*) FROM event"), 2);
}

static void a_damaged_database_leaves_marks(void **state)
{
    (void)state;
    push_one(SC_EVENT_USER_CHANGED, "first", NULL);
    SC_FD int fd = open(t.store, O_WRONLY | O_TRUNC | O_CLOEXEC);
    static const char junk[8192] = "not a database at all";
    assert_int_equal(write(fd, junk, sizeof(junk)), sizeof(junk));
    push_one(SC_EVENT_USER_DELETED, "john", NULL);
    expect_mark(t.marks, "john");
    assert_non_null(strstr(logged, "is damaged"));
}

static void without_the_first_directory_the_second_is_used(void **state)
{
    (void)state;
    /* Neither a database nor marks can be made where a file is in place of the folder. */
    char db[96];
    snprintf(db, sizeof(db), "%s/db", t.dir);
    SC_FD int fd = open(db, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    push_one(SC_EVENT_USER_DELETED, "john", NULL);
    expect_mark(t.marks2, "john");
    struct stat st;
    assert_int_equal(stat(t.marks2, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);

    /* And where there is none at all, it is said. */
    t.conf.resync_dirs[1] = NULL;
    struct sc_events e = {.n = 0};
    struct sc_error err = SC_ERROR_INIT;
    add(&e, SC_EVENT_USER_DELETED, "john", NULL);
    assert_int_equal(sc_queue_push(&t.conf, &e, &err), SC_E_SYS);
    assert_error(&err, SC_E_SYS, "cannot leave a mark to look at john later: Not a directory");
}

static void a_directory_that_others_write_is_not_used(void **state)
{
    (void)state;
    char db[96];
    snprintf(db, sizeof(db), "%s/db", t.dir);
    assert_int_equal(mkdir(db, 0755), 0);
    assert_int_equal(mkdir(t.marks, 0700), 0);
    assert_int_equal(chmod(t.marks, 0777), 0);
    assert_int_equal(chmod(db, 0777), 0); /* the database is refused as well */
    push_one(SC_EVENT_USER_DELETED, "john", NULL);
    expect_mark(t.marks2, "john");
    assert_int_equal(chmod(t.marks, 0700), 0);
    push_one(SC_EVENT_USER_DELETED, "mary", NULL);
    expect_mark(t.marks, "mary");
    /* A link in the place of a mark is not followed. */
    char link[200], target[200];
    snprintf(link, sizeof(link), "%s/evil", t.marks);
    snprintf(target, sizeof(target), "%s/target", t.dir);
    assert_int_equal(symlink(target, link), 0);
    push_one(SC_EVENT_USER_DELETED, "evil", NULL);
    assert_int_equal(access(target, F_OK), -1);
    expect_mark(t.marks2, "evil");
}

static void a_full_disk_leaves_marks(void **state)
{
    (void)state;
    push_one(SC_EVENT_USER_CHANGED, "first", NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) { /* no file can grow: EFBIG where a full disk says ENOSPC */
        const struct rlimit none = {0, 0};
        signal(SIGXFSZ, SIG_IGN);
        struct sc_events e = {.n = 0};
        add(&e, SC_EVENT_USER_DELETED, "john", NULL);
        _exit(setrlimit(RLIMIT_FSIZE, &none) < 0 || sc_queue_push(&t.conf, &e, NULL) < 0 ||
              !strstr(logged, "marked instead"));
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    expect_mark(t.marks, "john");
    STORE *s = store_open(t.store); /* what was there is whole */
    assert_int_equal(store_int(s, "SELECT count(*) FROM event"), 1);
    assert_intact(s);
}

static void many_marks_become_one(void **state)
{
    (void)state;
    char db[96], path[200];
    snprintf(db, sizeof(db), "%s/db", t.dir);
    assert_int_equal(mkdir(db, 0700), 0);
    assert_int_equal(mkdir(t.marks, 0700), 0);
    for (int i = 0; i < SC_RESYNC_MARKS_MAX; i++) {
        snprintf(path, sizeof(path), "%s/u%d", t.marks, i);
        SC_FD int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
    }
    const char *const *dirs = t.conf.resync_dirs;
    assert_ok(sc_resync_mark(dirs, "u7", ok)); /* is there */
    snprintf(path, sizeof(path), "%s/%s", t.marks, SC_RESYNC_ALL);
    assert_int_equal(access(path, F_OK), -1);
    assert_ok(sc_resync_mark(dirs, "one-more", ok));
    expect_mark(t.marks, SC_RESYNC_ALL);
    snprintf(path, sizeof(path), "%s/one-more", t.marks);
    assert_int_equal(access(path, F_OK), -1);
    /* The control: with one mark less there is room for his own. */
    snprintf(path, sizeof(path), "%s/%s", t.marks, SC_RESYNC_ALL);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof(path), "%s/u0", t.marks);
    assert_int_equal(unlink(path), 0);
    assert_ok(sc_resync_mark(dirs, "one-more", ok));
    expect_mark(t.marks, "one-more");
}

static void a_mark_in_a_hurry_goes_where_no_disk_is(void **state)
{
    (void)state;
    assert_true(sc_resync_mark_now(t.conf.resync_dirs));
    expect_mark(t.marks2, SC_RESYNC_ALL);
    assert_int_equal(access(t.marks, F_OK), -1);
    t.conf.resync_dirs[0] = NULL;
    assert_false(sc_resync_mark_now(t.conf.resync_dirs));
}

static void the_daemon_is_woken(void **state)
{
    (void)state;
    push_one(SC_EVENT_USER_CHANGED, "john", NULL); /* nobody listens: nothing happens */
    SC_FD int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof(at.sun_path), "%s", t.sock);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    char c[8];
    assert_int_equal(recv(fd, c, sizeof(c), 0), -1);
    push_one(SC_EVENT_USER_CHANGED, "john", NULL);
    assert_int_equal(recv(fd, c, sizeof(c), 0), 1);
    for (int i = 0; i < 5000; i++) /* a daemon that does not read blocks nobody */
        assert_true(sc_queue_wake(t.sock));
    char name[300];
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = 0;
    assert_false(sc_queue_wake(name)); /* longer than an address: nobody */
    close(sc_steal_fd(&fd));
    assert_false(sc_queue_wake(t.sock)); /* a socket that a killed daemon left */
    assert_int_equal(unlink(t.sock), 0);
    assert_false(sc_queue_wake(t.sock));
}

static int nobody_calls;
static void nobody(void)
{
    nobody_calls++;
}

static void somebody_is_told_where_no_daemon_listens(void **state)
{
    (void)state;
    t.conf.nobody = nobody;
    nobody_calls = 0;
    push_one(SC_EVENT_USER_CHANGED, "john", NULL);
    assert_int_equal(nobody_calls, 1);
    SC_FD int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof(at.sun_path), "%s", t.sock);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    push_one(SC_EVENT_USER_CHANGED, "john", NULL);
    assert_int_equal(nobody_calls, 1);
    t.conf.monitor_socket = NULL; /* nobody is to be woken: nobody is missed */
    push_one(SC_EVENT_USER_CHANGED, "john", NULL);
    assert_int_equal(nobody_calls, 1);
}

static void processes_at_once_lose_nothing(void **state)
{
    (void)state;
    enum {
        N = 32,
        EACH = 4
    };
    pid_t pids[N];
    for (int i = 0; i < N; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            int failed = 0;
            for (int k = 0; k < EACH; k++) {
                char user[32], domain[32];
                snprintf(user, sizeof(user), "u%d", i);
                snprintf(domain, sizeof(domain), "d%d-%d.de", i, k);
                struct sc_events e = {.n = 0};
                add(&e, SC_EVENT_DOMAIN_CREATED, user, domain);
                failed = failed || sc_queue_push(&t.conf, &e, NULL) < 0;
            }
            _exit(failed);
        }
    }
    for (int i = 0; i < N; i++) {
        int status;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    /* Each is in the queue, or its user is marked (where the disk is slow). */
    STORE *s = store_open(t.store);
    for (int i = 0; i < N; i++) {
        char sql[96], path[200], all[200];
        snprintf(sql, sizeof(sql), "SELECT count(*) FROM event WHERE user = 'u%d'", i);
        snprintf(path, sizeof(path), "%s/u%d", t.marks, i);
        snprintf(all, sizeof(all), "%s/%s", t.marks, SC_RESYNC_ALL);
        if (access(path, F_OK) < 0 && access(all, F_OK) < 0)
            assert_int_equal(store_int(s, sql), EACH);
    }
    assert_true(store_int(s, "SELECT count(*) FROM event") > 0);
    assert_intact(s);
}

static void a_queue_of_thousands_becomes_one_look_at_all(void **state)
{
    (void)state;
    push_one(SC_EVENT_USER_CHANGED, "first", NULL);
    STORE *s = store_open(t.store);
    char sql[512];
    snprintf(
        sql, sizeof(sql),
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u - 2) "
        "INSERT INTO event(user, kind, old_name, new_name, created_ms, not_before_ms, attempts) "
        "SELECT 'u' || i, 'user-changed', '', '', 5, 5, 0 FROM n",
        SC_STORE_QUEUE_MAX);
    assert_int_equal(sqlite3_exec(s->db, sql, NULL, NULL, NULL), SQLITE_OK);
    push_one(SC_EVENT_USER_CHANGED, "last", NULL); /* there is room for one more */
    assert_int_equal(store_int(s, "SELECT count(*) FROM event"), SC_STORE_QUEUE_MAX);
    push_one(SC_EVENT_USER_CHANGED, "last", NULL); /* which is there already */
    assert_int_equal(store_int(s, "SELECT count(*) FROM event"), SC_STORE_QUEUE_MAX);
    push_one(SC_EVENT_USER_CHANGED, "too-much", NULL);
    assert_int_equal(store_int(s, "SELECT count(*) FROM event"), 1);
    assert_int_equal(
        store_int(s, "SELECT count(*) FROM event WHERE user = '' AND kind = 'resync-all'"), 1);
    push_one(SC_EVENT_USER_CHANGED, "john", NULL);
    assert_int_equal(store_int(s, "SELECT count(*) FROM event"), 2);
    /* Ids alone do not make a queue long. */
    assert_int_equal(
        sqlite3_exec(s->db, "UPDATE event SET id = 900000 WHERE user = 'john'", NULL, NULL, NULL),
        SQLITE_OK);
    push_one(SC_EVENT_USER_CHANGED, "mary", NULL);
    assert_int_equal(store_int(s, "SELECT count(*) FROM event"), 3);
}

#define queue_test(f) cmocka_unit_test_setup_teardown(f, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(events_are_queued_as_the_reader_expects),
        queue_test(an_owner_is_looked_up_by_the_domain),
        queue_test(a_locked_database_leaves_marks),
        queue_test(a_damaged_database_leaves_marks),
        queue_test(without_the_first_directory_the_second_is_used),
        queue_test(a_directory_that_others_write_is_not_used),
        queue_test(a_full_disk_leaves_marks),
        queue_test(many_marks_become_one),
        queue_test(a_mark_in_a_hurry_goes_where_no_disk_is),
        queue_test(the_daemon_is_woken),
        queue_test(somebody_is_told_where_no_daemon_listens),
        queue_test(processes_at_once_lose_nothing),
        queue_test(a_queue_of_thousands_becomes_one_look_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
