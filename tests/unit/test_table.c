/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table that the hot path reads: which document root, domain or working directory is which
 * site. */
#include "tests/unit/fixture.h"

#include <errno.h>
#include "core/enter/table.h"

static const char text[] = "sitecage-sites 1\n"
                           "isolated 60001 /home/u/main\n"
                           "alias 60001 /home/u/www\n"
                           "name 60001 main.example\n"
                           "open 0 /home/u/main/addon\n"
                           "name 0 addon.example\n"
                           "isolated 60002 /home/u/main/addon/deep\n"
                           "name 60002 deep.example\n"
                           "name 60002 xn--mnchen-3ya.example\n"
                           "name 60002 m%C3%BCnchen.example\n"
                           "broken 0 /home/u/gone\n"
                           "name 0 gone.example\n"
                           "isolated 60003 /home/u/sp%20ace%0A%25\n"
                           "isolated nonsense /home/u/odd\n"
                           "end\n";

static const struct sc_table table = {.data = text, .len = sizeof(text) - 1};

static void assert_ref(struct sc_site_ref ref, enum sc_site_state state, unsigned id)
{
    assert_int_equal(ref.state, state);
    assert_int_equal(ref.id, id);
}

static void document_roots_match_as_a_whole(void **state)
{
    (void)state;
    assert_ref(sc_table_docroot(&table, "/home/u/main"), SC_SITE_ISOLATED, 60001);
    assert_ref(sc_table_docroot(&table, "/home//u/main/"), SC_SITE_ISOLATED, 60001);
    assert_ref(sc_table_docroot(&table, "/home/u/www"), SC_SITE_ISOLATED, 60001);
    assert_ref(sc_table_docroot(&table, "/home/u/main/addon"), SC_SITE_OPEN, 0);
    assert_ref(sc_table_docroot(&table, "/home/u/gone"), SC_SITE_BROKEN, 0);
    assert_ref(sc_table_docroot(&table, "/home/u/mai"), SC_SITE_NONE, 0);
    assert_ref(sc_table_docroot(&table, "/home/u/main2"), SC_SITE_NONE, 0);
    assert_ref(sc_table_docroot(&table, "home/u/main"), SC_SITE_NONE, 0);
    assert_ref(sc_table_docroot(&table, "/"), SC_SITE_NONE, 0);
    assert_ref(sc_table_docroot(&table, "/home/u/sp ace\n%"), SC_SITE_ISOLATED, 60003);
    /* what cannot be read is never "open" */
    assert_ref(sc_table_docroot(&table, "/home/u/odd"), SC_SITE_BROKEN, 0);
}

static void the_deepest_document_root_contains(void **state)
{
    (void)state;
    assert_ref(sc_table_containing(&table, "/home/u/main"), SC_SITE_ISOLATED, 60001);
    assert_ref(sc_table_containing(&table, "/home/u/main/x/y"), SC_SITE_ISOLATED, 60001);
    assert_ref(sc_table_containing(&table, "/home/u/www/x"), SC_SITE_ISOLATED, 60001);
    assert_ref(sc_table_containing(&table, "/home/u/main/addon/x"), SC_SITE_OPEN, 0);
    assert_ref(sc_table_containing(&table, "/home/u/main/addon/deep/x"), SC_SITE_ISOLATED, 60002);
    assert_ref(sc_table_containing(&table, "/home/u/main/addon2"), SC_SITE_ISOLATED, 60001);
    assert_ref(sc_table_containing(&table, "/home/u/cgi-bin"), SC_SITE_NONE, 0);
}

static void names_are_exact(void **state)
{
    (void)state;
    assert_ref(sc_table_name(&table, "deep.example"), SC_SITE_ISOLATED, 60002);
    assert_ref(sc_table_name(&table, "addon.example"), SC_SITE_OPEN, 0);
    assert_ref(sc_table_name(&table, "eep.example"), SC_SITE_NONE, 0);
    assert_ref(sc_table_name(&table, "deep.example.org"), SC_SITE_NONE, 0);
    assert_ref(sc_table_name(&table, "/home/u/main"), SC_SITE_NONE, 0);
    assert_ref(sc_table_name(&table, "münchen.example"), SC_SITE_ISOLATED, 60002);
    assert_ref(sc_table_name(&table, "m%C3%BCnchen.example"), SC_SITE_NONE, 0);
    assert_ref(sc_table_name(&table, ""), SC_SITE_NONE, 0);
}

/* Two sites, of which one is not isolated in the second table, in one application. */
static void directories_of_sites(void **state)
{
    (void)state;
    static const char words[] = "sitecage-sites 1\n"
                                "isolated 60001 /home/u/app/a\n"
                                "owns 60001 /home/u/data\n"
                                "shares 60001 /home/u/app\n"
                                "isolated 60002 /home/u/app/b\n"
                                "shares 60002 /home/u/app\n"
                                "isolated 60003 /home/u/c\n"
                                "open 0 /home/u/o/www\n"
                                "owns 0 /home/u/o\n"
                                "end\n";
    const struct sc_table t = {.data = words, .len = sizeof(words) - 1};
    assert_ref(sc_table_containing(&t, "/home/u/data/x"), SC_SITE_ISOLATED, 60001);
    assert_ref(sc_table_containing(&t, "/home/u/app/b/x"), SC_SITE_ISOLATED, 60002);
    assert_ref(sc_table_containing(&t, "/home/u/o/bin"), SC_SITE_OPEN, 0);
    assert_null(sc_table_containing(&t, "/home/u/app/b/x").shared);
    assert_null(sc_table_containing(&t, "/home/u/data/x").shared);

    struct sc_site_ref found = sc_table_containing(&t, "/home/u/app/bin");
    assert_ref(found, SC_SITE_ISOLATED, 60001);
    assert_non_null(found.shared);
    struct sc_site_ref b = sc_table_docroot(&t, "/home/u/app/b"),
                       c = sc_table_docroot(&t, "/home/u/c"),
                       o = sc_table_docroot(&t, "/home/u/o/www"), none = {0};
    assert_ref(sc_table_sharer(&t, &found, &b), SC_SITE_ISOLATED, 60002);
    assert_ref(sc_table_sharer(&t, &found, &c), SC_SITE_ISOLATED, 60001);
    assert_ref(sc_table_sharer(&t, &found, &o), SC_SITE_ISOLATED, 60001);
    assert_ref(sc_table_sharer(&t, &found, &none), SC_SITE_ISOLATED, 60001);
    assert_ref(sc_table_sharer(&t, &c, &b), SC_SITE_ISOLATED, 60003);
}

static void document_roots_decode(void **state)
{
    (void)state;
    char out[64], small[8];
    struct sc_site_ref ref = sc_table_docroot(&table, "/home/u/sp ace\n%");
    assert_int_equal(sc_table_decode(&ref, out, sizeof(out)), 0);
    assert_string_equal(out, "/home/u/sp ace\n%");
    assert_int_equal(sc_table_decode(&ref, small, sizeof(small)), -ENAMETOOLONG);
    struct sc_site_ref bad = {.docroot = "/a%0", .docroot_len = 4};
    assert_int_equal(sc_table_decode(&bad, out, sizeof(out)), -EINVAL);
    bad = (struct sc_site_ref){.docroot = "/a%00", .docroot_len = 5};
    assert_int_equal(sc_table_decode(&bad, out, sizeof(out)), -EINVAL);
}

static void long_paths_match_nothing(void **state)
{
    (void)state;
    static char path[20000];
    memset(path, 'a', sizeof(path) - 1);
    path[0] = '/';
    assert_ref(sc_table_docroot(&table, path), SC_SITE_NONE, 0);
    assert_ref(sc_table_containing(&table, path), SC_SITE_NONE, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(document_roots_match_as_a_whole),
        cmocka_unit_test(the_deepest_document_root_contains),
        cmocka_unit_test(names_are_exact),
        cmocka_unit_test(directories_of_sites),
        cmocka_unit_test(document_roots_decode),
        cmocka_unit_test(long_paths_match_nothing),
    };
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
