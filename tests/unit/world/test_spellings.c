/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the web server's configuration calls a document root: other names of the home that root alone can change. */
#include "tests/unit/fakes/world.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/facts/spellings.h"

static struct sc_spellings found;

static int setup(void **state)
{
    int rc = world_setup(state);
    root_mkdir("/home/john/a/web");
    root_mkdir("/home/john/b");
    return rc;
}

static int teardown(void **state)
{
    sc_spellings_done(&found);
    return world_teardown(state);
}

#define spelling_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* Looks for names of HOME/`rel`, where a host's root is `text`, which leads to `real`. */
static void look(const char *rel, const char *text, const char *real)
{
    static char home[] = "/home/john", alias[] = "/home2/john";
    char docroot[128];
    struct sc_host_root root = {.text = (char *)(uintptr_t)text, .real = (char *)(uintptr_t)real};
    struct sc_vhost host = {.roots = &root, .n_roots = 1};
    const struct sc_vhosts hosts = {.v = &host, .n = 1};
    const struct sc_account a = {.home = home, .home_alias = alias};
    snprintf(docroot, sizeof(docroot), "%s/%s", home, rel);
    const struct sc_whose w = {.docroot = docroot};
    assert_good(sc_spellings_find(&a, &hosts, &w, rel, &found, &world.err));
}

static void names_that_root_made_count(void **state)
{
    (void)state;
    root_link("/var/www/a.example", "/home/john/a");
    look("a/web", "/var/www/a.example/web", "/home/john/a/web");
    assert_int_equal(found.n, 1);
    assert_string_equal(found.v[0].rel, "a/web");
    assert_string_equal(found.v[0].text, "/var/www/a.example/web");
    look("b", "/var/www/a.example/web", "/home/john/a/web"); /* another site's */
    look("a/web", "/home/john/a/web", "/home/john/a/web");   /* the home's own name */
    look("a/web", "/home2/john/a/web", "/home/john/a/web");  /* the panel's */
    look("a/web", "/var/www/a.example/web", NULL);           /* it leads nowhere */
    assert_int_equal(found.n, 1);
}

/* Whoever else can change a name on the way could lead the path elsewhere. */
static void names_of_others_do_not(void **state)
{
    (void)state;
    root_link("/var/www/a.example", "/home/john/a");
    assert_int_equal(lchown(root_at("/var/www/a.example"), 1002, 1002), 0);
    look("a/web", "/var/www/a.example/web", "/home/john/a/web");
    assert_int_equal(found.n, 0);
    root_link("/srv/open/a", "/home/john/a");
    assert_int_equal(chmod(root_at("/srv/open"), 0777), 0);
    look("a/web", "/srv/open/a/web", "/home/john/a/web");
    assert_int_equal(found.n, 0);
    assert_int_equal(chmod(root_at("/srv/open"), 0755), 0);
    look("a/web", "/srv/open/a/web", "/home/john/a/web");
    assert_int_equal(found.n, 1);
}

static void a_plans_site_has_each_name_once(void **state)
{
    (void)state;
    static char a[] = "a/web", b[] = "b";
    struct sc_plan_site sites[] = {{.rel = b}, {.rel = NULL}, {.rel = a}};
    struct sc_plan plan = {.sites = sites, .n_sites = 3};
    root_link("/var/www/z.example", "/home/john/a");
    root_link("/var/www/a.example", "/home/john/a");
    look("a/web", "/var/www/z.example/web", "/home/john/a/web");
    look("a/web", "/var/www/a.example/web", "/home/john/a/web");
    look("a/web", "/var/www/z.example/web", "/home/john/a/web");
    assert_int_equal(found.n, 3);
    assert_good(sc_spellings_to_plan(&found, &plan, &world.err));
    assert_int_equal(sites[2].n_aliases, 2);
    assert_string_equal(sites[2].aliases[0], "/var/www/a.example/web");
    assert_string_equal(sites[2].aliases[1], "/var/www/z.example/web");
    assert_int_equal(sites[0].n_aliases + sites[1].n_aliases, 0);
    for (size_t i = 0; i < sites[2].n_aliases; i++)
        free(sites[2].aliases[i]);
    free(sites[2].aliases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        spelling_test(names_that_root_made_count),
        spelling_test(names_of_others_do_not),
        spelling_test(a_plans_site_has_each_name_once),
    };
    return world_run(tests);
}
