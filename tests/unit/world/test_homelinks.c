/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links that a site with a home of its own finds there: those on the ways to its document root, and those
 * of the home that lead into what it owns. */
#include "tests/unit/fakes/world.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int setup(void **state)
{
    int rc = world_setup(state);
    world.s.conf.home = SC_HOME_PRIVATE;
    return rc;
}

#define links_test(f) cmocka_unit_test_setup_teardown(f, setup, world_teardown)

/* The lines "KIND …" of the plan of the domain's site, in their order, with the home as "~" and without KIND. */
static const char *lines(const char *user, const char *name, const char *kind)
{
    static char out[4096];
    char begin[64];
    const char *home = users_of(user)->home;
    SC_FREE char *plan = strdup(site_of(user, name)->plan);
    char *save = NULL;
    size_t n = 0;
    snprintf(begin, sizeof(begin), "sys %s ", kind);
    out[0] = 0;
    for (char *l = strtok_r(plan, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
        if (strncmp(l, begin, strlen(begin)) != 0)
            continue;
        for (l += strlen(begin); *l && n < sizeof(out) - 2; n++)
            if (strncmp(l, home, strlen(home)) == 0) {
                out[n] = '~';
                l += strlen(home);
            } else {
                out[n] = *l++;
            }
        out[n++] = '\n';
        out[n] = 0;
    }
    return out;
}

#define homelinks(user, name) lines(user, name, "homelink")

static void make(const char *docroot)
{
    account("john", "b");
    home_mkdir("john", "data/a/public");
    panel_put("a.example", "john", in_home("john", docroot));
    wants("john", "a b");
}

/* What the user himself may not list is no reason for his links not to lead. */
static void a_home_that_may_not_be_listed_has_its_links(void **state)
{
    (void)state;
    make("data/a/public");
    home_link("john", "www", "data/a/public");
    assert_int_equal(chmod(users_of("john")->home, 0311), 0);
    assert_pass("john");
    assert_string_equal(homelinks("john", "a"), "~/www data/a/public\n");
}

static void a_home_without_links_has_none(void **state)
{
    (void)state;
    make("data/a/public");
    assert_pass("john");
    assert_string_equal(homelinks("john", "a"), "");
    assert_string_equal(homelinks("john", "b"), "");
}

/* Each link of the way, be it to be found by another one, beside the place or absolute. */
static void links_on_the_way_are_there(void **state)
{
    (void)state;
    make("www/current");
    home_link("john", "www", "sites");
    SC_FREE char *data = strdup(in_home("john", "data"));
    home_link("john", "sites", data);
    home_link("john", "data/current", "a/../a/public");
    assert_pass("john");
    assert_string_equal(homelinks("john", "a"),
                        "~/www sites\n~/sites ~/data\n~/data/current a/../a/public\n");
    assert_string_equal(homelinks("john", "b"), "");
}

/* What leads into it is the site's; what leads to another site, outside, nowhere or in circles is not. */
static void links_of_the_home_to_what_it_owns(void **state)
{
    (void)state;
    make("data/a/public");
    home_mkdir("john", "data/a/public/blog");
    home_link("john", "public_html", "data/a/public");
    home_link("john", "blog", "public_html/blog");
    home_link("john", "other", "b.example");
    home_link("john", "all", "data");
    home_link("john", "out", "/etc");
    home_link("john", "dangling", "none");
    home_link("john", "loop", "loop");
    assert_pass("john");
    assert_string_equal(homelinks("john", "a"),
                        "~/blog public_html/blog\n~/public_html data/a/public\n");
    assert_string_equal(homelinks("john", "b"), "~/other b.example\n");
}

/* A shared home has them already. */
static void a_shared_home_needs_no_lines(void **state)
{
    (void)state;
    world.s.conf.home = SC_HOME_SHARED;
    make("www/a/public");
    home_link("john", "www", "data");
    home_link("john", "public_html", "data/a/public");
    assert_pass("john");
    assert_string_equal(homelinks("john", "a"), "");
}

/* By another name, in a directory where others may change names (as the test's own lies in): the site is the
 * same, and the name is none of its view. */
static void a_name_that_others_could_change_is_not_there(void **state)
{
    (void)state;
    make("data/a/public");
    root_link("/srv/web", in_home("john", "data/a"));
    panel_put("www.example", "john", root_at("/srv/web/public"));
    wants("john", "a www b");
    assert_pass("john");
    assert_int_equal(site_id("john", "www"), site_id("john", "a"));
    assert_null(strstr(lines("john", "a", "link"), "/srv/web"));
    assert_string_equal(homelinks("john", "a"), "");
}

/* What a directory deploys by is followed as it is now. */
static void a_link_that_changes_changes_the_plan(void **state)
{
    (void)state;
    make("data/current/public");
    home_mkdir("john", "data/next/public");
    home_link("john", "data/current", "a");
    assert_pass("john");
    assert_string_equal(homelinks("john", "a"), "~/data/current a\n");
    assert_int_equal(unlink(in_home("john", "data/current")), 0);
    home_link("john", "data/current", "next");
    assert_pass("john");
    assert_string_equal(homelinks("john", "a"), "~/data/current next\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        links_test(a_home_without_links_has_none),
        links_test(a_home_that_may_not_be_listed_has_its_links),
        links_test(links_on_the_way_are_there),
        links_test(links_of_the_home_to_what_it_owns),
        links_test(a_shared_home_needs_no_lines),
        links_test(a_name_that_others_could_change_is_not_there),
        links_test(a_link_that_changes_changes_the_plan),
    };
    return world_run(tests);
}
