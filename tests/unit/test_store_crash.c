/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several processes at once, and processes that are killed. */
#include "tests/unit/test_store.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#define WRITERS 8
#define INSERTS 200
#define KILLS   40

/* What children tell, also when they are killed. */
struct shared {
    atomic_long acked; /* transactions whose commit has returned */
    atomic_long turns;
};

static struct shared *shared_new(void)
{
    struct shared *m =
        mmap(NULL, sizeof(*m), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(m, MAP_FAILED);
    return m;
}

/* A child has no cmocka: it says why on stderr and leaves with 1. */
static void must(int r, const struct sc_error *err)
{
    if (r < 0) {
        fprintf(stderr, "child: %s\n", err->text);
        _exit(1);
    }
}

static void wait_all(const pid_t *pids, int n)
{
    int first_bad = 0; /* all are waited for before one fails the test */
    for (int i = 0; i < n; i++) {
        int status = -1;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        if (!first_bad)
            first_bad = status;
    }
    assert_int_equal(first_bad, 0);
}

/* Opens (all at once: the file is not there yet), then adds events and sites of one user. */
static void write_many(const char *path, int who)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_store *s = NULL;
    must(sc_store_open_wait(path, 120000, &s, &err), &err);
    must(sc_store_user_put(s, 1, "a", "/home/a", &err), &err);
    for (int i = 0; i < INSERTS; i++) {
        char name[32];
        snprintf(name, sizeof(name), "%d-%d", who, i);
        const struct sc_event_row event = {.user = name, .kind = "k"};
        must(sc_store_event_push(s, &event, &err), &err);
        if (i % 10 == 0) {
            /* /own is this writer's alone, /all is everybody's: one site */
            SC_CLEANUP(sc_site_row_done) struct sc_site_row own = {0}, all = {0};
            snprintf(name, sizeof(name), "/own/%d/%d", who, i);
            must(sc_store_site_ensure(s, 1, name, NULL, NULL, &own, &err), &err);
            snprintf(name, sizeof(name), "/all/%d", i);
            must(sc_store_site_ensure(s, 1, name, NULL, NULL, &all, &err), &err);
        }
    }
    sc_store_free(s);
    _exit(0);
}

static void writers_at_once_lose_nothing(void **state)
{
    pid_t pids[WRITERS];
    for (int w = 0; w < WRITERS; w++) {
        pids[w] = fork();
        assert_true(pids[w] >= 0);
        if (pids[w] == 0)
            write_many(*state, w);
    }
    wait_all(pids, WRITERS);
    STORE *s = store_open(*state);
    assert_int_equal(store_int(s, "SELECT count(DISTINCT user) FROM event"), WRITERS * INSERTS);
    assert_int_equal(store_int(s, "SELECT max(id) FROM event"), WRITERS * INSERTS);
    int64_t sites = (WRITERS + 1) * (INSERTS / 10);
    assert_int_equal(store_int(s, "SELECT count(*) FROM site"), sites);
    assert_int_equal(store_int(s, "SELECT max(id) FROM site"), 60000 + sites - 1);
    assert_intact(s);
}

static const char *const slow_steps[] = {
    "CREATE TABLE made(x); INSERT INTO made VALUES (1);"
    "CREATE TABLE rows(x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
    "i < 20000) INSERT INTO rows SELECT i FROM n;",
    "INSERT INTO made VALUES (2); UPDATE rows SET x = x + 1;"};

static void one_of_many_upgrades_and_the_others_wait(void **state)
{
    struct sc_schema old = {slow_steps, 1}, new = {slow_steps, 2};
    STORE *s = NULL;
    assert_ok(sc_store_open_schema(*state, 10000, &old, &s, ok));
    sc_store_free(sc_steal_ptr(&s));
    pid_t pids[WRITERS];
    for (int w = 0; w < WRITERS; w++) {
        pids[w] = fork();
        assert_true(pids[w] >= 0);
        if (pids[w] == 0) {
            struct sc_error err = SC_ERROR_INIT;
            struct sc_store *mine = NULL;
            int64_t sum = 0;
            must(sc_store_open_schema(*state, 120000, &new, &mine, &err), &err);
            must(sc_db_int(mine, "SELECT sum(x) FROM made", &sum, &err), &err);
            sc_store_free(mine);
            if (sum != 3)
                must(sc_error_set(&err, SC_E_INVAL, "sum is %lld", (long long)sum), &err);
            _exit(0);
        }
    }
    wait_all(pids, WRITERS);
    assert_ok(sc_store_open_schema(*state, 10000, &new, &s, ok));
    assert_int_equal(store_int(s, "SELECT sum(x) FROM made"), 3);
    assert_int_equal(store_int(s, "SELECT sum(x) FROM rows"), 20001 * 10000 + 20000);
}

/* Transaction n: the counter becomes n, the user gets domain n, event n is queued. */
static void count_up(const char *path, struct shared *m)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_store *s = NULL;
    must(sc_store_open(path, &s, &err), &err);
    must(sc_store_user_put(s, 1, "a", "/home/a", &err), &err);
    for (;;) {
        int64_t n = 0;
        char text[32];
        must(sc_store_begin(s, &err), &err);
        must(sc_db_int(s, "SELECT count(*) FROM event", &n, &err), &err);
        snprintf(text, sizeof(text), "%lld", (long long)++n);
        must(sc_store_meta_set(s, "count", text, &err), &err);
        const struct sc_event_row event = {.user = text, .kind = "k"};
        must(sc_store_event_push(s, &event, &err), &err);
        SC_CLEANUP(sc_site_row_done) struct sc_site_row site = {0};
        char path_n[40];
        snprintf(path_n, sizeof(path_n), "/home/a/%s", text);
        must(sc_store_site_ensure(s, 1, path_n, NULL, NULL, &site, &err), &err);
        must(sc_store_commit(s, &err), &err);
        atomic_store(&m->acked, n);
    }
}

/* A new file each time: killed while it is made. */
static void open_new(const char *path, struct shared *m)
{
    for (;;) {
        struct sc_error err = SC_ERROR_INIT;
        struct sc_store *s = NULL;
        must(sc_store_open(path, &s, &err), &err);
        sc_store_free(s);
        atomic_fetch_add(&m->turns, 1);
        unlink(path);
    }
}

/* Runs `f` in a child until it has told `what` once more than before, then kills it after a random
 * moment. */
static void kill_in(const char *path, void (*f)(const char *, struct shared *), struct shared *m,
                    atomic_long *what, unsigned *seed)
{
    long before = atomic_load(what);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        f(path, m);
    int status = 0;
    while (atomic_load(what) == before && waitpid(pid, &status, WNOHANG) == 0)
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    nanosleep(&(struct timespec){.tv_nsec = rand_r(seed) % 8000000}, NULL);
    kill(pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status)); /* it did not leave by an error */
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void a_killed_writer_leaves_whole_transactions(void **state)
{
    struct shared *m = shared_new();
    unsigned seed = 20240607;
    int64_t last = 0;
    for (int i = 0; i < KILLS; i++) {
        kill_in(*state, count_up, m, &m->acked, &seed);
        STORE *s = store_open(*state);
        int64_t n = store_int(s, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'count'");
        assert_int_equal(store_int(s, "SELECT count(*) FROM event"), n);
        assert_int_equal(store_int(s, "SELECT count(*) FROM site"), n);
        assert_int_equal(store_int(s, "SELECT max(id) FROM site"), 60000 + n - 1);
        assert_true(n > last);
        assert_true(n >= atomic_load(&m->acked)); /* what was acknowledged is there */
        assert_true(n <= atomic_load(&m->acked) + 1);
        assert_intact(s);
        last = n;
    }
    munmap(m, sizeof(*m));
}

static void a_file_whose_maker_was_killed_can_be_opened(void **state)
{
    struct shared *m = shared_new();
    unsigned seed = 19;
    for (int i = 0; i < KILLS; i++) {
        kill_in(*state, open_new, m, &m->turns, &seed);
        STORE *s = store_open(*state);
        assert_ok(sc_store_meta_set(s, "k", "v", ok));
        assert_int_equal(store_int(s, "PRAGMA user_version"), 5);
        assert_intact(s);
        sc_store_free(sc_steal_ptr(&s));
        unlink(*state);
    }
    munmap(m, sizeof(*m));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(writers_at_once_lose_nothing),
        store_test(one_of_many_upgrades_and_the_others_wait),
        store_test(a_killed_writer_leaves_whole_transactions),
        store_test(a_file_whose_maker_was_killed_can_be_opened),
    };
    return cmocka_run_group_tests_name("store_crash", tests, NULL, NULL);
}
