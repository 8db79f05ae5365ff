/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "core/base/buf.h"
#include "core/plan/planfile.h"

#define HEAD                                                                                       \
    "sitecage-plan 1\n"                                                                            \
    "site 60001 1001 1002 john 0a1b\n"                                                             \
    "home /home2/john /home/john/\n"                                                               \
    "docroot m/a%20b\n"
#define DOCROOT "entry docroot m/a%20b\n"

static const char full[] = HEAD "sys ro /usr -\n"
                                "sys private /tmp %2D\n"
                                "sys x-9 a%20b c%0A\n"
                                "entry closed-file .my.cnf\n"
                                "entry closed-dir .ssh\n"
                                "entry shell m a%20b a%20b2/x\n" DOCROOT "entry ro m/a%20b/%25%FF\n"
                                "entry rw m/a%20b2/x\n"
                                "end\n";

static void parses_and_writes_back(void **state)
{
    (void)state;
    struct sc_planfile p = {0};
    struct sc_error err = SC_ERROR_INIT;
    if (sc_planfile_parse(full, sizeof(full) - 1, &p, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(p.id, 60001);
    assert_int_equal(p.uid, 1001);
    assert_int_equal(p.gid, 1002);
    assert_string_equal(p.user, "john");
    assert_string_equal(p.token, "0a1b");
    assert_string_equal(p.home, "/home2/john");
    assert_string_equal(p.home_alias, "/home/john/");
    assert_string_equal(p.docroot, "m/a b");
    assert_int_equal(p.n_sys, 3);
    assert_string_equal(p.sys[0].kind, "ro");
    assert_string_equal(p.sys[0].a, "/usr");
    assert_null(p.sys[0].b);
    assert_string_equal(p.sys[1].b, "-");
    assert_string_equal(p.sys[2].a, "a b");
    assert_string_equal(p.sys[2].b, "c\n");
    assert_int_equal(p.entries.n, 6);
    assert_int_equal(p.entries.v[0].kind, SC_ENTRY_CLOSED_FILE);
    assert_string_equal(p.entries.v[0].rel, ".my.cnf");
    assert_int_equal(p.entries.v[2].kind, SC_ENTRY_SHELL);
    assert_int_equal(p.entries.v[2].n_holes, 2);
    assert_string_equal(p.entries.v[2].holes[0], "a b");
    assert_string_equal(p.entries.v[2].holes[1], "a b2/x");
    assert_string_equal(p.entries.v[4].rel, "m/a b/%\xff");

    SC_BUF struct sc_buf b = SC_BUF_INIT;
    assert_int_equal(sc_planfile_write(&p, &b, &err), 0);
    assert_string_equal(b.data, full);
    sc_planfile_done(&p);
    sc_planfile_done(&p);
}

static void the_home_is_a_dot(void **state)
{
    (void)state;
    static const char text[] = HEAD "entry shell . m/a%20b\n" DOCROOT "end\n";
    struct sc_planfile p = {0};
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    assert_int_equal(sc_planfile_parse(text, sizeof(text) - 1, &p, NULL), 0);
    assert_string_equal(p.entries.v[0].rel, "");
    assert_int_equal(sc_planfile_write(&p, &b, NULL), 0);
    assert_string_equal(b.data, text);
    sc_planfile_done(&p);
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof(full) - 1; len++) {
        struct sc_planfile p = {0};
        struct sc_error err = SC_ERROR_INIT;
        assert_int_equal(sc_planfile_parse(full, len, &p, &err), SC_E_INVAL);
        assert_error_has(&err, SC_E_INVAL,
                         len && full[len - 1] != '\n' ? "is cut off" : "no 'end'");
        assert_null(p.user);
    }
}

/* A changed byte gives an error or a plan that says the same again when written; never a crash. */
static void every_changed_byte_is_safe(void **state)
{
    (void)state;
    static const char bytes[] = {0, '\n', ' ', '/', '.', '%', '-', '0', 'a', '\xff'};
    char text[sizeof(full)];
    size_t refused = 0;
    for (size_t i = 0; i < sizeof(full) - 1; i++) {
        for (size_t k = 0; k < sizeof(bytes); k++) {
            memcpy(text, full, sizeof(full));
            text[i] = bytes[k];
            struct sc_planfile p = {0}, q = {0};
            struct sc_error err = SC_ERROR_INIT;
            if (sc_planfile_parse(text, sizeof(full) - 1, &p, &err) < 0) {
                assert_true(err.text[0]);
                refused++;
                continue;
            }
            SC_BUF struct sc_buf b = SC_BUF_INIT, again = SC_BUF_INIT;
            assert_int_equal(sc_planfile_write(&p, &b, &err), 0);
            assert_int_equal(sc_planfile_parse(b.data, b.len, &q, &err), 0);
            assert_int_equal(sc_planfile_write(&q, &again, &err), 0);
            assert_string_equal(b.data, again.data);
            sc_planfile_done(&p);
            sc_planfile_done(&q);
        }
    }
    assert_true(refused > 1000);
}

static void malformed_plans_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"", "plan: cut off after line 0, no 'end'"},
        {"sitecage-plan 2\n", "plan: line 1: not a plan of version 1"},
        {"sitecage-plan 1 \n", "plan: line 1: not a plan of version 1"},
        {"sitecage-plan 1\nend\n", "plan: line 2: a line that does not belong here: 'end'"},
        {"sitecage-plan 1\nhome /a /a\n", "plan: line 2: a line that does not belong here: 'home'"},
        {"sitecage-plan 1\nsite\n", "plan: line 2: malformed 'site' line"},
        {"sitecage-plan 1\nsite 1 1 1 u\n", "plan: line 2: malformed 'site' line"},
        {"sitecage-plan 1\nsite 1 1 1 u t x\n", "plan: line 2: malformed 'site' line"},
        {"sitecage-plan 1\nsite 1 1 1 u t \n", "plan: line 2: malformed 'site' line"},
        {"sitecage-plan 1\nsite 1  1 1 u t\n", "plan: line 2: malformed 'site' line"},
        {"sitecage-plan 1\nsite 01 1 1 u t\n", "plan: line 2: malformed 'site' line"},
        {"sitecage-plan 1\nsite 1 -1 1 u t\n", "plan: line 2: malformed 'site' line"},
        {"sitecage-plan 1\nsite 1 4294967296 1 u t\n", "plan: line 2: malformed 'site' line"},
        {"sitecage-plan 1\nsite 1 1 18446744073709551617 u t\n",
         "plan: line 2: malformed 'site' line"},
        {"sitecage-plan 1\nsite 1 1 1 u t%\n", "plan: line 2: malformed 'site' line"},
        {"sitecage-plan 1\nsite 1 1 1 u\xc3 t\n", "plan: line 2: a byte that is not printable"},
        {"sitecage-plan 1\nsite 1 1 1 u t\nhome /a /a\ndocroot a\nsite 1 1 1 u t\nend\n",
         "plan: line 5: a line that does not belong here: 'site'"},
        {"sitecage-plan 1\nsite 0 1 1 u t\nhome /a /a\ndocroot a\n",
         "plan: line 4: a site's id is not 0"},
        {"sitecage-plan 1\nsite 1 0 1 u t\nhome /a /a\ndocroot a\n",
         "plan: line 4: no site belongs to uid 0, gid 1"},
        {"sitecage-plan 1\nsite 1 4294967295 1 u t\nhome /a /a\ndocroot a\n",
         "plan: line 4: no site belongs to uid 4294967295, gid 1"},
        {"sitecage-plan 1\nsite 1 1 4294967295 u t\nhome /a /a\ndocroot a\n",
         "plan: line 4: no site belongs to uid 1, gid 4294967295"},
        {"sitecage-plan 1\nsite 1 1 1 a/b t\nhome /a /a\ndocroot a\n",
         "plan: line 4: not a user's name: 'a/b'"},
        {"sitecage-plan 1\nsite 1 1 1 u t\nhome a /a\ndocroot a\n",
         "plan: line 4: not an absolute path of a home: 'a'"},
        {"sitecage-plan 1\nsite 1 1 1 u t\nhome / /a\ndocroot a\n",
         "plan: line 4: not an absolute path of a home: '/'"},
        {"sitecage-plan 1\nsite 1 1 1 u t\nhome /a/../b /a\ndocroot a\n",
         "plan: line 4: not an absolute path of a home: '/a/../b'"},
        {"sitecage-plan 1\nsite 1 1 1 u t\nhome /a b\ndocroot a\n",
         "plan: line 4: not an absolute path of a home: 'b'"},
        {"sitecage-plan 1\nsite 1 1 1 u t\nhome /a /b/..\ndocroot a\n",
         "plan: line 4: not an absolute path of a home: '/b/..'"},
        {"sitecage-plan 1\nsite 1 1 1 u t\nhome /a /a\ndocroot .\n",
         "plan: line 4: not a document root below the home: '.'"},
        {"sitecage-plan 1\nsite 1 1 1 u t\nhome /a /a\ndocroot /a\n",
         "plan: line 4: not a document root below the home: '/a'"},
        {HEAD DOCROOT "end\nend\n", "plan: line 7: a line that does not belong here: 'end'"},
        {HEAD DOCROOT "end\n\n", "plan: line 7: a line that does not belong here: ''"},
        {HEAD DOCROOT "sys ro /usr -\nend\n",
         "plan: line 6: a line that does not belong here: 'sys'"},
        {HEAD "what ro\n", "plan: line 5: a line that does not belong here: 'what'"},
        {HEAD "sys ro /usr\n", "plan: line 5: malformed 'sys' line"},
        {HEAD "sys ro /usr - -\n", "plan: line 5: malformed 'sys' line"},
        {HEAD "sys Ro /usr -\n", "plan: line 5: not a kind of system line: 'Ro'"},
        {HEAD "entry\n", "plan: line 5: not a kind of entry: ''"},
        {HEAD "entry closed x\n", "plan: line 5: not a kind of entry: 'closed'"},
        {HEAD "entry ro\n", "plan: line 5: malformed 'entry' line"},
        {HEAD "entry ro  x\n", "plan: line 5: malformed 'entry' line"},
        {HEAD "entry ro x \n", "plan: line 5: malformed 'entry' line"},
        {HEAD "entry ro /x\n", "plan: line 5: not a plain path below the home: '/x'"},
        {HEAD "entry ro x/../y\n", "plan: line 5: not a plain path below the home: 'x/../y'"},
        {HEAD "entry ro x//y\n", "plan: line 5: not a plain path below the home: 'x//y'"},
        {HEAD "entry ro %2E\n", "plan: line 5: not a plain path below the home: '.'"},
        {HEAD "entry ro b\nentry ro b\n", "plan: line 6: entry twice or out of order: 'b'"},
        {HEAD "entry ro b/a\nentry ro b\n", "plan: line 6: entry twice or out of order: 'b'"},
        {HEAD "entry ro b c\n", "plan: line 5: holes are for shells, and each shell has one: 'b'"},
        {HEAD "entry shell b\n", "plan: line 5: holes are for shells, and each shell has one: 'b'"},
        {HEAD "entry shell b .\n", "plan: line 5: not a plain path of a hole: '.'"},
        {HEAD "entry shell b ../x\n", "plan: line 5: not a plain path of a hole: '../x'"},
        {HEAD "entry shell b c c\n", "plan: line 5: hole twice or out of order: 'c'"},
        {HEAD "end\n", "plan: line 5: no docroot entry for the site's document root: 'm/a b'"},
        {HEAD "entry docroot m\nend\n",
         "plan: line 6: a docroot entry that is not the site's: 'm'"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct sc_planfile p = {0};
        struct sc_error err = SC_ERROR_INIT;
        assert_int_equal(sc_planfile_parse(cases[i].text, strlen(cases[i].text), &p, &err),
                         SC_E_INVAL);
        assert_error(&err, SC_E_INVAL, cases[i].error);
    }
    struct sc_planfile p = {0};
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_planfile_parse("sitecage-plan 1\n\0", 17, &p, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "plan: a NUL byte");
}

static void limits_hold(void **state)
{
    (void)state;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    struct sc_planfile p = {0};
    struct sc_error err = SC_ERROR_INIT;
    sc_buf_str(&b, HEAD);
    for (int i = 0; i <= SC_PLANFILE_MAX_SYS; i++)
        sc_buf_str(&b, "sys ro /usr -\n");
    assert_int_equal(sc_planfile_parse(b.data, b.len, &p, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "plan: line 1005: more than 1000 sys lines");

    sc_buf_free(&b);
    sc_buf_str(&b, HEAD);
    for (int i = 0; i <= SC_ENTRIES_MAX; i++)
        sc_buf_fmt(&b, "entry closed-dir %05d\n", i);
    assert_int_equal(sc_planfile_parse(b.data, b.len, &p, &err), SC_E_TOOBIG);
    assert_error_has(&err, SC_E_TOOBIG, "plan: line 20005: a site's view needs more than 20000");

    sc_buf_free(&b);
    sc_buf_str(&b, HEAD "entry shell a");
    for (int i = 0; i <= SC_ENTRIES_MAX; i++)
        sc_buf_fmt(&b, " %05d", i);
    sc_buf_str(&b, "\n");
    assert_int_equal(sc_planfile_parse(b.data, b.len, &p, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "plan: line 5: more than 20000 holes");
    assert_int_equal(sc_planfile_parse(b.data, (size_t)SC_PLANFILE_MAX_BYTES + 1, &p, &err),
                     SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "plan: larger than 67108864 bytes");
}

static void the_writer_refuses_what_the_parser_would(void **state)
{
    (void)state;
    struct sc_planfile p = {.id = 7,
                            .uid = 1001,
                            .gid = 1001,
                            .user = (char *)"john",
                            .token = (char *)"t",
                            .home = (char *)"/home/john",
                            .home_alias = (char *)"/home/john",
                            .docroot = (char *)"a"};
    struct sc_error err = SC_ERROR_INIT;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    assert_int_equal(sc_planfile_write(&p, &b, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL,
                 "plan of site 7: no docroot entry for the site's document root: 'a'");
    assert_int_equal(sc_entries_add(&p.entries, SC_ENTRY_DOCROOT, "a", 1, &err), 0);
    assert_int_equal(sc_planfile_write(&p, &b, &err), 0);
    assert_string_equal(b.data, "sitecage-plan 1\nsite 7 1001 1001 john t\nhome /home/john "
                                "/home/john\ndocroot a\nentry docroot a\nend\n");
    p.user = (char *)"";
    assert_int_equal(sc_planfile_write(&p, &b, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "plan of site 7: not a user's name: ''");
    p.user = (char *)"john";
    p.token = NULL;
    assert_int_equal(sc_planfile_write(&p, &b, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "plan of site 7: not a token: ''");
    p.token = (char *)"t";
    struct sc_sysline line = {(char *)"ro", (char *)"", NULL};
    p.sys = &line;
    p.n_sys = 1;
    assert_int_equal(sc_planfile_write(&p, &b, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "plan of site 7: an empty word in a system line: 'ro'");
    line.a = (char *)"x";
    assert_int_equal(sc_entries_add(&p.entries, SC_ENTRY_SHELL, "b", 1, &err), 0);
    assert_int_equal(sc_planfile_write(&p, &b, &err), SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL, "holes are for shells");
    p.entries.v[1].kind = SC_ENTRY_RO;
    b.limit = 200;
    assert_int_equal(sc_planfile_write(&p, &b, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "a site's plan is larger than 200 bytes");
    sc_entries_done(&p.entries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_and_writes_back),
        cmocka_unit_test(the_home_is_a_dot),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(every_changed_byte_is_safe),
        cmocka_unit_test(malformed_plans_are_refused),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(the_writer_refuses_what_the_parser_would),
    };
    return cmocka_run_group_tests_name("planfile", tests, NULL, NULL);
}
