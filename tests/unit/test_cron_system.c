/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System crontabs: whose an entry is, what is marked for a site, and what is left as it is. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "core/base/cleanup.h"
#include "core/cron/system_text.h"

#define SHELL_SITE(site)                                                                           \
    "#sitecage:in " site "\nSHELL=/usr/libexec/sitecage/cron-shell\nSITECAGE_SITE=" site "\n"      \
    "SITECAGE_SHELL="
#define BACK "#sitecage:out\n#sitecage:back SHELL=/bin/sh\nSHELL=/bin/sh\n"

static const char *const johns_app[] = {"/home/john/app"};
static const char *const marys_app[] = {"/home/mary/app"};
static const struct sc_cron_site johns[] = {{.docroot = "/home/john/app/public",
                                             .aliases = johns_app,
                                             .n_aliases = 1,
                                             .token = "t",
                                             .isolated = true},
                                            {.docroot = "/home/john/open", .token = ""}};
static const struct sc_cron_site marys[] = {{.docroot = "/home/mary/app/public",
                                             .aliases = marys_app,
                                             .n_aliases = 1,
                                             .token = "m",
                                             .isolated = true}};
static const struct sc_cron_account john = {
    .user = "john", .home = "/home/john", .sites = johns, .n_sites = 2};
static const struct sc_cron_account mary = {
    .user = "mary", .home = "/home/mary", .sites = marys, .n_sites = 1};

/* The caller frees it. */
static char *joined(const char *text, const struct sc_cron_account *a,
                    struct sc_cron_system_count *count)
{
    struct sc_buf out = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    if (sc_cron_system_join(text, strlen(text), a, &out, count, &err) < 0)
        fail_msg("%s", err.text);
    return out.data ? out.data : strdup("");
}

static struct sc_cron_account none(const struct sc_cron_account *a)
{
    struct sc_cron_account n = *a;
    n.n_sites = 0;
    return n;
}

/* The text becomes `want`; again it stays so, and without sites it is what it was. */
static void expect(const char *text, const char *want, size_t in_sites)
{
    struct sc_cron_system_count n = {0};
    const struct sc_cron_account nothing = none(&john);
    SC_FREE char *once = joined(text, &john, &n);
    assert_string_equal(once, want);
    assert_int_equal(n.in_sites, in_sites);
    SC_FREE char *twice = joined(once, &john, &n);
    assert_string_equal(twice, want);
    SC_FREE char *undone = joined(once, &nothing, &n);
    assert_string_equal(undone, text);
    assert_int_equal(n.in_sites, 0);
}

static void whose_an_entry_is(void **state)
{
    (void)state;
    static const struct {
        const char *line, *user, *command;
    } cases[] = {
        {"* * * * * john cd ~/app && x", "john", "cd ~/app && x"},
        {"  */5\t0-3 1,2 * mon\tjohn\t/bin/x", "john", "/bin/x"},
        {"@reboot john x", "john", "x"},
        {"* * * * * john", NULL, NULL},
        {"* * * * *", NULL, NULL},
        {"@daily", NULL, NULL},
        {"", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *user = NULL, *command = NULL;
        size_t n = 0;
        bool is = sc_cron_system_entry(cases[i].line, strlen(cases[i].line), &user, &n, &command);
        assert_int_equal(is, cases[i].user != NULL);
        if (!is)
            continue;
        assert_int_equal(n, strlen(cases[i].user));
        assert_memory_equal(user, cases[i].user, n);
        assert_string_equal(command, cases[i].command);
    }
    assert_true(sc_cron_system_concerns("x john y", 8, "john"));
    assert_true(sc_cron_system_concerns("#sitecage:out", 13, "john"));
    assert_false(sc_cron_system_concerns("x mary y", 8, "john"));
}

static void entries_of_sites(void **state)
{
    (void)state;
    expect("# nothing of his\n17 * * * * root cd / && run-parts /etc/cron.hourly\n",
           "# nothing of his\n17 * * * * root cd / && run-parts /etc/cron.hourly\n", 0);
    expect("* * * * * john cd ~/open && x\n* * * * * johnny cd /home/john/app && x\n",
           "* * * * * john cd ~/open && x\n* * * * * johnny cd /home/john/app && x\n", 0);
    expect("PATH=/bin\n* * * * * john cd ~/app && php artisan schedule:run\n@daily root backup\n",
           "PATH=/bin\n" SHELL_SITE(
               "/home/john/app/public") "/bin/sh\n"
                                        "* * * * * john cd ~/app && php artisan schedule:run\n" BACK
                                        "@daily root backup\n",
           1);
    /* two in a row, a comment between them, a setting behind */
    expect("* * * * * john x ~/app/a\n# b\n* * * * * john x ~/app/b\nMAILTO=x\n",
           SHELL_SITE("/home/john/app/public") "/bin/sh\n* * * * * john x ~/app/a\n# b\n"
                                               "* * * * * john x ~/app/b\n" BACK "MAILTO=x\n",
           2);
    /* the shell and HOME that are in force */
    expect("SHELL=/bin/bash\nHOME=/home/john/app\n* * * * * john bin/x\n* * * * * root y\n",
           "SHELL=/bin/bash\nHOME=/home/john/app\n" SHELL_SITE(
               "/home/john/app/public") "/bin/bash\n* * * * * john "
                                        "bin/x\n#sitecage:out\n#sitecage:back SHELL=/bin/bash\n"
                                        "SHELL=/bin/bash\n* * * * * root y\n",
           1);
    /* no newline at the end: cron does not run it, and it stays so */
    expect("* * * * * john x ~/app/a",
           SHELL_SITE("/home/john/app/public") "/bin/sh\n* * * * * john x ~/app/a\n"
                                               "#sitecage:no-newline\n" BACK,
           1);
}

/* What is marked for one account is not touched by the pass over another. */
static void two_accounts_in_one_file(void **state)
{
    (void)state;
    static const char text[] = "* * * * * john x ~/app/a\n* * * * * mary x ~/app/b\n"
                               "* * * * * root z\n";
    static const char both[] =
        SHELL_SITE("/home/john/app/public") "/bin/sh\n* * * * * john x ~/app/a\n" BACK SHELL_SITE(
            "/home/mary/app/public") "/bin/sh\n* * * * * mary x ~/app/b\n" BACK
                                     "* * * * * root z\n";
    struct sc_cron_system_count n = {0};
    const struct sc_cron_account no_john = none(&john), no_mary = none(&mary);
    SC_FREE char *one = joined(text, &john, &n);
    SC_FREE char *two = joined(one, &mary, &n);
    assert_string_equal(two, both);
    SC_FREE char *again = joined(two, &john, &n);
    assert_string_equal(again, both);
    SC_FREE char *left = joined(two, &no_mary, &n);
    assert_string_equal(left, one);
    SC_FREE char *none_left = joined(left, &no_john, &n);
    assert_string_equal(none_left, text);
}

/* Somebody writes into a marked file: a line in a block of ours that is no site's leaves it. */
static void edited_files(void **state)
{
    (void)state;
    static const char text[] =
        SHELL_SITE("/home/john/app/public") "/bin/sh\n* * * * * john x ~/app/a\n"
                                            "* * * * * john y\n" BACK "* * * * * john z ~/app/c\n";
    struct sc_cron_system_count n = {0};
    SC_FREE char *out = joined(text, &john, &n);
    assert_string_equal(
        out,
        SHELL_SITE("/home/john/app/public") "/bin/sh\n* * * * * john x ~/app/a\n" BACK
                                            "* * * * * john y\n" SHELL_SITE(
                                                "/home/john/app/public") "/bin/sh\n* * * * * john "
                                                                         "z ~/app/c\n" BACK);
    assert_int_equal(n.in_sites, 2);
    /* it costs too much to say: it runs nowhere */
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    sc_buf_str(&b, "A=");
    for (int i = 0; i < 900; i++)
        sc_buf_str(&b, "x");
    sc_buf_str(&b, "\n* * * * * john ");
    for (int i = 0; i < 400; i++)
        sc_buf_str(&b, "$A");
    sc_buf_str(&b, "\n");
    SC_FREE char *over = joined(b.data, &john, &n);
    assert_int_equal(n.nobodys.unknown, 1);
    assert_non_null(strstr(over, "SITECAGE_SITE=-\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whose_an_entry_is),
        cmocka_unit_test(entries_of_sites),
        cmocka_unit_test(two_accounts_in_one_file),
        cmocka_unit_test(edited_files),
    };
    return cmocka_run_group_tests_name("cron_system", tests, NULL, NULL);
}
