/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"
#include "tests/unit/tempdir.h"

#include "core/config/conf.h"

static int parse(const char *text, struct sc_conf *ret, struct sc_error *err)
{
    return sc_conf_parse(text, strlen(text), "the.conf", ret, err);
}

static void has_defaults(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_conf c;
    assert_int_equal(parse("", &c, &err), 0);
    assert_string_equal(c.panel, "auto");
    assert_int_equal(c.panel_timeout, 15);
    assert_int_equal(c.keeper_idle, 600);
    assert_int_equal(c.shm_size, 64 * 1024 * 1024);
    assert_false(c.debug);
}

static void reads_all_keys(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_conf c;
    assert_int_equal(
        parse("# comment\n; comment\n\n[sitecage]\npanel = generic\n panel_timeout=300 ; x\n"
              "keeper_idle: 86400\r\nshm_size = 2G\ndebug = on",
              &c, &err),
        SC_E_INVAL); /* the indented line goes on with panel's value */
    assert_error(&err, SC_E_INVAL,
                 "the.conf line 6: panel is given twice (a line that starts with white space "
                 "continues the one above)");
    assert_int_equal(
        parse("# comment\n; comment\n\n[sitecage]\npanel = generic\npanel_timeout=300 ; x\n"
              "keeper_idle: 86400\r\nshm_size = 2G\ndebug = on",
              &c, &err),
        0);
    assert_string_equal(c.panel, "generic");
    assert_int_equal(c.panel_timeout, 300);
    assert_int_equal(c.keeper_idle, 86400);
    assert_true(c.shm_size == 2ull << 30);
    assert_true(c.debug);
    static const struct {
        const char *text;
        uint64_t want;
    } sizes[] = {{"1048576", 1 << 20}, {"1024K", 1 << 20}, {"1M", 1 << 20}, {"64G", 64ull << 30}};
    for (size_t i = 0; i < 4; i++) {
        char line[64];
        snprintf(line, sizeof(line), "shm_size = %s\n", sizes[i].text);
        assert_int_equal(parse(line, &c, &err), 0);
        assert_true(c.shm_size == sizes[i].want);
    }
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"\npanel = three\n",
         "line 2: panel = 'three' is not allowed: give auto, cpanel, plesk, directadmin, generic, "
         "hestia, virtualmin, plain, etcd"},
        {"panel =\n",
         "line 1: panel = '' is not allowed: give auto, cpanel, plesk, directadmin, generic, "
         "hestia, virtualmin, plain, etcd"},
        {"panel_timeout = 0",
         "line 1: panel_timeout = '0' is not allowed: give seconds from 1 to 300"},
        {"panel_timeout = 301",
         "line 1: panel_timeout = '301' is not allowed: give seconds from 1 to 300"},
        {"panel_timeout = 99999999999999999999999999",
         "line 1: panel_timeout = '99999999999999999999999999' is not allowed: give seconds from 1 "
         "to "
         "300"},
        {"panel_timeout = 5s",
         "line 1: panel_timeout = '5s' is not allowed: give seconds from 1 to 300"},
        {"panel_timeout = -1",
         "line 1: panel_timeout = '-1' is not allowed: give seconds from 1 to 300"},
        {"keeper_idle = 86401",
         "line 1: keeper_idle = '86401' is not allowed: give seconds from 1 to 86400"},
        {"shm_size = 1023K",
         "line 1: shm_size = '1023K' is not allowed: give bytes with an optional K, "
         "M or G, from 1M to 64G"},
        {"shm_size = 65G",
         "line 1: shm_size = '65G' is not allowed: give bytes with an optional K, M "
         "or G, from 1M to 64G"},
        {"shm_size = 1MB",
         "line 1: shm_size = '1MB' is not allowed: give bytes with an optional K, M "
         "or G, from 1M to 64G"},
        {"shm_size = M",
         "line 1: shm_size = 'M' is not allowed: give bytes with an optional K, M or "
         "G, from 1M to 64G"},
        {"debug = yes", "line 1: debug = 'yes' is not allowed: give on or off"},
        {"a=b",
         "line 1: unknown key a: allowed are panel, panel_timeout, keeper_idle, shm_size, debug, "
         "apache_module, home, home_choice, fpm_sites, history_size, "
         "metrics"},
        {"Panel = auto",
         "line 1: unknown key Panel: allowed are panel, panel_timeout, keeper_idle, "
         "shm_size, debug, apache_module, home, home_choice, fpm_sites, history_size, "
         "metrics"},
        {"[x]\n\ndebug = on", "line 1: unknown section [x]: use [sitecage] or [api]"},
        {"debug = on\njust words\n", "line 2: neither 'key = value' nor [section]"},
        {"debug = on\n[sitecage\n", "line 2: neither 'key = value' nor [section]"},
        {"debug = on\ndebug = on\n", "line 2: debug is given twice (a line that starts with white "
                                     "space continues the one above)"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sc_error err = SC_ERROR_INIT;
        struct sc_conf c = {.panel_timeout = 7777};
        char want[256];
        snprintf(want, sizeof(want), "the.conf %s", cases[i].error);
        assert_int_equal(parse(cases[i].text, &c, &err), SC_E_INVAL);
        assert_error(&err, SC_E_INVAL, want);
        assert_int_equal(c.panel_timeout, 7777);
    }
}

static void refuses_long_lines_and_zero_bytes(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_conf c;
    char text[6000] = "debug = on\nx=";
    memset(text + 13, 'x', 5000);
    strcpy(text + 5013, "\npanel = auto\n");
    assert_int_equal(parse(text, &c, &err), SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL, "the.conf line 2: longer than ");
    assert_int_equal(sc_conf_parse("debug = on\0x\n", 13, "the.conf", &c, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "the.conf line 1: a zero byte");
}

static void trusts_only_its_owner(void **state)
{
    (void)state;
    struct tempdir t;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_conf c = {.panel_timeout = 0};
    char want[160];
    tempdir_make(&t);
    assert_int_equal(sc_conf_load(at(&t, "c"), geteuid(), &c, &err), 0);
    assert_int_equal(c.panel_timeout, 15); /* a missing file: defaults */
    put_file(&t, "c", "panel_timeout = 3\n");
    assert_int_equal(sc_conf_load(at(&t, "c"), geteuid(), &c, &err), 0);
    assert_int_equal(c.panel_timeout, 3);
    put_file(&t, "c", "panel_timeout = x\n");
    assert_int_equal(sc_conf_load(at(&t, "c"), geteuid(), &c, &err), SC_E_INVAL);
    snprintf(want, sizeof(want),
             "%s/c line 1: panel_timeout = 'x' is not allowed: give seconds from 1 to 300", t.path);
    assert_error(&err, SC_E_INVAL, want);
    assert_int_equal(chmod(at(&t, "c"), 0666), 0);
    assert_int_equal(sc_conf_load(at(&t, "c"), geteuid(), &c, &err), SC_E_DENIED);
    assert_int_equal(chmod(at(&t, "c"), 0644), 0);
    assert_int_equal(sc_conf_load(at(&t, "c"), geteuid() + 5, &c, &err), SC_E_DENIED);
    assert_int_equal(truncate(at(&t, "c"), SC_CONF_SIZE_MAX + 1), 0);
    assert_int_equal(sc_conf_load(at(&t, "c"), geteuid(), &c, &err), SC_E_TOOBIG);
    assert_int_equal(c.panel_timeout, 3);
    tempdir_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_defaults),
        cmocka_unit_test(reads_all_keys),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(refuses_long_lines_and_zero_bytes),
        cmocka_unit_test(trusts_only_its_owner),
    };
    return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
