/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may not be shown to sites, whatever configuration says. What may needs root: box test 39-server-places. */
#include "tests/unit/fixture.h"

#include <stdlib.h>
#include "core/base/cleanup.h"
#include "core/facts/shown.h"

static const struct sc_account john = {
    .uid = 12345, .home = "/home/john", .home_alias = "/home/john", .homefd = -9, .lockfd = -9};

static void shows_nothing(const char *path)
{
    SC_FREE char *place = NULL;
    const struct sc_vhosts hosts = {0};
    struct sc_error err = SC_ERROR_INIT;
    if (sc_shown_find(&john, &hosts, path, &place, &err) < 0)
        fail_msg("%s: %s", path, err.text);
    if (place)
        fail_msg("%s is shown as %s", path, place);
}

static void test_nothing(void **state)
{
    (void)state;
    static const char *const paths[] = {"",
                                        "x",
                                        "/",
                                        "/usr/share",
                                        "/etc/passwd",
                                        "/home/mary/x",
                                        "/home",
                                        "/root",
                                        "/var",
                                        "/srv",
                                        "/run",
                                        "/proc/1/cwd",
                                        "/tmp/x",
                                        "/nonexistent",
                                        "/var/log/x.log"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        shows_nothing(paths[i]);
}

static void test_added(void **state)
{
    (void)state;
    const struct sc_vhosts hosts = {0};
    SC_CLEANUP(sc_shown_done) struct sc_shown s = {0};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sc_shown_add(&s, &john, &hosts, "a", "/nonexistent/x", NULL), 0);
        assert_int_equal(sc_shown_add(&s, &john, &hosts, NULL, "/usr/share", NULL), 0);
        assert_int_equal(sc_shown_add(&s, &john, &hosts, "a", "relative", NULL), 0);
    }
    assert_int_equal(s.n, 0);
    assert_int_equal(s.n_asked, 1);
}

static void test_php(void **state)
{
    (void)state;
    SC_CLEANUP(sc_named_paths_done) struct sc_named_paths named = {0};
    assert_int_equal(sc_shown_of_php(&named, NULL), 0);
    assert_true(named.looked);
    for (size_t i = 0; i < named.n; i++)
        assert_int_equal(named.v[i][0], '/');
    char **v = named.v;
    assert_int_equal(sc_shown_of_php(&named, NULL), 0); /* once is enough */
    assert_ptr_equal(named.v, v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nothing), cmocka_unit_test(test_added),
                                       cmocka_unit_test(test_php)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
