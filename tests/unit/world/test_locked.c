/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users whom the administrator has locked. */
#include "tests/unit/world/engine.h"

#include "core/account/notes.h"
#include "core/base/error_code.h"
#include "core/engine/user.h"

static int complete(void **state)
{
    int rc = world_setup(state);
    world_complete();
    return rc;
}

#define engine_test(f) cmocka_unit_test_setup_teardown(f, complete, world_teardown)

static int lock(const char *user)
{
    return sc_engine_lock_users(&world.s, &user, 1, &watcher, &world.err);
}

static int unlock(const char *user)
{
    return sc_engine_unlock_users(&world.s, &user, 1, &watcher, &world.err);
}

static int user_disable(const char *user, const char *domains)
{
    struct word_list *l = list_of(domains);
    return sc_engine_user_disable(&world.s, uid_of(user), l->v, l->n, &world.err);
}

static int user_enable(const char *user, const char *domains)
{
    struct word_list *l = list_of(domains);
    return sc_engine_user_enable(&world.s, uid_of(user), l->v, l->n, true, NULL, &world.err);
}

static void a_locked_user_adds_and_does_not_take_away(void **state)
{
    (void)state;
    account("john", "a b c");
    account("mary", "m");
    assert_good(user_enable("john", "a.example"));
    assert_good(user_enable("mary", "m.example"));
    assert_good(lock("john"));
    assert_bad(user_disable("john", "a.example"), SC_E_DENIED, "is locked");
    assert_string_equal(sc_error_word(&world.err), "locked");
    assert_good(user_enable("john", "b.example"));
    assert_bad(user_disable("john", "b.example"), SC_E_DENIED, "is locked");
    assert_string_equal(isolated("john"), "a:60000 b:60002");
    assert_good(user_disable("mary", "m.example")); /* control */
    assert_good(unlock("john"));
    assert_good(user_disable("john", "a.example b.example"));
    assert_string_equal(isolated("john"), "");
}

static void his_file_is_not_followed(void **state)
{
    (void)state;
    account("john", "a b");
    wants("john", "a b");
    assert_pass("john");
    wants("john", "b"); /* control */
    assert_pass("john");
    assert_string_equal(isolated("john"), "b:60001");
    wants("john", "a b");
    assert_pass("john");
    const char *both = isolated("john");
    char before[64];
    snprintf(before, sizeof(before), "%s", both);
    assert_good(lock("john"));
    wants("john", "b");
    assert_pass("john");
    assert_string_equal(isolated("john"), before);
    assert_string_equal(wanted("john"), "a b");
    wants_nothing("john");
    assert_pass("john");
    assert_string_equal(isolated("john"), before);
    assert_string_equal(wanted("john"), "a b");
    SC_BUF struct sc_buf note = SC_BUF_INIT;
    sc_note_read(1001, SC_NOTE_LOCK, &note);
    assert_non_null(note.data);
    assert_non_null(strstr(note.data, "a.example (isolated)"));
    assert_good(unlock("john"));
    wants("john", "b");
    assert_pass("john");
    assert_string_equal(isolated("john"), "b:60001");
}

/* Each thing that opens is shut again, under each name of the document root. */
static void his_sites_open_no_more(void **state)
{
    (void)state;
    account("john", "a b");
    domain("john", "www", "a.example");
    home_mkdir("john", "private-things");
    world.s.conf.home = SC_HOME_PRIVATE;
#define OPEN "\"paths\": {\"ro\": [\"private-things\"]}, \"home\": \"shared\""
    wants_text("john", "{\"domains\": {\"a.example\": {\"isolated\": true}}}");
    assert_pass("john");
    assert_good(lock("john"));
    wants_text("john", "{\"domains\": {\"a.example\": {\"isolated\": true, " OPEN "}, "
                       "\"www.example\": {\"isolated\": true, " OPEN "}}}");
    SC_CLEANUP(sc_facts_done) struct sc_facts f = {0};
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    assert_pass("john");
    assert_good(sc_account_open("john", 1000, &a, &world.err));
    assert_good(sc_pass_gather(&world.s, &a, SC_FACTS_STRICT, NULL, &f, &world.err));
    for (size_t i = 0; i < f.config.n; i++) {
        assert_true(f.config.entries[i].isolated);
        assert_int_equal(f.config.entries[i].n_paths, 0);
        assert_int_equal(f.config.entries[i].home, SC_HOME_UNSET);
    }
    assert_int_equal(f.config.n, 2);
}

static void the_administrator_may(void **state)
{
    (void)state;
    account("john", "a b");
    assert_good(user_enable("john", "a.example b.example"));
    assert_good(lock("john"));
    assert_good(disable("a.example"));
    assert_string_equal(isolated("john"), "b:60001");
    assert_pass("john"); /* and it stays so */
    assert_string_equal(isolated("john"), "b:60001");
    assert_string_equal(wanted("john"), "b");
    const char *user = "john";
    assert_good(sc_engine_deny_users(&world.s, &user, 1, &watcher, &world.err));
    assert_string_equal(isolated("john"), "");
    assert_good(sc_engine_allow_users(&world.s, &user, 1, &watcher, &world.err));
    assert_pass("john");
    assert_string_equal(isolated("john"), "");
    assert_bad(lock("nobody-here"), SC_E_NOTFOUND, "nobody-here");
}

/* The panel's renames and removals are no doing of his. */
static void names_go_along(void **state)
{
    (void)state;
    account("john", "a b");
    wants("john", "a b");
    assert_pass("john");
    assert_good(lock("john"));
    panel_drop("a.example");
    told("john", "domain-renamed", "a.example", "new.example");
    domain("john", "new", "a.example");
    assert_pass("john");
    assert_string_equal(isolated("john"), "b:60001 new:60000");
    wants("john", "b");
    assert_pass("john");
    assert_string_equal(isolated("john"), "b:60001 new:60000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        engine_test(a_locked_user_adds_and_does_not_take_away),
        engine_test(his_file_is_not_followed),
        engine_test(his_sites_open_no_more),
        engine_test(the_administrator_may),
        engine_test(names_go_along),
    };
    return world_run(tests);
}
