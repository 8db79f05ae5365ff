/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds for many accounts at once: the panel's one answer about all of them, and services of the system that were
 * started again. */
#include "tests/unit/fakes/world.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "core/account/account.h"
#include "core/pass/services.h"
#include "core/pass/told.h"

static struct sc_told answer;
static struct sc_heard heard = SC_HEARD_INIT;

static void forget(void)
{
    sc_told_done(&answer);
    sc_heard_done(&heard);
    heard = (struct sc_heard)SC_HEARD_INIT;
}

static int teardown(void **state)
{
    forget();
    return world_teardown(state);
}

#define told_test(f) cmocka_unit_test_setup_teardown(f, world_setup, teardown)

/* Asks, a while after whatever was done before. */
static void ask(void)
{
    forget();
    world.now += 60;
    sc_told_ask(&world.s, &answer);
}

/* What the answer has of the user: "a.example b.example"; "-": it cannot be used. */
static const char *of(const char *user)
{
    static char text[512];
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    bool use = false;
    sc_heard_done(&heard);
    heard = (struct sc_heard)SC_HEARD_INIT;
    assert_good(sc_account_open(user, 0, &a, &world.err));
    assert_good(sc_told_of(&answer, &world.s, &a, &use, &heard, &world.err));
    text[0] = 0;
    for (size_t i = 0; i < heard.domains.n; i++) {
        size_t n = strlen(text);
        assert_string_equal(heard.domains.v[i].owner, user);
        snprintf(text + n, sizeof(text) - n, "%s%s", i ? " " : "", heard.domains.v[i].name);
    }
    assert_true(use || !text[0]);
    return use ? text : "-";
}

static void isolate(const char *user, const char *names)
{
    account(user, names);
    wants(user, names);
    assert_pass(user);
}

static void each_account_hears_of_its_own(void **state)
{
    (void)state;
    isolate("john", "b a");
    isolate("jo", "j");
    isolate("mary", "m");
    panel_dir("m.example", "/srv/sites/m");
    account("anna", "n");
    panel_asked = 0;
    ask();
    assert_string_equal(of("john"), "a.example b.example");
    assert_string_equal(of("jo"), "j.example");
    assert_string_equal(of("mary"), "m.example");
    assert_string_equal(heard.domains.v[0].site_dir, "/srv/sites/m");
    assert_string_equal(heard.domains.v[0].docroot, in_home("mary", "m.example"));
    assert_int_equal(panel_asked, 1);
    assert_string_equal(of("anna"), "-"); /* the database has no such account yet */
}

/* A pass that was made since knows more. */
static void what_was_asked_before_is_not_used(void **state)
{
    (void)state;
    isolate("john", "a b");
    isolate("mary", "m");
    ask();
    world.now++;
    panel_drop("b.example");
    assert_pass("john");
    assert_string_equal(of("john"), "-");
    assert_string_equal(of("mary"), "m.example");
    ask();
    assert_string_equal(of("john"), "a.example");
    panel_drop("a.example");
    ask();
    assert_string_equal(of("john"), ""); /* it has none: that is an answer, too */
}

/* Then each account is asked for. */
static void an_answer_that_cannot_be_used(void **state)
{
    (void)state;
    isolate("john", "a");
    panel_fail(SC_E_PANEL, "the panel failed");
    ask();
    assert_string_equal(of("john"), "-");
    panel_fail(0, NULL);
    panel_odd("odd.example", "mary", NULL, false, "odd.example has no document root");
    ask();
    assert_string_equal(of("john"), "-"); /* it may be about any of them */
    sc_told_done(&answer);
    assert_string_equal(of("john"), "-");
}

/* ---- services of the system ---- */

static int show(bool *ret_again)
{
    static const struct sc_services none;
    return sc_pass_services(&world.s, &none, ret_again, &world.err);
}

static void a_site_that_is_being_built_is_looked_at_again(void **state)
{
    (void)state;
    bool again = true;
    isolate("john", "a");
    assert_good(show(&again)); /* nothing of it runs */
    assert_false(again);
    root_put("/run/sitecage/1001/60000.build", "");
    assert_good(show(&again));
    assert_false(again);
    SC_FD int lock = open(root_at("/run/sitecage/1001/60000.build"), O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    assert_good(show(&again));
    assert_true(again);
    sc_close(&lock);
    assert_good(show(&again));
    assert_false(again);
    root_fail("/run/sitecage/1001", EIO);
    assert_bad(show(&again), SC_E_SYS, "open /run/sitecage/1001"); /* not: it has no sites */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        told_test(each_account_hears_of_its_own),
        told_test(what_was_asked_before_is_not_used),
        told_test(an_answer_that_cannot_be_used),
        told_test(a_site_that_is_being_built_is_looked_at_again),
    };
    return world_run(tests);
}
