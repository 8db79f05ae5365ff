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

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(marks),
        world_test(directories_of_the_panel),
        world_test(what_its_owner_closed),
        world_test(a_deploy),
    };
    return world_run(tests);
}
