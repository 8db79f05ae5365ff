/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking about many things of which some hang; digests; locks that are not waited for. */
#include "tests/unit/fixture.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/digest.h"
#include "core/base/each.h"
#include "core/base/file.h"
#include "tests/unit/tempdir.h"

#define MAX 10

struct things {
    bool hangs[MAX], ends[MAX];
    int heard[MAX]; /* 0: not; the answer; -1: none came */
};

static void ask(size_t i, void *answer, void *arg)
{
    const struct things *t = arg;
    if (t->ends[i])
        _exit(1);
    while (t->hangs[i])
        pause();
    *(int *)answer = (int)i + 1;
}

static void hear(size_t i, const void *answer, void *arg)
{
    struct things *t = arg;
    assert_int_equal(t->heard[i], 0);
    t->heard[i] = answer ? *(const int *)answer : -1;
}

/* Where one hangs, `ms` is waited for; on a busy machine an answer may take long. */
static void run(struct things *t, size_t n, int ms, unsigned hung_max)
{
    struct sc_error err = SC_ERROR_INIT;
    const struct sc_each e = {.n = n,
                              .size = sizeof(int),
                              .ms = ms,
                              .hung_max = hung_max,
                              .ask = ask,
                              .hear = hear,
                              .arg = t};
    assert_int_equal(sc_each(&e, &err), 0);
}

static void all_are_asked(void **state)
{
    (void)state;
    struct things t = {0};
    run(&t, 0, 30000, 2);
    run(&t, MAX, 30000, 2);
    for (int i = 0; i < MAX; i++)
        assert_int_equal(t.heard[i], i + 1);
}

static void one_that_hangs_keeps_no_other_from_answering(void **state)
{
    (void)state;
    struct things t = {.hangs = {[3] = true, [9] = true}, .ends = {[4] = true}};
    run(&t, MAX, 1500, 8);
    for (int i = 0; i < MAX; i++)
        assert_int_equal(t.heard[i], t.hangs[i] || t.ends[i] ? -1 : i + 1);
}

static void too_many_that_hang_end_it(void **state)
{
    (void)state;
    struct things t = {.hangs = {[1] = true, [2] = true}};
    run(&t, 5, 1500, 2);
    assert_int_equal(t.heard[0], 1);
    for (int i = 1; i < 5; i++)
        assert_int_equal(t.heard[i], -1);
}

static void digests_tell_texts_apart(void **state)
{
    (void)state;
    /* FNV-1a, 64 bit, of "a" and "foobar" (the algorithm's own test vectors) */
    assert_true(sc_digest(SC_DIGEST_BEGIN, "a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(sc_digest(SC_DIGEST_BEGIN, "foobar", 6) == UINT64_C(0x85944171f73967e8));
    uint64_t one = sc_digest_text(sc_digest_text(SC_DIGEST_BEGIN, "a"), "bc");
    assert_true(one != sc_digest_text(sc_digest_text(SC_DIGEST_BEGIN, "ab"), "c"));
}

static void a_lock_that_is_held_is_busy(void **state)
{
    (void)state;
    struct tempdir dir;
    char path[512];
    struct sc_error err = SC_ERROR_INIT;
    tempdir_make(&dir);
    snprintf(path, sizeof(path), "%s/lock", dir.path);
    SC_FD int first = -EBADF;
    SC_FD int second = -EBADF;
    assert_int_equal(sc_lock_file(path, &first, &err), 0);
    assert_int_equal(sc_lock_file_within(path, LOCK_SH, 0, "a test", &second, &err), SC_E_BUSY);
    assert_non_null(strstr(err.text, "a test does not end; see who holds"));
    assert_int_equal(second, -EBADF);
    assert_int_equal(sc_lock_file_within(path, LOCK_EX, 12, "a test", &second, &err), SC_E_BUSY);
    sc_close(&first);
    assert_int_equal(sc_lock_file_within(path, LOCK_EX, 0, "a test", &second, &err), 0);
    snprintf(path, sizeof(path), "%s/none/lock", dir.path);
    assert_int_equal(sc_lock_file_within(path, LOCK_EX, 0, "a test", &first, &err), SC_E_SYS);
    tempdir_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_asked),
        cmocka_unit_test(one_that_hangs_keeps_no_other_from_answering),
        cmocka_unit_test(too_many_that_hang_end_it),
        cmocka_unit_test(digests_tell_texts_apart),
        cmocka_unit_test(a_lock_that_is_held_is_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
