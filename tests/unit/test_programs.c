/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/programs/names.h"

static const struct sc_program table[] = {
    {"first", NULL}, {"second", NULL}, {"second-root", NULL}, {NULL, NULL}};

static const char *called(const char *asked, const char *argv0)
{
    return sc_program_called(table, asked, argv0)->name;
}

static void test_the_kernel_says_it(void **state)
{
    (void)state;
    assert_string_equal(called("/usr/libexec/sitecage/second", "second"), "second");
    assert_string_equal(called("second", "/x/second"), "second");
    assert_string_equal(called("./first", NULL), "first");
}

/* A caller may put anything into argv[0]. */
static void test_argv0_changes_nothing(void **state)
{
    (void)state;
    assert_string_equal(called("/usr/libexec/sitecage/second", "second-root"), "second");
    assert_string_equal(called("/usr/libexec/sitecage/second", "-sh"), "second");
    assert_string_equal(called("/usr/libexec/sitecage/second", ""), "second");
    assert_string_equal(called("/usr/libexec/sitecage/second-root", "second"), "second-root");
}

static void test_where_the_kernel_knows_no_name(void **state)
{
    (void)state;
    assert_string_equal(called("/proc/self/exe", "second"), "second");
    assert_string_equal(called("/dev/fd/5", "/usr/sbin/second-root"), "second-root");
    assert_string_equal(called(NULL, "second"), "second");
}

static void test_neither_is_known(void **state)
{
    (void)state;
    assert_string_equal(called("/root/bin/mine", "mine"), "first");
    assert_string_equal(called("/usr/second/", "secon"), "first");
    assert_string_equal(called("/a/second2", "second-roo"), "first");
    assert_string_equal(called(NULL, NULL), "first");
    assert_string_equal(called("", ""), "first");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_kernel_says_it),
        cmocka_unit_test(test_argv0_changes_nothing),
        cmocka_unit_test(test_where_the_kernel_knows_no_name),
        cmocka_unit_test(test_neither_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
