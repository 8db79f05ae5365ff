/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A crontab with settings between its entries, with what sites made; and back again. */
#include "tests/unit/fixture.h"

#include "core/base/cleanup.h"
#include "core/cron/lines.h"
#include "core/cron/marks.h"
#include "core/cron/scope.h"
#include "tests/unit/cron_account.h"

static void joined(const char *own, const struct sc_cron_account *a, struct sc_buf *out)
{
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    assert_int_equal(sc_cron_split(own, strlen(own), &c, NULL), 0);
    assert_int_equal(sc_cron_join(&c, a, out, NULL), 0);
    sc_buf_str(out, "");
}

#define SET(site, shell)                                                                           \
    "#sitecage:in " site "\nSHELL=" SC_CRON_SHELL "\nSITECAGE_SITE=" site                          \
    "\nSITECAGE_SHELL=" shell "\n"

static void entries_stay_as_they_are(void **state)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    (void)state;
    joined("# mine\nMAILTO=me@x.example\n1 * * * * true\n2 * * * * php " A "/x % \\% y\n\n# more\n"
           "3 * * * * cd " A "; z\nSHELL = '/bin/bash'\n@reboot ~/b.example/x\n4 * * * * true\n",
           &account, &out);
    assert_string_equal(
        out.data,
        "# mine\nMAILTO=me@x.example\n1 * * * * true\n" SET(
            A, "/bin/sh") "2 * * * * php " A "/x % \\% y\n\n# more\n3 * * * * cd " A "; z\n"
                          "#sitecage:out\n#sitecage:back SHELL=/bin/sh\nSHELL=/bin/sh\n"
                          "SHELL = '/bin/bash'\n" SET(
                              HOME "/b.example",
                              "/bin/bash") "@reboot ~/b.example/x\n"
                                           "#sitecage:out\n#sitecage:back "
                                           "SHELL%20=%20'/bin/bash'\nSHELL = '/bin/bash'\n"
                                           "4 * * * * true\n");
}

static void a_site_sets_nothing_for_others(void **state)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    static const char own[] = "SHELL=/bin/bash\n* * * * * backup\n";
    static const char text[] = "PATH=/evil:/bin\n# note\nMAILTO=a@x.example\nSHELL=\"/evil sh\"\n"
                               "LD_PRELOAD = /evil.so\n* * * * * php /x % y\n";
    (void)state;
    assert_int_equal(sc_cron_site_check(text, strlen(text), NULL), 0);
    assert_int_equal(sc_cron_split(own, strlen(own), &c, NULL), 0);
    struct sc_cron_section *s = sc_cron_section(&c, "aaaa", A);
    assert_non_null(s);
    sc_buf_str(&s->text, text);
    assert_int_equal(sc_cron_rejoin(&c, "john", &out, NULL), 0);
    static const char want[] =
        "SHELL=/bin/bash\n* * * * * backup\n"
        "#sitecage:site " A "\n"
        "#sitecage:note made by crontab inside this site; see sitecage-cron(7)\n"
        "SITECAGE_SECTION=aaaa:" A "\nMAILTO=\"john\"\nSHELL=" SC_CRON_SHELL "\n"
        "SITECAGE_SITE=" A "\nSITECAGE_SHELL=/bin/sh\n"
        "#sitecage:- PATH=/evil:/bin\nSITECAGE_SET_aaaa_1=PATH=/evil:/bin\n"
        "#sitecage:- # note\n"
        "#sitecage:- MAILTO=a@x.example\nMAILTO=\"a@x.example\"\n"
        "#sitecage:- SHELL=\"/evil sh\"\nSITECAGE_SET_aaaa_2=SHELL=/evil%20sh\n"
        "#sitecage:- LD_PRELOAD = /evil.so\nSITECAGE_SET_aaaa_3=LD_PRELOAD=/evil.so\n"
        "* * * * * php /x % y\n"
        "SITECAGE_SECTION=none\n#sitecage:end\n"
        "#sitecage:back SHELL=/bin/bash\nSHELL=/bin/bash\n"
        "#sitecage:back MAILTO=john\nMAILTO=john\n";
    assert_string_equal(out.data, want);

    /* a pass says the same */
    SC_CLEANUP(sc_cron_done) struct sc_cron again = {0};
    SC_BUF struct sc_buf twice = SC_BUF_INIT;
    assert_int_equal(sc_cron_split(out.data, out.len, &again, NULL), 0);
    assert_string_equal(again.own.data, own);
    assert_string_equal(again.found.data, own);
    assert_int_equal(again.n, 1);
    assert_string_equal(again.v[0].text.data, text);
    assert_int_equal(sc_cron_join(&again, &account, &twice, NULL), 0);
    assert_string_equal(twice.data, want);

    /* what somebody appends is his */
    SC_CLEANUP(sc_cron_done) struct sc_cron more = {0};
    sc_buf_str(&twice, "5 * * * * appended\n");
    assert_int_equal(sc_cron_split(twice.data, twice.len, &more, NULL), 0);
    assert_string_equal(more.own.data, "SHELL=/bin/bash\n* * * * * backup\n5 * * * * appended\n");
    assert_string_equal(more.found.data, more.own.data);
    assert_string_equal(more.v[0].text.data, text);
}

static void comments_taken_away_free_nothing(void **state)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    SC_BUF struct sc_buf bare = SC_BUF_INIT;
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    SC_CLEANUP(sc_cron_done) struct sc_cron after = {0};
    (void)state;
    struct sc_cron_section *s = sc_cron_section(&c, "aaaa", A);
    sc_buf_str(&s->text, "* * * * * evil\n");
    assert_int_equal(sc_cron_rejoin(&c, "john", &out, NULL), 0);
    const char *at = out.data;
    struct sc_cron_line l;
    while (sc_cron_next_line(&at, out.data + out.len, &l))
        if (l.kind != SC_CRON_COMMENT) {
            sc_buf_add(&bare, l.s, l.len);
            sc_buf_str(&bare, "\n");
        }
    assert_null(strstr(bare.data, "#"));
    assert_int_equal(sc_cron_split(bare.data, bare.len, &after, NULL), 0);
    assert_null(strstr(after.own.data, "evil"));
    assert_int_equal(after.n, 1);
    assert_string_equal(after.v[0].text.data, "* * * * * evil\n");
}

static void a_site_that_is_not_isolated_runs_nothing(void **state)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    (void)state;
    struct sc_cron_section *s = sc_cron_section(&c, "gone", HOME "/open.example");
    sc_buf_str(&s->text, "A=b\n* * * * * evil\n");
    sc_buf_str(&c.own, "* * * * * mine\n");
    assert_int_equal(sc_cron_join(&c, &account, &out, NULL), 0);
    assert_string_equal(out.data,
                        "* * * * * mine\n#sitecage:off gone:" HOME "/open.example\n" NOTE_OFF "\n"
                        "#sitecage:- A=b\n#sitecage:- * * * * * evil\n#sitecage:end\n");
    /* it is isolated again, with another token; or its document root moved */
    struct sc_cron_site two[] = {
        {.docroot = HOME "/open.example", .token = "new1", .isolated = true}};
    struct sc_cron_account a = {.user = "john", .home = HOME, .sites = two, .n_sites = 1};
    SC_CLEANUP(sc_cron_done) struct sc_cron back = {0};
    assert_int_equal(sc_cron_split(out.data, out.len, &back, NULL), 0);
    assert_string_equal(back.own.data, "* * * * * mine\n");
    assert_false(back.v[0].on);
    assert_int_equal(sc_cron_join(&back, &a, &out, NULL), 0);
    assert_non_null(strstr(out.data, "SITECAGE_SECTION=new1:" HOME "/open.example\n"));
    assert_non_null(strstr(out.data, "\n* * * * * evil\n"));
    two[0].docroot = HOME "/moved";
    assert_int_equal(sc_cron_join(&back, &a, &out, NULL), 0);
    assert_non_null(strstr(out.data, "SITECAGE_SITE=" HOME "/moved\n"));
}

static void forged_marks_do_no_harm(void **state)
{
    static const char text[] = "#sitecage:end\n#sitecage:- * * * * * evil\n#sitecage:back X\n"
                               "#sitecage:site /x\n* * * * * fine\n";
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    SC_CLEANUP(sc_cron_done) struct sc_cron after = {0};
    (void)state;
    assert_int_equal(sc_cron_site_check(text, strlen(text), NULL), 0);
    struct sc_cron_section *s = sc_cron_section(&c, "aaaa", A);
    sc_buf_str(&s->text, text);
    assert_int_equal(sc_cron_rejoin(&c, "john", &out, NULL), 0);
    assert_null(strstr(out.data, "\n* * * * * evil"));
    assert_int_equal(sc_cron_split(out.data, out.len, &after, NULL), 0);
    assert_int_equal(after.own.len, 0);
    assert_int_equal(after.n, 1);
    assert_string_equal(after.v[0].text.data, text);
}

static void what_a_site_may_have(void **state)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"* * * * * x", "line 1: there is no newline at its end"},
        {"\nnonsense\n", "line 2: not understood, or longer than 990 bytes: it should be five "
                         "fields, or @word, and a command"},
        {"@reboot\n", "line 1: not understood, or longer than 990 bytes: it should be five fields, "
                      "or @word, and a command"},
        {"SITECAGE_SITE=x\n", "line 1: this name cannot be set"},
        {"@reboot = x\n", "line 1: this name cannot be set"},
        {"LOGNAME=root\n", "line 1: this name cannot be set"},
        {"CRON_TZ=UTC\n", "line 1: CRON_TZ cannot be set in a site, since cron could not set it "
                          "back for the entries of others"},
        {"MAILTO=-be\n", "line 1: MAILTO takes mail addresses of letters, digits and ._+-, with "
                         "commas between them"},
        {"MAILTO=a,-be\n", "line 1: MAILTO takes mail addresses of letters, digits and ._+-, with "
                           "commas between them"},
        {"MAILTO=a|sh\n", "line 1: MAILTO takes mail addresses of letters, digits and ._+-, with "
                          "commas between them"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct sc_error err = SC_ERROR_INIT;
        assert_int_equal(sc_cron_site_check(bad[i].text, strlen(bad[i].text), &err), SC_E_INVAL);
        assert_error(&err, SC_E_INVAL, bad[i].says);
    }
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_cron_site_check("# a\0b\n", 6, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "line 1: there is a NUL byte in it");
    SC_BUF struct sc_buf many = SC_BUF_INIT;
    for (unsigned i = 0; i < SC_CRON_SITE_ENTRIES; i++)
        sc_buf_str(&many, "* * * * * x\n");
    assert_int_equal(sc_cron_site_check(many.data, many.len, NULL), 0);
    sc_buf_str(&many, "* * * * * x\n");
    assert_int_equal(sc_cron_site_check(many.data, many.len, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG,
                 "line 101: a site has at most 100 entries, and as many settings");
    SC_BUF struct sc_buf big = SC_BUF_INIT;
    while (big.len <= SC_CRON_SITE_MAX)
        sc_buf_str(&big, "#\n");
    assert_int_equal(sc_cron_site_check(big.data, big.len, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "the crontab of a site has at most 65536 bytes");
}

static void an_unknown_entry_has_no_site(void **state)
{
    SC_BUF struct sc_buf own = SC_BUF_INIT;
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    (void)state;
    sc_buf_str(&own, "1 * * * * true\n2 * * * * ");
    repeat(&own, "x ", 40000);
    sc_buf_str(&own, "\n3 * * * * true\n");
    joined(own.data, &account, &out);
    assert_non_null(strstr(out.data, "1 * * * * true\n#sitecage:in -\nSHELL=" SC_CRON_SHELL
                                     "\nSITECAGE_SITE=-\nSITECAGE_SHELL=/bin/sh\n2 * * * * x"));
    assert_non_null(
        strstr(out.data, "x \n#sitecage:out\n#sitecage:back SHELL=/bin/sh\nSHELL=/bin/sh\n3 "));
    assert_int_equal(sc_cron_split(out.data, strlen(out.data), &c, NULL), 0);
    assert_string_equal(c.own.data, own.data);
}

/* ---- and back again ---- */

static const char *const pieces[] = {
    "\n",
    "\n",
    "\n",
    "\r\n",
    " ",
    "#",
    "=",
    "\"",
    "'",
    "\\",
    "%",
    "\xff",
    "/",
    "..",
    "x",
    "* * * * * ",
    "@reboot ",
    A,
    A "/x",
    HOME "/b.example",
    "~",
    "$HOME/a.example/",
    "$",
    "{",
    "}",
    "SHELL=",
    "SHELL=/bin/bash\n",
    "SHELL = '",
    SC_CRON_SHELL,
    ENV_SHELL "\n",
    "MAILTO=",
    "HOME=",
    ENV_SITE,
    ENV_SECTION,
    ENV_SECTION "aaaa:" A "\n",
    ENV_SECTION "none\n",
    ENV_SET,
    MARK,
    MARK_IN,
    MARK_OUT "\n",
    MARK_BACK,
    MARK_BACK "SHELL=/bin/sh\nSHELL=/bin/sh\n",
    MARK_TEXT,
    MARK_NO_NEWLINE "\n",
    MARK_SITE,
    MARK_OFF "aaaa:" A "\n",
    MARK_END "\n",
    "cd ",
};

static uint32_t seed = 1;

static uint32_t dice(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

static void random_text(struct sc_buf *out)
{
    uint32_t n = dice(30);
    for (uint32_t i = 0; i < n; i++) {
        char byte = (char)dice(256);
        if (dice(8) == 0)
            sc_buf_add(out, &byte, 1);
        else
            sc_buf_str(out, pieces[dice(sizeof(pieces) / sizeof(pieces[0]))]);
    }
    sc_buf_str(out, "");
}

static void same(const struct sc_buf *a, const struct sc_buf *b)
{
    assert_int_equal(a->len, b->len);
    assert_memory_equal(a->len ? a->data : "", b->len ? b->data : "", a->len);
}

static void there_and_back_again(void **state)
{
    (void)state;
    for (int i = 0; i < 5000; i++) {
        SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
        SC_CLEANUP(sc_cron_done) struct sc_cron back = {0};
        SC_BUF struct sc_buf own = SC_BUF_INIT;
        SC_BUF struct sc_buf one = SC_BUF_INIT;
        SC_BUF struct sc_buf two = SC_BUF_INIT;
        SC_BUF struct sc_buf mine = SC_BUF_INIT;
        random_text(&own);
        random_text(&mine);
        sc_buf_str(&mine, "\n");
        sc_buf_add(&c.own, own.data, own.len);
        bool has = dice(2) && !memchr(mine.data, 0, mine.len);
        struct sc_cron_section *s = has ? sc_cron_section(&c, "aaaa", A) : NULL;
        if (s)
            sc_buf_add(&s->text, mine.data, mine.len);
        assert_int_equal(sc_cron_join(&c, &account, &one, NULL), 0);
        assert_int_equal(sc_cron_split(one.len ? one.data : "", one.len, &back, NULL), 0);
        same(&back.own, &own);
        assert_int_equal(back.n, has);
        if (has)
            same(&back.v[0].text, &mine);
        assert_int_equal(sc_cron_join(&back, &account, &two, NULL), 0);
        same(&two, &one);
        assert_int_equal(sc_cron_rejoin(&back, "john", &two, NULL), 0);
        same(&two, &one);
    }
}

static void any_bytes_settle(void **state)
{
    (void)state;
    for (int i = 0; i < 5000; i++) {
        SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
        SC_CLEANUP(sc_cron_done) struct sc_cron d = {0};
        SC_BUF struct sc_buf text = SC_BUF_INIT;
        SC_BUF struct sc_buf one = SC_BUF_INIT;
        SC_BUF struct sc_buf two = SC_BUF_INIT;
        random_text(&text);
        assert_int_equal(sc_cron_split(text.data, text.len, &c, NULL), 0);
        assert_int_equal(sc_cron_join(&c, &account, &one, NULL), 0);
        assert_int_equal(sc_cron_split(one.len ? one.data : "", one.len, &d, NULL), 0);
        same(&d.own, &c.own);
        assert_int_equal(sc_cron_join(&d, &account, &two, NULL), 0);
        same(&two, &one);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_stay_as_they_are),
        cmocka_unit_test(a_site_sets_nothing_for_others),
        cmocka_unit_test(comments_taken_away_free_nothing),
        cmocka_unit_test(a_site_that_is_not_isolated_runs_nothing),
        cmocka_unit_test(forged_marks_do_no_harm),
        cmocka_unit_test(what_a_site_may_have),
        cmocka_unit_test(an_unknown_entry_has_no_site),
        cmocka_unit_test(there_and_back_again),
        cmocka_unit_test(any_bytes_settle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
