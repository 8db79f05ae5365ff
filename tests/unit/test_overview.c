/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#include "core/engine/overview.h"

static struct sc_status_row isolated(void)
{
    return (struct sc_status_row){.isolated = true, .coverage = SC_COVERAGE_COVERED};
}

static void is(const struct sc_status_row *r, const char *name, const char *code,
               const char *reason)
{
    const char *why = "untouched";
    enum sc_site_state state = sc_site_state(r, &why);
    assert_string_equal(sc_site_state_name(state), name);
    assert_int_equal(code == NULL, sc_site_state_code(state) == NULL);
    if (code)
        assert_string_equal(sc_site_state_code(state), code);
    assert_int_equal(reason == NULL, why == NULL);
    if (reason)
        assert_string_equal(why, reason);
}

static void says_the_most_important_thing(void **state)
{
    (void)state;
    char old[] = "old", host[] = "no host";
    struct sc_status_row r = isolated();
    is(&r, "isolated", NULL, NULL);
    r.running = true;
    is(&r, "isolated", NULL, NULL);
    r.coverage = SC_COVERAGE_UNVERIFIED;
    r.coverage_text = host;
    is(&r, "unverified", "unverified", "no host");
    r.coverage = SC_COVERAGE_NOT;
    is(&r, "not covered", "not_covered", "no host");
    r.stale = old;
    is(&r, "stale", "stale", "old");
    r.dead = true;
    is(&r, "stale", "document_root", "old");
    r.failing = (struct sc_failing){.since = 1, .n = 2, .text = "cannot"};
    is(&r, "failing", "failing", "cannot");
}

static void of_one_that_is_not_isolated(void **state)
{
    (void)state;
    struct sc_status_row r = {.isolated = false, .coverage = SC_COVERAGE_NOT};
    is(&r, "not isolated", NULL, NULL);
    r.ending = true;
    is(&r, "ending", "ending", NULL);
    r.learning_until = 9;
    is(&r, "learning", "learning", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_the_most_important_thing),
        cmocka_unit_test(of_one_that_is_not_isolated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
