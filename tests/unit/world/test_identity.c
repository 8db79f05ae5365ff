/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and uids are given again: which account keeps its sites, and who inherits nothing. */
#include "tests/unit/fakes/world.h"

#include <unistd.h>

#include "core/account/account.h"
#include "core/account/identity.h"
#include "core/facts/gather.h"

/* john with a isolated and running. */
static uid_t john(void)
{
    uid_t uid = account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    tools_run_all(uid);
    return uid;
}

static void call_user(const char *user, const char *now)
{
    struct fake_user *u = users_of(user);
    snprintf(u->name, sizeof(u->name), "%s", now);
    panel_rename_owner(user, now);
}

/* The home at another place. */
static void move_home(const char *user, const char *to)
{
    struct fake_user *u = users_of(user);
    char path[128];
    snprintf(path, sizeof(path), "/home/%s", to);
    assert_int_equal(rename(u->home, root_at(path)), 0);
    snprintf(u->home, sizeof(u->home), "%s", root_at(path));
}

static void give_home(const char *user)
{
    SC_FREE char *command = NULL;
    const struct fake_user *u = users_of(user);
    assert_true(asprintf(&command, "chown -R %u:%u '%s'", u->uid, u->uid, u->home) > 0);
    assert_int_equal(system(command), 0);
}

static bool denied(const char *user)
{
    char path[128];
    snprintf(path, sizeof(path), "/etc/cagefs/site-isolation.users.denied/%s", user);
    return root_has(path);
}

static void deny(const char *user)
{
    assert_good(sc_policy_deny_users(&world.s.policy, &user, 1, &world.err));
}

static void a_renamed_account_keeps_all(void **state)
{
    (void)state;
    uid_t uid = john();
    deny("john");
    told("john", SC_KIND_USER_RENAMED, NULL, "jane");
    call_user("john", "jane");
    assert_pass("jane");
    assert_string_equal(isolated("jane"), "a:60000");
    assert_int_equal(tools_site(uid, 60000)->ends, 1); /* its processes know the old name */
    assert_string_equal(tools_account(uid)->passwd, "jane");
    assert_true(denied("jane"));
    assert_false(denied("john"));
    assert_int_equal(storages("jane"), 1);
    assert_int_equal(events_waiting(), 1); /* the old name's: the daemon knows whose it is */
    assert_pass("jane");
    assert_int_equal(tools_site(uid, 60000)->ends, 1);
}

/* Nobody told: the home is the same. */
static void a_rename_shows_by_the_home(void **state)
{
    (void)state;
    john();
    call_user("john", "jane");
    assert_pass("jane");
    assert_string_equal(isolated("jane"), "a:60000");
    assert_string_equal(table("jane"), "a:60000");
}

/* … or the storage of a site is in the new home. */
static void a_rename_shows_by_the_storage(void **state)
{
    (void)state;
    john();
    call_user("john", "jane");
    move_home("jane", "jane");
    panel_put("a.example", "jane", in_home("jane", "a.example"));
    panel_put("b.example", "jane", in_home("jane", "b.example"));
    assert_pass("jane");
    assert_string_equal(isolated("jane"), "a:60000");
    assert_int_equal(storages("jane"), 1);
}

/* The uid is another account's now: its home is new, nothing in it proves anything. */
static void who_gets_the_uid_inherits_nothing(void **state)
{
    (void)state;
    uid_t uid = john();
    deny("john");
    users_remove("john");
    panel_drop("a.example");
    panel_drop("b.example");
    root_mkdir("/home/mary");
    users_add("mary", uid, root_at("/home/mary"));
    assert_int_equal(chown(root_at("/home/mary"), uid, uid), 0);
    domain("mary", "a", NULL);
    assert_pass("mary");
    assert_string_equal(isolated("mary"), "");
    assert_string_equal(known("mary"), "a");
    assert_string_equal(table("mary"), "none");
    assert_false(tools_site(uid, 60000)->running);
    assert_false(tools_site(uid, 60000)->files);
    assert_int_equal(stored("SELECT count(*) FROM site"), 0);
    assert_false(denied("john"));
}

/* The panel told that the account was deleted: even its own home proves nothing any more. */
static void an_account_that_was_deleted_and_made_again(void **state)
{
    (void)state;
    uid_t uid = john();
    told("john", SC_KIND_USER_DELETED, NULL, NULL);
    users_remove("john");
    users_add("jane", uid, root_at("/home/john"));
    panel_rename_owner("john", "jane");
    assert_pass("jane");
    assert_int_equal(stored("SELECT count(*) FROM site WHERE id = 60000"), 0);
    assert_false(tools_site(uid, 60000)->running);
}

/* The same name and home with another uid: its sites follow, what was made ends. */
static void an_account_with_another_uid(void **state)
{
    (void)state;
    uid_t was = john();
    SC_FREE char *plan = strdup(site_of("john", "a")->plan);
    users_of("john")->uid = 1050;
    give_home("john");
    assert_pass("john");
    assert_string_equal(isolated("john"), "a:60000");
    assert_string_equal(table("john"), "a:60000");
    assert_int_equal(storages("john"), 1);
    assert_null(tools_account(was)->table);
    assert_false(tools_account(was)->mark);
    assert_false(tools_site(was, 60000)->running);
    assert_int_equal(stored("SELECT count(*) FROM user"), 1);
    assert_false(is_pending(was));
    assert_false(is_pending(1050));
    const char *token = strstr(plan, "john ") + 5; /* of the line "site ID UID GID USER TOKEN" */
    SC_FREE char *same = strndup(token, 32);
    assert_non_null(strstr(site_of("john", "a")->plan, same));
}

/* The name was given to a new account, which has none of the old one's storage. */
static void who_gets_the_name_inherits_nothing(void **state)
{
    (void)state;
    uid_t was = john();
    users_remove("john");
    root_mkdir("/home/new");
    users_add("john", 1050, root_at("/home/new"));
    assert_int_equal(chown(root_at("/home/new"), 1050, 1050), 0);
    panel_put("a.example", "john", in_home("john", "a.example"));
    panel_put("b.example", "john", in_home("john", "b.example"));
    home_mkdir("john", "a.example");
    home_mkdir("john", "b.example");
    assert_pass("john");
    assert_string_equal(isolated("john"), "");
    assert_null(tools_account(was)->table);
    assert_false(tools_site(was, 60000)->running);
    assert_int_equal(stored("SELECT count(*) FROM site"), 0);
}

/* john is called jane now, and mary is called john: john's own pass has not been made yet. */
static void names_that_change_places(void **state)
{
    (void)state;
    uid_t one = john();
    uid_t two = account("mary", "m");
    wants("mary", "m");
    assert_pass("mary");
    call_user("john", "jane");
    call_user("mary", "john");
    assert_pass("john");
    assert_string_equal(isolated("john"), "m:60001");
    assert_string_equal(isolated("jane"), "a:60000");
    assert_int_equal(stored("SELECT count(*) FROM user"), 2);
    assert_int_equal(uid_of("jane"), one);
    assert_int_equal(uid_of("john"), two);
    assert_pass("jane");
    assert_string_equal(table("jane"), "a:60000");
}

/* Somebody is at what the old uid has: nothing is done to it, the pass is made again. */
static void an_account_that_somebody_changes_is_waited_for(void **state)
{
    (void)state;
    uid_t was = john();
    users_of("john")->uid = 1050;
    give_home("john");
    SC_FD int lock = -EBADF;
    assert_good(sc_account_lock(was, 0, &lock, &world.err));
    assert_bad(pass("john"), SC_E_BUSY, "another change of the account with uid 1001");
    assert_int_equal(stored("SELECT count(*) FROM site WHERE uid = 1001"), 1);
    assert_true(tools_site(was, 60000)->running);
    sc_close(&lock);
    assert_pass("john");
    assert_int_equal(stored("SELECT count(*) FROM site WHERE uid = 1050"), 1);
    assert_false(tools_site(was, 60000)->running);
}

/* What cannot be found out ends nothing. */
static void look_ups_that_fail_end_nothing(void **state)
{
    (void)state;
    uid_t was = john();
    users_of("john")->uid = 1050;
    give_home("john");
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    assert_good(sc_account_open("john", 0, &a, &world.err));
    users_fail("the directory is down");
    assert_bad(sc_pass_user(&world.s, &a, SC_FACTS_LAST_GOOD, &world.err), SC_E_SYS,
               "the directory is down");
    assert_non_null(tools_account(was)->table);
    assert_true(tools_site(was, 60000)->running);
    assert_int_equal(stored("SELECT count(*) FROM site WHERE uid = 1001"), 1);
    users_fail(NULL);
    assert_good(sc_pass_user(&world.s, &a, SC_FACTS_LAST_GOOD, &world.err));
    assert_null(tools_account(was)->table);
}

/* Gathering alone writes nothing: an account that moved has no sites yet. */
static void who_only_looks_changes_nothing(void **state)
{
    (void)state;
    john();
    call_user("john", "jane");
    int64_t before = 0, after = 0;
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    SC_CLEANUP(sc_facts_done) struct sc_facts f = {0};
    assert_good(sc_account_open("jane", 0, &a, &world.err));
    before = stored("SELECT total_changes()");
    assert_good(sc_facts_gather(&world.s, &a, SC_FACTS_STRICT, NULL, &f, &world.err));
    after = stored("SELECT total_changes()");
    assert_true(f.renamed);
    assert_int_equal(before, after);
    assert_int_equal(stored("SELECT count(*) FROM user WHERE name = 'john'"), 1);
}

/* ---- the judgement alone ---- */

static void what_events_told_of_a_name(void **state)
{
    (void)state;
    const struct sc_event_row rows[] = {
        {.kind = SC_KIND_USER_RENAMED, .user = "a", .new_name = "b"},
        {.kind = SC_KIND_USER_RENAMED, .user = "b", .new_name = "c"},
        {.kind = SC_KIND_USER_DELETED, .user = "c"},
        {.kind = SC_KIND_USER_CREATED, .user = "c"},
        {.kind = SC_KIND_USER_DELETED, .user = NULL},
    };
    const struct sc_event_list one = {(struct sc_event_row *)(uintptr_t)rows, 1},
                               two = {(struct sc_event_row *)(uintptr_t)rows, 2},
                               all = {(struct sc_event_row *)(uintptr_t)rows, 5};
    assert_int_equal(sc_identity_told(&one, "a", "b"), SC_TOLD_RENAMED);
    assert_int_equal(sc_identity_told(&one, "a", "c"), SC_TOLD_NOTHING);
    assert_int_equal(sc_identity_told(&one, "x", "b"), SC_TOLD_NOTHING);
    assert_int_equal(sc_identity_told(&two, "a", "c"), SC_TOLD_RENAMED);
    assert_int_equal(sc_identity_told(&two, "b", "c"), SC_TOLD_RENAMED);
    assert_int_equal(sc_identity_told(&all, "a", "c"), SC_TOLD_DELETED);
}

static void who_is_the_same(void **state)
{
    (void)state;
    static const struct {
        struct sc_clues c;
        bool same;
    } cases[] = {
        {{.told = SC_TOLD_RENAMED}, true},
        {{.told = SC_TOLD_DELETED, .storage = true, .same_home = true, .shares = true}, false},
        {{.sites = true, .storage = true}, true},
        {{.sites = true, .same_home = true}, true},
        {{.sites = true, .shares = true}, false}, /* a domain alone proves no site */
        {{.shares = true}, true},
        {{.sites = false}, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (sc_identity_is_same(&cases[i].c) != cases[i].same)
            fail_msg("case %zu", i);
}

static void events_that_the_system_has_followed(void **state)
{
    (void)state;
    account("john", "");
    struct sc_event_row e = {.kind = SC_KIND_USER_CREATED, .user = "john"};
    assert_true(sc_identity_agrees(&e, 1001, "john"));
    assert_false(sc_identity_agrees(&e, 1001, "jane"));
    e = (struct sc_event_row){.kind = SC_KIND_USER_RENAMED, .user = "old", .new_name = "john"};
    assert_true(sc_identity_agrees(&e, 1001, "john"));
    users_add("old", 1001, "/");
    assert_false(sc_identity_agrees(&e, 1001, "john")); /* both names are there */
    users_remove("old");
    e = (struct sc_event_row){.kind = SC_KIND_USER_DELETED, .user = "old"};
    assert_true(sc_identity_agrees(&e, 1001, "john"));
    e.user = "john";
    assert_false(sc_identity_agrees(&e, 1001, "john"));
    e.kind = SC_KIND_DOMAIN_CREATED;
    assert_false(sc_identity_agrees(&e, 1001, "john"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_renamed_account_keeps_all),
        world_test(a_rename_shows_by_the_home),
        world_test(a_rename_shows_by_the_storage),
        world_test(who_gets_the_uid_inherits_nothing),
        world_test(an_account_that_was_deleted_and_made_again),
        world_test(an_account_with_another_uid),
        world_test(who_gets_the_name_inherits_nothing),
        world_test(names_that_change_places),
        world_test(an_account_that_somebody_changes_is_waited_for),
        world_test(look_ups_that_fail_end_nothing),
        world_test(who_only_looks_changes_nothing),
        cmocka_unit_test(what_events_told_of_a_name),
        cmocka_unit_test(who_is_the_same),
        world_test(events_that_the_system_has_followed),
    };
    return world_run(tests);
}
