/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pass that is killed, or that one thing fails in, at each point: what was changed stays marked as
 * unfinished, and the next pass brings the account to where an undisturbed one would have. */
#include "tests/unit/fakes/world.h"

#include "core/account/account.h"

#define STATE_MAX 4096

/* All that was made of john. */
static void state_of(char out[STATE_MAX])
{
    uid_t uid = uid_of("john");
    const struct fake_account *a = tools_account(uid);
    size_t n = (size_t)snprintf(
        out, STATE_MAX,
        "isolated %s; wanted %s; known %s; table %s; mark %d; passwd %s; web %s; fpm %s; cron %s; "
        "storages %u; events %u",
        isolated("john"), wanted("john"), known("john"), table("john"), a && a->mark,
        a && a->passwd ? a->passwd : "-", a && a->web ? "yes" : "-", a && a->fpm ? a->fpm : "-",
        a && a->cron ? a->cron : "-", storages("john"), events_waiting());
    for (unsigned id = 60000; id < 60010; id++) {
        const struct fake_site *s = tools_site(uid, id);
        if (s && s->files)
            n += (size_t)snprintf(out + n, STATE_MAX - n, "; %u: plan %d socket %d group %d", id,
                                  s->plan != NULL, s->socket, s->group);
        if (s && s->files && s->plan)
            n +=
                (size_t)snprintf(out + n, STATE_MAX - n, " entries %s", strstr(s->plan, "\nentry"));
        if (s && s->running && s->view)
            n += (size_t)snprintf(out + n, STATE_MAX - n, " view %s", strstr(s->view, "\nentry"));
    }
    size_t top = strlen(root_dir()); /* each world has another one */
    for (char *at = out; (at = strstr(at, root_dir())) != NULL;)
        memmove(at, at + top, strlen(at + top) + 1);
}

/* ---- what is interrupted ---- */

static const char limited[] = "{\"domains\": {\"a.example\": {\"isolated\": true, \"limits\": "
                              "{\"nproc\": 20}}, \"b.example\": {\"isolated\": true}}}";

/* john has a and b isolated and running, a with a limit; c is none of them. */
static void prepare(void)
{
    account("john", "a b c");
    wants_text("john", limited);
    assert_pass("john");
    tools_run_all(uid_of("john"));
    tools_forget_calls();
}

/* The panel renames b to d and moves a; a new domain comes. */
static int the_panel_changes(bool first)
{
    if (first) {
        panel_rename("b.example", "d.example");
        told("john", SC_KIND_DOMAIN_RENAMED, "b", "d.example");
        domain("john", "a", "moved");
        domain("john", "e", NULL);
    }
    return pass("john");
}

static int enabling(bool first)
{
    return first ? change("john", "c", NULL) : pass("john");
}

static int disabling_one(bool first)
{
    return first ? change("john", NULL, "a") : pass("john");
}

static int disabling_all(bool first)
{
    return first ? change("john", NULL, "a b") : pass("john");
}

/* A command that failed before it wrote the user's file has done nothing: it is given again. */
static int again(int (*what)(bool first))
{
    return what == enabling        ? change("john", "c", NULL)
           : what == disabling_one ? change("john", NULL, "a")
           : what == disabling_all ? change("john", NULL, "a b")
                                   : pass("john");
}

static int (*const whats[])(bool first) = {the_panel_changes, enabling, disabling_one,
                                           disabling_all};
#define N_WHATS (sizeof(whats) / sizeof(whats[0]))

static void undisturbed(int (*what)(bool first), char out[STATE_MAX])
{
    world_setup(NULL);
    prepare();
    assert_good(what(true));
    assert_pass("john");
    state_of(out);
    world_teardown(NULL);
}

/* Never less closed than before and after: what a site must not see, no view of it shows. */
static void assert_closed(const char *when)
{
    static const char *const pairs[][2] = {{"a", "b.example"}, {"b", "a.example"}};
    for (size_t i = 0; i < 2; i++) {
        const struct fake_site *s = tools_site(uid_of("john"), 60000 + (unsigned)i);
        if (!s || !s->running || !s->view)
            continue;
        char closed[64], moved[64];
        snprintf(closed, sizeof(closed), "closed-dir %s", pairs[i][1]);
        snprintf(moved, sizeof(moved), "closed-dir moved");
        if (!strstr(s->view, closed) && !(i == 1 && strstr(s->view, moved)))
            fail_msg("%s: the view of %s shows %s", when, pairs[i][0], pairs[i][1]);
    }
}

static void assert_mended(int (*what)(bool first), const char *reference, bool began,
                          const char *when)
{
    char now[STATE_MAX];
    if (!began)
        assert_good(again(what));
    assert_pass("john");
    assert_false(is_pending(uid_of("john")));
    state_of(now);
    if (strcmp(now, reference) != 0)
        fail_msg("%s:\n%s\ninstead of\n%s", when, now, reference);
}

/* ---- killed before each step ---- */

static void killed_before_each_step(void **state)
{
    static const char *const all[] = {
        "ask",     "identify", "facts", "mark",    "config",     "record", "plans",  "groups",
        "table",   "hide",     "join",  "fpm",     "web",        "nginx",  "views",  "ended",
        "outside", "settle",   "files", "storage", "old-groups", "cron",   "events", "done"};
    (void)state;
    for (size_t w = 0; w < N_WHATS; w++) {
        char reference[STATE_MAX], when[64];
        undisturbed(whats[w], reference);
        for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
            world_setup(NULL);
            prepare();
            stop_before(all[i]);
            snprintf(when, sizeof(when), "change %zu, killed before %s", w, all[i]);
            assert_bad(whats[w](true), SC_E_SYS, all[i]);
            stop_before(NULL);
            assert_int_equal(is_pending(uid_of("john")), i > 3);
            assert_closed(when);
            assert_mended(whats[w], reference, i > 4, when);
            world_teardown(NULL);
        }
    }
}

/* ---- each thing that a pass works with fails once ---- */

static const char *const calls[] = {"cage.system_lines",
                                    "cage.lock",
                                    "cage.change",
                                    "ending.close",
                                    "ending.outdated",
                                    "ending.wait",
                                    "ending.list",
                                    "runtime.dir",
                                    "runtime.write_passwd",
                                    "runtime.make_socket",
                                    "runtime.write_plan",
                                    "runtime.remove_plan",
                                    "runtime.write_table",
                                    "runtime.mark",
                                    "runtime.unlist",
                                    "runtime.sites",
                                    "runtime.sweep",
                                    "php.make",
                                    "php.restart_outside",
                                    "fpm.apply",
                                    "fpm.tell",
                                    "web.save",
                                    "web.nginx",
                                    "groups.open",
                                    "groups.check",
                                    "groups.make",
                                    "groups.join",
                                    "groups.sweep",
                                    "cron"};
#define N_CALLS (sizeof(calls) / sizeof(calls[0]))

static bool fails_at(int (*what)(bool first), const char *call, unsigned nth, const char *reference)
{
    char when[128];
    world_setup(NULL);
    prepare();
    tools_fail(call, nth, SC_E_SYS, "no such luck");
    world.err = (struct sc_error)SC_ERROR_INIT;
    int rc = what(true);
    bool failed = rc < 0;
    snprintf(when, sizeof(when), "call %u of %s failed", nth, call);
    if (failed) {
        assert_error_has(&world.err, SC_E_SYS, "no such luck");
        bool checked = strcmp(call, "groups.open") == 0 || strcmp(call, "groups.check") == 0;
        bool began = is_pending(uid_of("john"));
        if (!began && !checked)
            fail_msg("%s: nothing is marked as unfinished", when);
        tools_fail(NULL, 0, 0, NULL);
        assert_closed(when);
        assert_mended(what, reference, began, when);
    } else {
        assert_false(is_pending(uid_of("john")));
    }
    world_teardown(NULL);
    return failed;
}

static void each_call_fails_once(void **state)
{
    (void)state;
    unsigned points[N_CALLS] = {0};
    for (size_t w = 0; w < N_WHATS; w++) {
        char reference[STATE_MAX];
        undisturbed(whats[w], reference);
        for (size_t i = 0; i < N_CALLS; i++)
            for (unsigned nth = 1; fails_at(whats[w], calls[i], nth, reference); nth++)
                points[i]++;
    }
    for (size_t i = 0; i < N_CALLS; i++)
        if (!points[i])
            fail_msg("nothing of these calls %s", calls[i]);
}

/* ---- what does not stop the rest ---- */

static void processes_that_escape_limits_stop_nothing(void **state)
{
    (void)state;
    world_setup(NULL);
    prepare();
    tools_fail("groups.join", 1, SC_E_BUSY, "too fast");
    assert_bad(change("john", "c", NULL), SC_E_LATE,
               "the limits of a.example hold for what starts from now on: too fast; end what runs "
               "with: cagefsctl --remount john");
    assert_string_equal(table("john"), "a:60000+ b:60001 c:60002");
    assert_int_equal(storages("john"), 3);
    assert_true(is_pending(uid_of("john")));
    assert_pass("john");
    assert_false(is_pending(uid_of("john")));
    world_teardown(NULL);
}

/* Somebody else's configuration of nginx that is not valid is told by the judgement of coverage. */
static void a_broken_nginx_stops_nothing(void **state)
{
    (void)state;
    world_setup(NULL);
    prepare();
    tools_fail("web.nginx", 1, SC_E_INVAL, "nginx's configuration is not valid");
    assert_good(change("john", "c", NULL));
    assert_false(is_pending(uid_of("john")));
    world_teardown(NULL);
}

/* An unfinished change makes the next command compare all sites, not those that it names alone. */
static void after_a_kill_all_views_are_compared(void **state)
{
    (void)state;
    world_setup(NULL);
    prepare();
    stop_before("views");
    domain("john", "e", NULL);
    assert_bad(pass("john"), SC_E_SYS, "views");
    stop_before(NULL);
    tools_forget_calls();
    assert_good(change("john", "c", NULL));
    assert_true(tools_called("cage.change 1001 60000"));
    assert_true(tools_called("cage.change 1001 60001"));
    assert_true(tools_called("php.restart_outside 1001"));
    assert_string_equal(view_hides("john", "a"), "b.example c.example e.example");
    world_teardown(NULL);
}

static void what_killed_commands_left_is_finished(void **state)
{
    (void)state;
    world_setup(NULL);
    prepare();
    uid_t mary = account("mary", "m");
    wants("mary", "m");
    stop_before("table");
    assert_bad(change("john", "c", NULL), SC_E_SYS, "table");
    assert_bad(pass("mary"), SC_E_SYS, "table");
    stop_before(NULL);
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    assert_good(sc_account_open("mary", 0, &a, &world.err)); /* somebody is at it */
    sc_pass_pending(&world.s);
    assert_string_equal(table("john"), "a:60000+ b:60001 c:60002");
    assert_false(is_pending(uid_of("john")));
    assert_true(is_pending(mary));
    assert_string_equal(table("mary"), "none");
    sc_account_done(&a);
    tools_fail("runtime.write_table", 1, SC_E_SYS, "no such luck");
    sc_pass_pending(&world.s);
    assert_string_equal(stale("mary"), "no such luck");
    assert_true(is_pending(mary));
    sc_pass_pending(&world.s);
    assert_string_equal(stale("mary"), "");
    assert_string_equal(table("mary"), "m:60003");
    world_teardown(NULL);
}

/* An account that is no more: nothing ends before the panel says so, too. */
static void what_is_left_of_an_account_that_is_no_more(void **state)
{
    (void)state;
    world_setup(NULL);
    prepare();
    uid_t uid = uid_of("john");
    stop_before("views");
    assert_bad(change("john", "c", NULL), SC_E_SYS, "views");
    stop_before(NULL);
    users_remove("john");
    sc_pass_pending(&world.s);
    assert_non_null(tools_account(uid)->table);
    panel_fail(SC_E_TIMEOUT, "the panel hangs");
    sc_pass_pending(&world.s);
    assert_non_null(tools_account(uid)->table);
    panel_fail(0, NULL);
    for (const char *name = "abc"; *name; name++)
        panel_drop((char[]){*name, '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0});
    sc_pass_pending(&world.s);
    assert_null(tools_account(uid)->table);
    assert_false(tools_account(uid)->mark);
    assert_false(is_pending(uid));
    assert_int_equal(stored("SELECT count(*) FROM user"), 0);
    assert_int_equal(stored("SELECT count(*) FROM site"), 0);
    for (unsigned id = 60000; id < 60002; id++) {
        assert_false(tools_site(uid, id)->running);
        assert_false(tools_site(uid, id)->files);
        assert_int_equal(tools_site(uid, id)->ends, 1);
    }
    world_teardown(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_before_each_step),
        cmocka_unit_test(each_call_fails_once),
        cmocka_unit_test(processes_that_escape_limits_stop_nothing),
        cmocka_unit_test(a_broken_nginx_stops_nothing),
        cmocka_unit_test(after_a_kill_all_views_are_compared),
        cmocka_unit_test(what_killed_commands_left_is_finished),
        cmocka_unit_test(what_is_left_of_an_account_that_is_no_more),
    };
    return world_run(tests);
}
