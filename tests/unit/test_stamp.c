/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/stamp.h: a file that was changed is never taken for the one that was read. */
#include "tests/unit/fixture.h"
#include "tests/unit/tempdir.h"

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/stamp.h"
#include "core/base/there.h"

#define LONG_AGO_MS 1100

static int setup(void **state)
{
    static struct tempdir t;
    tempdir_make(&t);
    put_dir(&t, "d");
    put_file(&t, "d/file", "abc");
    put_file(&t, "other", "abc");
    put_link(&t, "link", "d/file");
    sc_sleep_ms(LONG_AGO_MS);
    *state = &t;
    return 0;
}

static int teardown(void **state)
{
    tempdir_remove(*state);
    return 0;
}

static void note_all(struct tempdir *t, struct sc_stamps *s)
{
    static const char *const paths[] = {"d", "d/file", "link", "missing"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        sc_stamps_note(s, at(t, paths[i]));
    assert_int_equal(s->n, sizeof(paths) / sizeof(paths[0]));
}

static void nothing_changed(void **state)
{
    struct sc_stamps s = {0};
    note_all(*state, &s);
    assert_true(sc_stamps_same(&s));
    assert_true(sc_stamps_same(&s));
    sc_stamps_done(&s);
    assert_true(sc_stamps_same(&s));
}

/* Same size, same time of modification: the times that a program can set. */
static void same_bytes_again(struct tempdir *t)
{
    struct stat st;
    assert_int_equal(stat(at(t, "d/file"), &st), 0);
    const struct timespec times[] = {st.st_atim, st.st_mtim};
    put_file(t, "d/file", "abX");
    assert_int_equal(utimensat(t->fd, "d/file", times, 0), 0);
}

static void mode(struct tempdir *t)
{
    assert_int_equal(fchmodat(t->fd, "d/file", 0600, 0), 0);
}

static void another_entry(struct tempdir *t)
{
    put_file(t, "d/new", "");
}

static void another_target(struct tempdir *t)
{
    assert_int_equal(unlinkat(t->fd, "link", 0), 0);
    put_link(t, "link", "other");
}

static void renamed_over(struct tempdir *t)
{
    assert_int_equal(renameat(t->fd, "other", t->fd, "d/file"), 0);
}

static void appears(struct tempdir *t)
{
    put_file(t, "missing", "");
}

static void removed(struct tempdir *t)
{
    assert_int_equal(unlinkat(t->fd, "d/file", 0), 0);
}

static void each_change_shows(void **state)
{
    static void (*const changes[])(struct tempdir * t) = {
        same_bytes_again, mode, another_entry, another_target, renamed_over, appears, removed};
    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        void *t;
        struct sc_stamps s = {0};
        setup(&t);
        note_all(t, &s);
        assert_true(sc_stamps_same(&s));
        changes[i](t);
        assert_false(sc_stamps_same(&s));
        sc_stamps_done(&s);
        teardown(&t);
    }
}

/* It may be changed once more within the same tick of the clock. */
static void just_changed_counts_as_changed(void **state)
{
    struct sc_stamps s = {0};
    put_file(*state, "other", "xyz");
    sc_stamps_note(&s, at(*state, "other"));
    assert_false(sc_stamps_same(&s));
    sc_stamps_done(&s);
}

static void what_cannot_be_looked_at(void **state)
{
    struct sc_stamps s = {0};
    (void)state;
    char name[300] = "/";
    memset(name + 1, 'x', sizeof(name) - 2);
    sc_stamps_note(&s, name); /* ENAMETOOLONG */
    assert_false(sc_stamps_same(&s));
    sc_stamps_done(&s);
}

/* What is opened is what was noted, and what is missing is noted, too. */
static void an_open_file(void **state)
{
    struct tempdir *t = *state;
    struct sc_stamps s = {0};
    struct sc_error err = SC_ERROR_INIT;
    struct stat st;
    char text[8] = "";
    int fd = -EBADF;
    assert_int_equal(sc_stamps_open(&s, at(t, "link"), &fd, &st, &err), SC_THERE);
    assert_int_equal(read(fd, text, sizeof(text)), 3);
    assert_int_equal(st.st_size, 3);
    close(fd);
    fd = -EBADF;
    assert_int_equal(sc_stamps_open(&s, at(t, "missing"), &fd, &st, &err), SC_ABSENT);
    assert_int_equal(fd, -EBADF);
    assert_true(sc_stamps_same(&s));
    put_file(t, "d/file", "other");
    assert_false(sc_stamps_same(&s));
    sc_stamps_done(&s);
    assert_int_equal(sc_stamps_open(&s, at(t, "other/below"), &fd, &st, &err), SC_ABSENT);
    put_link(t, "loop", "loop");
    assert_int_equal(sc_stamps_open(&s, at(t, "loop"), &fd, &st, &err), SC_E_SYS);
    assert_false(sc_stamps_same(&s));
    sc_stamps_done(&s);
}

static void settled_and_text(void **state)
{
    (void)state;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    const struct sc_stamp s = {
        .dev = 1, .ino = 2, .size = 3, .modified = {4, 5}, .changed = {1000, 6000000}};
    assert_false(sc_stamp_is_settled(&s, 1000000));
    assert_false(sc_stamp_is_settled(&s, 1001006));
    assert_true(sc_stamp_is_settled(&s, 1001007));
    sc_stamp_format(&s, &b);
    assert_string_equal(b.data, "1 2 3 4.000000005 1000.006000000\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_changed, setup, teardown),
        cmocka_unit_test(each_change_shows),
        cmocka_unit_test_setup_teardown(just_changed_counts_as_changed, setup, teardown),
        cmocka_unit_test(what_cannot_be_looked_at),
        cmocka_unit_test_setup_teardown(an_open_file, setup, teardown),
        cmocka_unit_test(settled_and_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
