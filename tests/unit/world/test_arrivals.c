/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --site-isolation-check's row of accounts that want sites isolated, and of which nothing is. */
#include "tests/unit/fakes/world.h"

#include <errno.h>
#include <stdlib.h>

#include "core/check/internal.h"

static struct sc_checks checks;

static int end(void **state)
{
    sc_checks_done(&checks);
    return world_teardown(state);
}

#define arrivals_test(f) cmocka_unit_test_setup_teardown(f, world_setup, end)

/* The rows of what the panel has now, a line each. */
static const char *rows(bool enabled)
{
    static const char *const words[] = {"ok", "failed", "warning", "skipped"};
    static char out[4096];
    SC_DOMAINS struct sc_domains all = SC_DOMAINS_INIT;
    sc_checks_done(&checks);
    assert_good(sc_panel_all(&world.s, &all, &world.err));
    sc_check_arrivals(&checks, &world.s, &all, enabled);
    out[0] = 0;
    for (size_t i = 0; i < checks.n; i++) {
        size_t n = strlen(out);
        assert_string_equal(checks.v[i].name, "accounts: wishes");
        snprintf(out + n, sizeof(out) - n, "%s %s\n", words[checks.v[i].result], checks.v[i].text);
    }
    return out;
}

#define NOBODY "ok nobody wants isolated what is not\n"

static void who_wants_nothing_is_no_row(void **state)
{
    (void)state;
    assert_string_equal(rows(true), NOBODY); /* no domain at all */
    account("john", "a b");
    account("mary", "m");
    wants_text("mary", "{\"domains\": {\"m.example\": {\"isolated\": false}}}");
    panel_put("s.example", "stranger", "/home/stranger/s"); /* the system does not know him */
    assert_string_equal(rows(true), NOBODY);
    wants("john", "m gone"); /* another's, and nobody's */
    assert_string_equal(rows(true), NOBODY);
    wants("john", "a");
    assert_pass("john"); /* it is */
    assert_string_equal(rows(true), NOBODY);
}

/* The way out is by what stands between. */
static void who_came_with_wishes_is_named(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    account("jane", "j");
    wants("john", "b");
    wants("mary", "m");
    wants_text("jane", "not JSON"); /* somebody has to look at it */
    assert_string_equal(rows(true), "failed 3 want sites isolated, and nothing is: jane, john, "
                                    "mary; cagefsctl --site-isolation-regenerate USER\n");
    assert_string_equal(rows(false),
                        "warning 3 want sites isolated, and nothing is, because the feature is "
                        "off: jane, john, mary; cagefsctl --site-isolation-allow-all, then "
                        "cagefsctl --site-isolation-regenerate USER\n");
    const char *denied = "mary";
    assert_good(sc_policy_deny_users(&world.s.policy, &denied, 1, &world.err));
    assert_string_equal(rows(true),
                        "warning 1 want sites isolated, and nothing is, because they are not "
                        "allowed: mary; cagefsctl --site-isolation-allow USER, then cagefsctl "
                        "--site-isolation-regenerate USER\n"
                        "failed 2 want sites isolated, and nothing is: jane, john; cagefsctl "
                        "--site-isolation-regenerate USER\n");
}

/* A daemon that runs and has something to do is not called a failure. */
static void the_daemon_is_at_it(void **state)
{
    (void)state;
    account("john", "a");
    wants("john", "a");
    service_set("monitor", true);
    assert_ptr_equal(strstr(rows(true), "failed 1 want"), rows(true));
    told("john", "domain-added", NULL, "a.example");
    assert_string_equal(rows(true), "warning 1 want sites isolated, and nothing is: john; the "
                                    "daemon is at it, or at once: cagefsctl "
                                    "--site-isolation-regenerate USER\n");
    service_set("monitor", false);
    assert_ptr_equal(strstr(rows(true), "failed 1 want"), rows(true));
}

static void some_are_named_and_all_are_counted(void **state)
{
    (void)state;
    for (int i = 1; i <= 7; i++) {
        char user[16], name[16];
        snprintf(user, sizeof(user), "user%d", i);
        snprintf(name, sizeof(name), "d%d", i);
        account(user, name);
        wants(user, name);
    }
    assert_string_equal(rows(true),
                        "failed 7 want sites isolated, and nothing is: user1, user2, user3, user4, "
                        "user5, ...; cagefsctl --site-isolation-regenerate USER\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arrivals_test(who_wants_nothing_is_no_row),
        arrivals_test(who_came_with_wishes_is_named),
        arrivals_test(the_daemon_is_at_it),
        arrivals_test(some_are_named_and_all_are_counted),
    };
    return world_run(tests);
}
