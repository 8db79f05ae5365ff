/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include "core/base/buf.h"
#include "core/look/words.h"

static const struct sc_look_home home = {.path = "/srv/homes/john", .alias = "/home/john"};

static void on_word(const struct sc_look_word *w, void *arg)
{
    struct sc_buf *out = arg;
    sc_buf_fmt(out, "%s%s", out->len ? "|" : "", w->here ? "." : "~");
    for (unsigned i = 0; i < w->up; i++)
        sc_buf_str(out, "^");
    sc_buf_fmt(out, "%.*s", (int)w->len, w->text);
    if (w->cut != w->len)
        sc_buf_fmt(out, "(%.*s)", (int)w->cut, w->text);
}

static void expect(const char *text, const char *words)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    sc_look_words(&home, text, strlen(text), on_word, &out);
    if (strcmp(out.data ? out.data : "", words) != 0)
        fail_msg("'%s' has '%s', not '%s'", text, out.data ? out.data : "", words);
}

static void test_absolute(void **state)
{
    (void)state;
    expect("require '/home/john/lib/a.php';", "~lib/a.php");
    expect("include \"/srv/homes/john/lib//a.php\"", "~lib//a.php");
    expect("DATA=/home/john/data\n", "~data");
    expect("dsn: sqlite:/home/john/db/x.sqlite", "~db/x.sqlite");
    expect("sqlite:////home/john/x.db", "~x.db");
    expect("file:///home/john/x", "~x");
    expect("unix:///home/john/run/app.sock", "~run/app.sock");
    expect("include_path = .:/home/john/a:/home/john/b", "~a|~b");
    expect("include_path=\".:/home/john/a:/home/john/b\"", "~a|~b");
    expect("see /home/john/lib.", "~lib");
    expect("('/home/john/my data/x.txt')", "~my data/x.txt(my)");
    expect("`tar -C /home/john/a b`", "~a");
    expect("\"/home/john/bin/run.sh now\"", "~bin/run.sh now(bin/run.sh)");
}

static void test_none(void **state)
{
    (void)state;
    expect("", "");
    expect("/home/john", "");
    expect("'/home/john/'", "");
    expect("/home/johnny/x", "");
    expect("http://home/john/x", "");
    expect("https://example.com/home/john/x", "");
    expect("/backup/home/john/x", "");
    expect("x~/y http://u.example/~/x", "");
    expect("a/../b", "");
    expect("...", "");
    expect("dirname($x) . '/lib'", "");
    expect("WELCOME/HOME/x", "");
}

static void test_variables(void **state)
{
    (void)state;
    expect("\"/home/john/data/$id.txt\"", "~data/");
    expect("'/home/john/data/%d'", "~data/");
    expect("'/home/john/data/*.csv'", "~data/");
    expect("/home/john/${x}", "");
}

static void test_home(void **state)
{
    (void)state;
    expect("~/bin/x", "~bin/x");
    expect("a=~/bin", "~bin");
    expect("$HOME/bin/x ${HOME}/lib", "~bin/x|~lib");
    expect("getenv('HOME') . '/data/x'", "~data/x");
    expect("$_SERVER['HOME'].\"/data\"", "~data");
    expect("os.environ[\"HOME\"] + '/data'", "~data");
    expect("getenv('HOME')", "");
}

static void test_here(void **state)
{
    (void)state;
    expect("require '../lib/a.php';", ".^lib/a.php");
    expect("__DIR__ . '/../../data'", ".^^data");
    expect("DB=../x.sqlite", ".^x.sqlite");
    expect("dirname(__DIR__) . '/lib/a.php'", ".^lib/a.php");
    expect("dirname(__FILE__) . '/../lib'", ".^lib");
    expect("dirname(__FILE__) . '/lib'", "");
    expect("dirname(dirname(__FILE__)) . '/lib'", ".^lib");
    expect("dirname(__DIR__, 2) . \"/lib\"", ".^^lib");
    expect("dirname(__FILE__, 3).'/lib'", ".^^lib");
    expect("'..'", "");
}

static void test_many_directories(void **state)
{
    (void)state;
    char text[64 * 1024 + 1];
    for (size_t i = 0; i + 8 < sizeof(text); i += 8)
        memcpy(text + i, "dirname(", 8);
    text[sizeof(text) - 1] = 0;
    expect(text, "");
    for (size_t i = 0; i + 3 < sizeof(text); i += 3)
        memcpy(text + i, "../", 3);
    expect(text, "");
}

static void test_unescape(void **state)
{
    (void)state;
    char text[] = "{\"a\":\"\\/home\\/john\\/x\\n\"}";
    size_t len = sc_look_unescape(text, strlen(text));
    assert_int_equal(len, strlen("{\"a\":\"/home/john/x\\n\"}"));
    text[len] = 0;
    expect(text, "~x");
}

static void line(const char *text, const char *at, const char *name, bool comment)
{
    struct sc_look_line l;
    const char *where = strstr(text, at);
    assert_non_null(where);
    sc_look_line(text, strlen(text), (size_t)(where - text), &l);
    assert_int_equal(l.len, strlen(name));
    assert_memory_equal(l.name, name, l.len);
    assert_int_equal(l.comment, comment);
}

static void test_lines(void **state)
{
    (void)state;
    line("x = 1\ninclude_path = /home/john/a\n", "/home", "include_path", false);
    line("  php_value include_path /home/john/a", "/home", "include_path", false);
    line("PHP_ADMIN_VALUE error_log /home", "/home", "error_log", false);
    line("AuthUserFile /home/john/p\n", "/home", "AuthUserFile", false);
    line("// old: '/home/john/p'", "/home", "//", true);
    line("<?php // '/home/john/p'", "/home", "//", true);
    line("\t # /home/john/p", "/home", "#", true);
    line("; /home/john/p", "/home", ";", true);
    line("* /home/john/p", "/home", "*", true);
    line("/home/john/p", "/home", "/home/john/p", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_absolute),  cmocka_unit_test(test_none),
        cmocka_unit_test(test_variables), cmocka_unit_test(test_home),
        cmocka_unit_test(test_here),      cmocka_unit_test(test_many_directories),
        cmocka_unit_test(test_unescape),  cmocka_unit_test(test_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
