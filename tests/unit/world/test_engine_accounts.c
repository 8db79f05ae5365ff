/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What root sees of all accounts at once: overviews, the status of all domains, lists. */
#include "tests/unit/world/engine.h"

#include <errno.h>

#include "core/account/account.h"
#include "core/coverage/account.h"
#include "core/engine/overview.h"

static struct sc_overview_server server;
static struct sc_overviews all;
static struct sc_status st;
static struct sc_listing listing;

static int setup(void **state)
{
    int rc = world_setup(state);
    world_complete();
    return rc;
}

static int teardown(void **state)
{
    sc_overviews_done(&all);
    sc_status_done(&st);
    sc_listing_done(&listing);
    return world_teardown(state);
}

#define accounts_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* ---- overviews ---- */

static int look(const char *users)
{
    struct word_list *l = list_of(users);
    sc_overviews_done(&all);
    return sc_overview_accounts(&world.s, &server, l->v, l->n, &all, &world.err);
}

/* "anna: n.example:0, john: …" */
static const char *accounts(void)
{
    static char text[2048];
    text[0] = 0;
    for (size_t i = 0; i < all.n; i++) {
        size_t n = strlen(text);
        snprintf(text + n, sizeof(text) - n, "%s%s:", i ? ", " : "", all.v[i].user);
        for (size_t k = 0; k < all.v[i].st.n; k++) {
            n = strlen(text);
            snprintf(text + n, sizeof(text) - n, " %s:%u", all.v[i].st.v[k].domain,
                     all.v[i].st.v[k].id);
        }
    }
    return text;
}

static void all_accounts_in_one_question(void **state)
{
    (void)state;
    account("john", "b a");
    account("anna", "n");
    account("none", "");
    assert_good(enable("a.example"));
    panel_asked = 0;
    assert_good(look(""));
    assert_string_equal(accounts(), "anna: n.example:0, john: a.example:60000 b.example:0");
    assert_int_equal(panel_asked, 1);
    assert_true(all.v[1].from_panel);
}

/* Who has an isolated site has an overview, whatever the panel lists. */
static void accounts_that_only_the_database_knows(void **state)
{
    (void)state;
    account("john", "a");
    account("mary", "m");
    assert_good(enable("a.example"));
    panel_drop("a.example");
    assert_good(look(""));
    assert_string_equal(accounts(), "john: a.example:60000, mary: m.example:0");
    users_remove("john");
    assert_good(look(""));
    assert_string_equal(accounts(), "mary: m.example:0");
}

/* Such an owner has no account to look at, and keeps nobody else's from being shown. */
static void owners_whom_the_system_does_not_know(void **state)
{
    (void)state;
    account("john", "a");
    panel_put("ghost.example", "ghost", "/home/ghost/x");
    users_add("root", 0, "/root");
    panel_put("host.example", "root", "/var/www/html");
    assert_good(look(""));
    assert_string_equal(accounts(), "john: a.example:0");
    users_fail("the directory does not answer");
    assert_bad(look(""), SC_E_SYS, "the directory does not answer"); /* not: nobody is there */
    users_fail(NULL);
    panel_fail(SC_E_TIMEOUT, "the panel hangs");
    assert_bad(look(""), SC_E_TIMEOUT, "the panel hangs");
}

static void accounts_by_name(void **state)
{
    (void)state;
    account("john", "a");
    account("mary", "m");
    account("anna", "n");
    account("none", "");
    assert_good(look("mary anna none"));
    assert_string_equal(accounts(), "anna: n.example:0, mary: m.example:0, none:");
    assert_bad(look("mary nobody"), SC_E_NOTFOUND, "User nobody does not exist");
    assert_int_equal(all.n, 0);
}

/* ---- status of all ---- */

static int status_all(void)
{
    sc_status_done(&st);
    return sc_engine_status_all(&world.s, &st, &world.err);
}

/* "john/a.example:60000 …" */
static const char *rows(void)
{
    static char text[2048];
    text[0] = 0;
    for (size_t i = 0; i < st.n; i++) {
        size_t n = strlen(text);
        snprintf(text + n, sizeof(text) - n, "%s%s/%s:%u", i ? " " : "", st.v[i].user,
                 st.v[i].domain, st.v[i].id);
    }
    return text;
}

static void status_has_every_domain(void **state)
{
    (void)state;
    account("john", "b a");
    account("anna", "n");
    assert_good(status_all());
    assert_string_equal(rows(), "anna/n.example:0 john/a.example:0 john/b.example:0");
    assert_good(enable("b.example"));
    assert_good(sc_policy_lock(&world.s.policy, "john", "", 0, &world.err));
    assert_good(status_all());
    assert_string_equal(rows(), "anna/n.example:0 john/a.example:0 john/b.example:60000");
    assert_false(st.v[0].locked);
    assert_true(st.v[1].locked); /* isolated or not */
    assert_false(st.v[1].isolated);
    assert_string_equal(st.v[1].docroot, in_home("john", "a.example"));
    assert_true(st.v[2].locked);
    assert_true(st.v[2].isolated);
    panel_fail(SC_E_PANEL, "the panel failed");
    assert_bad(status_all(), SC_E_PANEL, "the panel failed");
}

/* Other names of an isolated site are isolated with it: by its document root, and by a link to that. */
static void other_names_of_a_site_are_isolated(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    assert_good(enable("a.example"));
    domain("john", "www", "a.example");
    home_link("john", "linked", "a.example");
    domain("john", "link", "linked");
    panel_put("thief.example", "mary", in_home("john", "a.example"));
    assert_good(status_all());
    assert_string_equal(rows(), "john/a.example:60000 john/b.example:0 john/link.example:60000 "
                                "john/www.example:60000 mary/m.example:0 mary/thief.example:0");
    assert_true(st.v[2].isolated);
    assert_string_equal(st.v[2].docroot, in_home("john", "a.example")); /* the site's own */
    assert_false(st.v[5].isolated);
}

/* ---- list ---- */

static int list(void)
{
    sc_listing_done(&listing);
    return sc_engine_list(&world.s, NULL, 0, &listing, &world.err);
}

static void put_verdicts(uid_t uid, const char *lines)
{
    char path[128], text[512];
    snprintf(path, sizeof(path), SC_COVERAGE_DIR "/%u", (unsigned)uid);
    snprintf(text, sizeof(text), "sitecage-coverage 1\n%s", lines);
    root_put(path, text);
}

static void a_list_says_what_is_not_covered(void **state)
{
    (void)state;
    uid_t john = account("john", "a b c");
    domain("john", "www", "a.example");
    assert_good(enable("a.example b.example c.example www.example"));
    put_verdicts(john, "60000 2 the%20gate\n60001 0 -\n60002 1 no%20host\n");
    assert_good(list());
    assert_int_equal(listing.n, 1);
    assert_int_equal(listing.v[0].n, 4);
    assert_int_equal(listing.v[0].n_covers, 2); /* once for a site, whatever names it has */
    assert_string_equal(listing.v[0].covers[0].domain, "a.example");
    assert_int_equal(listing.v[0].covers[0].is, SC_COVERAGE_NOT);
    assert_string_equal(listing.v[0].covers[0].text, "the gate");
    assert_string_equal(listing.v[0].covers[1].domain, "c.example");
    assert_int_equal(listing.v[0].covers[1].is, SC_COVERAGE_UNVERIFIED);
    assert_string_equal(listing.v[0].homes[0], "shared");
    put_verdicts(john, "60000 7 -\n");
    assert_good(list()); /* others may have nothing to do with it */
    assert_int_equal(listing.v[0].n_covers, 3);
    assert_int_equal(listing.v[0].covers[0].is, SC_COVERAGE_UNVERIFIED);
    assert_non_null(strstr(listing.v[0].covers[0].text, "none of coverage: 60000 7 -"));
}

static void a_status_says_what_is_not_covered(void **state)
{
    (void)state;
    uid_t john = account("john", "a b");
    assert_good(enable("a.example b.example"));
    put_verdicts(john, "60000 2 the%20gate\n");
    assert_good(status_all());
    assert_int_equal(st.v[0].coverage, SC_COVERAGE_NOT);
    assert_string_equal(st.v[0].coverage_text, "the gate");
    assert_int_equal(st.v[1].coverage, SC_COVERAGE_COVERED);
    assert_null(st.v[1].coverage_text);
    root_fail(SC_COVERAGE_DIR "/1001", EIO);
    assert_good(status_all());
    for (size_t i = 0; i < 2; i++) { /* not: all is covered */
        assert_int_equal(st.v[i].coverage, SC_COVERAGE_UNVERIFIED);
        assert_non_null(strstr(st.v[i].coverage_text, SC_COVERAGE_DIR "/1001"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        accounts_test(all_accounts_in_one_question),
        accounts_test(accounts_that_only_the_database_knows),
        accounts_test(owners_whom_the_system_does_not_know),
        accounts_test(accounts_by_name),
        accounts_test(status_has_every_domain),
        accounts_test(other_names_of_a_site_are_isolated),
        accounts_test(a_list_says_what_is_not_covered),
        accounts_test(a_status_says_what_is_not_covered),
    };
    return world_run(tests);
}
