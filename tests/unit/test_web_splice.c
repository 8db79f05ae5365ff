/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One account's part of the web server's table. */
#include "tests/unit/fixture.h"

#include <string.h>

#include "core/base/buf.h"
#include "core/web/splice.h"

#define HEAD "sitecage 1\nsuexec 1 2 /x\n"
#define A    "account 9 9 /home/a\nsite 60000 isolated a /home/a/s\n"
#define B    "account 10 10 /home/b\nopen /home/b/account\nsite 60001 isolated b /home/b/s\n"
#define C    "account 300 9 /home/c\nsite 60002 isolated c /home/c/s\n"
#define NEW  "account 10 10 /home/new\n"
#define END  "end\n"

static bool splice(const char *table, uid_t uid, const char *lines, struct sc_buf *out)
{
    SC_BUF struct sc_buf in = SC_BUF_INIT, part = SC_BUF_INIT;
    sc_buf_str(&in, table);
    if (lines)
        sc_buf_str(&part, lines);
    return sc_web_splice(&in, uid, lines ? &part : NULL, out);
}

static void a_part_is_put_in_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *table;
        uid_t uid;
        const char *lines, *becomes;
    } cases[] = {
        {HEAD A B C END, 10, NEW, HEAD A NEW C END}, {HEAD A B C END, 10, NULL, HEAD A C END},
        {HEAD A C END, 10, NEW, HEAD A NEW C END},   {HEAD B C END, 9, A, HEAD A B C END},
        {HEAD A B END, 300, C, HEAD A B C END},      {HEAD A B C END, 300, NULL, HEAD A B END},
        {HEAD END, 10, NEW, HEAD NEW END},           {HEAD A END, 9, NULL, HEAD END},
        {HEAD A END, 10, NULL, HEAD A END},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        SC_BUF struct sc_buf out = SC_BUF_INIT;
        assert_true(splice(cases[i].table, cases[i].uid, cases[i].lines, &out));
        assert_string_equal(out.data, cases[i].becomes);
    }
}

static void what_is_no_table_is_left_alone(void **state)
{
    (void)state;
    static const char *const tables[] = {
        "", END, HEAD A, HEAD A "end", HEAD A END "more\n", HEAD C A END, HEAD A A END};
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        SC_BUF struct sc_buf out = SC_BUF_INIT;
        assert_false(splice(tables[i], 10, NEW, &out));
        assert_int_equal(out.len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_is_put_in_its_place),
        cmocka_unit_test(what_is_no_table_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
