/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling the lines of a crontab apart. */
#include "tests/unit/fixture.h"

#include "core/base/cleanup.h"
#include "core/cron/lines.h"

static void lines_are_told_apart(void **state)
{
    static const struct {
        const char *text;
        enum sc_cron_kind kind;
    } v[] = {
        {"", SC_CRON_BLANK},
        {" \t", SC_CRON_BLANK},
        {"#x", SC_CRON_COMMENT},
        {" \t# A=b", SC_CRON_COMMENT},
        {"A=b", SC_CRON_ENV},
        {" A = b c ", SC_CRON_ENV},
        {"\"A\"='b'", SC_CRON_ENV},
        {"A=\"b\" c", SC_CRON_ENTRY},
        {"A=\"b", SC_CRON_ENTRY},
        {"'A = b", SC_CRON_ENTRY},
        {"@reboot = x", SC_CRON_ENV},
        {"@reboot x=y", SC_CRON_ENTRY},
        {"* * * * * A=b", SC_CRON_ENTRY},
        {"*=* * * * x", SC_CRON_ENV},
        {"A\r=b", SC_CRON_ENV},
        {"nonsense", SC_CRON_ENTRY},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
        const char *at = v[i].text;
        struct sc_cron_line l;
        SC_BUF struct sc_buf text = SC_BUF_INIT;
        sc_buf_fmt(&text, "%s\n", at);
        at = text.data;
        assert_true(sc_cron_next_line(&at, text.data + text.len, &l));
        if (l.kind != v[i].kind)
            fail_msg("\"%s\" is of kind %d", v[i].text, l.kind);
        assert_true(l.newline);
        assert_false(sc_cron_next_line(&at, text.data + text.len, &l));
    }
}

static void settings_have_a_name_and_a_value(void **state)
{
    SC_BUF struct sc_buf name = SC_BUF_INIT;
    SC_BUF struct sc_buf value = SC_BUF_INIT;
    (void)state;
    const char *line = "  'MY NAME' =  \" b # c \"  ";
    assert_true(sc_cron_env(line, strlen(line), &name, &value));
    assert_string_equal(name.data, "MY NAME");
    assert_string_equal(value.data, " b # c ");
}

static void only_plain_entries_are_strict(void **state)
{
    static const char *const good[] = {
        "* * * * * x", "*/5 0-3,7 1 jan mon x % y=z", "@reboot x", "\t@daily\tx", "0~9 * * * * x",
    };
    static const char *const bad[] = {"* * * * *",     "* * * * * ",      "@reboot",
                                      "@reboot =x",    "@re=boot x",      "A=b",
                                      "* * * *",       "\"*\" * * * * x", "* * * * $ x",
                                      "# * * * * * x", "* * * * *\vx",    "@REBOOT x"};
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (!sc_cron_strict_entry(good[i], strlen(good[i])))
            fail_msg("\"%s\" is an entry", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (sc_cron_strict_entry(bad[i], strlen(bad[i])))
            fail_msg("\"%s\" is none", bad[i]);
    assert_false(sc_cron_strict_entry("* * * * * a\0b", 13));
    char longer[SC_CRON_LINE_MAX + 2];
    memset(longer, 'x', sizeof(longer));
    memcpy(longer, "* * * * * ", 10);
    assert_true(sc_cron_strict_entry(longer, SC_CRON_LINE_MAX));
    assert_false(sc_cron_strict_entry(longer, SC_CRON_LINE_MAX + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_told_apart),
        cmocka_unit_test(settings_have_a_name_and_a_value),
        cmocka_unit_test(only_plain_entries_are_strict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
