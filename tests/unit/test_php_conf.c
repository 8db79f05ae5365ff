/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formats of /etc/cl.selector and ~/.cl.selector. */
#include <stdio.h>
#include <stdlib.h>
#include "tests/unit/fixture.h"
#include "core/base/cleanup.h"
#include "core/php/choice.h"
#include "core/php/selector_conf.h"

static void test_names(void **state)
{
    (void)state;
    static const char *const good[] = {"8.1", "5.6", "10.12", "native"};
    static const char *const bad[] = {"",       "8",      "8.",    ".1",    "8.1 ",
                                      "8.1.2",  "-8.1",   "8,1",   "888.1", "8.111",
                                      "Native", "../8.1", "8.1\n", "8.1/x"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(sc_php_name_valid(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (sc_php_name_valid(bad[i]))
            fail_msg("'%s' is taken for a version", bad[i]);
    static const char *const modules[] = {"curl", "pdo_mysql", "x", "pecl-http", "a.b", "Ctype"};
    static const char *const no_modules[] = {"",    "-x",  "x-",   ".",   "..",  "a..b",    "a/b",
                                             "a;b", "a b", "a\nb", "a=b", "a,b", "\xc3\xa4"};
    for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
        assert_true(sc_php_module_valid(modules[i]));
    for (size_t i = 0; i < sizeof(no_modules) / sizeof(no_modules[0]); i++)
        if (sc_php_module_valid(no_modules[i]))
            fail_msg("'%s' is taken for an extension", no_modules[i]);
    char key[SC_PHP_NAME_MAX + 1];
    sc_php_key("8.1", key);
    assert_string_equal(key, "81");
}

static void test_selector_conf(void **state)
{
    (void)state;
    static const char text[] = "# alt-php\n"
                               "php 8.1 8.1.27 /opt/alt/php81/usr/bin/php-cgi\n"
                               "php-cli\t8.1   8.1.27 /opt/alt/php81/usr/bin/php\r\n"
                               "\n"
                               "ruby 3.1 3.1.0 /opt/alt/ruby\n"
                               "php.ini 8.1 8.1.27 /opt/alt/php81/etc/php.ini";
    SC_CLEANUP(sc_php_conf_done) struct sc_php_conf c = {0};
    assert_int_equal(sc_php_selector_conf_parse(text, strlen(text), "f", &c, NULL), 0);
    assert_int_equal(c.n, 3);
    assert_int_equal(c.v[0].what, SC_PHP_CGI);
    assert_string_equal(c.v[0].name, "8.1");
    assert_string_equal(c.v[0].full, "8.1.27");
    assert_string_equal(c.v[0].path, "/opt/alt/php81/usr/bin/php-cgi");
    assert_int_equal(c.v[1].what, SC_PHP_CLI);
    assert_int_equal(c.v[2].what, SC_PHP_CONF_INI);
}

static void refuse_selector(const char *text, size_t len, int code, const char *why)
{
    struct sc_php_conf c = {0};
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_php_selector_conf_parse(text, len, "f", &c, &err), code);
    assert_error(&err, code, why);
    assert_null(c.v);
}

static void test_selector_conf_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"\nphp 8.1 8.1.27\n", "f line 2: give four words: BINARY VERSION FULL-VERSION PATH"},
        {"php 8.1 8.1.27 /a /b", "f line 1: give four words: BINARY VERSION FULL-VERSION PATH"},
        {"php native 8 /a", "f line 1: 'native' is not a version as 8.1"},
        {"php ../8 8 /a", "f line 1: '../8' is not a version as 8.1"},
        {"php 8.1 8 a", "f line 1: 'a' is not an absolute path"},
        {"php 8.1 8 /a/../b", "f line 1: '/a/../b' is not an absolute path"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        refuse_selector(cases[i].text, strlen(cases[i].text), SC_E_INVAL, cases[i].why);
    refuse_selector("php\0", 4, SC_E_INVAL, "f: a zero byte");
    SC_FREE char *large = calloc(1, SC_PHP_CONF_MAX + 2);
    assert_non_null(large);
    memset(large, '\n', SC_PHP_CONF_MAX + 1);
    refuse_selector(large, SC_PHP_CONF_MAX + 1, SC_E_TOOBIG, "f is larger than 65536 bytes");
}

static void test_native_conf(void **state)
{
    (void)state;
    static const char text[] = "php=/usr/bin/php-cgi\n php-cli = /usr/bin/php \n;x\nother=1\n"
                               "lsphp=\nphp.ini=/etc/php.ini\n";
    SC_CLEANUP(sc_php_conf_done) struct sc_php_conf c = {0};
    struct sc_php_conf bad = {0};
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_php_native_conf_parse(text, strlen(text), "n", &c, NULL), 0);
    assert_int_equal(c.n, 3);
    assert_string_equal(c.v[0].path, "/usr/bin/php-cgi");
    assert_int_equal(c.v[1].what, SC_PHP_CLI);
    assert_string_equal(c.v[1].path, "/usr/bin/php");
    assert_int_equal(c.v[2].what, SC_PHP_CONF_INI);
    assert_int_equal(sc_php_native_conf_parse("php", 3, "n", &bad, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "n line 1: give BINARY=/PATH");
}

static void test_choice(void **state)
{
    (void)state;
    static const char text[] = "[global]\nselector = disabled\n[versions]\nphp = 8.3\nruby=2\n"
                               "[php8.3]\nmodules= json , Curl,curl\n[php7.4]\nmodules=\n"
                               "state=disabled\n[php../x]\nmodules=a/b\n[other]\nx=y\n";
    SC_CLEANUP(sc_php_choice_done) struct sc_php_choice c = {0};
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    SC_BUF struct sc_buf user = SC_BUF_INIT;
    assert_int_equal(sc_php_choice_parse(text, strlen(text), "f", &c, NULL), 0);
    assert_true(c.off);
    assert_string_equal(c.version, "8.3");
    assert_int_equal(c.n, 2);
    assert_string_equal(c.v[0].name, "7.4");
    assert_true(c.v[0].chosen && c.v[0].disabled);
    assert_int_equal(c.v[0].modules.n, 0);
    assert_int_equal(c.v[1].modules.n, 2);
    assert_int_equal(sc_php_choice_format(&c, true, &out, NULL), 0);
    assert_string_equal(out.data, "[global]\nselector=disabled\n[versions]\nphp=8.3\n"
                                  "[php7.4]\nmodules=\nstate=disabled\n"
                                  "[php8.3]\nmodules=curl,json\n");
    c.v[0].disabled = false;
    assert_int_equal(sc_php_choice_format(&c, false, &user, NULL), 0);
    assert_string_equal(user.data, "[versions]\nphp = 8.3\n[php7.4]\nmodules=\n"
                                   "[php8.3]\nmodules=curl,json\n");
}

static void test_choice_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"[versions]\nphp=8.1;id\n", "f line 2: not a version as 8.1, nor native: '8.1;id'"},
        {"[php8.1]\nmodules=a;b", "f line 2: 'a;b' is not an extension's name"},
        {"[php8.1]\nmodules=a,,b", "f line 2: '' is not an extension's name"},
        {"[php8.1]\nmodules=/etc/passwd", "f line 2: '/etc/passwd' is not an extension's name"},
        {"[versions\n", "f line 1: neither 'key = value' nor [section]"},
        {"php", "f line 1: neither 'key = value' nor [section]"},
        {"a=\x01", "f line 1: a control byte"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sc_php_choice c = {0};
        struct sc_error err = SC_ERROR_INIT;
        assert_int_equal(sc_php_choice_parse(cases[i].text, strlen(cases[i].text), "f", &c, &err),
                         SC_E_INVAL);
        assert_error(&err, SC_E_INVAL, cases[i].why);
        assert_int_equal(c.n, 0);
    }
}

static void test_lists(void **state)
{
    (void)state;
    SC_CLEANUP(sc_php_names_done) struct sc_php_names l = {0};
    assert_int_equal(sc_php_names_parse("b,a, c ", "x", &l, NULL), 0);
    assert_int_equal(l.n, 3);
    assert_string_equal(l.v[0], "a");
    sc_php_names_remove(&l, "b");
    sc_php_names_remove(&l, "nothing");
    assert_int_equal(l.n, 2);
    assert_false(sc_php_names_has(&l, "b"));
    assert_true(sc_php_names_has(&l, "c"));
    SC_CLEANUP(sc_php_choice_done) struct sc_php_choice c = {0};
    for (unsigned i = 0; i < SC_PHP_VERSIONS_MAX; i++) {
        char name[8];
        snprintf(name, sizeof(name), "%u.%u", i / 10, i % 10);
        assert_non_null(sc_php_choice_at(&c, name));
    }
    assert_null(sc_php_choice_at(&c, "99.9"));
    assert_non_null(sc_php_choice_at(&c, "1.1"));
    struct sc_error err = SC_ERROR_INIT;
    for (unsigned i = (unsigned)l.n; i < SC_PHP_MODULES_MAX; i++) {
        char name[16];
        snprintf(name, sizeof(name), "m%u", i);
        assert_int_equal(sc_php_names_add(&l, name, NULL), 0);
    }
    assert_int_equal(sc_php_names_add(&l, "more", &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "more than 512 extensions");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),       cmocka_unit_test(test_selector_conf),
        cmocka_unit_test(test_native_conf), cmocka_unit_test(test_selector_conf_wrong),
        cmocka_unit_test(test_choice),      cmocka_unit_test(test_choice_wrong),
        cmocka_unit_test(test_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
