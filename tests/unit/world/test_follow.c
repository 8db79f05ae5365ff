/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon asks of the engine: accounts after their events, the full pass, what killed
 * commands left, what is watched. */
#include "tests/unit/fakes/world.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/account/account.h"
#include "core/follow/follow.h"

static struct sc_follow seen; /* of the last call of follow() */

/* The account's pass with its waiting events, as the daemon makes it: they are done when it agrees. */
static int follow(const char *user)
{
    SC_CLEANUP(sc_event_list_done) struct sc_event_list events = {0};
    assert_good(sc_store_events_peek(world.s.store, user, INT64_MAX, &events, &world.err));
    int rc = sc_follow_account(&world.s, user, events.n ? &events : NULL, &seen, &world.err);
    if (rc == 0 && seen.agrees)
        assert_good(sc_store_events_done(world.s.store, events.rows, events.n, &world.err));
    return rc;
}

#define assert_follows(user)                                                                       \
    do {                                                                                           \
        assert_good(follow(user));                                                                 \
        if (!seen.agrees)                                                                          \
            fail_msg("%s", seen.missing);                                                          \
        assert_int_equal(events_waiting(), 0);                                                     \
    } while (0)

#define assert_awaits(user, text)                                                                  \
    do {                                                                                           \
        assert_good(follow(user));                                                                 \
        assert_false(seen.agrees);                                                                 \
        assert_string_equal(seen.missing, text);                                                   \
    } while (0)

static void call_user(const char *user, const char *now)
{
    struct fake_user *u = users_of(user);
    snprintf(u->name, sizeof(u->name), "%s", now);
    panel_rename_owner(user, now);
}

/* ---- one account ---- */

static void an_isolated_account_is_followed_by_a_pass(void **state)
{
    (void)state;
    account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    tools_run_all(1001);
    told("john", SC_KIND_DOMAIN_CREATED, "c", NULL);
    assert_awaits("john", "domain c.example is not there yet");
    domain("john", "c", NULL);
    assert_follows("john");
    assert_string_equal(view_hides("john", "a"), "b.example c.example");
    told("john", SC_KIND_DOMAIN_DELETED, "a", NULL);
    assert_awaits("john", "domain a.example is still there");
    assert_string_equal(isolated("john"), "a:60000");
    panel_drop("a.example");
    assert_follows("john");
    assert_string_equal(isolated("john"), "");
    assert_int_equal(storages("john"), 0);
}

/* Where nothing is isolated only the copy is brought up to date; the home is not touched. */
static void an_account_without_isolation_costs_a_copy(void **state)
{
    (void)state;
    account("john", "a");
    told("john", SC_KIND_DOMAIN_CREATED, "a", NULL);
    assert_follows("john");
    assert_string_equal(known("john"), "a");
    assert_string_equal(tools_calls(), "");
    panel_drop("a.example");
    domain("john", "b", NULL);
    told("john", SC_KIND_DOMAIN_RENAMED, "a", "c.example");
    assert_awaits("john", "domain c.example is not there yet");
    assert_string_equal(known("john"), "b");
}

static void a_home_that_came_with_wishes_is_in_force(void **state)
{
    (void)state;
    account("john", "a b");
    wants("john", "a");
    told("john", SC_KIND_USER_CREATED, NULL, NULL);
    assert_follows("john");
    assert_string_equal(table("john"), "a:60000");
    /* not where isolation is switched off */
    account("mary", "m");
    wants("mary", "m");
    assert_good(sc_policy_deny_all(&world.s.policy, &world.err));
    told("mary", SC_KIND_USER_CREATED, NULL, NULL);
    assert_follows("mary");
    assert_string_equal(table("mary"), "none");
    assert_string_equal(known("mary"), "m");
    assert_false(tools_called("runtime.unlist 1002")); /* no pass was made */
}

/* Panels restore over accounts, and bring the home later than the account. */
static void wishes_that_come_later_are_in_force_with_any_event(void **state)
{
    (void)state;
    account("john", "a b");
    told("john", SC_KIND_USER_CREATED, NULL, NULL);
    assert_follows("john");
    assert_string_equal(table("john"), "none");
    wants("john", "a");
    told("john", SC_KIND_USER_CHANGED, NULL, NULL);
    assert_follows("john");
    assert_string_equal(table("john"), "a:60000");
    account("mary", "m");
    told("mary", SC_KIND_USER_CREATED, NULL, NULL);
    assert_follows("mary");
    wants("mary", "m");
    told("", SC_KIND_DOMAIN_CREATED, "m", NULL);
    assert_follows("");
    assert_string_equal(table("mary"), "m:60001");
}

static void a_panel_that_fails_leaves_what_was_and_says_so(void **state)
{
    (void)state;
    account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    panel_fail(SC_E_TIMEOUT, "the panel hangs");
    assert_bad(follow("john"), SC_E_TIMEOUT, "the panel hangs");
    assert_string_equal(stale("john"), "the panel hangs");
    assert_string_equal(table("john"), "a:60000");
    account("mary", "m");
    assert_bad(follow("mary"), SC_E_TIMEOUT, "the panel hangs");
    panel_fail(0, NULL);
    assert_follows("john");
    assert_string_equal(stale("john"), "");
    tools_fail("runtime.write_table", 1, SC_E_SYS, "no such luck");
    assert_bad(follow("john"), SC_E_SYS, "no such luck");
    assert_string_equal(stale("john"), "no such luck");
}

static void whoever_changes_the_account_is_not_waited_for(void **state)
{
    (void)state;
    account("john", "a");
    account("mary", "m");
    wants("john", "a");
    assert_pass("john");
    SC_FD int one = -EBADF, two = -EBADF;
    assert_good(sc_account_lock(1001, 0, &one, &world.err));
    assert_good(sc_account_lock(1002, 0, &two, &world.err));
    assert_bad(follow("john"), SC_E_BUSY, "uid 1001 does not end");
    assert_bad(follow("mary"), SC_E_BUSY, "uid 1002 does not end");
}

/* ---- events that tell nothing new ---- */

/* As follow(), where nothing but events asks for it. */
static int follow_events(const char *user)
{
    SC_CLEANUP(sc_event_list_done) struct sc_event_list events = {0};
    assert_good(sc_store_events_peek(world.s.store, user, INT64_MAX, &events, &world.err));
    tools_forget_calls();
    int rc = sc_follow_events(&world.s, user, &events, &seen, &world.err);
    if (rc == 0 && seen.agrees)
        assert_good(sc_store_events_done(world.s.store, events.rows, events.n, &world.err));
    return rc;
}

/* More than a look at PHP-FPM's pools. */
static bool tools_worked(void)
{
    return *tools_calls() && strcmp(tools_calls(), "fpm.tell 1001 john\n") != 0;
}

static void assert_no_pass(bool agrees)
{
    assert_good(follow_events("john"));
    assert_int_equal(seen.agrees, agrees);
    assert_false(tools_worked());
    assert_int_equal(events_waiting(), !agrees);
}

static void assert_a_pass(void)
{
    assert_good(follow_events("john"));
    assert_true(seen.agrees);
    assert_true(tools_worked());
    assert_int_equal(events_waiting(), 0);
}

/* The panel's answer and the last pass: john's a is isolated, b is not. */
static void isolated_john(void)
{
    account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    tools_run_all(1001);
}

static void events_that_tell_nothing_new_cost_no_pass(void **state)
{
    (void)state;
    isolated_john();
    told("john", SC_KIND_DOMAIN_CREATED, "a", NULL);
    assert_no_pass(true);
    told("john", SC_KIND_DOMAIN_DELETED, "c", NULL);
    assert_no_pass(true);
    told("john", SC_KIND_DOMAIN_CREATED, "c", NULL);
    assert_no_pass(false);
    domain("john", "c", NULL);
    assert_a_pass();
    told("john", SC_KIND_DOMAIN_DELETED, "c", NULL); /* before the panel has done it */
    assert_no_pass(false);
    panel_drop("c.example");
    assert_a_pass();
    told("john", SC_KIND_DOMAIN_DELETED, "c", NULL);
    assert_no_pass(true);
}

static void what_may_be_new_costs_a_pass(void **state)
{
    (void)state;
    isolated_john();
    told("john", SC_KIND_USER_CHANGED, NULL, NULL);
    assert_a_pass();
    told("john", SC_KIND_DOMAIN_DELETED, "a", NULL); /* and made again: isolated no more */
    told("john", SC_KIND_DOMAIN_CREATED, "a", NULL);
    assert_a_pass();
    assert_string_equal(isolated("john"), "");
}

/* Where nothing but a change of the user's file asks for a look. */
static void the_users_file_costs_a_pass_when_it_is_another(void **state)
{
    (void)state;
    isolated_john();
    panel_asked = 0;
    assert_no_pass(true);
    assert_int_equal(panel_asked, 0);
    wants("john", "a b"); /* as the user writes it */
    assert_a_pass();
    assert_string_equal(isolated("john"), "a:60000 b:60001");
    assert_no_pass(true); /* as the pass wrote it */
    wants_nothing("john");
    told("john", SC_KIND_DOMAIN_CREATED, "a", NULL); /* which alone would cost none */
    assert_a_pass();
    assert_string_equal(isolated("john"), "");
}

/* A pass that was cut short has acted on nothing. */
static void the_users_file_after_a_pass_that_failed(void **state)
{
    (void)state;
    isolated_john();
    wants("john", "a b");
    tools_fail("runtime.write_table", 1, SC_E_SYS, "no such luck");
    assert_bad(follow_events("john"), SC_E_SYS, "no such luck");
    assert_a_pass();
    assert_no_pass(true);
}

static void a_name_that_is_waited_for_is_ended_by_its_deletion(void **state)
{
    (void)state;
    isolated_john();
    panel_drop("a.example");
    assert_pass("john"); /* nobody said that it is deleted: it stays wanted */
    assert_string_equal(wanted("john"), "a");
    told("john", SC_KIND_DOMAIN_DELETED, "a", NULL);
    assert_good(follow_events("john"));
    assert_string_equal(wanted("john"), "none");
}

static void what_is_unfinished_costs_a_pass(void **state)
{
    (void)state;
    isolated_john();
    assert_good(sc_store_pending_set(world.s.store, 1001, 1, &world.err));
    told("john", SC_KIND_DOMAIN_CREATED, "a", NULL);
    assert_a_pass();
    assert_good(sc_store_user_set_stale(world.s.store, 1001, "it failed", &world.err));
    told("john", SC_KIND_DOMAIN_CREATED, "a", NULL);
    assert_a_pass();
    told("john", SC_KIND_DOMAIN_CREATED, "a", NULL);
    assert_no_pass(true);
    panel_fail(SC_E_TIMEOUT, "the panel hangs");
    told("john", SC_KIND_DOMAIN_CREATED, "a", NULL);
    assert_bad(follow_events("john"), SC_E_TIMEOUT, "the panel hangs");
    assert_string_equal(stale("john"), "the panel hangs");
}

/* ---- users that come, go and are renamed ---- */

static void a_renamed_user(void **state)
{
    (void)state;
    account("john", "a");
    wants("john", "a");
    assert_pass("john");
    told("john", SC_KIND_USER_RENAMED, NULL, "jane");
    assert_awaits("john", "user jane does not exist yet");
    assert_string_equal(table("john"), "a:60000");
    call_user("john", "jane");
    assert_follows("john");
    assert_string_equal(isolated("jane"), "a:60000");
    assert_string_equal(tools_account(1001)->passwd, "jane");
    /* without isolation, over two names */
    account("mary", "m");
    assert_follows("mary");
    told("mary", SC_KIND_USER_RENAMED, NULL, "may");
    told("may", SC_KIND_USER_RENAMED, NULL, "maya");
    call_user("mary", "maya");
    assert_good(follow("mary"));
    assert_true(seen.agrees);
    assert_good(follow("may"));
    assert_string_equal(known("maya"), "m");
    assert_int_equal(stored("SELECT count(*) FROM user WHERE name IN ('mary', 'may')"), 0);
}

static void a_deleted_user(void **state)
{
    (void)state;
    uid_t uid = account("john", "a");
    wants("john", "a");
    assert_pass("john");
    tools_run_all(uid);
    const char *user = "john";
    assert_good(sc_policy_deny_users(&world.s.policy, &user, 1, &world.err));
    told("john", SC_KIND_USER_DELETED, NULL, NULL);
    told("john", SC_KIND_DOMAIN_DELETED, "a", NULL);
    assert_awaits("john", "domain a.example is still there");
    users_remove("john");
    assert_awaits("john", "the system does not know user john, but the panel has domains of it");
    assert_non_null(tools_account(uid)->table);
    panel_fail(SC_E_PANEL, "the panel failed");
    assert_bad(follow("john"), SC_E_PANEL, "the panel failed");
    assert_non_null(tools_account(uid)->table);
    panel_fail(0, NULL);
    panel_drop("a.example");
    assert_good(follow("john"));
    assert_true(seen.agrees);
    assert_null(tools_account(uid)->table);
    assert_false(tools_site(uid, 60000)->running);
    assert_int_equal(events_waiting(), 0);
    assert_int_equal(stored("SELECT count(*) FROM user"), 0);
    assert_false(root_has("/etc/cagefs/site-isolation.users.denied/john"));
    assert_good(follow("john")); /* told again */
}

/* A look-up that fails is no deletion. */
static void a_directory_that_is_down_deletes_nobody(void **state)
{
    (void)state;
    uid_t uid = account("john", "a");
    wants("john", "a");
    assert_pass("john");
    told("john", SC_KIND_USER_DELETED, NULL, NULL);
    panel_drop("a.example");
    users_fail("the directory is down");
    assert_bad(follow("john"), SC_E_SYS, "the directory is down");
    users_fail(NULL);
    assert_non_null(tools_account(uid)->table);
    assert_int_equal(stored("SELECT count(*) FROM user"), 1);
}

/* A user of whom only the uid's row is left, because the name is another's now. */
static void rows_without_a_name_end(void **state)
{
    (void)state;
    uid_t uid = account("john", "a");
    wants("john", "a");
    assert_pass("john");
    users_remove("john");
    panel_drop("a.example");
    root_mkdir("/home/new");
    users_add("john", 1050, root_at("/home/new"));
    assert_int_equal(chown(root_at("/home/new"), 1050, 1050), 0);
    assert_good(sc_store_user_put(world.s.store, 1050, "john", root_at("/home/new"), &world.err));
    assert_int_equal(stored("SELECT count(*) FROM user WHERE uid = 1001"), 1);
    assert_good(follow("#1001"));
    assert_int_equal(stored("SELECT count(*) FROM user WHERE uid = 1001"), 0);
    assert_null(tools_account(uid)->table);
    assert_good(follow("#1001")); /* there is none any more */
    assert_good(follow("#x"));
    assert_int_equal(stored("SELECT count(*) FROM user WHERE uid = 1050"), 1);
}

static void a_user_who_never_was(void **state)
{
    (void)state;
    assert_follows("nobody");
    told("nobody", SC_KIND_USER_CREATED, NULL, NULL);
    assert_awaits("nobody", "user nobody does not exist yet");
    told("nobody", SC_KIND_USER_DELETED, NULL, NULL);
    assert_follows("nobody");
    users_add("root", 0, "/root");
    assert_follows("root");
    assert_int_equal(stored("SELECT count(*) FROM user"), 0);
}

static void a_user_with_another_uid_now(void **state)
{
    (void)state;
    uid_t was = account("john", "a");
    wants("john", "a");
    assert_pass("john");
    SC_FREE char *command = NULL;
    assert_true(asprintf(&command, "chown -R 1050:1050 '%s'", users_of("john")->home) > 0);
    assert_int_equal(system(command), 0);
    users_of("john")->uid = 1050;
    assert_follows("john");
    assert_string_equal(isolated("john"), "a:60000");
    assert_null(tools_account(was)->table);
}

/* ---- events of nobody ---- */

static void events_without_a_user(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    wants("john", "a");
    assert_pass("john");
    assert_follows("mary");
    tools_run_all(1001);
    domain("john", "c", NULL);
    told("", SC_KIND_DOMAIN_CREATED, "c", NULL);
    assert_follows("");
    assert_string_equal(view_hides("john", "a"), "b.example c.example");
    told("", SC_KIND_DOMAIN_RENAMED, "m", "n.example");
    assert_awaits("", "domain n.example is not there yet");
    panel_rename("m.example", "n.example");
    assert_follows("");
    assert_string_equal(known("mary"), "n");
    told("", SC_KIND_DOMAIN_DELETED, "x", NULL); /* of nobody */
    assert_follows("");
    /* of several, one of whom is no more: his own event, or the full pass, tells */
    panel_drop("a.example");
    panel_rename("n.example", "p.example");
    users_remove("mary");
    told("", SC_KIND_DOMAIN_DELETED, "a", NULL);
    told("", SC_KIND_DOMAIN_RENAMED, "n", "p.example");
    told("", SC_KIND_DOMAIN_RENAMED, "n", "p.example");
    assert_follows("");
    assert_string_equal(isolated("john"), "");
}

/* Many names are one question. */
static void many_events_without_a_user_are_one_question(void **state)
{
    (void)state;
    account("john", "a b c d e f");
    for (const char *name = "abcdef"; *name; name++)
        told("", SC_KIND_DOMAIN_CREATED, (char[]){*name, 0}, NULL);
    panel_asked = 0;
    assert_follows("");
    assert_int_equal(panel_asked, 2); /* for all, and then john's */
    assert_string_equal(known("john"), "a b c d e f");
    told("", SC_KIND_DOMAIN_DELETED, "a", NULL);
    panel_fail(SC_E_PANEL, "the panel failed");
    assert_bad(follow(""), SC_E_PANEL, "the panel failed");
}

/* ---- the full pass ---- */

static char found_users[256];

static void found(const char *user, void *arg)
{
    size_t n = strlen(found_users);
    assert_ptr_equal(arg, &seen);
    snprintf(found_users + n, sizeof(found_users) - n, "%s%s", n ? " " : "", user);
}

/* Who needs a pass of his own. */
static const char *survey(void)
{
    found_users[0] = 0;
    assert_good(sc_follow_survey(&world.s, found, &seen, NULL, NULL, &world.err));
    return found_users;
}

static void a_server_without_isolation_is_copied(void **state)
{
    (void)state;
    size_t domains = 0, users = 0;
    account("john", "a b");
    account("mary", "m");
    panel_put("x.example", "stranger", "/srv/x");
    found_users[0] = 0;
    assert_good(sc_follow_survey(&world.s, found, &seen, &domains, &users, &world.err));
    assert_int_equal(domains, 4);
    assert_int_equal(users, 2);
    assert_string_equal(found_users, "");
    assert_string_equal(known("john"), "a b");
    assert_string_equal(known("mary"), "m");
    int64_t before = stored("SELECT total_changes()");
    assert_string_equal(survey(), "");
    assert_int_equal(stored("SELECT total_changes()"), before); /* nothing new: nothing written */
    panel_put("b.example", "mary", "/srv/b");
    panel_drop("a.example");
    assert_string_equal(survey(), "");
    assert_string_equal(known("john"), "");
    assert_string_equal(known("mary"), "b m");
}

static void who_differs_and_is_isolated_is_told(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    account("anna", "n");
    wants("john", "a");
    assert_pass("john");
    survey();
    assert_string_equal(survey(), "");
    domain("john", "c", NULL);
    domain("mary", "d", NULL);
    assert_string_equal(survey(), "john");
    assert_string_equal(known("john"), "a b"); /* its own pass sees to it */
    assert_string_equal(known("mary"), "d m");
    assert_follows("john");
    assert_string_equal(survey(), "");
    /* a document root; a home; a name */
    domain("john", "b", "elsewhere");
    assert_string_equal(survey(), "john");
    assert_follows("john");
    call_user("anna", "nina");
    assert_string_equal(survey(), "anna");
    assert_follows("anna");
    assert_string_equal(known("nina"), "n");
    users_remove("john");
    for (const char *name = "abc"; *name; name++)
        panel_drop((char[]){*name, '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0});
    assert_string_equal(survey(), "john");
    assert_good(follow("john"));
    assert_string_equal(survey(), "");
}

static void an_account_that_arrives_with_wishes_is_told(void **state)
{
    (void)state;
    account("john", "a");
    wants("john", "a");
    assert_string_equal(survey(), "john");
    assert_string_equal(table("john"), "none");
    assert_follows("john");
    assert_string_equal(table("john"), "a:60000");
    assert_string_equal(survey(), "");
}

static void names_that_are_missed_for_long(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    wants("john", "a b");
    assert_pass("john");
    survey();
    panel_drop("a.example");
    panel_drop("m.example");
    assert_follows("john");
    assert_follows("mary");
    assert_int_equal(stored("SELECT count(*) FROM missed"), 2);
    assert_string_equal(survey(), "");
    world.now += 700;
    assert_string_equal(survey(), "john");
    assert_int_equal(stored("SELECT count(*) FROM missed"), 1); /* mary's is forgotten */
    assert_follows("john");
    assert_string_equal(wanted("john"), "b");
}

/* What does not answer is left to a visit of its own: nobody else waits for it. */
static void a_home_that_hangs_is_left_to_its_own_visit(void **state)
{
    (void)state;
    account("anna", "a");
    account("john", "b");
    account("mary", "c");
    wants("mary", "c");
    assert_string_equal(survey(), "mary"); /* the control: it is mary's wishes alone */
    domain("anna", "d", NULL);
    domain("john", "e", NULL);
    domain("mary", "f", NULL);
    root_hang(users_of("john")->home);
    assert_string_equal(survey(), "john mary");
    root_fail(NULL, 0);
    assert_string_equal(known("anna"), "a d");
}

static void a_survey_that_cannot_be_made(void **state)
{
    (void)state;
    account("john", "a");
    panel_fail(SC_E_PANEL, "the panel failed");
    assert_bad(sc_follow_survey(&world.s, found, &seen, NULL, NULL, &world.err), SC_E_PANEL,
               "the panel failed");
    panel_fail(0, NULL);
    users_fail("the directory is down");
    assert_bad(sc_follow_survey(&world.s, found, &seen, NULL, NULL, &world.err), SC_E_SYS,
               "the directory is down");
    users_fail(NULL);
    assert_int_equal(stored("SELECT count(*) FROM user"), 0);
}

static void odd_entries_in_a_survey(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    wants("john", "a");
    assert_pass("john");
    survey();
    panel_drop("b.example");
    panel_odd("b.example", NULL, NULL, false, "b.example has two owners");
    assert_string_equal(survey(), "");
    assert_string_equal(known("john"), "a b");
    panel_drop("m.example");
    panel_odd(NULL, "mary", NULL, true, "mary's list is cut short");
    assert_string_equal(survey(), "");
    assert_string_equal(known("mary"), "m");
}

/* A directory service lists nobody, and knows whom it is asked for. */
static void accounts_of_a_directory_service(void **state)
{
    (void)state;
    size_t users = 0;
    account("john", "a");
    account("mary", "m");
    users_of("john")->unlisted = users_of("mary")->unlisted = true;
    users_add("root", 0, "/root");
    panel_put("r.example", "root", "/root/r");
    assert_good(sc_follow_survey(&world.s, found, &seen, NULL, &users, &world.err));
    assert_int_equal(users, 2);
    assert_string_equal(known("john"), "a");
    assert_string_equal(known("mary"), "m");
    assert_string_equal(survey(), "");
    panel_drop("m.example");
    assert_string_equal(survey(), "");
    assert_string_equal(known("mary"), "");
}

/* What one account's answer closed, the answer for all need not tell again. */
static void places_of_odd_entries_differ_from_nothing(void **state)
{
    (void)state;
    account("john", "a");
    wants("john", "a");
    panel_odd(NULL, NULL, in_home("john", "somewhere"), false, "an entry has no name");
    assert_pass("john");
    assert_int_equal(stored("SELECT count(*) FROM domain WHERE name LIKE '?%'"), 1);
    survey();
    assert_string_equal(survey(), "");
}

/* ---- what killed commands left ---- */

static const char *pending(void)
{
    found_users[0] = 0;
    assert_good(sc_follow_pending(&world.s, found, &seen, &world.err));
    return found_users;
}

static void unfinished_changes_are_told(void **state)
{
    (void)state;
    account("john", "a");
    uid_t mary = account("mary", "m");
    wants("john", "a");
    wants("mary", "m");
    assert_pass("mary");
    tools_run_all(mary);
    assert_string_equal(pending(), "");
    stop_before("table");
    assert_bad(pass("john"), SC_E_SYS, "table");
    assert_bad(pass("mary"), SC_E_SYS, "table");
    stop_before(NULL);
    SC_FD int lock = -EBADF;
    assert_good(sc_account_lock(1001, 0, &lock, &world.err));
    users_remove("mary");
    assert_string_equal(pending(), ""); /* somebody is at john; mary is no more */
    assert_false(is_pending(mary));
    assert_false(tools_site(mary, 60000)->running);
    sc_close(&lock);
    assert_string_equal(pending(), "john");
}

static void a_deny_that_was_cut_short_is_finished(void **state)
{
    (void)state;
    account("john", "a");
    account("mary", "m");
    wants("john", "a");
    wants("mary", "m");
    assert_pass("john");
    assert_pass("mary");
    assert_good(sc_store_meta_set(world.s.store, "deny.under_way", "john\nnobody\n", &world.err));
    assert_string_equal(pending(), "");
    assert_string_equal(table("john"), "none");
    assert_string_equal(table("mary"), "m:60001");
    assert_true(root_has("/etc/cagefs/site-isolation.users.denied/john"));
    assert_good(sc_store_meta_set(world.s.store, "deny.under_way", "*", &world.err));
    pending();
    assert_string_equal(table("mary"), "none");
    assert_int_equal(stored("SELECT count(*) FROM meta WHERE key = 'deny.under_way'"), 0);
    assert_false(root_has("/opt/cloudlinux/flags/enabled-flags.d/website-isolation.flag"));
}

/* ---- what is watched ---- */

static void isolated_accounts_are_watched(void **state)
{
    (void)state;
    bool any = true;
    SC_CLEANUP(sc_watched_done) struct sc_watched w = {0};
    account("john", "a b");
    account("mary", "m");
    account("anna", "n");
    domain("john", "www", "a.example");
    assert_good(sc_follow_any_isolated(&world.s, &any, &world.err));
    assert_false(any);
    wants("john", "a");
    wants("anna", "n");
    assert_pass("john");
    assert_pass("anna");
    assert_good(sc_follow_any_isolated(&world.s, &any, &world.err));
    assert_true(any);
    assert_good(sc_follow_watched(&world.s, (uid_t)-1, &w, &world.err));
    assert_int_equal(w.n, 2);
    assert_string_equal(w.v[0].user, "john");
    assert_string_equal(w.v[0].home, users_of("john")->home);
    assert_int_equal(w.v[0].n_paths, 2); /* each once */
    assert_string_equal(w.v[0].paths[1], in_home("john", "b.example"));
    assert_int_equal(w.v[1].uid, 1003);
    sc_watched_done(&w);
    assert_good(sc_follow_watched(&world.s, 1003, &w, &world.err));
    assert_int_equal(w.n, 1);
    sc_watched_done(&w);
    users_remove("john");
    assert_good(sc_follow_watched(&world.s, (uid_t)-1, &w, &world.err));
    assert_int_equal(w.n, 1);
    assert_string_equal(w.v[0].user, "anna");
    users_fail("the directory is down");
    assert_bad(sc_follow_watched(&world.s, (uid_t)-1, &w, &world.err), SC_E_SYS,
               "the directory is down");
}

/* Who deploys changes a link, and nobody says so. */
static void links_to_what_sites_were_given_are_watched(void **state)
{
    (void)state;
    SC_CLEANUP(sc_watched_done) struct sc_watched w = {0};
    account("john", "a");
    home_mkdir("john", "kit/releases/3");
    home_mkdir("john", "plain");
    home_link("john", "kit/current", "releases/3");
    wants_text("john", "{\"domains\": {\"a.example\": {\"isolated\": true, \"paths\": {\"ro\": "
                       "[\"kit/current\", \"plain\"]}}}}");
    assert_pass("john");
    assert_good(sc_follow_watched(&world.s, (uid_t)-1, &w, &world.err));
    assert_int_equal(w.v[0].n_paths, 2); /* what is no link is not: it would be another directory */
    assert_string_equal(w.v[0].paths[0], in_home("john", "a.example"));
    assert_string_equal(w.v[0].paths[1], in_home("john", "kit/current"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(an_isolated_account_is_followed_by_a_pass),
        world_test(an_account_without_isolation_costs_a_copy),
        world_test(a_home_that_came_with_wishes_is_in_force),
        world_test(wishes_that_come_later_are_in_force_with_any_event),
        world_test(a_panel_that_fails_leaves_what_was_and_says_so),
        world_test(whoever_changes_the_account_is_not_waited_for),
        world_test(events_that_tell_nothing_new_cost_no_pass),
        world_test(what_may_be_new_costs_a_pass),
        world_test(the_users_file_costs_a_pass_when_it_is_another),
        world_test(the_users_file_after_a_pass_that_failed),
        world_test(a_name_that_is_waited_for_is_ended_by_its_deletion),
        world_test(what_is_unfinished_costs_a_pass),
        world_test(a_renamed_user),
        world_test(a_deleted_user),
        world_test(a_directory_that_is_down_deletes_nobody),
        world_test(rows_without_a_name_end),
        world_test(a_user_who_never_was),
        world_test(a_user_with_another_uid_now),
        world_test(events_without_a_user),
        world_test(many_events_without_a_user_are_one_question),
        world_test(a_server_without_isolation_is_copied),
        world_test(who_differs_and_is_isolated_is_told),
        world_test(an_account_that_arrives_with_wishes_is_told),
        world_test(names_that_are_missed_for_long),
        world_test(a_home_that_hangs_is_left_to_its_own_visit),
        world_test(a_survey_that_cannot_be_made),
        world_test(odd_entries_in_a_survey),
        world_test(accounts_of_a_directory_service),
        world_test(places_of_odd_entries_differ_from_nothing),
        world_test(unfinished_changes_are_told),
        world_test(a_deny_that_was_cut_short_is_finished),
        world_test(isolated_accounts_are_watched),
        world_test(links_to_what_sites_were_given_are_watched),
    };
    return world_run(tests);
}
