/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is looked at around document roots: marks of applications, the panel's directories, releases;
 * directories that their owner closed, links, document roots that are away. */
#include "tests/unit/fakes/world.h"

#include <sys/stat.h>
#include <unistd.h>

/* The site may write the directory. */
static bool owns(const char *user, const char *name, const char *rel)
{
    SC_FREE char *line = NULL;
    assert_true(asprintf(&line, "\nentry rw %s\n", rel) > 0);
    return strstr(site_of(user, name)->plan, line) != NULL;
}

static void marks(void **state)
{
    (void)state;
    static const char *const files[] = {
        "composer.json", "artisan",         "bin/console", ".env",      "wp-config.php",
        "package.json",  "app/etc/env.php", "manage.py",   "config.ru", "Gemfile"};
    account("john", "a");
    domain("john", "b", "app/public");
    wants("john", "a b");
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        SC_FREE char *rel = NULL;
        assert_true(asprintf(&rel, "app/%s", files[i]) > 0);
        assert_pass("john");
        assert_string_equal(hides("john", "a"), "app/public"); /* control: without one */
        home_put("john", rel, "x");
        assert_pass("john");
        assert_string_equal(hides("john", "a"), "app");
        assert_true(owns("john", "b", "app"));
        home_remove("john", rel);
    }
    /* a link is there, wherever it leads; one on the way to a mark is not followed */
    home_link("john", "app/.env", "/nowhere");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "app");
    home_remove("john", "app/.env");
    home_put("john", "tools/console", "x");
    home_remove("john", "app/bin");
    home_link("john", "app/bin", "../tools");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "app/public");
    /* in the home it marks nothing */
    home_put("john", "composer.json", "{}");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "app/public");
}

static void directories_of_the_panel(void **state)
{
    (void)state;
    account("john", "");
    domain("john", "a", "web/a/public_html");
    domain("john", "b", "web/b/public_html");
    panel_dir("a.example", in_home("john", "web/a"));
    panel_dir("b.example", in_home("john", "web/b"));
    wants("john", "a");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "web/b");
    assert_true(owns("john", "a", "web/a"));
    /* by a link, by the other way to write it; what leads out of the home is none */
    home_mkdir("john", "else");
    home_link("john", "alias", "web/b");
    panel_dir("b.example", in_home("john", "alias/."));
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "web/b");
    panel_dir("b.example", "/etc");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "web/b/public_html");
    panel_dir("b.example", in_home("john", "nowhere"));
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "web/b/public_html");
    /* it is known when the panel cannot be asked */
    panel_dir("b.example", in_home("john", "web/b"));
    assert_pass("john");
    panel_fail(SC_E_TIMEOUT, "hangs");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "web/b");
    assert_true(owns("john", "a", "web/a"));
}

/* His own closed directory is no way to have his application seen: he opens it again. */
static void what_its_owner_closed(void **state)
{
    (void)state;
    account("john", "a");
    domain("john", "b", "app/public");
    home_put("john", "app/composer.json", "{}");
    wants("john", "a");
    assert_int_equal(chmod(in_home("john", "app"), 0), 0);
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "app");
}

static void a_deploy(void **state)
{
    (void)state;
    account("john", "a");
    home_put("john", "app/releases/1/public/index.php", "");
    home_put("john", "app/releases/2/public/index.php", "");
    home_put("john", "app/shared/.env", "");
    home_link("john", "app/current", "releases/1");
    panel_put("b.example", "john", in_home("john", "app/current/public"));
    wants("john", "a b");
    assert_pass("john");
    unsigned id = site_id("john", "b");
    assert_string_equal(hides("john", "a"), "app");
    assert_true(owns("john", "b", "app"));
    assert_non_null(strstr(site_of("john", "b")->plan, "\ndocroot app/releases/1/public\n"));
    home_remove("john", "app/current"); /* while it is switched */
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "app");
    home_link("john", "app/current", "releases/2");
    assert_pass("john");
    assert_string_equal(hides("john", "a"), "app");
    assert_true(owns("john", "b", "app"));
    assert_non_null(strstr(site_of("john", "b")->plan, "\ndocroot app/releases/2/public\n"));
    assert_int_equal(site_id("john", "b"), id); /* it is the same site */
}

static bool is_at(const char *name, const char *rel)
{
    SC_FREE char *line = NULL;
    assert_true(asprintf(&line, "\ndocroot %s\n", rel) > 0);
    return strstr(site_of("john", name)->plan, line) != NULL;
}

/* What a site can make a link of its own lead to does not become its own. */
static void a_site_that_leads_itself_away(void **state)
{
    (void)state;
    account("john", "a");
    home_put("john", "app/releases/1/public/index.php", "");
    home_put("john", "app/composer.json", "{}");
    home_link("john", "app/current", "releases/1");
    home_put("john", "keys/public/id", "");
    panel_put("b.example", "john", in_home("john", "app/current/public"));
    wants("john", "a b");
    assert_pass("john");
    unsigned id = site_id("john", "b");
    static const char *const to[] = {"../keys", "../a", "/home/john/keys"};
    home_mkdir("john", "a/public");
    for (size_t i = 0; i < 3; i++) {
        home_remove("john", "app/current");
        home_link("john", "app/current", i == 2 ? in_home("john", "keys") : to[i]);
        for (int again = 0; again < 2; again++) {
            assert_pass("john");
            assert_true(is_at("b", "app/releases/1/public"));
            assert_int_equal(site_id("john", "b"), id);
            assert_non_null(strstr(stale("john"), "leads out of what the site owned"));
        }
    }
    /* nor when the panel is not asked, nor by another name of the domain, nor with the mark taken away */
    panel_fail(SC_E_TIMEOUT, "hangs");
    assert_pass("john");
    assert_true(is_at("b", "app/releases/1/public"));
    panel_fail(0, NULL);
    home_remove("john", "app/composer.json");
    for (int again = 0; again < 3; again++) {
        assert_pass("john");
        assert_true(is_at("b", "app/releases/1/public"));
    }
    home_put("john", "app/composer.json", "{}");
    /* within it the site may */
    home_put("john", "app/releases/2/public/index.php", "");
    home_remove("john", "app/current");
    home_link("john", "app/current", "releases/2");
    assert_pass("john");
    assert_true(is_at("b", "app/releases/2/public"));
    assert_string_equal(stale("john"), "");
    /* a link that no site can change is its owner's */
    home_link("john", "www", "app/releases/1");
    panel_put("b.example", "john", in_home("john", "www/public"));
    assert_pass("john");
    assert_true(is_at("b", "app/releases/1/public"));
    home_remove("john", "www");
    home_link("john", "www", "keys");
    assert_pass("john");
    assert_true(is_at("b", "keys/public"));
    assert_string_equal(stale("john"), "");
}

/* Nor does what it makes a granted path of lead to. */
static void a_site_that_leads_a_granted_path_away(void **state)
{
    (void)state;
    account("john", "a");
    domain("john", "b", "app/public");
    home_put("john", "app/composer.json", "{}");
    home_put("john", "shared/x", "");
    home_put("john", "keys/id", "");
    home_link("john", "app/storage", "../shared");
    wants_text("john", "{\"domains\": {\"a.example\": {}, \"b.example\": {\"paths\": {\"rw\": "
                       "[\"app/storage\"]}}}}");
    assert_pass("john");
    assert_true(owns("john", "b", "shared"));
    home_remove("john", "app/storage");
    home_link("john", "app/storage", "../keys");
    for (int again = 0; again < 3; again++) {
        assert_pass("john");
        assert_false(owns("john", "b", "keys"));
        assert_true(owns("john", "b", "shared"));
    }
}

/* Who isolates it again says that it is right. */
static void what_is_isolated_again_may_lie_elsewhere(void **state)
{
    (void)state;
    account("john", "a");
    home_put("john", "app/releases/1/index.php", "");
    home_put("john", "app/.env", "");
    home_link("john", "app/current", "releases/1");
    home_put("john", "new/index.php", "");
    panel_put("b.example", "john", in_home("john", "app/current"));
    wants("john", "a b");
    assert_pass("john");
    home_remove("john", "app/current");
    home_link("john", "app/current", "../new");
    assert_pass("john");
    assert_true(is_at("b", "app/releases/1"));
    wants("john", "a");
    assert_pass("john");
    wants("john", "a b");
    assert_pass("john");
    assert_true(is_at("b", "new"));
}

/* A panel that moves the document root together with the name, and tells nobody. */
static void a_name_that_moved_with_its_directory(void **state)
{
    (void)state;
    account("john", "");
    domain("john", "a", "web/a/public_html");
    domain("john", "b", "web/b/public_html");
    wants("john", "a");
    assert_pass("john");
    unsigned id = site_id("john", "a");
    assert_true(id);
    /* the name first: for the moment no document root is there */
    panel_drop("a.example");
    panel_put("z.example", "john", in_home("john", "web/z/public_html"));
    panel_put("www.z.example", "john", in_home("john", "web/z/public_html"));
    assert_pass("john");
    assert_string_equal(wanted("john"), "a");
    SC_FREE char *from = strdup(in_home("john", "web/a")), *to = strdup(in_home("john", "web/z"));
    assert_int_equal(rename(from, to), 0);
    assert_pass("john");
    assert_string_equal(wanted("john"), "z");
    assert_int_equal(site_id("john", "z"), id);
    assert_string_equal(hides("john", "z"), "web/b/public_html");
    /* a directory of that name that is another one is another site */
    panel_drop("z.example");
    panel_drop("www.z.example");
    home_remove("john", "web/z");
    domain("john", "y", "web/y/public_html");
    assert_pass("john");
    assert_string_equal(wanted("john"), "z");
    assert_int_equal(site_id("john", "y"), 0);
}

/* … and its document root is another one since we looked last. */
static void a_name_and_its_document_root_that_moved(void **state)
{
    (void)state;
    account("john", "");
    domain("john", "a", "web/a/public_html/v1");
    domain("john", "b", "web/b/public_html");
    panel_dir("a.example", in_home("john", "web/a"));
    wants("john", "a");
    assert_pass("john");
    unsigned id = site_id("john", "a");
    panel_drop("a.example");
    SC_FREE char *from = strdup(in_home("john", "web/a")), *to = strdup(in_home("john", "web/z"));
    assert_int_equal(rename(from, to), 0);
    panel_put("z.example", "john", in_home("john", "web/z/public_html"));
    assert_pass("john"); /* control: another directory of the panel's, or none */
    assert_string_equal(wanted("john"), "a");
    panel_dir("z.example", to);
    assert_pass("john");
    assert_string_equal(wanted("john"), "z");
    assert_int_equal(site_id("john", "z"), id);
    assert_string_equal(hides("john", "z"), "web/b/public_html");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(marks),
        world_test(directories_of_the_panel),
        world_test(what_its_owner_closed),
        world_test(a_deploy),
        world_test(a_site_that_leads_itself_away),
        world_test(a_site_that_leads_a_granted_path_away),
        world_test(what_is_isolated_again_may_lie_elsewhere),
        world_test(a_name_that_moved_with_its_directory),
        world_test(a_name_and_its_document_root_that_moved),
    };
    return world_run(tests);
}
