/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table that mod_sitecage reads: what counts as whose. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "core/base/buf.h"
#include "core/web/apache/table.h"
#include "core/web/part.h"

static const char text[] = SC_WEB_HEAD "suexec 21 99 /usr/lib/apache2/suexec\n"
                                       "account 1001 1002 /home/u\n"
                                       "home /home2/u\n"
                                       "pool /run/php/u.sock\n"
                                       "pool *:9001\n"
                                       "open /home/u/open\n"
                                       "open /home/u/main/open\n"
                                       "open /home/u/twice\n"
                                       "site 60001 isolated main.example /home/u/main\n"
                                       "alias /home/u/www\n"
                                       "extra /home/u/more\n"
                                       "fpm /run/sitecage/web/fpm/60001.sock\n"
                                       "site 60002 isolated deep.example /home/u/main/open/deep\n"
                                       "extra /home/u/more\n"
                                       "site 60004 isolated twice.example /home/u/twice\n"
                                       "extra /home/u/more\n"
                                       "extra /home/u/open\n"
                                       "site 0 broken gone.example /home/u/gone\n"
                                       "account 1003 1003 /srv/web/v\n"
                                       "site 60003 isolated odd.example /srv/web/v/sp%20ace%0A%25\n"
                                       "end\n";

static struct sc_web_table *parse(const char *t)
{
    struct sc_web_table *table = NULL;
    struct sc_error err = SC_ERROR_INIT;
    if (sc_web_table_parse(t, strlen(t), &table, &err) < 0)
        fail_msg("%s", err.text);
    return table;
}

static int set_up(void **state)
{
    *state = parse(text);
    return 0;
}

static int tear_down(void **state)
{
    sc_web_table_free(*state);
    return 0;
}

static unsigned place(const struct sc_web_table *t, const char *path)
{
    const struct sc_web_place *p = sc_web_table_place(t, path);
    return !p ? 0 : p->site ? p->site->id : 1;
}

static unsigned containing(const struct sc_web_table *t, const char *path)
{
    const struct sc_web_place *p = sc_web_table_containing(t, path);
    return !p ? 0 : p->site ? p->site->id : 1;
}

static void places_match_as_a_whole(void **state)
{
    assert_int_equal(place(*state, "/home/u/main"), 60001);
    assert_int_equal(place(*state, "/home/u/www"), 60001);
    assert_int_equal(place(*state, "/home/u/more"), 60001);
    assert_int_equal(place(*state, "/home/u/main/open"), 1);
    assert_int_equal(place(*state, "/home/u/open"), 60004);
    assert_int_equal(place(*state, "/srv/web/v/sp ace\n%"), 60003);
    assert_int_equal(place(*state, "/home/u/mai"), 0);
    assert_int_equal(place(*state, "/home/u/main2"), 0);
    assert_int_equal(place(*state, "/home/u"), 0);
    assert_int_equal(place(*state, "/"), 0);
    assert_int_equal(sc_web_table_place(*state, "/home/u/gone")->site->state, SC_WEB_BROKEN);
    /* sites share it: it is of each of them */
    const struct sc_web_place *shared = sc_web_table_containing(*state, "/home/u/more/x");
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(sc_web_place_is_of(shared, sc_web_table_site(*state, i)), i != 3);
    assert_false(sc_web_place_is_of(sc_web_table_place(*state, "/home/u/main"),
                                    sc_web_table_site(*state, 1)));
    /* of two that claim a directory the isolated one has it */
    assert_int_equal(place(*state, "/home/u/twice"), 60004);
}

static void the_deepest_place_contains(void **state)
{
    assert_int_equal(containing(*state, "/home/u/main"), 60001);
    assert_int_equal(containing(*state, "/home/u/main/x/y"), 60001);
    assert_int_equal(containing(*state, "/home/u/www/x"), 60001);
    assert_int_equal(containing(*state, "/home/u/main/open/x"), 1);
    assert_int_equal(containing(*state, "/home/u/main/open/deep/x"), 60002);
    assert_int_equal(containing(*state, "/home/u/main/open2"), 60001);
    assert_int_equal(containing(*state, "/home/u/other"), 0);
    assert_int_equal(containing(*state, "/"), 0);
    char deep[5000] = "/home/u/main";
    while (strlen(deep) < 4900)
        strcat(deep, "/x");
    assert_int_equal(containing(*state, deep), 60001);
}

static void homes_have_all_their_names(void **state)
{
    assert_int_equal(sc_web_table_home(*state, "/home/u/x")->uid, 1001);
    assert_int_equal(sc_web_table_home(*state, "/home2/u")->uid, 1001);
    assert_int_equal(sc_web_table_home(*state, "/srv/web/v/x")->uid, 1003);
    assert_null(sc_web_table_home(*state, "/home/ux"));
    assert_true(sc_web_table_near_home(*state, "/home/somebody/x"));
    assert_true(sc_web_table_near_home(*state, "/srv/web"));
    assert_false(sc_web_table_near_home(*state, "/srv"));
    assert_false(sc_web_table_near_home(*state, "/usr/share/x"));
    assert_string_equal(sc_web_table_uid(*state, 1003)->home, "/srv/web/v");
    assert_int_equal(sc_web_table_uid(*state, 1001)->n_homes, 2);
    assert_null(sc_web_table_uid(*state, 33));
}

static void pools_belong_to_accounts_and_sites(void **state)
{
    assert_int_equal(sc_web_table_pool(*state, "/run/php/u.sock")->account->uid, 1001);
    assert_null(sc_web_table_pool(*state, "/run/php/u.sock")->site);
    assert_int_equal(sc_web_table_pool(*state, "*:9001")->account->uid, 1001);
    assert_int_equal(sc_web_table_pool(*state, "/run/sitecage/web/fpm/60001.sock")->site->id,
                     60001);
    assert_null(sc_web_table_pool(*state, "*:9002"));
}

static void the_rest_is_told(void **state)
{
    struct sc_web_suexec s = sc_web_table_suexec(*state);
    assert_string_equal(s.path, "/usr/lib/apache2/suexec");
    assert_true(s.dev == 21 && s.ino == 99);
    assert_int_equal(sc_web_table_sites(*state), 5);
    const struct sc_web_site *first = sc_web_table_site(*state, 0);
    assert_string_equal(first->name, "main.example");
    assert_string_equal(first->fpm, "/run/sitecage/web/fpm/60001.sock");
    assert_int_equal(first->account->gid, 1002);
    assert_null(sc_web_table_site(*state, 1)->fpm);
}

static void a_site_that_learns_comes_last(void **state)
{
    (void)state;
    struct sc_web_table *t = parse(SC_WEB_HEAD "account 1001 1001 /home/u\n"
                                               "site 60001 learning l.example /home/u/l\n"
                                               "extra /home/u/shared\n"
                                               "fpm /run/sitecage/web/fpm-60001\n"
                                               "site 60002 isolated i.example /home/u/i\n"
                                               "extra /home/u/shared\n"
                                               "end\n");
    const struct sc_web_site *l = sc_web_table_site(t, 0), *i = sc_web_table_site(t, 1);
    assert_int_equal(l->state, SC_WEB_LEARNING);
    assert_false(sc_web_is_guarded(l));
    assert_true(sc_web_is_guarded(i));
    assert_int_equal(place(t, "/home/u/l"), 60001);
    assert_int_equal(place(t, "/home/u/shared"), 60002);
    const struct sc_web_place *shared = sc_web_table_place(t, "/home/u/shared");
    assert_true(sc_web_place_is_of(shared, l) && sc_web_place_is_of(shared, i));
    sc_web_table_free(t);
}

static void refused(const char *lines, const char *part)
{
    char all[4096];
    struct sc_web_table *t = NULL;
    struct sc_error err = SC_ERROR_INIT;
    snprintf(all, sizeof(all), "%s%s", SC_WEB_HEAD, lines);
    assert_int_equal(sc_web_table_parse(all, strlen(all), &t, &err), SC_E_INVAL);
    assert_null(t);
    assert_error_has(&err, SC_E_INVAL, part);
}

static void a_table_is_good_as_a_whole_or_not_at_all(void **state)
{
    (void)state;
    refused("", "line 2");
    refused("end", "its end is missing");
    refused("end\nopen /x\n", "behind the end");
    refused("end \n", "wrong words");
    refused("odd /x\nend\n", "no such key");
    refused("open /x\nend\n", "open PATH");
    refused("account 0 1 /home/u\nend\n", "account UID");
    refused("account 1 x /home/u\nend\n", "account UID");
    refused("account 1 1 home\nend\n", "account UID");
    refused("account 1 1 /\nend\n", "account UID");
    refused("account 1 1 /home/../u\nend\n", "account UID");
    refused("account 4294967295 1 /home/u\nend\n", "account UID");
    refused("account 1 1  /home/u\nend\n", "wrong words");
    refused("account 1 1 /home/u\nhome\nend\n", "wrong number");
    refused("account 1 1 /home/u\nopen /x/\nend\n", "not clean");
    refused("account 1 1 /home/u\nopen /x%00\nend\n", "cannot be decoded");
    refused("account 1 1 /home/u\nopen /x%2\nend\n", "cannot be decoded");
    refused("alias /x\nend\n", "of a site");
    refused("account 1 1 /home/u\nsite 0 isolated a /x\nend\n", "site ID");
    refused("account 1 1 /home/u\nsite 5 broken a /x\nend\n", "site ID");
    refused("account 1 1 /home/u\nsite 5 open a /x\nend\n", "site ID");
    refused("account 1 1 /home/u\nsite 5 isolated a /x\nfpm /a\nfpm /b\nend\n", "once");
    refused("account 1 1 /home/u\nsite 5 isolated a /x\nfpm *:0\nend\n", "fpm ADDRESS");
    refused("account 1 1 /home/u\nsite 5 isolated a /x\nfpm 127.0.0.1:9000\nend\n", "fpm ADDRESS");
    refused("account 1 1 /home/u\nsite 5 isolated a /x\nfpm *:9000x\nend\n", "fpm ADDRESS");
    refused("account 1 1 /home/u\nsite 5 isolated a /x\npool /a\nend\n", "of an account");
    refused("suexec 1 1 /a\nsuexec 1 1 /a\nend\n", "once");
    struct sc_web_table *t = NULL;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_web_table_parse("sitecage-web 2\nend\n", 19, &t, &err), SC_E_INVAL);
    assert_int_equal(sc_web_table_parse(SC_WEB_HEAD "e\0d\n", 19, &t, &err), SC_E_INVAL);
}

static void what_is_written_can_be_read(void **state)
{
    (void)state;
    const char *aliases[] = {"/home/u//www/", "relative"}, *extras[] = {"/home/u/more"};
    const char *apps[] = {"/home/u/app"};
    const char *pools[] = {"127.0.0.1:9000", "/run//x.sock", "nonsense"};
    const struct sc_web_part_site sites[] = {{.id = 7,
                                              .isolated = true,
                                              .name = "a.example",
                                              .docroot = "/home/u/a b",
                                              .aliases = aliases,
                                              .n_aliases = 2,
                                              .extras = extras,
                                              .n_extras = 1,
                                              .fpm = "/run/a.sock"},
                                             {.isolated = false,
                                              .name = "b.example",
                                              .docroot = "/home/u/b",
                                              .aliases = aliases,
                                              .n_aliases = 1,
                                              .extras = apps,
                                              .n_extras = 1},
                                             {.id = 0,
                                              .isolated = true,
                                              .name = "c.example",
                                              .docroot = "/home/u/c",
                                              .fpm = "127.0.0.1:9007"}};
    const struct sc_web_part part = {.uid = 5,
                                     .gid = 6,
                                     .home = "/home/u",
                                     .home_alias = "/home1/u",
                                     .pools = pools,
                                     .n_pools = 3,
                                     .sites = sites,
                                     .n_sites = 3};
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    sc_buf_str(&out, SC_WEB_HEAD);
    assert_int_equal(sc_web_part_format(&part, &out, &err), 0);
    sc_buf_str(&out, "end\n");
    assert_string_equal(out.data,
                        SC_WEB_HEAD "account 5 6 /home/u\nhome /home1/u\npool *:9000\n"
                                    "pool /run/x.sock\nopen /home/u/b\nopen /home/u/www\nopen "
                                    "/home/u/app\n"
                                    "site 7 isolated a.example /home/u/a%20b\n"
                                    "alias /home/u/www\nextra /home/u/more\n"
                                    "fpm /run/a.sock\n"
                                    "site 0 broken c.example /home/u/c\nfpm *:9007\nend\n");
    struct sc_web_table *t = parse(out.data);
    assert_int_equal(place(t, "/home/u/www"), 7);
    assert_ptr_equal(sc_web_table_pool(t, "*:9007")->site, sc_web_table_site(t, 1));
    sc_web_table_free(t);
}

static void a_document_root_that_is_too_deep_is_refused(void **state)
{
    (void)state;
    char deep[2000] = "/home/u";
    while (strlen(deep) < 300)
        strcat(deep, "/x");
    struct sc_web_part_site site = {
        .id = 7, .isolated = true, .name = "a.example", .docroot = deep};
    const struct sc_web_part part = {.uid = 5,
                                     .gid = 6,
                                     .home = "/home/u",
                                     .home_alias = "/home/u",
                                     .sites = &site,
                                     .n_sites = 1};
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_web_part_format(&part, &out, &err), SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL, "the document root of a.example is too deep");
    site.isolated = false; /* nothing of it is guarded */
    site.id = 0;
    assert_int_equal(sc_web_part_format(&part, &out, &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(places_match_as_a_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_deepest_place_contains, set_up, tear_down),
        cmocka_unit_test_setup_teardown(homes_have_all_their_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pools_belong_to_accounts_and_sites, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_rest_is_told, set_up, tear_down),
        cmocka_unit_test(a_site_that_learns_comes_last),
        cmocka_unit_test(a_table_is_good_as_a_whole_or_not_at_all),
        cmocka_unit_test(what_is_written_can_be_read),
        cmocka_unit_test(a_document_root_that_is_too_deep_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
