/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/entry_list.h"

#include "core/plan/left.h"

static void assert_left(const char *const *was, const char *const *want, const char *expected)
{
    assert_found(sc_entries_left, false, was, want, expected);
}

static void what_is_not_given_any_more_is_left(void **state)
{
    (void)state;
    assert_left(LIST("own .", "ro a", "docroot s"), LIST("own .", "docroot s"), "a");
    assert_left(LIST("own .", "own a", "rw a/b", "docroot s"), LIST("own .", "docroot s"), "a/b a");
    assert_left(LIST("own .", "own a", "ro a/b", "ro a/c"), LIST("own .", "own a", "ro a/c"),
                "a/b");
}

static void what_stays_is_not(void **state)
{
    (void)state;
    assert_left(LIST("own .", "ro a"), LIST("own .", "rw a"), "");
    assert_left(LIST("own .", "ro a"), LIST("own .", "own a", "ro a/b"), "");
    assert_left(LIST("own .", "own tmp", "own a", "ro a/b"), LIST("own .", "ro a"), "");
    assert_left(LIST("own .", "own tmp"), LIST("own ."), ""); /* made again each time */
}

static void what_is_no_place_of_the_site_is_not(void **state)
{
    (void)state;
    assert_left(LIST("ro a"), LIST("docroot s"), "");          /* a shared home */
    assert_left(LIST("own .", "ro a"), LIST("docroot s"), ""); /* … that it has now */
    assert_left(LIST("own .", "rw a", "ro a/b"), LIST("own .", "rw a"), "");
    assert_left(LIST("own .", "docroot s"), LIST("own ."), ""); /* the site is another */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_not_given_any_more_is_left),
                                       cmocka_unit_test(what_stays_is_not),
                                       cmocka_unit_test(what_is_no_place_of_the_site_is_not)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
