/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"
#include "tests/unit/no_log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/pass/boot.h"

#define N 40

/* Seen by all processes. */
static struct {
    unsigned now, most, done[N];
} * shared;

static int setup(void **state)
{
    (void)state;
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared == MAP_FAILED;
}

static int teardown(void **state)
{
    (void)state;
    return munmap(shared, sizeof(*shared));
}

static int one(uid_t uid, void **mine, void *arg)
{
    assert_ptr_equal(arg, &shared);
    *mine = shared; /* stays for the next account */
    unsigned now = __atomic_add_fetch(&shared->now, 1, __ATOMIC_SEQ_CST);
    unsigned most = __atomic_load_n(&shared->most, __ATOMIC_SEQ_CST);
    while (now > most && !__atomic_compare_exchange_n(&shared->most, &most, now, 0,
                                                      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        ;
    sc_sleep_ms(5);
    shared->done[uid]++;
    __atomic_sub_fetch(&shared->now, 1, __ATOMIC_SEQ_CST);
    return uid == 7 ? -1 : 0;
}

static void each_is_done_once_and_not_too_many_at_a_time(void **state)
{
    (void)state;
    const struct sc_boot how = {.run = one, .arg = &shared, .at_once = 3, .deadline_ms = 60000};
    struct sc_error err = SC_ERROR_INIT;
    uid_t uids[N];
    size_t bad = 99;
    for (unsigned i = 0; i < N; i++)
        uids[i] = i;
    assert_int_equal(sc_boot_each(&how, uids, N, &bad, &err), 0);
    assert_int_equal(bad, 1); /* 7 */
    assert_true(shared->most >= 1 && shared->most <= 3);
    for (unsigned i = 0; i < N; i++)
        assert_int_equal(shared->done[i], 1);
    assert_int_equal(sc_boot_each(&how, NULL, 0, &bad, &err), 0);
    assert_int_equal(bad, 0);
}

static int hangs(uid_t uid, void **mine, void *arg)
{
    (void)mine, (void)arg;
    if (uid % 2 == 0)
        for (;;)
            pause();
    shared->done[uid]++;
    return 0;
}

static void one_that_hangs_keeps_no_other(void **state)
{
    (void)state;
    const struct sc_boot how = {.run = hangs, .at_once = 2, .deadline_ms = 200};
    struct sc_error err = SC_ERROR_INIT;
    const uid_t uids[] = {0, 2, 1, 3, 4, 5};
    size_t bad = 0;
    assert_int_equal(sc_boot_each(&how, uids, 6, &bad, &err), 0);
    assert_int_equal(bad, 3);
    assert_true(shared->done[1] && shared->done[3] && shared->done[5]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_is_done_once_and_not_too_many_at_a_time, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(one_that_hangs_keeps_no_other, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
