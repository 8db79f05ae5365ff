/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon makes of the words of the worker that judges coverage, and of one that hangs. */
#include "tests/unit/fixture.h"
#include "tests/unit/no_log.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/pidfd.h"
#include "hooks/monitor/fpm.h"
#include "hooks/monitor/loop.h"

struct world {
    struct sc_loop l;
    struct sc_chore c;
    struct sc_monitor_account accounts[2];
    char user[8];
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof(*w));
    assert_non_null(w);
    memcpy(w->user, "john", 5);
    w->accounts[0] = (struct sc_monitor_account){.uid = 1001, .user = w->user};
    w->accounts[1] = (struct sc_monitor_account){.uid = 1002, .user = w->user};
    w->l.m.accounts = w->accounts;
    w->l.m.n_accounts = 2;
    w->l.m.fpm.clock.look_at = SC_WORK_NEVER;
    w->c = (struct sc_chore){.w = SC_WORKER_INIT, .l = &w->l};
    assert_int_equal(sc_watches_new(&w->l.m.sets[0].w, NULL), 0);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    sc_watches_free(w->l.m.sets[0].w);
    free(w);
    return 0;
}

static void line(struct world *w, const char *word, const char *rest)
{
    char text[256];
    snprintf(text, sizeof(text), "%s", rest);
    sc_pools_line(&w->c, word, text);
}

static void what_is_watched_is_what_the_last_worker_named(void **state)
{
    struct world *w = *state;
    struct sc_watches *set = w->l.m.sets[0].w;
    line(w, "dir", "/");
    line(w, "dir", "/proc");
    line(w, "dir", "/nowhere/at/all");
    line(w, "dir", "");
    w->c.ok = true;
    sc_pools_over(&w->c, 100);
    assert_int_equal(sc_watches_dirs(set), 2);
    w->c.begun = false;
    line(w, "dir", "/");
    w->c.ok = false; /* it has not named all */
    sc_pools_over(&w->c, 200);
    assert_int_equal(sc_watches_dirs(set), 2);
    w->c.begun = false;
    line(w, "dir", "/");
    w->c.ok = true;
    sc_pools_over(&w->c, 300);
    assert_int_equal(sc_watches_dirs(set), 1);
    w->c.begun = false; /* none at all: nothing is known */
    sc_pools_over(&w->c, 400);
    assert_int_equal(sc_watches_dirs(set), 1);
}

static void an_accounts_first_word_is_no_change(void **state)
{
    struct world *w = *state;
    line(w, "judging", "1001");
    assert_int_equal(w->l.m.fpm.at, 1001);
    line(w, "pools", "1001 17");
    line(w, "pools", "1003 18"); /* nobody's */
    line(w, "odd", "1001 19");
    assert_true(w->accounts[0].has_pools);
    assert_int_equal(w->accounts[0].pools, 17);
    assert_false(w->accounts[0].again);
    w->l.m.fpm.from = 1001;
    sc_pools_over(&w->c, 100);
    assert_int_equal(w->l.m.fpm.at, 0);
    assert_int_equal(w->l.m.fpm.from, 0);
}

static void one_that_hangs_is_left_and_the_next_goes_on(void **state)
{
    struct world *w = *state;
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    w->c.w.pid = pid;
    w->c.w.pidfd = sc_pidfd_open(pid);
    assert_true(w->c.w.pidfd >= 0);
    line(w, "judging", "1001");
    int64_t at = sc_monitor_fpm_hangs_at(&w->l.m);
    sc_pools_check(&w->c, at - 1);
    assert_null(w->c.w.killed);
    sc_pools_check(&w->c, at);
    assert_non_null(w->c.w.killed);
    assert_true(w->accounts[0].out_until > at);
    assert_int_equal(w->l.m.fpm.from, 1002);
    w->c.error = strdup("it was killed");
    sc_pools_check(&w->c, at + SC_FPM_LEAVE_MS); /* hangs in the kernel, for all we know */
    assert_int_equal(w->l.left[0], pid);
    assert_int_equal(w->c.w.pid, 0);
    assert_null(w->c.w.killed);
    assert_null(w->c.error); /* nobody's trouble but that account's */
    assert_int_equal(w->l.m.fpm.from, 1002);
    sc_pools_check(&w->c, at + 10000); /* there is none now */
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* One account may have hundreds of sites. */
static void one_that_gets_on_is_not_ended(void **state)
{
    struct world *w = *state;
    pid_t pid = fork();
    if (pid == 0)
        for (volatile unsigned n = 0;; n++)
            ;
    w->c.w.pid = pid;
    w->c.w.pidfd = sc_pidfd_open(pid);
    line(w, "judging", "1001");
    int64_t began = w->l.m.fpm.at_begun, at = sc_monitor_fpm_hangs_at(&w->l.m);
    while (sc_worker_cpu(&w->c.w) < w->l.m.fpm.at_cpu + SC_FPM_WORKS_MS)
        sc_sleep_ms(5);
    sc_pools_check(&w->c, at);
    assert_null(w->c.w.killed);
    assert_int_equal(sc_monitor_fpm_hangs_at(&w->l.m), at + SC_FPM_HANGS_MS);
    w->l.m.fpm.at_cpu = 0;
    sc_pools_check(&w->c, began + SC_FPM_LONGEST_MS); /* it gets on, and has had its time */
    assert_non_null(w->c.w.killed);
    assert_true(w->accounts[0].out_until > at);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    sc_worker_drop(&w->c.w);
    w->c.w.killed = NULL;
}

#define pools_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        pools_test(what_is_watched_is_what_the_last_worker_named),
        pools_test(an_accounts_first_word_is_no_change),
        pools_test(one_that_hangs_is_left_and_the_next_goes_on),
        pools_test(one_that_gets_on_is_not_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
