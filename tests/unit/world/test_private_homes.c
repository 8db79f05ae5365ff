/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which home a site has: by its own word, by sitecage.conf's, by what it had, else one of its own. */
#include "tests/unit/fakes/world.h"

#include "core/base/paths.h"
#include "core/plan/planfile.h"

static int setup(void **state)
{
    int rc = world_setup(state);
    world.s.conf.home = SC_HOME_UNSET;
    return rc;
}

#define homes_test(f) cmocka_unit_test_setup_teardown(f, setup, world_teardown)

/* The homes of the user's sites by their plans, with what the database keeps of each: "a:private b:kept". */
static const char *homes(const char *user, const char *names)
{
    static char words[256];
    SC_FREE char *copy = strdup(names);
    char *save = NULL;
    words[0] = 0;
    for (char *name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
        SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
        const struct fake_site *site = site_of(user, name);
        assert_good(sc_store_site_by_id(world.s.store, site_id(user, name), &row, &world.err));
        bool own = strstr(site->plan, "\nentry own .\n") != NULL;
        assert_int_equal(own, row.home == SC_SITE_PRIVATE);
        size_t n = strlen(words);
        snprintf(words + n, sizeof(words) - n, "%s%s:%s", n ? " " : "", name,
                 row.home == SC_SITE_KEPT ? "kept" : sc_store_home_name(row.home));
    }
    return words;
}

/* As an installation that was made before homes were private. */
static void keep(const char *user, const char *name)
{
    assert_good(
        sc_store_site_set_home(world.s.store, site_id(user, name), SC_SITE_KEPT, &world.err));
}

static int move(const char *user, const char *enable, enum sc_home home)
{
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    SC_CLEANUP(sc_facts_done) struct sc_facts f = {0};
    const struct sc_wish wish = {.enable = &enable, .n_enable = enable != NULL, .home = home};
    int rc = sc_account_open(user, 0, &a, &world.err);
    if (rc == 0)
        rc = sc_pass_gather(&world.s, &a, SC_FACTS_STRICT, NULL, &f, &world.err);
    if (rc == 0)
        rc = sc_pass_check(&world.s, &a, &f, &wish, &world.err);
    return rc < 0 ? rc : sc_pass_apply(&world.s, &a, &f, &wish, &world.err);
}

static void a_new_site_has_its_own(void **state)
{
    (void)state;
    account("john", "a b");
    assert_good(change("john", "a", NULL));
    assert_string_equal(homes("john", "a"), "a:private");
    wants_text("john", "{\"domains\": {\"a.example\": {}, \"b.example\": {\"home\": \"shared\"}}}");
    assert_pass("john");
    assert_string_equal(homes("john", "a b"), "a:private b:shared");
}

static void the_administrators_word(void **state)
{
    (void)state;
    account("john", "a b");
    world.s.conf.home = SC_HOME_SHARED;
    wants_text("john",
               "{\"domains\": {\"a.example\": {}, \"b.example\": {\"home\": \"private\"}}}");
    assert_pass("john");
    assert_string_equal(homes("john", "a b"), "a:shared b:private");
    world.s.conf.home_choice = false;
    assert_pass("john");
    assert_string_equal(homes("john", "a b"), "a:shared b:shared");
    assert_bad(move("john", NULL, SC_HOME_PRIVATE), SC_E_DENIED,
               "a.example cannot have a private home: /etc/sitecage.conf has home_choice = off");
    world.s.conf.home = SC_HOME_UNSET;
    assert_pass("john");
    assert_string_equal(homes("john", "a b"), "a:private b:private");
    assert_bad(move("john", "a.example", SC_HOME_SHARED), SC_E_DENIED,
               "a.example cannot have a shared home");
}

static void what_was_shared_before_stays_so(void **state)
{
    (void)state;
    account("john", "a b c");
    wants("john", "a b");
    assert_pass("john");
    keep("john", "a");
    keep("john", "b");
    assert_pass("john");
    assert_string_equal(homes("john", "a b"), "a:kept b:kept");
    assert_good(change("john", "c", NULL));
    assert_string_equal(homes("john", "a b c"), "a:kept b:kept c:private");
    /* it goes along with a document root that moves */
    home_mkdir("john", "elsewhere");
    panel_put("b.example", "john", in_home("john", "elsewhere"));
    told("john", SC_KIND_DOCROOT_CHANGED, "b", NULL);
    assert_pass("john");
    assert_string_equal(homes("john", "a b c"), "a:kept b:kept c:private");
    assert_good(move("john", "a.example", SC_HOME_PRIVATE));
    assert_string_equal(homes("john", "a b c"), "a:private b:kept c:private");
    /* … and a site that was switched off is a new one */
    assert_good(change("john", NULL, "b"));
    assert_good(change("john", "b", NULL));
    assert_string_equal(homes("john", "a b c"), "a:private b:private c:private");
}

static void what_the_configuration_says_meanwhile(void **state)
{
    (void)state;
    account("john", "a");
    wants("john", "a");
    assert_pass("john");
    keep("john", "a");
    world.s.conf.home = SC_HOME_SHARED;
    assert_pass("john");
    world.s.conf.home = SC_HOME_UNSET;
    assert_pass("john");
    assert_string_equal(homes("john", "a"), "a:kept");
    world.s.conf.home = SC_HOME_PRIVATE;
    assert_pass("john");
    world.s.conf.home = SC_HOME_UNSET;
    assert_pass("john");
    assert_string_equal(homes("john", "a"), "a:private");
}

static void moved_where_sites_cannot_choose(void **state)
{
    (void)state;
    account("john", "a");
    wants("john", "a");
    world.s.conf.home_choice = false;
    assert_pass("john");
    keep("john", "a");
    assert_good(move("john", NULL, SC_HOME_SHARED)); /* as it is */
    assert_string_equal(homes("john", "a"), "a:kept");
    assert_good(move("john", NULL, SC_HOME_PRIVATE));
    assert_string_equal(homes("john", "a"), "a:private");
}

/* Two names, one document root: one home. */
static void names_of_one_site(void **state)
{
    (void)state;
    account("john", "a");
    domain("john", "www", "a.example");
    assert_good(move("john", "a.example", SC_HOME_SHARED));
    assert_string_equal(homes("john", "a"), "a:shared");
    assert_good(move("john", "www.example", SC_HOME_PRIVATE));
    assert_string_equal(homes("john", "a www"), "a:private www:private");
    keep("john", "a");
    wants("john", "a");
    assert_pass("john");
    assert_string_equal(homes("john", "a"), "a:kept");
}

/* The database was moved away while sites run: what has a shared home does not lose it in silence. */
static void a_database_made_from_nothing(void **state)
{
    (void)state;
    uid_t uid = account("john", "a b");
    wants("john", "a b");
    assert_pass("john");
    SC_FREE char *mark = NULL, *file = NULL;
    assert_true(asprintf(&mark, SC_MARK_DIR "/%u", uid) > 0);
    assert_true(asprintf(&file, SC_RUN_DIR "/%u/60000.plan", uid) > 0);
    keep("john", "a");
    assert_pass("john");
    root_put(file, site_of("john", "a")->plan);
    assert_good(sc_store_site_remove(world.s.store, site_id("john", "a"), &world.err));
    assert_good(sc_store_site_remove(world.s.store, site_id("john", "b"), &world.err));
    /* as an account that comes from elsewhere, with nothing that runs */
    assert_pass("john");
    assert_string_equal(homes("john", "a b"), "a:private b:private");
    assert_good(sc_store_site_remove(world.s.store, site_id("john", "a"), &world.err));
    assert_good(sc_store_site_remove(world.s.store, site_id("john", "b"), &world.err));
    root_put(mark, "");
    assert_pass("john");
    assert_string_equal(homes("john", "a b"), "a:kept b:private");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        homes_test(a_new_site_has_its_own),
        homes_test(the_administrators_word),
        homes_test(what_was_shared_before_stays_so),
        homes_test(what_the_configuration_says_meanwhile),
        homes_test(moved_where_sites_cannot_choose),
        homes_test(names_of_one_site),
        homes_test(a_database_made_from_nothing),
    };
    return world_run(tests);
}
