/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/entry_list.h"

#include "core/plan/newly.h"

static void assert_closes(const char *const *was, const char *const *want, const char *expected)
{
    assert_found(sc_entries_newly_closed, true, was, want, expected);
}

static void what_both_close_is_not_new(void **state)
{
    (void)state;
    assert_closes(LIST("closed-dir b", "docroot s"), LIST("closed-dir b", "docroot s"), "");
    assert_closes(LIST("closed-dir b", "closed-dir c"), LIST("closed-dir c"), "");
    assert_closes(LIST("docroot s"), LIST("docroot s", "closed-dir s/new"), "s/new");
    assert_closes(LIST("closed-dir a", "closed-dir c", "closed-dir e", "docroot s"),
                  LIST("closed-dir a", "closed-file b", "closed-dir d", "docroot s"), "b d");
    assert_closes(LIST("docroot s"), LIST("closed-dir a/b", "closed-dir a b", "docroot s"),
                  "a/b a b");
}

static void what_was_open_is_new_when_it_closes(void **state)
{
    (void)state;
    assert_closes(LIST("ro a", "docroot s"), LIST("closed-dir a", "docroot s"), "a");
    assert_closes(LIST("shell a", "rw a/b"), LIST("closed-dir a"), "a");
}

/* There the view has to be looked at: what is open below must not be away. */
static void nothing_is_closed_around_what_is_open(void **state)
{
    (void)state;
    assert_closes(LIST("docroot a/s"), LIST("shell a", "docroot a/s"), "");
    assert_closes(LIST("docroot a/b/s"), LIST("closed-dir a", "closed-dir a/b", "docroot a/b/s"),
                  "");
    assert_closes(LIST("docroot a/b/s"), LIST("shell a", "closed-dir a/b/c", "docroot a/b/s"),
                  "a/b/c");
}

static void a_closed_directory_in_a_new_one_is_closed_too(void **state)
{
    (void)state;
    assert_closes(LIST("closed-dir a/b"), LIST("closed-dir a", "closed-dir a/b"), "a");
    assert_closes(LIST("docroot s"), LIST("closed-dir a", "closed-dir a/b", "docroot s"), "a a/b");
}

static bool takes_more(const char *const *was, const char *const *want)
{
    SC_CLEANUP(sc_entries_done) struct sc_entries a = {0};
    SC_CLEANUP(sc_entries_done) struct sc_entries b = {0};
    add_all(&a, was);
    add_all(&b, want);
    return sc_entries_take_more(&a, &b);
}

static void what_else_is_taken_is_told(void **state)
{
    (void)state;
    assert_false(
        takes_more(LIST("docroot s"), LIST("closed-dir a", "docroot s", "closed-dir s/b")));
    assert_false(
        takes_more(LIST("closed-dir a/b", "docroot s"), LIST("closed-dir a", "docroot s")));
    assert_false(takes_more(LIST("closed-dir a", "docroot s"), LIST("docroot s", "rw u")));
    assert_false(takes_more(LIST("shell a", "rw a/b"), LIST("shell a", "rw a/b")));
    assert_true(takes_more(LIST("rw a/b"), LIST("shell a", "rw a/b")));
    assert_true(takes_more(LIST("rw a"), LIST("ro a")));
    assert_true(takes_more(LIST("rw a"), LIST("own a")));
    assert_true(takes_more(LIST("rw a"), LIST("closed-dir a", "rw a/b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_else_is_taken_is_told),
        cmocka_unit_test(what_both_close_is_not_new),
        cmocka_unit_test(what_was_open_is_new_when_it_closes),
        cmocka_unit_test(nothing_is_closed_around_what_is_open),
        cmocka_unit_test(a_closed_directory_in_a_new_one_is_closed_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
