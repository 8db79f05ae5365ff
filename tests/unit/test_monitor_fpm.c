/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the daemon looks at PHP-FPM's pools, by a clock of our own, and what it takes for a
 * change. */
#include "tests/unit/fixture.h"
#include "tests/unit/no_log.h"

#include "hooks/monitor/fpm.h"

static void changes_settle(void **state)
{
    (void)state;
    struct sc_fpm_clock c = {.look_at = SC_WORK_NEVER, .done = 1000};
    sc_fpm_clock_changed(&c, 100000);
    assert_int_equal(c.look_at, 100500);
    sc_fpm_clock_changed(&c, 100300);
    assert_int_equal(c.look_at, 100800);
}

static void a_look_soon_after_another_waits(void **state)
{
    (void)state;
    struct sc_fpm_clock c = {.look_at = SC_WORK_NEVER, .done = 100000};
    sc_fpm_clock_changed(&c, 100100);
    assert_int_equal(c.look_at, 103000);
    sc_fpm_clock_changed(&c, 102800); /* still within 3 s of the first change */
    assert_int_equal(c.look_at, 103100);
}

static void constant_change_is_looked_at_each_3_s(void **state)
{
    (void)state;
    struct sc_fpm_clock c = {.look_at = SC_WORK_NEVER, .done = 0};
    int64_t looks[4] = {0};
    size_t n = 0;
    for (int64_t now = 100000; now < 120000; now += 100) {
        if (c.look_at <= now && n < 4) {
            looks[n++] = now;
            c.done = now;
            c.look_at = SC_WORK_NEVER;
        }
        sc_fpm_clock_changed(&c, now);
    }
    assert_int_equal(n, 4);
    assert_int_equal(looks[0], 103000);
    assert_int_equal(looks[1], 106000);
    assert_int_equal(looks[2], 109000);
}

static void a_home_that_hangs_is_left_out_for_a_while(void **state)
{
    (void)state;
    char turn[SC_FPM_TURN_SIZE];
    const struct sc_monitor_account v[] = {{.uid = 1001, .out_until = 5000}, {.uid = 1002}};
    sc_fpm_turn_format(0, v, 2, 4999, turn);
    assert_string_equal(turn, "0 1001");
    assert_false(sc_fpm_turn_has(turn, 1001));
    assert_true(sc_fpm_turn_has(turn, 1002));
    sc_fpm_turn_format(1002, v, 2, 5000, turn);
    assert_string_equal(turn, "1002");
    assert_false(sc_fpm_turn_has(turn, 1001));
    assert_true(sc_fpm_turn_has(turn, 1002));
    assert_true(sc_fpm_turn_has(NULL, 1001));
}

static void very_many_are_left_out(void **state)
{
    (void)state;
    char turn[SC_FPM_TURN_SIZE];
    static struct sc_monitor_account v[2 * SC_FPM_OUT_MAX];
    for (unsigned i = 0; i < 2 * SC_FPM_OUT_MAX; i++)
        v[i] = (struct sc_monitor_account){.uid = 4000000000u + i, .out_until = 1};
    sc_fpm_turn_format(4000000000u, v, 2 * SC_FPM_OUT_MAX, 0, turn);
    assert_true(strlen(turn) < SC_FPM_TURN_SIZE);
    assert_false(sc_fpm_turn_has(turn, v[SC_FPM_OUT_MAX - 1].uid));
    assert_true(sc_fpm_turn_has(turn, v[2 * SC_FPM_OUT_MAX - 1].uid));
}

/* The daemon's side: whoever takes too long is out, and the next worker goes on behind it. */
static void the_next_worker_goes_on_behind_it(void **state)
{
    (void)state;
    char user[] = "john", turn[SC_FPM_TURN_SIZE];
    struct sc_monitor_account v[] = {{.uid = 1001, .user = user}, {.uid = 1002, .user = user}};
    struct sc_monitor m = {.accounts = v, .n_accounts = 2};
    m.fpm.clock.look_at = SC_WORK_NEVER;
    assert_int_equal(sc_monitor_fpm_hangs_at(&m), SC_WORK_NEVER);
    sc_monitor_fpm_begins(&m, 1001, 100);
    assert_int_equal(sc_monitor_fpm_hangs_at(&m), 100 + SC_FPM_HANGS_MS);
    sc_monitor_fpm_hangs(&m, 2100);
    assert_int_equal(m.fpm.clock.look_at, 2100);
    assert_int_equal(sc_monitor_fpm_hangs_at(&m), 2100 + SC_FPM_LEAVE_MS);
    sc_monitor_fpm_begins(&m, 0, 2200);
    assert_int_equal(sc_monitor_fpm_hangs_at(&m), SC_WORK_NEVER);
    sc_monitor_fpm_turn(&m, 2100, turn);
    assert_string_equal(turn, "1002 1001");
    sc_monitor_fpm_answers(&m, "john");
    sc_monitor_fpm_turn(&m, 2100, turn);
    assert_string_equal(turn, "1002");
}

static void only_an_accounts_own_pools_count(void **state)
{
    (void)state;
    char f[] = "/etc/php/8.2/fpm/pool.d/a.conf", john[] = "john", mary[] = "mary", a[] = "a",
         b[] = "b", text[] = "[a]\nx = 1\n", other[] = "[a]\nx = 2\n";
    struct sc_fpm_known k[] = {
        {.file = f, .pool = a, .user = john, .text = text, .text_len = sizeof(text) - 1},
        {.file = f, .pool = b, .user = mary, .text = text, .text_len = sizeof(text) - 1},
        {.file = f, .pool = b, .text = text, .text_len = sizeof(text) - 1},
    };
    struct sc_fpm_known_list known = {.v = k, .n = 3};
    const struct sc_fpm_taken_list none = {0};
    uint64_t was = sc_fpm_digest(&known, "john", &none, NULL);
    uint64_t marys = sc_fpm_digest(&known, "mary", &none, NULL);
    assert_true(was != 0 && was != marys);
    assert_true(sc_fpm_digest(&known, "eve", &none, NULL) == 0);

    k[1].text = other;
    assert_true(sc_fpm_digest(&known, "john", &none, NULL) == was);
    assert_true(sc_fpm_digest(&known, "mary", &none, NULL) != marys);
    k[1].user = john; /* moved */
    assert_true(sc_fpm_digest(&known, "john", &none, NULL) != was);
    assert_true(sc_fpm_digest(&known, "mary", &none, NULL) == 0);
    known.n = 0; /* deleted */
    assert_true(sc_fpm_digest(&known, "john", &none, NULL) == 0);
}

static void files_of_pools_that_were_taken_out_count(void **state)
{
    (void)state;
    char f[] = "/etc/php/8.2/fpm/pool.d/a.conf", a[] = "a";
    struct sc_fpm_taken t = {.file = f, .pool = a};
    const struct sc_fpm_taken_list taken = {&t, 1};
    const struct sc_fpm_known_list known = {0};
    const uint64_t one = 1, two = 2;
    uint64_t was = sc_fpm_digest(&known, "john", &taken, &one);
    assert_true(was != 0);
    assert_true(sc_fpm_digest(&known, "john", &taken, &one) == was);
    assert_true(sc_fpm_digest(&known, "john", &taken, &two) != was);
}

static void what_stays_dead_is_tried_more_rarely(void **state)
{
    (void)state;
    unsigned tries[8] = {0};
    size_t n = 0;
    for (unsigned times = 0; times < 60 && n < 8; times++)
        if (sc_fpm_dead_due(times))
            tries[n++] = times;
    static const unsigned want[] = {1, 2, 4, 8, 16, 32, 48};
    assert_int_equal(n, 7);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(tries[i], want[i]);
}

/* The kernel closes the lock of a supervisor that is killed. */
static void a_supervisors_end_is_looked_at_soon(void **state)
{
    (void)state;
    struct sc_monitor m = {.fpm.poll_at = 90000};
    sc_monitor_fpm_closed(&m, "60001.done", 70000);
    sc_monitor_fpm_closed(&m, ".60001.run.tmp", 70000);
    sc_monitor_fpm_closed(&m, "edit.lock", 70000);
    sc_monitor_fpm_closed(&m, ".lock", 70000);
    assert_int_equal(m.fpm.poll_at, 90000);
    sc_monitor_fpm_closed(&m, "60001.lock", 70000);
    assert_int_equal(m.fpm.poll_at, 70000 + SC_FPM_ENDED_MS);
    sc_monitor_fpm_closed(&m, "60002.lock", 70100); /* not put off by others */
    assert_int_equal(m.fpm.poll_at, 70000 + SC_FPM_ENDED_MS);
    m.fpm.poll_at = 90000;
    sc_monitor_fpm_closed(&m, NULL, 70000);
    assert_int_equal(m.fpm.poll_at, 70000 + SC_FPM_ENDED_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_settle),
        cmocka_unit_test(a_look_soon_after_another_waits),
        cmocka_unit_test(constant_change_is_looked_at_each_3_s),
        cmocka_unit_test(a_home_that_hangs_is_left_out_for_a_while),
        cmocka_unit_test(very_many_are_left_out),
        cmocka_unit_test(a_supervisors_end_is_looked_at_soon),
        cmocka_unit_test(the_next_worker_goes_on_behind_it),
        cmocka_unit_test(only_an_accounts_own_pools_count),
        cmocka_unit_test(files_of_pools_that_were_taken_out_count),
        cmocka_unit_test(what_stays_dead_is_tried_more_rarely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
