/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/plan/left.h"

/* "KIND REL", in their order; "own ." is the home. */
static void add_all(struct sc_entries *e, const char *const *lines)
{
    for (; *lines; lines++) {
        SC_FREE char *kind = strdup(*lines);
        char *rel = strchr(kind, ' ');
        enum sc_entry_kind is;
        *rel++ = 0;
        assert_int_equal(sc_entry_kind_of(kind, &is), 0);
        rel += *rel == '.' && !rel[1];
        assert_int_equal(sc_entries_add(e, is, rel, strlen(rel), NULL), 0);
    }
}

static void assert_left(const char *const *was, const char *const *want, const char *expected)
{
    SC_CLEANUP(sc_entries_done) struct sc_entries a = {0};
    SC_CLEANUP(sc_entries_done) struct sc_entries b = {0};
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_FREE size_t *left = NULL;
    size_t n = 0;
    add_all(&a, was);
    add_all(&b, want);
    assert_int_equal(sc_entries_left(&a, &b, &left, &n, NULL), 0);
    sc_buf_str(&text, "");
    for (size_t i = 0; i < n; i++)
        sc_buf_fmt(&text, "%s%s", i ? " " : "", a.v[left[i]].rel);
    assert_string_equal(text.data, expected);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

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
