/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A site whose build lock somebody holds (a view of it is being built, and the home hangs), or whose
 * processes do not end: that site is late, and nothing else of its account. And whatever else fails of
 * an account: what is new in it is hidden from what runs. */
#include "tests/unit/fakes/world.h"

#include "core/account/account.h"
#include "core/account/give_way.h"
#include "core/follow/follow.h"
#include "core/pass/forget.h"

/* john has a and b isolated and running. */
static uid_t two_running(void)
{
    uid_t uid = account("john", "a b");
    wants("john", "a b");
    assert_pass("john");
    tools_run_all(uid);
    tools_forget_calls();
    return uid;
}

static int follow(const char *user)
{
    struct sc_follow f;
    return sc_follow_account(&world.s, user, NULL, &f, &world.err);
}

static void all_others_and_the_events_go_on(void **state)
{
    (void)state;
    uid_t uid = two_running();
    site_of("john", "a")->held = 1;
    domain("john", "c", NULL);
    told("john", SC_KIND_DOMAIN_CREATED, "c", NULL);
    assert_bad(pass("john"), SC_E_LATE, "a.example: site 60000 is being changed");
    assert_string_equal(view_hides("john", "b"), "a.example c.example");
    assert_string_equal(view_hides("john", "a"), "b.example"); /* the control: it was held */
    assert_string_equal(hides("john", "a"),
                        "b.example c.example"); /* for who builds it from now on */
    assert_int_equal(events_waiting(), 0);
    assert_true(is_pending(uid));
    assert_false(tools_called("cage.lock 1001 60000 wait"));
    assert_pass("john");
    assert_string_equal(view_hides("john", "a"), "b.example c.example");
    assert_false(is_pending(uid));
}

/* It says so, and the daemon knows that it is not the account that is locked. */
static void its_account_is_stale_until_then(void **state)
{
    (void)state;
    two_running();
    site_of("john", "a")->held = 1;
    domain("john", "c", NULL);
    assert_bad(follow("john"), SC_E_LATE, "a.example");
    assert_non_null(strstr(stale("john"), "a.example: site 60000 is being changed"));
    assert_good(follow("john"));
    assert_string_equal(stale("john"), "");
}

/* A command waits for it behind all others. */
static void a_command_comes_back_to_it(void **state)
{
    (void)state;
    two_running();
    world.s.lock_ms = 1000;
    site_of("john", "a")->held = 1;
    domain("john", "c", NULL);
    assert_pass("john");
    assert_string_equal(view_hides("john", "a"), "b.example c.example");
    const char *others = strstr(tools_calls(), "cage.change 1001 60001\n");
    const char *its = strstr(tools_calls(), "cage.lock 1001 60000 wait\n");
    assert_non_null(others);
    assert_non_null(its);
    assert_true(others < its);
}

static void processes_that_do_not_end_are_its_own_trouble(void **state)
{
    (void)state;
    two_running();
    domain("john", "c", NULL);
    tools_fail("ending.outdated", 1, SC_E_BUSY,
               "the processes of site 60000's former view do not end");
    assert_bad(pass("john"), SC_E_LATE, "a.example: the processes of site 60000");
    assert_string_equal(view_hides("john", "b"), "a.example c.example");
    assert_pass("john");
    assert_string_equal(view_hides("john", "a"), "b.example c.example");
}

/* The pass that comes back to it knows of the others what their plans were. */
static void the_former_view_of_another_keeps_its_time(void **state)
{
    (void)state;
    uid_t uid = two_running();
    struct fake_site *a = site_of("john", "a"), *b = site_of("john", "b");
    a->busy = true;
    assert_good(remount("john"));
    tools_run_all(uid);
    assert_int_equal(a->former, 1);
    b->held = 1;
    assert_bad(pass("john"), SC_E_LATE, "site 60001 is being changed");
    assert_true(is_pending(uid));
    assert_int_equal(a->former, 1);
    assert_pass("john");
    assert_int_equal(a->former, 1);
    domain("john", "c", NULL); /* control: what it shows is outdated now */
    assert_pass("john");
    assert_int_equal(a->former, 0);
}

/* ---- something new comes while views are compared ---- */

#define MANY "a b c d e f g h i j k l m n o p q r" /* 18; 16 are compared in any case */

static int asked_before_hide(void *arg, const char *step, struct sc_error *err)
{
    (void)err;
    if (strcmp(step, "hide") == 0)
        sc_give_way_ask(*(uid_t *)arg);
    return 0;
}

static bool is_compared(const char *name)
{
    return strstr(view_hides("john", name), "z.example") != NULL;
}

static void what_is_new_does_not_wait_for_all_looks(void **state)
{
    (void)state;
    uid_t uid = account("john", MANY);
    wants("john", MANY);
    assert_pass("john");
    tools_run_all(uid);
    domain("john", "z", NULL);
    told("john", SC_KIND_DOMAIN_CREATED, "z", NULL);
    world.s.step = (struct sc_step_hook){asked_before_hide, &uid};
    assert_pass("john"); /* control: a command's pass puts nothing off */
    assert_true(is_compared("r"));
    assert_false(is_pending(uid));
    domain("john", "zz", NULL);
    world.s.gives_way = true;
    tools_forget_calls();
    assert_pass("john");
    assert_true(world.s.gave_way);
    assert_true(tools_called("cage.close_new 1001 60017 zz.example")); /* in all at once */
    assert_true(tools_called("cage.change 1001 60015"));
    assert_false(tools_called("cage.change 1001 60016"));
    assert_int_equal(events_waiting(), 0);
    assert_true(is_pending(uid));
    assert_string_equal(stale("john"), "");
    world.s.gave_way = false; /* the next worker's */
    tools_forget_calls();
    assert_pass("john"); /* goes on behind those, and once more round */
    assert_true(tools_called("cage.change 1001 60017"));
    assert_false(tools_called("cage.change 1001 60015"));
    world.s.gave_way = false;
    world.s.step = (struct sc_step_hook){NULL, NULL};
    assert_pass("john"); /* what was asked before it began, it has seen */
    assert_false(world.s.gave_way);
    assert_false(is_pending(uid));
}

/* Its view may still be there, so what the view shows of the home stays until it has ended. */
static void one_that_is_to_end_keeps_all_that_is_its(void **state)
{
    (void)state;
    uid_t uid = two_running();
    struct fake_site *a = site_of("john", "a"), *b = site_of("john", "b");
    b->held = 1;
    assert_bad(change("john", NULL, "b"), SC_E_LATE, "site 60001 is being changed");
    assert_string_equal(table("john"), "a:60000"); /* no entry goes in any more */
    assert_true(b->running);
    assert_non_null(b->plan);
    assert_int_equal(storages("john"), 2);
    assert_true(is_pending(uid));
    assert_pass("john");
    assert_false(b->running);
    assert_null(b->plan);
    assert_int_equal(storages("john"), 1);
    assert_true(a->running);
    assert_int_equal(a->ends, 0);
}

static void an_account_that_ends_waits_for_it_with_its_rows(void **state)
{
    (void)state;
    uid_t uid = two_running();
    struct fake_site *a = site_of("john", "a"), *b = site_of("john", "b");
    a->held = 1;
    assert_bad(sc_pass_forget(&world.s, uid, &world.err), SC_E_BUSY, "site 60000");
    assert_true(a->running);
    assert_false(b->running);
    assert_string_equal(table("john"), "none");
    assert_int_equal(stored("SELECT count(*) FROM user WHERE uid = 1001"), 1);
    assert_good(sc_pass_forget(&world.s, uid, &world.err));
    assert_false(a->running);
    assert_int_equal(stored("SELECT count(*) FROM user WHERE uid = 1001"), 0);
}

/* ---- what fails ---- */

static const char limited[] = "{\"domains\": {\"a.example\": {\"isolated\": true, \"limits\": "
                              "{\"nproc\": 20}}, \"b.example\": {\"isolated\": true}}}";

/* A master of PHP-FPM that does not start, a limit that what runs is above: a site can have that when it
 * likes to. */
static void what_is_new_is_hidden_whatever_fails(void **state)
{
    static const char *const calls[] = {"groups.make", "runtime.write_table", "fpm.apply",
                                        "web.save", "runtime.mark"};
    (void)state;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        account("john", "a b");
        wants_text("john", limited);
        assert_pass("john");
        tools_run_all(uid_of("john"));
        domain("john", "c", NULL);
        tools_fail(calls[i], 1, SC_E_SYS, "it fails");
        assert_bad(pass("john"), SC_E_SYS, "it fails");
        assert_string_equal(view_hides("john", "a"), "b.example c.example");
        assert_string_equal(view_hides("john", "b"), "a.example c.example");
        assert_true(is_pending(uid_of("john")));
        assert_pass("john");
        assert_string_equal(view_hides("john", "a"), "b.example c.example");
        world_teardown(NULL);
        world_setup(NULL);
    }
}

/* What waits for processes or for other programs comes behind it. */
static void what_is_new_is_hidden_first(void **state)
{
    static const char *const slow[] = {"groups.join", "fpm.apply", "web.nginx",
                                       "php.restart_outside"};
    (void)state;
    account("john", "a b");
    wants_text("john", limited);
    assert_pass("john");
    tools_run_all(uid_of("john"));
    tools_forget_calls();
    domain("john", "c", NULL);
    assert_pass("john");
    const char *last = strstr(tools_calls(), "cage.change 1001 60001\n");
    assert_non_null(last);
    for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
        const char *at = strstr(tools_calls(), slow[i]);
        if (!at || at < last)
            fail_msg("%s: %s", slow[i], tools_calls());
    }
}

/* No view is changed by plans of which one could not be made. */
static void without_all_plans_nothing_is_changed(void **state)
{
    (void)state;
    two_running();
    domain("john", "c", NULL);
    tools_fail("runtime.write_plan", 2, SC_E_SYS, "the disk is full");
    assert_bad(pass("john"), SC_E_SYS, "the disk is full");
    assert_string_equal(view_hides("john", "a"), "b.example");
    assert_pass("john");
    assert_string_equal(view_hides("john", "a"), "b.example c.example");
}

/* Who is not served elsewhere yet stays where he is. */
static void nothing_ends_where_something_failed(void **state)
{
    (void)state;
    two_running();
    struct fake_site *a = site_of("john", "a");
    domain("john", "a", "moved");
    tools_fail("fpm.apply", 1, SC_E_SYS, "it fails");
    assert_bad(pass("john"), SC_E_SYS, "it fails");
    assert_true(a->running);
    assert_int_equal(a->closes, 0);
    assert_pass("john");
    assert_int_equal(a->ends, 1); /* its processes know the old place */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(all_others_and_the_events_go_on),
        world_test(its_account_is_stale_until_then),
        world_test(a_command_comes_back_to_it),
        world_test(processes_that_do_not_end_are_its_own_trouble),
        world_test(the_former_view_of_another_keeps_its_time),
        world_test(what_is_new_does_not_wait_for_all_looks),
        world_test(one_that_is_to_end_keeps_all_that_is_its),
        world_test(an_account_that_ends_waits_for_it_with_its_rows),
        world_test(what_is_new_is_hidden_whatever_fails),
        world_test(what_is_new_is_hidden_first),
        world_test(without_all_plans_nothing_is_changed),
        world_test(nothing_ends_where_something_failed),
    };
    return world_run(tests);
}
