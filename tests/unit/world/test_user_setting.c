/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What users set in domains.json by isolatectl home and paths. */
#include "tests/unit/world/engine.h"

#include "core/account/notes.h"
#include "core/base/error_code.h"
#include "core/check/internal.h"
#include "core/engine/user.h"
#include "core/engine/user_setting.h"

static int complete(void **state)
{
    int rc = world_setup(state);
    world_complete();
    return rc;
}

#define engine_test(f) cmocka_unit_test_setup_teardown(f, complete, world_teardown)

static struct sc_user_setting_now now;

static int set(const char *user, const char *name, struct sc_user_setting want)
{
    sc_user_setting_now_done(&now);
    return sc_engine_user_setting(&world.s, uid_of(user), name, &want, &now, &world.err);
}

static int home(const char *user, const char *name, enum sc_home kind)
{
    return set(user, name, (struct sc_user_setting){.is = SC_SETTING_HOME, .home = kind});
}

static int give(const char *user, const char *name, const char *path, bool rw)
{
    return set(user, name, (struct sc_user_setting){.is = SC_SETTING_PATH, .path = path, .rw = rw});
}

static int take(const char *user, const char *name, const char *path)
{
    return set(user, name, (struct sc_user_setting){.is = SC_SETTING_NO_PATH, .path = path});
}

static int user_enable(const char *user, const char *domains)
{
    struct word_list *l = list_of(domains);
    return sc_engine_user_enable(&world.s, uid_of(user), l->v, l->n, true, NULL, &world.err);
}

static void the_file_says_what_was_set(void **state)
{
    (void)state;
    account("john", "a b");
    home_mkdir("john", "uploads");
    home_mkdir("john", "old");
    assert_good(user_enable("john", "a.example"));
    assert_good(home("john", "A.example", SC_HOME_SHARED));
    assert_true(now.isolated);
    assert_string_equal(now.entry.data, "{\"home\": \"shared\"}");
    assert_good(give("john", "a.example", "~/uploads", true));
    assert_good(give("john", "a.example", "old", false));
    assert_string_equal(
        now.entry.data,
        "{\"home\": \"shared\", \"paths\": {\"ro\": [\"old\"], \"rw\": [\"uploads\"]}}");
    assert_good(
        give("john", "a.example", in_home("john", "old"), true)); /* once, with its last mode */
    assert_string_equal(now.entry.data,
                        "{\"home\": \"shared\", \"paths\": {\"rw\": [\"uploads\", \"old\"]}}");
    assert_good(take("john", "a.example", "uploads/"));
    assert_good(home("john", "a.example", SC_HOME_UNSET));
    assert_string_equal(now.entry.data, "{\"paths\": {\"rw\": [\"old\"]}}");
    assert_bad(take("john", "a.example", "uploads"), SC_E_NOTFOUND,
               "a.example is not given the path ~/uploads");
    /* before it is isolated */
    assert_good(give("john", "b.example", "uploads", false));
    assert_false(now.isolated);
    assert_string_equal(now.entry.data, "{\"paths\": {\"ro\": [\"uploads\"]}}");
    assert_string_equal(isolated("john"), "a:60000");
}

static void nothing_of_others_is_given(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    home_mkdir("john", "uploads");
    home_mkdir("john", ".ssh");
    home_put("john", "b.example/composer.json", "{}");
    home_mkdir("john", "b.example/data");
    home_link("john", "alias", "b.example");
    home_link("john", "away", "/etc");
    assert_good(user_enable("john", "a.example"));
    assert_bad(
        give("john", "a.example", "b.example/data", false), SC_E_DENIED,
        "~/b.example/data cannot be given to a.example: it is inside the document root of another "
        "site");
    assert_bad(give("john", "a.example", "alias", false), SC_E_DENIED, "of another site");
    assert_bad(give("john", "a.example", ".ssh", false), SC_E_DENIED, "hidden from every site");
    assert_bad(give("john", "a.example", "away", false), SC_E_NOTFOUND, "~/away cannot be given");
    assert_bad(give("john", "a.example", "nowhere", false), SC_E_NOTFOUND,
               "~/nowhere cannot be given");
    static const char *const none[] = {"../mary/m", "/etc", "", "~", ".", "~mary/m", "a\xff"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        if (give("john", "a.example", none[i], false) >= 0)
            fail_msg("'%s' is given", none[i]);
    assert_bad(give("john", "m.example", "uploads", false), SC_E_NOTFOUND,
               "Please specify existing domain name and try again");
    assert_bad(home("john", "m.example", SC_HOME_SHARED), SC_E_NOTFOUND, "existing domain name");
    assert_good(give("john", "a.example", "uploads", false)); /* control */
    assert_string_equal(now.entry.data, "{\"paths\": {\"ro\": [\"uploads\"]}}");
}

static void who_is_locked_opens_nothing_more(void **state)
{
    (void)state;
    const char *user = "john";
    account("john", "a b");
    home_mkdir("john", "uploads");
    home_mkdir("john", "old");
    assert_good(user_enable("john", "a.example"));
    assert_good(give("john", "a.example", "old", true));
    assert_good(sc_engine_lock_users(&world.s, &user, 1, &watcher, &world.err));
    assert_bad(home("john", "a.example", SC_HOME_SHARED), SC_E_DENIED, "is locked");
    assert_string_equal(sc_error_word(&world.err), SC_IS_LOCKED);
    assert_bad(give("john", "a.example", "uploads", false), SC_E_DENIED, "is locked");
    assert_string_equal(sc_error_word(&world.err), SC_IS_LOCKED);
    assert_good(home("john", "a.example", SC_HOME_PRIVATE));
    assert_good(give("john", "a.example", "old", false));
    assert_bad(give("john", "a.example", "old", true), SC_E_DENIED, "is locked");
    assert_good(take("john", "a.example", "old"));
    assert_good(give("john", "b.example", "uploads", false)); /* isolates nobody less */
    assert_good(sc_engine_unlock_users(&world.s, &user, 1, &watcher, &world.err));
    assert_good(give("john", "a.example", "uploads", true));
}

static void who_may_not_choose_does_not(void **state)
{
    (void)state;
    account("john", "a");
    home_mkdir("john", "uploads");
    assert_good(user_enable("john", "a.example"));
    world.s.conf.home_choice = false;
    assert_bad(home("john", "a.example", SC_HOME_SHARED), SC_E_DENIED, "home_choice = off");
    assert_good(give("john", "a.example", "uploads", false));
    const char *user = "john";
    assert_good(sc_policy_deny_users(&world.s.policy, &user, 1, &world.err));
    assert_bad(give("john", "a.example", "uploads", true), SC_E_DENIED, "is not allowed for user");
}

/* One that is his and not isolated is told from one that is not. */
static void not_isolated_is_not_unknown(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    assert_good(user_enable("john", "a.example"));
    assert_good(user_enable("mary", "m.example"));
    assert_bad(sc_engine_user_not_isolated(&world.s, uid_of("john"), "B.example", &world.err),
               SC_E_INVAL, "CloudLinux Isolates is not enabled for domain b.example");
    assert_string_equal(sc_error_word(&world.err), SC_IS_NOT_ISOLATED);
    assert_bad(sc_engine_user_not_isolated(&world.s, uid_of("john"), "m.example", &world.err),
               SC_E_NOTFOUND, "Please specify existing domain name");
    assert_bad(sc_engine_user_not_isolated(&world.s, uid_of("john"), "x.example", &world.err),
               SC_E_NOTFOUND, "Please specify existing domain name");
}

static void assert_told(const char *note, const char *check)
{
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    SC_CLEANUP(sc_checks_done) struct sc_checks checks = {0};
    sc_note_read(uid_of("john"), SC_NOTE_PATHS, &b);
    assert_string_equal(b.data ? b.data : "", note);
    sc_check_given(&checks);
    assert_int_equal(checks.n, *check != 0);
    if (checks.n)
        assert_string_equal(checks.v[0].text, check);
}

static void by_hand(const char *entry)
{
    char text[512];
    snprintf(text, sizeof(text), "{\"domains\": {\"a.example\": {%s}}}", entry);
    home_put("john", ".lve/domains.json", text);
    assert_pass("john");
}

static void what_is_given_without_effect_is_told(void **state)
{
    (void)state;
    account("john", "a b");
    home_mkdir("john", "uploads");
    assert_good(user_enable("john", "a.example"));
    assert_told("", "");
    by_hand("\"paths\": {\"ro\": [\"uploads\", \"no\\nwhere\"], \"rw\": [\"b.example/x\", "
            "\"b.example\"]}");
    char note[1024];
    snprintf(note, sizeof(note),
             "paths in ~/.lve/domains.json that have no effect: a.example ~/no?where (%s/no?where "
             "does not exist), a.example ~/b.example/x (%s/b.example/x does not exist), a.example "
             "~/b.example (it is inside the document root of another site)\n",
             users_of("john")->home, users_of("john")->home);
    assert_told(note, "1 give their sites paths in ~/.lve/domains.json that these do not get: "
                      "john; cagefsctl --site-isolation-status says which and why");
    /* the control: what has effect, and what is not isolated, is nothing to tell */
    by_hand("\"paths\": {\"ro\": [\"uploads\"]}");
    assert_told("", "");
    by_hand("\"isolated\": false, \"paths\": {\"ro\": [\"nowhere\", \"b.example\"]}");
    assert_told("", "");
}

static int words_like(const char *text, const char *word)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
        n++;
    return n;
}

/* More than a note has room for: how many more is said. */
static void a_note_has_an_end(void **state)
{
    (void)state;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    char entry[512] = "\"paths\": {\"ro\": [\"x0\"";
    account("john", "a");
    assert_good(user_enable("john", "a.example"));
    for (int i = 1; i < 30; i++)
        snprintf(entry + strlen(entry), 16, ", \"x%d\"", i);
    strcat(entry, "]}");
    by_hand(entry);
    sc_note_read(uid_of("john"), SC_NOTE_PATHS, &b);
    assert_non_null(b.data);
    assert_non_null(strstr(b.data, "effect: a.example ~/x0 ("));
    char *and = strstr(b.data, " and ");
    assert_non_null(and);
    assert_int_equal(strtol(and+5, NULL, 10) + 1, 30 - words_like(b.data, ", a.example ~/x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        engine_test(the_file_says_what_was_set),
        engine_test(nothing_of_others_is_given),
        engine_test(who_is_locked_opens_nothing_more),
        engine_test(who_may_not_choose_does_not),
        engine_test(not_isolated_is_not_unknown),
        engine_test(what_is_given_without_effect_is_told),
        engine_test(a_note_has_an_end),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    sc_user_setting_now_done(&now);
    return rc;
}
