/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a page shows of an account: whose a domain is, which site it belongs to, in what state. */
#include "tests/unit/world/overview.h"

static void a_user_sees_his_own_domains_alone(void **state)
{
    (void)state;
    account("john", "b a");
    account("mary", "m");
    assert_good(enable("a.example m.example"));
    assert_good(look("john"));
    assert_string_equal(rows(&o), "a.example:60000 b.example:0 ");
    assert_string_equal(o.user, "john");
    assert_string_equal(o.home, users_of("john")->home);
    assert_true(o.allowed);
    assert_false(o.locked);
    assert_false(o.from_panel); /* the daemon follows the account */
    assert_null(o.panel_error);
    assert_null(o.stale);
    assert_string_equal(state_of("a"), "isolated");
    assert_string_equal(state_of("b"), "not isolated");
    assert_good(look("mary"));
    assert_string_equal(rows(&o), "m.example:60001 ");
}

static void of_an_account_without_sites_the_panel_is_asked(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    assert_good(look("john"));
    assert_true(o.from_panel);
    assert_string_equal(rows(&o), "a.example:0 b.example:0 ");
    panel_fail(SC_E_PANEL, "the panel failed");
    assert_good(look("john"));
    assert_false(o.from_panel);
    assert_string_equal(o.panel_error, "the panel failed");
    assert_string_equal(rows(&o), ""); /* the database knows of none */
    panel_fail(0, NULL);
    panel_drop("a.example");
    panel_drop("b.example");
    assert_good(look("john"));
    assert_null(o.panel_error); /* it has none, and that is an answer */
    assert_string_equal(rows(&o), "");
}

static void one_site_and_one_domain(void **state)
{
    (void)state;
    uid_t john = account("john", "a b");
    domain("john", "www", "a.example");
    account("mary", "m");
    assert_good(enable("a.example m.example"));
    assert_good(look_of(&(struct sc_overview_of){.uid = john, .only = site_id("john", "a")}));
    assert_string_equal(rows(&o), "a.example:60000 www.example:60000 ");
    assert_good(look_of(&(struct sc_overview_of){.uid = john, .domain = "WWW.Example"}));
    assert_string_equal(rows(&o), "www.example:60000 ");
    /* of another's site and domain nothing is said, not even that they are there */
    assert_good(look_of(&(struct sc_overview_of){.uid = john, .only = site_id("mary", "m")}));
    assert_string_equal(rows(&o), "");
    struct sc_overview_of of = {.uid = john, .domain = "m.example"};
    assert_bad(look_of(&of), SC_E_NOTFOUND, "Please specify existing domain name");
    char others[SC_ERROR_TEXT_MAX];
    snprintf(others, sizeof(others), "%s", world.err.text);
    of.domain = "nowhere.example";
    assert_bad(look_of(&of), SC_E_NOTFOUND, others);
    of.domain = "..";
    assert_bad(look_of(&of), SC_E_NOTFOUND, others);
}

/* Domains with one document root are one site, whatever the panel calls it. */
static void names_of_one_document_root_are_a_group(void **state)
{
    (void)state;
    account("john", "a b");
    domain("john", "www", "a.example");
    home_link("john", "linked", "a.example");
    domain("john", "link", "linked");
    assert_good(enable("a.example"));
    assert_good(look("john"));
    assert_int_equal(o.st.v[at("www")].id, 60000);
    assert_int_equal(o.st.v[at("link")].id, 60000);
    assert_int_equal(o.st.v[at("b")].id, 0);
    assert_int_equal(o.sites[at("www")].group, o.sites[at("a")].group);
    assert_int_equal(o.sites[at("link")].group, o.sites[at("a")].group);
    assert_int_not_equal(o.sites[at("b")].group, o.sites[at("a")].group);
}

/* An isolated name is told of also where the panel, asked for all, has it no more. */
static void a_name_that_the_panel_lists_no_more(void **state)
{
    (void)state;
    SC_DOMAINS struct sc_domains told = SC_DOMAINS_INIT;
    uid_t john = account("john", "a b c");
    account("mary", "m");
    assert_good(enable("b.example"));
    panel_drop("b.example");
    assert_good(sc_panel_all(&world.s, &told, &world.err));
    assert_good(look_of(&(struct sc_overview_of){.uid = john, .panel = &told}));
    assert_true(o.from_panel);
    assert_string_equal(rows(&o), "a.example:0 b.example:60000 c.example:0 ");
    assert_string_equal(o.st.v[at("b")].docroot, in_home("john", "b.example"));
}

static void who_is_no_hosting_user(void **state)
{
    (void)state;
    account("john", "a");
    struct sc_overview_of of = {.uid = 0};
    assert_bad(look_of(&of), SC_E_INVAL, "uid 0 is no hosting user");
    of.uid = 4242;
    assert_bad(look_of(&of), SC_E_INVAL, "uid 4242 is no hosting user");
    of.uid = uid_of("john");
    users_fail("the directory does not answer");
    assert_bad(look_of(&of), SC_E_SYS, "the directory does not answer"); /* not: there is none */
    users_fail(NULL);
    assert_good(look_of(&of));
}

static void what_he_may_do_is_the_policys(void **state)
{
    (void)state;
    account("john", "a");
    const char *user = "john";
    assert_good(enable("a.example"));
    assert_good(sc_policy_lock(&world.s.policy, user, "", 0, &world.err));
    assert_good(look("john"));
    assert_true(o.locked);
    assert_true(o.st.v[at("a")].locked);
    assert_good(sc_policy_unlock(&world.s.policy, user, &world.err));
    assert_good(sc_policy_deny_users(&world.s.policy, &user, 1, &world.err));
    assert_good(look("john"));
    assert_false(o.allowed);
    assert_false(o.locked);
}

static void a_pass_that_failed_is_told(void **state)
{
    (void)state;
    account("john", "a");
    assert_good(enable("a.example"));
    panel_fail(SC_E_PANEL, "the panel failed");
    assert_pass("john"); /* with what was known */
    assert_good(look("john"));
    assert_non_null(o.stale);
    assert_non_null(strstr(o.stale, "the panel failed"));
    assert_string_equal(state_of("a"), "stale");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        overview_test(a_user_sees_his_own_domains_alone),
        overview_test(of_an_account_without_sites_the_panel_is_asked),
        overview_test(one_site_and_one_domain),
        overview_test(names_of_one_document_root_are_a_group),
        overview_test(a_name_that_the_panel_lists_no_more),
        overview_test(who_is_no_hosting_user),
        overview_test(what_he_may_do_is_the_policys),
        overview_test(a_pass_that_failed_is_told),
    };
    return world_run(tests);
}
