/* SPDX-License-Identifier: GPL-2.0-or-later */
/* allow-all, deny-all, allow, deny, toggle-mode; list and status. */
#include "tests/unit/world/engine.h"

#include <unistd.h>

#include "core/account/account.h"
#include "core/base/paths.h"
#include "core/coverage/account.h"
#include "core/pass/deny.h"
#include "core/pass/recover.h"
#include "core/pass/front.h"

#define FLAG "/opt/cloudlinux/flags/enabled-flags.d/website-isolation.flag"

static int complete(void **state)
{
    int rc = world_setup(state);
    world_complete();
    return rc;
}

/* As a server on which nothing was ever allowed. */
static int untouched(void **state)
{
    int rc = complete(state);
    assert_good(sc_policy_deny_all(&world.s.policy, &world.err));
    assert_int_equal(rmdir(root_at("/etc/cagefs/site-isolation.users.allowed")), 0);
    return rc;
}

#define engine_test(f) cmocka_unit_test_setup_teardown(f, complete, world_teardown)
#define fresh_test(f)  cmocka_unit_test_setup_teardown(f, untouched, world_teardown)

static int allow(const char *users)
{
    struct word_list *l = list_of(users);
    return sc_engine_allow_users(&world.s, l->v, l->n, NULL, &world.err);
}

static int deny(const char *users)
{
    struct word_list *l = list_of(users);
    return sc_engine_deny_users(&world.s, l->v, l->n, &watcher, &world.err);
}

static bool is_denied(const char *user)
{
    char path[128];
    snprintf(path, sizeof(path), "/etc/cagefs/site-isolation.users.denied/%s", user);
    return root_has(path);
}

/* ---- allowing ---- */

static void allowing_all_needs_a_server_that_can(void **state)
{
    (void)state;
    platform_lacks("the kernel lacks it");
    assert_bad(sc_engine_allow_all(&world.s, NULL, &world.err), SC_E_PLATFORM,
               "the kernel lacks it");
    platform_lacks(NULL);
    assert_int_equal(rmdir(root_at("/usr/local/cpanel")), 0);
    assert_bad(sc_engine_allow_all(&world.s, NULL, &world.err), SC_E_PLATFORM, "/usr/local/cpanel");
    root_mkdir("/usr/local/cpanel");
    service_fail("proxyexec", "no daemon");
    assert_bad(sc_engine_allow_all(&world.s, NULL, &world.err), SC_E_SYS, "no daemon");
    service_fail("proxyexec", NULL);
    assert_good(sc_engine_allow_all(&world.s, NULL, &world.err));
    assert_true(root_has(FLAG));
    assert_true(service_runs("proxyexec"));
    assert_false(service_runs("monitor")); /* nothing is isolated */
    assert_non_null(strstr(programs_run(), "sitecage-cpanel status\n"));
}

static void allowing_single_users(void **state)
{
    (void)state;
    account("john", "a");
    account("mary", "m");
    users_add("root", 0, "/root");
    assert_bad(allow("john nobody"), SC_E_NOTFOUND, "User nobody does not exist");
    assert_bad(allow("john root"), SC_E_INVAL, "user root cannot have isolated sites: it is root");
    assert_false(root_has(FLAG));
    assert_good(allow("john"));
    assert_true(root_has(FLAG));
    assert_good(enable("a.example"));
    assert_bad(enable("m.example"), SC_E_DENIED, "not allowed for user mary");
    assert_good(allow("mary"));
    assert_good(enable("m.example"));
}

static void who_is_allowed_gets_what_his_file_wants(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    account("anna", "n");
    wants("john", "a b");
    wants("mary", "m");
    assert_good(allow("anna"));
    assert_pass("john");
    assert_string_equal(table("john"), "none");
    assert_good(allow("john"));
    assert_string_equal(table("john"), "a:60000 b:60001");
    assert_string_equal(table("mary"), "none");
    assert_true(service_runs("monitor"));
    /* whom a pass found wanting, and the mode allows now */
    assert_pass("mary");
    enum sc_policy_mode mode = SC_MODE_UNSET;
    assert_good(sc_engine_toggle_mode(&world.s, &mode, NULL, &world.err));
    assert_int_equal(mode, SC_MODE_ALLOW_ALL);
    assert_string_equal(table("mary"), "m:60002");
}

static void toggling_keeps_both_lists(void **state)
{
    (void)state;
    enum sc_policy_mode mode = SC_MODE_UNSET;
    account("john", "a");
    assert_good(sc_engine_toggle_mode(&world.s, &mode, NULL, &world.err));
    assert_int_equal(mode, SC_MODE_ALLOW_ALL);
    assert_true(root_has(FLAG));
    assert_true(service_runs("proxyexec"));
    assert_good(deny("john"));
    assert_good(sc_engine_toggle_mode(&world.s, &mode, NULL, &world.err));
    assert_int_equal(mode, SC_MODE_DENY_ALL);
    assert_good(sc_engine_toggle_mode(&world.s, &mode, NULL, &world.err));
    assert_true(is_denied("john"));
}

/* ---- denying ---- */

static void denying_ends_what_is_isolated(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    assert_good(enable("a.example m.example"));
    assert_good(deny("john"));
    assert_true(is_denied("john"));
    assert_string_equal(table("john"), "none");
    assert_string_equal(wanted("john"), "none");
    assert_string_equal(table("mary"), "m:60001");
    assert_bad(deny("mary nobody"), SC_E_NOTFOUND, "User nobody does not exist");
    assert_string_equal(table("mary"), "m:60001");
    assert_false(is_denied("mary"));
}

/* Whom only the database knows is denied, too: what was isolated of him ends. */
static void denying_who_is_no_more(void **state)
{
    (void)state;
    account("john", "a");
    account("mary", "m");
    assert_good(enable("a.example m.example"));
    users_remove("john");
    assert_good(deny("john"));
    assert_int_equal(stored("SELECT count(*) FROM site"), 1);
    assert_null(tools_account(1001)->table);
    /* a home that is away for a moment is no reason to keep anything */
    snprintf(users_of("mary")->home, 64, "/gone");
    assert_good(deny("mary"));
    assert_int_equal(stored("SELECT count(*) FROM site"), 0);
    /* but a look-up that fails ends nothing */
    users_add("john", 1001, root_at("/home/john"));
    assert_pass("john");
    users_fail("the directory is down");
    assert_bad(deny("john"), SC_E_SYS, "the directory is down");
}

static void a_deny_that_fails_is_finished_by_the_next_call(void **state)
{
    (void)state;
    account("john", "a");
    account("mary", "m");
    assert_good(enable("a.example m.example"));
    tools_fail("ending.close", 1, SC_E_SYS, "it does not end");
    assert_bad(deny("john mary"), SC_E_SYS, "it does not end");
    assert_true(is_denied("john")); /* nobody enables anything meanwhile */
    assert_true(is_denied("mary"));
    assert_string_equal(table("mary"), "none"); /* john's failure keeps hers from nothing */
    SC_CLEANUP(sc_listing_done) struct sc_listing l = {0};
    assert_good(sc_engine_list(&world.s, NULL, 0, &l, &world.err));
    assert_int_equal(l.n, 0);
    assert_string_equal(table("john"), "none");
    assert_string_equal(table("mary"), "none");
    assert_int_equal(stored("SELECT count(*) FROM meta WHERE key = 'deny.under_way'"), 0);
}

static void denying_all_ends_everything(void **state)
{
    (void)state;
    account("john", "a");
    account("mary", "m");
    assert_good(enable("a.example m.example"));
    users_remove("mary"); /* her home is still there, she is not */
    tools_fail("ending.close", 1, SC_E_SYS, "it does not end");
    assert_bad(sc_engine_deny_all(&world.s, &watcher, &world.err), SC_E_SYS,
               "user john: it does not end");
    assert_false(root_has(FLAG));
    assert_good(sc_engine_deny_all(&world.s, &watcher, &world.err));
    assert_string_equal(table("john"), "none");
    assert_int_equal(stored("SELECT count(*) FROM site"), 0);
    assert_false(service_runs("proxyexec"));
    assert_false(service_runs("monitor"));
    assert_bad(deny("john"), SC_E_NOTENABLED,
               "CloudLinux Isolates is not enabled; allow it with: cagefsctl "
               "--site-isolation-allow-all");
}

/* Two denies wait for each other; other calls do not finish what somebody is at. */
static void one_deny_at_a_time(void **state)
{
    (void)state;
    account("john", "a");
    assert_good(enable("a.example"));
    SC_FD int lock = -EBADF;
    assert_good(sc_pass_lock_deny(0, &lock, &world.err));
    assert_good(sc_store_meta_set(world.s.store, "deny.under_way", "*", &world.err));
    sc_pass_recover_deny(&world.s);
    assert_string_equal(table("john"), "a:60000");
    sc_close(&lock);
    sc_pass_recover_deny(&world.s);
    assert_string_equal(table("john"), "none");
}

/* ---- the front ---- */

static void the_front_is_seen_to_where_the_feature_is_on(void **state)
{
    (void)state;
    assert_good(sc_pass_front_keep(&world.s, &world.err));
    assert_good(sc_pass_front_renew(&world.s, &world.err));
    SC_FD int lock = -EBADF;
    assert_good(sc_pass_lock_front(true, &lock, &world.err));
    assert_bad(sc_pass_front_renew(&world.s, &world.err), SC_E_BUSY,
               "another command does not end");
    sc_close(&lock);
    assert_good(sc_policy_deny_all(&world.s.policy, &world.err));
    assert_good(sc_pass_front_keep(&world.s, &world.err));
}

/* ---- list ---- */

static void lists_are_by_user(void **state)
{
    (void)state;
    SC_CLEANUP(sc_listing_done) struct sc_listing l = {0};
    account("john", "a b");
    account("mary", "m");
    account("anna", "n");
    assert_good(enable("b.example a.example m.example"));
    assert_good(sc_engine_list(&world.s, NULL, 0, &l, &world.err));
    assert_int_equal(l.n, 2);
    assert_string_equal(l.v[0].name, "john");
    assert_int_equal(l.v[0].n, 2);
    assert_string_equal(l.v[0].domains[0], "a.example");
    assert_string_equal(l.v[1].domains[0], "m.example");
    sc_listing_done(&l);
    struct word_list *w = list_of("mary anna");
    assert_good(sc_engine_list(&world.s, w->v, w->n, &l, &world.err));
    assert_int_equal(l.n, 1);
    sc_listing_done(&l);
    w = list_of("mary nobody");
    assert_bad(sc_engine_list(&world.s, w->v, w->n, &l, &world.err), SC_E_NOTFOUND,
               "User nobody does not exist");
    panel_drop("m.example"); /* its site waits */
    assert_pass("mary");
    w = list_of("mary");
    assert_good(sc_engine_list(&world.s, w->v, w->n, &l, &world.err));
    assert_int_equal(l.n, 0);
}

/* A call finishes first what was killed. */
static void a_list_finishes_what_was_killed(void **state)
{
    (void)state;
    SC_CLEANUP(sc_listing_done) struct sc_listing l = {0};
    account("john", "a");
    stop_before("table");
    assert_bad(enable("a.example"), SC_E_SYS, "table");
    stop_before(NULL);
    assert_true(is_pending(1001));
    assert_good(sc_engine_list(&world.s, NULL, 0, &l, &world.err));
    assert_int_equal(l.n, 1);
    assert_false(is_pending(1001));
    assert_string_equal(table("john"), "a:60000");
}

/* ---- status ---- */

static struct sc_status st;

static int status(const char *domains)
{
    struct word_list *l = list_of(domains);
    sc_status_done(&st);
    return sc_engine_status(&world.s, l->v, l->n, &st, &world.err);
}

/* One account's trouble keeps nobody from seeing the others. */
static void a_damaged_verdict_is_its_accounts_alone(void **state)
{
    (void)state;
    account("john", "a");
    account("mary", "m");
    assert_good(enable("a.example m.example"));
    root_put(SC_COVERAGE_DIR "/1001", "half a li");
    assert_good(status(""));
    assert_int_equal(st.n, 2);
    assert_int_equal(st.v[0].coverage, SC_COVERAGE_UNVERIFIED);
    assert_non_null(strstr(st.v[0].coverage_text, SC_COVERAGE_DIR "/1001 has no head line"));
    assert_true(!st.v[1].coverage_text || !strstr(st.v[1].coverage_text, "head line"));
}

static void status_of_all(void **state)
{
    (void)state;
    account("john", "a b c");
    account("mary", "m");
    assert_good(enable("a.example b.example m.example"));
    tools_cron_unknown = 3;
    home_remove("john", "b.example");
    assert_pass("john");
    tools_cron_unknown = 0;
    panel_fail(SC_E_PANEL, "the panel failed");
    assert_pass("mary");
    panel_fail(0, NULL);
    assert_good(status(""));
    assert_true(st.enabled);
    assert_int_equal(st.mode, SC_MODE_ALLOW_ALL);
    assert_int_equal(st.n, 3);
    assert_string_equal(st.v[0].domain, "a.example");
    assert_string_equal(st.v[0].user, "john");
    assert_string_equal(st.v[0].docroot, in_home("john", "a.example"));
    assert_true(st.v[0].isolated);
    assert_int_equal(st.v[0].id, 60000);
    assert_false(st.v[0].running);
    assert_null(st.v[0].stale);
    assert_string_equal(st.v[1].stale, "its document root is missing: nothing of it can run");
    assert_string_equal(st.v[2].stale, "the panel failed");
    assert_int_equal(st.n_notes, 1);
    assert_string_equal(st.notes[0].user, "john");
    assert_non_null(strstr(st.notes[0].text.data, "3 entries of the crontab of john do not run"));
    sc_status_done(&st);
}

static void status_of_named_domains(void **state)
{
    (void)state;
    account("john", "a b");
    assert_good(enable("a.example"));
    account("mary", "m");
    assert_good(status("a.example B.example m.example"));
    assert_int_equal(st.n, 3);
    assert_true(st.v[0].isolated);
    assert_false(st.v[1].isolated);
    assert_string_equal(st.v[1].docroot, in_home("john", "b.example"));
    assert_string_equal(st.v[2].user, "mary"); /* nobody had asked for it yet */
    assert_bad(status("a.example x.example"), SC_E_NOTFOUND,
               "Please specify existing domain name and try again: x.example");
    assert_bad(status("-"), SC_E_NOTFOUND, "try again: -");
    panel_fail(SC_E_PANEL, "the panel failed");
    assert_bad(status("m.example"), SC_E_PANEL, "the panel failed");
    sc_status_done(&st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fresh_test(allowing_all_needs_a_server_that_can),
        fresh_test(allowing_single_users),
        fresh_test(who_is_allowed_gets_what_his_file_wants),
        fresh_test(toggling_keeps_both_lists),
        engine_test(denying_ends_what_is_isolated),
        engine_test(denying_who_is_no_more),
        engine_test(a_deny_that_fails_is_finished_by_the_next_call),
        engine_test(denying_all_ends_everything),
        engine_test(one_deny_at_a_time),
        engine_test(the_front_is_seen_to_where_the_feature_is_on),
        engine_test(lists_are_by_user),
        engine_test(a_list_finishes_what_was_killed),
        engine_test(status_of_all),
        engine_test(a_damaged_verdict_is_its_accounts_alone),
        engine_test(status_of_named_domains),
    };
    return world_run(tests);
}
