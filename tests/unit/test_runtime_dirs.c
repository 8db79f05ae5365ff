/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of an account isolated sites can write, by the hot path's table. */
#include "tests/unit/fixture.h"

#include "core/base/cleanup.h"

#include "core/runtime/dirs.h"

static void directories_of_isolated_sites(void **state)
{
    (void)state;
    static const char text[] = "sitecage-sites 1\n"
                               "isolated 60000 /home/u/app/pub%20lic\n"
                               "ep 60000 3\n"
                               "alias 60000 /home/u/link\n"
                               "owns 60000 /home/u/data\n"
                               "shares 60000 /home/u/app\n"
                               "name 60000 a.example\n"
                               "open 0 /home/u/app/open\n"
                               "owns 0 /home/u/o\n"
                               "broken 0 /home/u/gone\n"
                               "isolated 60001 /home/u/app/b\n"
                               "shares 60001 /home/u/app\n"
                               "end\n";
    SC_CLEANUP(sc_runtime_dirs_done) struct sc_runtime_dirs d = {0};
    assert_int_equal(sc_runtime_dirs_parse(text, &d, NULL), 0);
    assert_int_equal(d.n, 8);
    assert_true(sc_runtime_is_sites(&d, "/home/u/app"));
    assert_true(sc_runtime_is_sites(&d, "/home/u/app/releases"));
    assert_true(sc_runtime_is_sites(&d, "/home/u/app/pub lic/x"));
    assert_true(sc_runtime_is_sites(&d, "/home/u/data"));
    assert_true(sc_runtime_is_sites(&d, "/home/u/gone/x"));
    assert_false(sc_runtime_is_sites(&d, "/home/u/app/open/x"));
    assert_false(sc_runtime_is_sites(&d, "/home/u/o"));
    assert_false(sc_runtime_is_sites(&d, "/home/u"));
    assert_false(sc_runtime_is_sites(&d, "/home/u/app2"));
    assert_false(sc_runtime_is_sites(&d, "/home/u/link")); /* links are followed before */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(directories_of_isolated_sites)};
    return cmocka_run_group_tests_name("runtime_dirs", tests, NULL, NULL);
}
