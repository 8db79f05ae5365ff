/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Colours of cagefsctl: on terminals that show them, of words that somebody should see, and nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/cagefsctl_run.h"

#define RED    "\033[31m"
#define YELLOW "\033[33m"
#define GREEN  "\033[32m"
#define BOLD   "\033[1m"
#define END    "\033[0m"

static void terminals_that_show_them(void **state)
{
    (void)state;
    assert_true(sc_out_wants_colour(true, NULL, "xterm"));
    assert_true(sc_out_wants_colour(true, "", "xterm-256color"));
    assert_false(sc_out_wants_colour(false, NULL, "xterm"));
    assert_false(sc_out_wants_colour(true, "1", "xterm"));
    assert_false(sc_out_wants_colour(true, "0", "xterm")); /* any value says no */
    assert_false(sc_out_wants_colour(true, NULL, "dumb"));
    assert_false(sc_out_wants_colour(true, NULL, ""));
    assert_false(sc_out_wants_colour(true, NULL, NULL));
}

static void a_check_shows_what_is_wrong(void **state)
{
    static struct sc_check_row rows[] = {
        {.name = "kernel", .result = SC_CHECK_OK, .text = "good"},
        {.name = "packages", .result = SC_CHECK_WARNING, .text = "old"},
        {.name = "php", .result = SC_CHECK_SKIPPED, .text = "no panel"},
        {.name = "suexec", .result = SC_CHECK_FAILED, .text = "missing"}};
    (void)state;
    fake_reset();
    fake.checks = (struct sc_checks){.v = rows, .n = 4};
    run_colour = true;
    run("--site-isolation-check");
    run_colour = false;
    assert_non_null(strstr(ran.out, GREEN "OK" END "       kernel: good\n" YELLOW "WARNING" END
                                          "  packages: old\nSKIPPED  php: no panel\n" RED
                                          "FAILED" END "   suexec: missing\n"));
    run("--site-isolation-check");
    assert_null(strchr(ran.out, '\033'));
    assert_non_null(strstr(ran.out, "OK       kernel: good\nWARNING  packages: old\n"));
    run_colour = true;
    run("--site-isolation-check", "--json");
    run_colour = false;
    assert_null(strstr(ran.out, "\033"));
    assert_null(strstr(ran.out, "u001b"));
}

static void a_status_shows_what_is_wrong(void **state)
{
    static struct sc_status_row rows[] = {
        {.domain = "a.com", .user = "john", .docroot = "/a", .isolated = true, .running = true},
        {.domain = "b.com", .user = "john", .docroot = "/b", .isolated = true, .stale = "moved"},
        {.domain = "c.com",
         .user = "john",
         .docroot = "/c",
         .isolated = true,
         .coverage = SC_COVERAGE_NOT,
         .coverage_text = "mod_php"}};
    (void)state;
    fake_reset();
    fake.status = (struct sc_status){.enabled = true, .v = rows, .n = 3};
    run_colour = true;
    run("--site-isolation-status");
    run_colour = false;
    assert_non_null(strstr(ran.out, "  running              0  /a\n"));
    assert_non_null(strstr(ran.out, "  " YELLOW "stale" END "                -  /b\n"));
    assert_non_null(strstr(ran.out, "  " RED "not covered" END "          -  /c\n"));
    run("--site-isolation-status");
    assert_null(strchr(ran.out, '\033'));
    assert_non_null(strstr(ran.out, "  stale                -  /b\n"));
}

static void a_plan_has_heads(void **state)
{
    (void)state;
    fake_reset();
    fake.plan = "# a.com of user john: isolated\n# home: private\n"
                "sitecage-plan 1\nsite 60000 1001 1001 john 0123456789abcdef0123456789abcdef\n"
                "home /home/john /home/john\ndocroot a\nsys private /tmp tmp\n"
                "entry own .\nentry docroot a\nend\n";
    run_colour = run_reader = true;
    run("--site-isolation-plan", "a.com");
    run_colour = run_reader = false;
    assert_non_null(strstr(ran.out, "home: private\n"));
    assert_non_null(strstr(ran.out, "\n" BOLD "It writes, in its account:" END "\n  ~/a"));
    assert_int_equal(ran.out[strlen(ran.out) - 1], '\n');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terminals_that_show_them),
        cmocka_unit_test(a_check_shows_what_is_wrong),
        cmocka_unit_test(a_status_shows_what_is_wrong),
        cmocka_unit_test(a_plan_has_heads),
    };
    return cmocka_run_group_tests_name("cagefsctl_colours", tests, NULL, NULL);
}
