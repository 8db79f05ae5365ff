/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nginx serves files itself: what enable says about that, and the lines that stand for isolated sites. */
#include "tests/unit/world/engine.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/coverage/coverage.h"
#include "core/web/nginx/lines.h"

#define CONF    "/etc/nginx/nginx.conf"
#define NGINX   "/usr/sbin/nginx"
#define INCLUDE "/etc/nginx/a.example.d"
#define OURS    INCLUDE "/sitecage.conf"

static int complete(void **state)
{
    int rc = world_setup(state);
    world_complete();
    root_put(NGINX, "");
    assert_int_equal(chmod(root_at(NGINX), 0755), 0);
    program_says(NGINX " -t", 0, "", "");
    account("john", "a b");
    return rc;
}

#define nginx_test(f) cmocka_unit_test_setup_teardown(f, complete, world_teardown)

/* A server block for a, whose document root is at `rel`, and one for b; `more` stands in a's. */
static void serves_at(const char *rel, const char *more)
{
    SC_FREE char *text = NULL;
    assert_true(asprintf(&text,
                         "http {\n"
                         "  server { listen 80; server_name a.example; root %s; %s }\n"
                         "  server { listen 80; server_name b.example; root %s; }\n"
                         "}\n",
                         in_home("john", rel), more, in_home("john", "b.example")) > 0);
    root_put(CONF, text);
}

static void serves(const char *more)
{
    serves_at("a.example", more);
}

/* … with a directory of a's own, from which files are included. */
static void has_a_place(void)
{
    char more[512];
    root_mkdir(INCLUDE);
    snprintf(more, sizeof(more), "include %s/*.conf;", root_at(INCLUDE));
    serves(more);
}

static int hold(void)
{
    return sc_cover_nginx(world.s.store, uid_of("john"), NULL, false, 0, &world.err);
}

/* ---- what enable says ---- */

static int enable_a(void)
{
    struct word_list *l = list_of("a.example");
    const struct sc_enable_how how = {.anyway = false};
    return sc_engine_enable(&world.s, l->v, l->n, &how, &watcher, &world.err);
}

static void links_that_nginx_follows_keep_a_site_from_being_isolated(void **state)
{
    (void)state;
    serves("");
    assert_bad(enable_a(), SC_E_DENIED, "nginx serves files of the site");
    assert_string_equal(table("john"), "none");
    serves("disable_symlinks on from=$document_root;"); /* the way out that it names */
    assert_good(enable_a());
}

static void a_place_for_the_line_is_enough(void **state)
{
    (void)state;
    has_a_place();
    assert_good(enable_a());
}

/* The line would break what is broken already. */
static void not_where_the_configuration_is_not_valid(void **state)
{
    (void)state;
    has_a_place();
    program_says(NGINX " -t", 1, "", "nginx: [emerg] unknown directive \"x\"");
    assert_bad(enable_a(), SC_E_DENIED, "unknown directive");
}

/* A block around the site serves its files by links, too. */
static void a_host_around_has_to_be_isolated_as_well(void **state)
{
    (void)state;
    domain("john", "a", "b.example/in");
    serves_at("b.example/in", "disable_symlinks on from=$document_root;");
    assert_bad(enable_a(), SC_E_DENIED, "isolate the site of that host, too");
}

/* ---- the lines ---- */

static void the_lines_come_and_go_with_isolation(void **state)
{
    (void)state;
    has_a_place();
    assert_good(hold()); /* nothing is isolated */
    assert_false(root_has(OURS));
    assert_good(enable_a());
    assert_good(hold());
    root_assert_file(OURS, SC_NGINX_LINES);
    assert_good(hold()); /* what stands there stays */
    root_assert_file(OURS, SC_NGINX_LINES);
    assert_good(disable("a.example"));
    assert_good(hold());
    assert_false(root_has(OURS));
}

static void without_nginx_nothing_is_done(void **state)
{
    (void)state;
    assert_good(enable("a.example"));
    assert_good(hold());
    assert_false(root_has(OURS));
}

static void where_it_is_shut_already_nothing_is_written(void **state)
{
    (void)state;
    has_a_place();
    root_put(INCLUDE "/own.conf", "disable_symlinks on from=$document_root;\n");
    assert_good(enable_a());
    assert_good(hold());
    assert_false(root_has(OURS));
}

/* What nginx does not accept is taken back. */
static void a_configuration_that_is_refused_stays_as_it_was(void **state)
{
    (void)state;
    has_a_place();
    assert_good(enable_a());
    program_says(NGINX " -t", 1, "", "nginx: [emerg] \"disable_symlinks\" is duplicate");
    assert_bad(hold(), SC_E_INVAL, "is duplicate");
    assert_false(root_has(OURS));
}

/* An nginx that cannot be looked for may run: what it has not read is still to be read. */
static void processes_that_cannot_be_listed_are_not_absent(void **state)
{
    (void)state;
    has_a_place();
    assert_good(enable_a());
    root_fail_list("/proc", EIO);
    assert_bad(hold(), SC_E_SYS, "look for the process of nginx");
    assert_false(root_has(OURS));
    root_fail(NULL, 0);
    assert_good(hold());
    root_assert_file(OURS, SC_NGINX_LINES);
}

/* What was read is compared with the files at another moment, and whenever somebody has worked since. */
static void a_moment_has_one_picture(void **state)
{
    (void)state;
    SC_CLEANUP(sc_cover_server_done) struct sc_cover_server s = {0};
    serves("");
    assert_false(sc_cover_server_holds(&s));
    assert_good(sc_cover_server_look(false, &s, &world.err));
    serves("disable_symlinks on from=$document_root;");
    s.compared_ms = sc_clock_ms() + 3600000; /* now is within it, however slow this machine */
    assert_true(sc_cover_server_holds(&s));
    s.compared_ms = sc_clock_ms() - SC_COVER_MOMENT_MS;
    assert_false(sc_cover_server_holds(&s));
    assert_good(sc_cover_server_again(false, &s, &world.err));
    s.compared_ms = sc_clock_ms() + 3600000;
    serves("");
    sc_cover_server_doubt(&s);
    assert_false(sc_cover_server_holds(&s));
}

/* The step asks for what a command knows, and leaves nobody to believe it afterwards. */
static void what_is_known_is_believed_once(void **state)
{
    (void)state;
    SC_CLEANUP(sc_cover_server_done) struct sc_cover_server s = {0};
    has_a_place();
    assert_good(enable_a());
    assert_good(sc_cover_server_look(false, &s, &world.err));
    assert_good(sc_cover_nginx(world.s.store, uid_of("john"), &s, false, 0, &world.err));
    root_assert_file(OURS, SC_NGINX_LINES);
    assert_int_equal(s.compared_ms, 0);
}

/* The plan has this entry for the site of a. */
static bool has_entry(const char *kind, const char *rel)
{
    SC_FREE char *line = NULL;
    assert_true(asprintf(&line, "\nentry %s %s\n", kind, rel) > 0);
    return strstr(site_of("john", "a")->plan, line) != NULL;
}

/* Where nginx goes by links that the site owns, the site names nothing: neither in the link's place, nor what a link may
 * lead to next. */
static void ways_by_links(void **state)
{
    (void)state;
    home_put("john", "app/releases/1/public/x", "");
    home_put("john", "app/releases/0/public/x", "");
    home_put("john", "app/shared/x", "");
    home_put("john", "app/composer.json", "{}");
    home_mkdir("john", "app/blue/public");
    home_link("john", "app/current", "./releases/1");
    home_link("john", "app/release", "releases/0");
    panel_put("a.example", "john", in_home("john", "app/current/public"));
    wants("john", "a");
    serves_at("a.example", "");
    assert_pass("john");
    assert_true(has_entry("rw", "app")); /* nginx does not go there */
    serves_at("app/current/public", "");
    assert_pass("john");
    assert_true(has_entry("ro", "app"));
    assert_true(has_entry("rw", "app/shared"));
    assert_true(has_entry("rw", "app/blue"));
    assert_true(has_entry("rw", "app/composer.json"));
    assert_true(has_entry("rw", "app/releases/1"));
    assert_true(has_entry("docroot", "app/releases/1/public"));
    assert_false(has_entry("rw", "app/releases/0"));
    assert_false(has_entry("rw", "app/release"));
    assert_false(has_entry("rw", "app/releases"));
    /* beside the link: what has the rest of its way may be next */
    home_remove("john", "app/current");
    home_link("john", "app/current", in_home("john", "app/blue"));
    home_mkdir("john", "app/green/public");
    assert_pass("john");
    assert_true(has_entry("docroot", "app/blue/public"));
    assert_true(has_entry("rw", "app/blue"));
    assert_false(has_entry("rw", "app/green"));
    assert_true(has_entry("rw", "app/shared"));
    assert_true(has_entry("rw", "app/releases"));
    /* a link to a public directory of an application, which is written beside it */
    home_mkdir("john", "app/web");
    home_link("john", "app/web/www", "../blue/public");
    serves_at("app/web/www", "");
    home_mkdir("john", "app/blue/storage");
    assert_pass("john");
    assert_true(has_entry("ro", "app"));
    assert_false(has_entry("rw", "app/web"));
    assert_false(has_entry("rw", "app/blue"));
    assert_true(has_entry("rw", "app/blue/storage"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        nginx_test(links_that_nginx_follows_keep_a_site_from_being_isolated),
        nginx_test(a_place_for_the_line_is_enough),
        nginx_test(not_where_the_configuration_is_not_valid),
        nginx_test(a_host_around_has_to_be_isolated_as_well),
        nginx_test(the_lines_come_and_go_with_isolation),
        nginx_test(without_nginx_nothing_is_done),
        nginx_test(where_it_is_shut_already_nothing_is_written),
        nginx_test(a_configuration_that_is_refused_stays_as_it_was),
        nginx_test(processes_that_cannot_be_listed_are_not_absent),
        nginx_test(a_moment_has_one_picture),
        nginx_test(what_is_known_is_believed_once),
        nginx_test(ways_by_links),
    };
    return world_run(tests);
}
