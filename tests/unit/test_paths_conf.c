/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"
#include "tests/unit/tempdir.h"

#include "core/base/cleanup.h"
#include "core/config/pathname.h"
#include "core/config/paths_conf.h"

static int parse(const char *text, struct sc_paths_conf *ret, struct sc_error *err)
{
    return sc_paths_conf_parse(text, strlen(text), "the.paths", ret, err);
}

/* The matches for a document root as "ro PATH,rw PATH". */
static void assert_match(const struct sc_paths_conf *c, const char *docroot, const char *want)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_paths_match *m = NULL;
    size_t n = 99;
    char got[512] = "";
    assert_int_equal(sc_paths_conf_match(c, docroot, "/home/john", &m, &n, &err), 0);
    for (size_t i = 0; i < n; i++)
        snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s %s", i ? "," : "",
                 m[i].rw ? "rw" : "ro", m[i].path);
    assert_string_equal(got, want);
    assert_int_equal(m == NULL, n == 0);
    sc_paths_match_free(m, n);
}

static void gives_paths_to_matching_sites(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_paths_conf_free) struct sc_paths_conf c = SC_PATHS_CONF_INIT;
    assert_int_equal(parse("# what sites see\n"
                           "\n"
                           "/home/*/public_html ro /opt/shared/\n"
                           "\t /home/john/app/public/   rw\t~/app/./storage  \r\n"
                           "/home/john/my%20site rw ~//my%20data%0A%FF\n"
                           "/home/john/public_html rw /opt/shared",
                           &c, &err),
                     0);
    assert_int_equal(c.n, 4);
    assert_string_equal(c.rules[0].glob, "/home/*/public_html");
    assert_string_equal(c.rules[1].path, "~/app/storage");
    assert_int_equal(c.rules[1].line, 4);
    assert_match(&c, "/home/jane/public_html", "ro /opt/shared");
    assert_match(&c, "/home/john/public_html", "rw /opt/shared"); /* the later rule counts */
    assert_match(&c, "/home/john/app/public", "rw /home/john/app/storage");
    assert_match(&c, "/home/john/my site", "rw /home/john/my data\n\xff");
    /* No wildcard goes past a '/'. */
    assert_match(&c, "/home/john/x/public_html", "");
    assert_match(&c, "/home/john/public_html/sub", "");
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"/a ro", "line 1: a line is DOCROOT-GLOB ro|rw PATH (a space in a path is %20)"},
        {"\n/a ro /b c", "line 2: a line is DOCROOT-GLOB ro|rw PATH (a space in a path is %20)"},
        {"/a wr /b", "line 1: give ro or rw instead of 'wr'"},
        {"/a RO /b", "line 1: give ro or rw instead of 'RO'"},
        {"a ro /b", "line 1: a document root starts with /, unlike 'a'"},
        {"/a ro b", "line 1: give a path that starts with / or ~/ instead of 'b'"},
        {"/a ro ~john/b", "line 1: give a path that starts with / or ~/ instead of '~john/b'"},
        {"/a ro /b/../c", "line 1: '..' is not allowed in '/b/../c'"},
        {"/a ro ~/%2e%2E", "line 1: '..' is not allowed in '~/..'"},
        {"/a ro //.", "line 1: give something below, not the whole of '/'"},
        {"/a ro ~/", "line 1: give something below, not the whole of '~/'"},
        {"/a ro /b%2", "line 1: a bad %XX escape in '/b%2'"},
        {"/a%zz ro /b", "line 1: a bad %XX escape in '/a%zz'"},
        {"/a ro /b%00", "line 1: a bad %XX escape in '/b%00'"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sc_error err = SC_ERROR_INIT;
        struct sc_paths_conf c = SC_PATHS_CONF_INIT;
        char want[256];
        snprintf(want, sizeof(want), "the.paths %s", cases[i].error);
        assert_int_equal(parse(cases[i].text, &c, &err), SC_E_INVAL);
        assert_error(&err, SC_E_INVAL, want);
        assert_null(c.rules);
    }
    struct sc_error err = SC_ERROR_INIT;
    struct sc_paths_conf c = SC_PATHS_CONF_INIT;
    assert_int_equal(sc_paths_conf_parse("/a ro /b\0c", 10, "the.paths", &c, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "the.paths line 1: a zero byte");
    char long_line[5000] = "/a ro /";
    memset(long_line + 7, 'x', 4095);
    assert_int_equal(parse(long_line, &c, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "the.paths line 1: the path is longer than 4095 bytes");
    SC_BUF struct sc_buf many = SC_BUF_INIT;
    for (unsigned i = 0; i <= SC_PATHS_CONF_RULES_MAX; i++)
        sc_buf_str(&many, "/a ro /b\n");
    assert_int_equal(parse(many.data, &c, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "the.paths has more than 10000 rules");
}

static void loads_a_trusted_file(void **state)
{
    (void)state;
    struct tempdir t;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_paths_conf c = SC_PATHS_CONF_INIT;
    tempdir_make(&t);
    assert_int_equal(sc_paths_conf_load(at(&t, "p"), geteuid(), &c, &err), 0);
    assert_int_equal(c.n, 0);
    put_file(&t, "p", "/a ro /b\n");
    assert_int_equal(sc_paths_conf_load(at(&t, "p"), geteuid(), &c, &err), 0);
    assert_int_equal(c.n, 1);
    sc_paths_conf_free(&c);
    assert_int_equal(chmod(at(&t, "p"), 0666), 0);
    assert_int_equal(sc_paths_conf_load(at(&t, "p"), geteuid(), &c, &err), SC_E_DENIED);
    assert_int_equal(c.n, 0);
    tempdir_remove(&t);
}

static void normalises_paths(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {{"a//b/./c/", "a/b/c"},
                 {"//a", "/a"},
                 {"/", "/"},
                 {"./.", ""},
                 {"", ""},
                 {"/./", "/"},
                 {"...", "..."},
                 {"a/.b/..c", "a/.b/..c"},
                 {"..", NULL},
                 {"/a/..", NULL},
                 {"a/../b", NULL}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char path[32];
        strcpy(path, cases[i].in);
        assert_int_equal(sc_path_normalise(path), cases[i].out ? 0 : -1);
        if (cases[i].out)
            assert_string_equal(path, cases[i].out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_paths_to_matching_sites),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(loads_a_trusted_file),
        cmocka_unit_test(normalises_paths),
    };
    return cmocka_run_group_tests_name("paths_conf", tests, NULL, NULL);
}
