/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include "core/web/override.h"

static bool allows(const char *a, const char *b)
{
    char *words[] = {(char *)(uintptr_t)a, (char *)(uintptr_t)b};
    return sc_override_allows(words, b ? 2 : 1);
}

static void words(void **state)
{
    (void)state;
    char *list[] = {(char *)(uintptr_t) "Redirect", (char *)(uintptr_t) "addhandler"};
    assert_true(allows("All", NULL));
    assert_true(allows("AuthConfig", "fileinfo"));
    assert_false(allows("None", NULL));
    assert_false(allows("AuthConfig", "Options=Indexes"));
    assert_false(sc_override_list_allows(list, 1));
    assert_true(sc_override_list_allows(list, 2));
}

static void add(struct sc_overrides *to, const char *dir, bool says, bool list, const char *at)
{
    struct sc_override line = {(char *)(uintptr_t)dir, says, list, (char *)(uintptr_t)at};
    assert_true(sc_overrides_add(to, &line));
}

static const char *at(const struct sc_overrides *server, const struct sc_overrides *host)
{
    return sc_overrides_at(server, host, "/home/john/a");
}

static void the_deepest_counts(void **state)
{
    (void)state;
    struct sc_overrides server = {0}, host = {0};
    assert_null(at(&server, &host));
    add(&server, "/home", true, false, "f:1");
    assert_string_equal(at(&server, &host), "f:1");
    add(&server, "/", false, false, "f:2");
    assert_string_equal(at(&server, &host), "f:1");
    add(&server, "/home/john", false, false, "f:3");
    assert_null(at(&server, &host));
    add(&host, "/home/john", true, false, "h:1"); /* after the server's */
    assert_string_equal(at(&server, &host), "h:1");
    add(&host, "/home/john/a", false, false, "h:2");
    assert_null(at(&server, &host));
    add(&host, "/home/john/ab", true, false, "h:3"); /* another directory */
    assert_null(at(&server, &host));
    add(&host, "/home/john/a/cgi-bin", true, false, "h:4"); /* part of it */
    assert_string_equal(at(&server, &host), "h:4");
    sc_overrides_done(&server);
    sc_overrides_done(&host);
}

static void patterns_and_lists(void **state)
{
    (void)state;
    struct sc_overrides server = {0}, host = {0};
    add(&server, "", false, false, "f:1"); /* None for a pattern says nothing */
    add(&server, "/home", true, false, "f:2");
    assert_string_equal(at(&server, &host), "f:2");
    add(&host, "/home/john/a", false, false, "h:1");
    assert_null(at(&server, &host));
    add(&server, "", true, false, "f:3"); /* All for a pattern may be for this */
    assert_string_equal(at(&server, &host), "f:3");
    sc_overrides_done(&server);
    add(&server, "/home", true, true, "f:4"); /* None does not take a list back */
    assert_string_equal(at(&server, &host), "f:4");
    sc_overrides_done(&server);
    sc_overrides_done(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(the_deepest_counts),
        cmocka_unit_test(patterns_and_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
