/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which site's is a request at the address of a pool that sites share, and where its answer ends. */
#include "tests/unit/fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/php/fpm/router/answer.h"
#include "core/php/fpm/router/decide.h"

/* a is isolated, with an application above its document root; in lies in c; e shares a directory with
 * f, both isolated; gone cannot be isolated now. */
static const char lines[] = "sitecage-sites 1\n"
                            "isolated 60000 /home/j/a/public\n"
                            "alias 60000 /home2/j/a/public\n"
                            "owns 60000 /home/j/a\n"
                            "open 0 /home/j/b\n"
                            "open 0 /home/j/c\n"
                            "isolated 60001 /home/j/c/in\n"
                            "isolated 60002 /home/j/app/e\n"
                            "shares 60002 /home/j/app\n"
                            "isolated 60003 /home/j/app/f\n"
                            "shares 60003 /home/j/app\n"
                            "broken 60004 /home/j/gone\n"
                            "open 0 /home/j/a/public/open\n"
                            "\nend\n";
static const struct sc_table table = {.data = lines, .len = sizeof(lines) - 1};

static const char *const links[][2] = {
    {"/home/j/private", "a/public"},
    {"/home/j/b/to-a", "../a/public"},
    {"/home/j/b/abs", "/home/j/a/public/x.php"},
    {"/home/j/b/up", "sub/../../a/public"},
    {"/home/j/b/through", "../a/way"},
    {"/home/j/a/way", "../b/x.php"}, /* its owner changes it when he likes */
    {"/home/j/b/loop", "loop"},
    {"/home/j/b/self", "."},
    {"/home3", "home"},
};

static ssize_t read_link(void *arg, const char *path, char *out, size_t size)
{
    (void)arg;
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
        if (strcmp(links[i][0], path) == 0) {
            size_t n = strlen(links[i][1]);
            memcpy(out, links[i][1], n < size ? n : size);
            return (ssize_t)n;
        }
    errno = strstr(path, "/missing") ? ENOENT
            : strstr(path, "/shut")  ? EACCES
            : strstr(path, "/sick")  ? EIO
                                     : EINVAL;
    return -1;
}

static struct sc_router_answer ask(const char *script, const char *docroot)
{
    static struct sc_fcgi_said said;
    static const struct sc_router_links how = {read_link, NULL};
    struct sc_router_answer a;
    memset(&said, 0, sizeof(said));
    snprintf(said.script, sizeof(said.script), "%s", script);
    snprintf(said.docroot, sizeof(said.docroot), "%s", docroot);
    sc_router_decide(&table, &said, &how, &a);
    return a;
}

static void goes_to(unsigned id, const char *script, const char *docroot)
{
    struct sc_router_answer a = ask(script, docroot);
    assert_int_equal(a.whose, id ? SC_ROUTER_SITE : SC_ROUTER_REST);
    assert_int_equal(a.id, id);
}

static void nobody(const char *script, const char *docroot, const char *why)
{
    struct sc_router_answer a = ask(script, docroot);
    assert_int_equal(a.whose, SC_ROUTER_NOBODY);
    assert_string_equal(a.why, why);
}

static const char two_sites[] = "its code belongs to another site than its document root";
static const char no_way[] = "the way to its code cannot be followed";

static void by_where_the_code_lies(void **state)
{
    (void)state;
    goes_to(60000, "/home/j/a/public/x.php", "/home/j/a/public");
    goes_to(60000, "//home/j/./a//public/x.php", "/home/j/a/public/");
    goes_to(60000, "/home2/j/a/public/x.php", "/home2/j/a/public");
    goes_to(60000, "/home/j/a/bin/tool.php", "/home/j/a/public");
    goes_to(0, "/home/j/b/x.php", "/home/j/b");
    goes_to(0, "/home/j/aa/x.php", "/home/j/aa");
    goes_to(0, "/usr/share/x/x.php", "/usr/share/x");
    goes_to(0, "", "");
    goes_to(0, "/status", "/home/j/b");
    /* a site's own host may name code that lies nowhere: in the cage */
    goes_to(60000, "/usr/share/tool/x.php", "/home/j/a/public");
    goes_to(60000, "/status", "/home/j/a/public");
    goes_to(60000, "", "/home/j/a/public");
    /* an open site inside of a closed one, and the other way */
    goes_to(0, "/home/j/a/public/open/x.php", "/home/j/a/public/open");
    goes_to(60001, "/home/j/c/in/x.php", "/home/j/c/in");
    goes_to(0, "/home/j/c/x.php", "/home/j/c");
}

static void by_links(void **state)
{
    (void)state;
    goes_to(60000, "/home/j/private/x.php", "/home/j/private");
    goes_to(60000, "/home3/j/private/x.php", "/home3/j/private");
    goes_to(60000, "/home3/j/a/public/x.php", "/home/j/a/public");
    goes_to(60000, "/home/j/b/to-a/x.php", "");
    goes_to(60000, "/home/j/b/abs", "");
    goes_to(60000, "/home/j/b/up/x.php", "");
    goes_to(60000, "/home/j/b/../a/public/x.php", "");
    goes_to(60000, "/home/j/b/self/self/to-a/x.php", "");
    /* through a closed site's link, to an open one: he may turn it */
    goes_to(60000, "/home/j/b/through", "");
    goes_to(60000, "/home/j/a/way", "/home/j/b/../a/public");
    goes_to(0, "/home/j/b/missing/../../a.php", "/home/j/b");
    goes_to(0, "/home/j/b/index.php/shut/more", "/home/j/b");
    nobody("/home/j/b/loop/x.php", "/home/j/b", no_way);
    nobody("/home/j/b/sick/x.php", "/home/j/b", no_way);
}

static void lies(void **state)
{
    (void)state;
    nobody("/home/j/a/public/x.php", "/home/j/b", two_sites);
    nobody("/home/j/b/to-a/x.php", "/home/j/b", two_sites);
    nobody("/home/j/c/in/x.php", "/home/j/c", two_sites);
    nobody("/home/j/c/in/x.php", "/home/j/a/public", two_sites);
    /* another site's code by a closed one's host: in the cage, where it is not */
    goes_to(60000, "/home/j/b/x.php", "/home/j/a/public");
    nobody("/home/j/gone/x.php", "/home/j/gone", "the site is to be isolated, and cannot be now");
    nobody("/home/j/b/x.php", "/home/j/gone", "the site is to be isolated, and cannot be now");
    nobody("x.php", "/home/j/b", "SCRIPT_FILENAME or DOCUMENT_ROOT is no full path");
    nobody("/home/j/b/x.php", "b", "SCRIPT_FILENAME or DOCUMENT_ROOT is no full path");
    /* a directory that two share is the asked one's */
    goes_to(60002, "/home/j/app/bin/x.php", "/home/j/app/e");
    goes_to(60003, "/home/j/app/bin/x.php", "/home/j/app/f");
    nobody("/home/j/app/f/x.php", "/home/j/app/e", two_sites);
    char deep[PATH_MAX];
    memset(deep, 'x', sizeof(deep));
    memcpy(deep, "/home/j/b/", 10);
    deep[PATH_MAX - 1] = 0;
    nobody(deep, "/home/j/b", no_way);
}

static void without_a_table(void **state)
{
    (void)state;
    static struct sc_fcgi_said said = {.script = "x"};
    static const struct sc_table none;
    static const struct sc_router_links how = {read_link, NULL};
    struct sc_router_answer a;
    sc_router_decide(&none, &said, &how, &a);
    assert_int_equal(a.whose, SC_ROUTER_REST);
}

static void script_is(const char *script, const char *translated, const char *want)
{
    static struct sc_fcgi_said said;
    char out[PATH_MAX];
    snprintf(said.script, sizeof(said.script), "%s", script);
    snprintf(said.translated, sizeof(said.translated), "%s", translated);
    const char *got = sc_router_script(&said, out);
    if (want)
        assert_string_equal(got, want);
    else
        assert_null(got);
}

static void scripts(void **state)
{
    (void)state;
    script_is("/a/x.php", "/t", "/a/x.php");
    script_is("", "/t", "/t");
    script_is("", "", "");
    script_is("proxy:fcgi://localhost/a/x.php", "", "/a/x.php");
    script_is("Proxy:FCGI://127.0.0.1:9000/a/x.php?a=/b", "", "/a/x.php");
    script_is("proxy:balancer://php/a/x.php", "", "/a/x.php");
    script_is("proxy:fcgi://localhost", "", "");
    script_is("/a/x?y.php", "", "/a/x?y.php");
    script_is("", "proxy:fcgi://localhost/a", NULL);
    script_is("a/x.php", "", NULL);
}

static void where_an_answer_ends(void **state)
{
    (void)state;
    unsigned char data[] = {1, 6, 0, 1, 0, 3, 5, 0, 'a', 'b', 'c', 0, 0, 0, 0, 0, /* padded */
                            1, 6, 0, 1, 0, 0, 0, 0,                               /* empty */
                            1, 3, 0, 1, 0, 8, 0, 0, 0,   0,   0,   0, 0, 0, 0, 0};
    for (size_t step = 1; step <= sizeof(data); step++) {
        struct sc_router_scan s = {0};
        size_t passed = 0;
        for (size_t have = step; passed < 24; have += step) {
            if (have > sizeof(data))
                have = sizeof(data);
            passed += sc_router_before_end(&s, data + passed, have - passed);
            assert_true(passed <= 24);
        }
        assert_int_equal(sc_router_before_end(&s, data + passed, sizeof(data) - passed), 0);
        assert_true(s.ended);
    }
    unsigned char page[SC_ROUTER_ANSWER_MAX];
    size_t n = sc_router_refusal(0x1234, "403 Forbidden", page);
    struct sc_router_scan s = {0};
    assert_int_equal(sc_router_before_end(&s, page, n), n - 16);
    assert_int_equal(page[2] << 8 | page[3], 0x1234);
    assert_memory_equal(page + 8, "Status: 403 Forbidden\r\n", 23);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_where_the_code_lies),
        cmocka_unit_test(by_links),
        cmocka_unit_test(lies),
        cmocka_unit_test(without_a_table),
        cmocka_unit_test(scripts),
        cmocka_unit_test(where_an_answer_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
