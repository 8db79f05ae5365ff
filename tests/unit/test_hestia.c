/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HestiaCP: its format of data, and domains and users read from it. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "core/base/cleanup.h"
#include "core/inventory/envelope.h"
#include "generic/hestia/hestia.h"
#include "generic/hestia/record.h"
#include "tests/unit/domains_text.h"
#include "tests/unit/tempdir.h"

#define USERS "usr/local/hestia/data/users"

static struct tempdir root;
static struct sc_hestia hestia;
static struct sc_caller caller;

static void put(const char *user, const char *file, const char *text)
{
    char rel[512];
    snprintf(rel, sizeof(rel), USERS "/%s", user);
    put_dirs(&root, rel);
    snprintf(rel, sizeof(rel), USERS "/%s/%s", user, file);
    put_file(&root, rel, text);
}

#define REST                                                                                       \
    " TPL='default' SSL='no' SSL_HOME='same' BACKEND='default' PROXY='default' "                   \
    "PROXY_EXT='css,js' U_DISK='0' SUSPENDED='no' TIME='10:11:12' DATE='2026-01-02'\n"

static int make_server(void **state)
{
    (void)state;
    tempdir_make(&root);
    hestia = (struct sc_hestia){.prefix = root.path};
    caller = (struct sc_caller){.home = "/root", .timeout_ms = 1000, .place = &hestia};
    put_dirs(&root, "etc");
    put_dirs(&root, "usr/local/hestia/conf");
    put_file(&root, "usr/local/hestia/conf/hestia.conf",
             "ROOT_USER='chief'\nVERSION='1.9.4'\nBACKEND_PORT='8083'\n");
    put_file(&root, "etc/passwd",
             "root:x:0:0::/root:/bin/sh\n"
             "alice:x:1001:1001::/home/alice:/bin/sh\n"
             "bob:x:1002:1002::/home2/bob:/bin/sh\n");
    put("root", "user.conf", "");
    put("alice", "user.conf",
        "NAME='Alice O.'\nPACKAGE='gold'\nCONTACT='alice@a.example'\nLANGUAGE='de'\n"
        "SUSPENDED='no'\n");
    put("bob", "user.conf", "NAME='Bob'\nPACKAGE=''\nCONTACT=''\n");
    return 0;
}

static int remove_server(void **state)
{
    (void)state;
    tempdir_remove(&root);
    return 0;
}

/* ---- the format ---- */

static void reads(const char *text, bool good, const char *a, const char *b)
{
    char copy[256];
    struct sc_hestia_field f[] = {{"A", NULL}, {"B", NULL}};
    snprintf(copy, sizeof(copy), "%s", text);
    assert_int_equal(sc_hestia_record(copy, f, 2), good);
    assert_string_equal(f[0].value, a);
    assert_string_equal(f[1].value, b);
}

static void records_are_read_as_the_panel_reads_them(void **state)
{
    (void)state;
    reads("A='x' B='y z'", true, "x", "y z");
    reads("B='' A=''", true, "", "");
    reads("A='x'\nB='y'\n", true, "x", "y");
    reads("A=x B=y", true, "x", "y");
    reads("A=a\\ b'c d'e B='\\n'", true, "a bc de", "\\n");
    reads("A='1' A='2'", true, "2", "");
    reads("AA='1' XB='2' B_='3'", true, "", "");
    reads("", true, "", "");
    reads("  A='=B=' ", true, "=B=", "");
    reads("A='x' B='y", false, "x", "");
    reads("A='x' B", false, "x", "");
    reads("A='x' 'B'='y'", false, "x", "");
    reads("A='x' #B='y'", false, "x", "");
    reads("A=x\\", false, "", "");
    reads("9A='x'", false, "", "");
}

/* ---- domains ---- */

/* As domains_text(); or the error. */
static const char *listed(const char *owner, const char *name)
{
    static char why[SC_ERROR_TEXT_MAX + 16];
    struct sc_error err = SC_ERROR_INIT;
    const struct sc_question q = {.owner = owner, .name = name};
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    if (sc_hestia_domains(&caller, &q, &d, &err) < 0) {
        snprintf(why, sizeof(why), "%d %s", err.code, err.text);
        return why;
    }
    return domains_text(&d);
}

#define A_LINE                                                                                     \
    "DOMAIN='a.example' IP='1.2.3.4' CUSTOM_DOCROOT='' ALIAS='www.a.example,*.a.example'" REST
#define A_ROOT "/home/alice/web/a.example/public_html in /home/alice/web/a.example"

static void domains_have_aliases_and_their_own_directory(void **state)
{
    (void)state;
    put("alice", "web.conf", A_LINE "DOMAIN='b.example' IP='1.2.3.4' ALIAS=''" REST);
    put("bob", "web.conf", "DOMAIN='c.example' ALIAS=''" REST);
    assert_string_equal(listed("alice", NULL),
                        "*.a.example alice " A_ROOT "\n"
                        "a.example alice " A_ROOT " main\n"
                        "b.example alice /home/alice/web/b.example/public_html in "
                        "/home/alice/web/b.example\n"
                        "www.a.example alice " A_ROOT "\n");
    assert_string_equal(listed("bob", NULL),
                        "c.example bob /home2/bob/web/c.example/public_html in "
                        "/home2/bob/web/c.example main\n");
    assert_string_equal(listed("carol", NULL), "");
    assert_non_null(strstr(listed(NULL, "c.example"), "c.example bob "));
}

static void custom_document_roots(void **state)
{
    (void)state;
    put("alice", "web.conf",
        "DOMAIN='a.example' ALIAS='www.a.example' "
        "CUSTOM_DOCROOT='/home/alice/web/a.example/public_html/current/public'" REST
        "DOMAIN='b.example' ALIAS='' CUSTOM_DOCROOT='/home/alice/web/a.example/public_html/'" REST
        "DOMAIN='c.example' ALIAS='' SUSPENDED='yes' CUSTOM_DOCROOT=''\n");
    assert_string_equal(
        listed("alice", NULL),
        "a.example alice /home/alice/web/a.example/public_html/current/public in "
        "/home/alice/web/a.example main\n"
        "b.example alice /home/alice/web/a.example/public_html\n"
        "c.example alice /home/alice/web/c.example/public_html in /home/alice/web/c.example\n"
        "www.a.example alice /home/alice/web/a.example/public_html/current/public in "
        "/home/alice/web/a.example\n"
        "odd b.example alice /home/alice/web/b.example: \n");
}

static void names_in_their_own_letters(void **state)
{
    (void)state;
    put("alice", "web.conf", "DOMAIN='bücher.example' ALIAS='www.bücher.example'" REST);
    assert_string_equal(
        listed("alice", NULL),
        "www.xn--bcher-kva.example alice /home/alice/web/bücher.example/public_html "
        "in /home/alice/web/bücher.example\n"
        "xn--bcher-kva.example alice /home/alice/web/bücher.example/public_html in "
        "/home/alice/web/bücher.example main\n");
}

static void odd_lines_stop_no_other(void **state)
{
    (void)state;
    put("alice", "web.conf",
        "DOMAIN='../../bob' ALIAS=''" REST "DOMAIN='' ALIAS='x.example'" REST
        "DOMAIN='rel.example' CUSTOM_DOCROOT='web/rel.example'" REST
        "DOMAIN='up.example' CUSTOM_DOCROOT='/home/alice/../bob'" REST
        "DOMAIN='cut.example' ALIAS='w\n"
        "\n" A_LINE);
    put("bob", "web.conf", "DOMAIN='a.example' ALIAS='www.a.example'" REST);
    const char *text = listed(NULL, NULL);
    assert_non_null(strstr(text, "a.example alice " A_ROOT "\n"));
    assert_null(strstr(text, "a.example bob "));
    assert_non_null(strstr(text, "odd - bob /home2/bob/web/a.example/public_html: "));
    assert_non_null(strstr(text, "odd rel.example alice web/rel.example: "));
    assert_non_null(strstr(text, "odd up.example alice /home/alice/../bob: "));
    assert_non_null(strstr(text, "odd cut.example alice /home/alice/web/cut.example: "));
    assert_non_null(strstr(text, "odd - alice - hides: "));
    assert_null(strstr(text, "x.example alice"));
}

static void what_is_no_file_hides(void **state)
{
    (void)state;
    char rel[128];
    put("alice", "web.conf", A_LINE);
    put("bob", "user.conf", "");
    snprintf(rel, sizeof(rel), "%s/%s", root.path, USERS "/bob/web.conf");
    (void)unlink(rel);
    put_link(&root, USERS "/bob/web.conf", "../alice/web.conf");
    const char *text = listed(NULL, NULL);
    assert_non_null(strstr(text, "a.example alice"));
    assert_non_null(strstr(text, "odd - bob - hides: "));
    assert_int_equal(unlink(rel), 0);
}

static void users_and_the_panel(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    SC_JSON json_t *users = NULL, *info = NULL;
    put("alice", "web.conf", A_LINE);
    put("bob", "web.conf", "");
    assert_int_equal(sc_hestia_users(&caller, &(struct sc_question){0}, &users, &err), 0);
    SC_FREE char *text = json_dumps(users, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(
        text, "[{\"domain\":\"a.example\",\"email\":\"alice@a.example\",\"id\":1001,"
              "\"locale_code\":\"de\",\"owner\":\"chief\",\"package\":{\"name\":\"gold\","
              "\"owner\":\"chief\"},\"username\":\"alice\"},"
              "{\"domain\":null,\"email\":null,\"id\":1002,\"locale_code\":null,\"owner\":"
              "\"chief\",\"package\":null,\"username\":\"bob\"}]");
    assert_int_equal(sc_hestia_panel_info(&caller, &info, &err), 0);
    assert_string_equal(json_string_value(json_object_get(info, "name")), "HestiaCP");
    assert_string_equal(json_string_value(json_object_get(info, "version")), "1.9.4");
}

static void paths_are_each_users(void **state)
{
    (void)state;
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    char want[512];
    assert_int_equal(sc_hestia_paths(root.path, &out, NULL), 0);
    snprintf(want, sizeof(want), "%s/" USERS "\n%s/" USERS "/alice/web.conf\n", root.path,
             root.path);
    assert_true(strncmp(out.data, want, strlen(want)) == 0);
}

static void no_panel_is_an_error(void **state)
{
    (void)state;
    caller.place = &(struct sc_hestia){.prefix = "/nonexistent"};
    assert_non_null(strstr(listed(NULL, NULL), "cannot read HestiaCP's files in /nonexistent"));
    caller.place = &hestia;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_read_as_the_panel_reads_them),
        cmocka_unit_test(domains_have_aliases_and_their_own_directory),
        cmocka_unit_test(custom_document_roots),
        cmocka_unit_test(names_in_their_own_letters),
        cmocka_unit_test(odd_lines_stop_no_other),
        cmocka_unit_test(what_is_no_file_hides),
        cmocka_unit_test(users_and_the_panel),
        cmocka_unit_test(paths_are_each_users),
        cmocka_unit_test(no_panel_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_server, remove_server);
}
