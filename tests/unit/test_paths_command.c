/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/config/paths_command.h"

static void assert_command(const char *rel, bool rw, const char *expected)
{
    SC_FREE char *is = sc_paths_command("a.example", "/home/john", rel, rw);
    if (expected)
        assert_string_equal(is, expected);
    else
        assert_null(is);
}

static void a_shell_takes_it(void **state)
{
    (void)state;
    assert_command("data", true, "isolatectl paths add a.example /home/john/data rw");
    assert_command("d\303\274/.x+y=z", false,
                   "isolatectl paths add a.example /home/john/d\303\274/.x+y=z ro");
    assert_command("my data", false, "isolatectl paths add a.example '/home/john/my data' ro");
    assert_command("it's $a", true, "isolatectl paths add a.example '/home/john/it'\\''s $a' rw");
    assert_command("a[1]*?", false, "isolatectl paths add a.example '/home/john/a[1]*?' ro");
}

static void what_no_line_can_have_has_none(void **state)
{
    (void)state;
    assert_command("a\nb", false, NULL);
    assert_command("a\377b", false, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_shell_takes_it),
                                       cmocka_unit_test(what_no_line_can_have_has_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
