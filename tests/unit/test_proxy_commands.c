/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"
#include "tests/unit/tempdir.h"

#include "core/proxyexec/commands.h"

static int parse(const char *text, struct sc_proxy_commands *c, struct sc_error *err)
{
    return sc_proxy_commands_parse(text, strlen(text), "the.file", c, err);
}

static void reads_lines(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_proxy_commands c = {0};
    assert_int_equal(parse("# comment\n\n"
                           "SENDMAIL=/usr/sbin/sendmail\n"
                           "  PASSWD:my.wrapper = root:/usr/bin/passwd \r\n"
                           "SECOND:noproceed=/usr/sbin/sendmail",
                           &c, &err),
                     0);
    assert_int_equal(c.n, 3);
    assert_string_equal(c.v[0].alias, "SENDMAIL");
    assert_string_equal(c.v[0].path, "/usr/sbin/sendmail");
    assert_null(c.v[0].user);
    assert_null(c.v[0].wrapper);
    assert_false(c.v[0].noproceed);
    assert_string_equal(c.v[1].alias, "PASSWD");
    assert_string_equal(c.v[1].wrapper, "my.wrapper");
    assert_string_equal(c.v[1].user, "root");
    assert_string_equal(c.v[1].path, "/usr/bin/passwd");
    assert_true(c.v[2].noproceed);
    assert_null(c.v[2].wrapper);
    assert_ptr_equal(sc_proxy_commands_alias(&c, "PASSWD"), &c.v[1]);
    assert_null(sc_proxy_commands_alias(&c, "passwd"));
    assert_ptr_equal(sc_proxy_commands_path(&c, "/usr/sbin/sendmail"), &c.v[0]);
    assert_null(sc_proxy_commands_path(&c, "/usr/bin/passwd")); /* has a wrapper */
    sc_proxy_commands_done(&c);
}

static void refuses(const char *text, const char *why)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_proxy_commands c = {0};
    assert_int_equal(parse(text, &c, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, why);
    sc_proxy_commands_done(&c);
}

#define NO_PATH " is no path of a program: absolute, without spaces, \"//\" and \"..\""

static void says_where_it_is_wrong(void **state)
{
    (void)state;
    refuses("A=/a\n\nB\n", "the.file:3: expected ALIAS[:WRAPPER]=[USER:]PATH");
    refuses("A=/a\nA=/b", "the.file:2: the alias A is there already");
    refuses("=/a", "the.file:1: \"\" is no alias: 1-64 letters, digits, _ . -");
    refuses("a b=/a", "the.file:1: \"a b\" is no alias: 1-64 letters, digits, _ . -");
    refuses("-a=/a", "the.file:1: \"-a\" is no alias: 1-64 letters, digits, _ . -");
    refuses("A:../x=/a", "the.file:1: \"../x\" is no name of a wrapper");
    refuses("A:=/a", "the.file:1: \"\" is no name of a wrapper");
    refuses("A=a", "the.file:1: \"a\"" NO_PATH);
    refuses("A=", "the.file:1: \"\"" NO_PATH);
    refuses("A=/", "the.file:1: \"/\"" NO_PATH);
    refuses("A=/a/../b", "the.file:1: \"/a/../b\"" NO_PATH);
    refuses("A=/a//b", "the.file:1: \"/a//b\"" NO_PATH);
    refuses("A=/a/", "the.file:1: \"/a/\"" NO_PATH);
    refuses("A=/a -l", "the.file:1: \"/a -l\"" NO_PATH);
    refuses("A=root:a", "the.file:1: \"a\"" NO_PATH);
    refuses("A=:/a", "the.file:1: \"\" is no user name");
    refuses("A=-u:/a", "the.file:1: \"-u\" is no user name");
}

static void has_limits(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_proxy_commands c = {0};
    char line[64];
    for (unsigned i = 0; i < SC_PROXY_COMMANDS_MAX; i++) {
        snprintf(line, sizeof(line), "A%u=/a", i);
        assert_int_equal(parse(line, &c, &err), 0);
    }
    assert_int_equal(parse("B=/b", &c, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "the.file:1: more than 500 commands");
    assert_int_equal(sc_proxy_commands_parse("A=/a\0", 5, "the.file", &c, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "the.file: has a NUL byte: it is no text");
    sc_proxy_commands_done(&c);
}

static void loads_a_directory(void **state)
{
    (void)state;
    struct tempdir t;
    tempdir_make(&t);
    struct sc_error err = SC_ERROR_INIT;
    struct sc_proxy_commands c = {0};
    assert_int_equal(sc_proxy_commands_load(at(&t, "nosuch"), geteuid(), &c, &err), 0);
    assert_int_equal(c.n, 0);
    put_file(&t, "z.proxy.commands", "Z=/z\n");
    put_file(&t, "proxy.commands", "P=/p\n");
    put_file(&t, ".hidden.proxy.commands", "wrong\n");
    put_file(&t, "other", "wrong\n");
    put_file(&t, "prog", "x");
    put_link(&t, "prog.link", "prog");
    char text[600];
    snprintf(text, sizeof(text), "A=%s\n", at(&t, "prog.link"));
    put_file(&t, "a.proxy.commands", text);
    assert_int_equal(sc_proxy_commands_load(t.path, geteuid(), &c, &err), 0);
    assert_int_equal(c.n, 3);
    assert_string_equal(c.v[0].alias, "A");
    assert_string_equal(c.v[1].alias, "P");
    assert_string_equal(c.v[2].alias, "Z");
    assert_ptr_equal(sc_proxy_commands_path(&c, at(&t, "prog")), &c.v[0]); /* by its link */
    sc_proxy_commands_done(&c);

    assert_int_equal(chmod(at(&t, "z.proxy.commands"), 0666), 0);
    assert_int_equal(sc_proxy_commands_load(t.path, geteuid(), &c, &err), SC_E_DENIED);
    assert_error_has(&err, SC_E_DENIED, "z.proxy.commands");
    assert_int_equal(chmod(at(&t, "z.proxy.commands"), 0644), 0);
    put_file(&t, "b.proxy.commands", "A=/other\n");
    assert_int_equal(sc_proxy_commands_load(t.path, geteuid(), &c, &err), SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL, "b.proxy.commands:1: the alias A is there already");
    assert_int_equal(c.n, 0);
    tempdir_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lines),
        cmocka_unit_test(says_where_it_is_wrong),
        cmocka_unit_test(has_limits),
        cmocka_unit_test(loads_a_directory),
    };
    return cmocka_run_group_tests_name("proxy_commands", tests, NULL, NULL);
}
