/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "core/limits/members.h"

static void lists_of_processes(void **state)
{
    (void)state;
    struct sc_members m = {0};
    assert_int_equal(sc_members_parse("", &m, NULL), 0);
    assert_int_equal(m.n, 0);
    assert_false(sc_members_has(&m, 1));
    /* version 2 does not sort, and says 0 of what we cannot see */
    assert_int_equal(sc_members_parse("4194303\n0\n7\n12\n", &m, NULL), 0);
    assert_int_equal(m.n, 3);
    assert_true(sc_members_has(&m, 7));
    assert_true(sc_members_has(&m, 12));
    assert_true(sc_members_has(&m, 4194303));
    assert_false(sc_members_has(&m, 0));
    assert_false(sc_members_has(&m, 8));
    assert_int_equal(sc_members_parse("5\n", &m, NULL), 0);
    assert_int_equal(m.n, 1);
    assert_false(sc_members_has(&m, 7));
    sc_members_done(&m);
}

static void check_group(const char *text, const char *controller, const char *expected)
{
    char *copy = strdup(text);
    char *group = sc_member_group_parse(copy, controller);
    if (expected)
        assert_string_equal(group, expected);
    else
        assert_null(group);
    free(group);
    free(copy);
}

static void group_of_a_process(void **state)
{
    (void)state;
    static const char v1[] = "9:name=systemd:/user.slice\n4:memory:/a:b/c\n2:cpu,cpuacct:/x\n"
                             "0::/unified\n";
    check_group(v1, "memory", "/a:b/c");
    check_group(v1, "cpu", "/x");
    check_group(v1, "cpuacct", "/x");
    check_group(v1, "pids", NULL);
    check_group(v1, "cp", NULL);
    check_group(v1, NULL, "/unified");
    check_group("0::/\n", NULL, "/");
    check_group("0::/../other\n", NULL, NULL);
    check_group("3:memory:/\n", NULL, NULL);
    check_group("", NULL, NULL);
    check_group("nonsense\n4:\n", "memory", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_processes),
        cmocka_unit_test(group_of_a_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
