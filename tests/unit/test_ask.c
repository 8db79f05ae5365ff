/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/enter/ask.h"

#define N_GROUPS 2

static char *const argv[] = {(char[]){"suexec"}, (char[]){"-x"}, (char[]){""}, NULL};
static char *const envp[] = {(char[]){"A=b c"}, NULL};
static const int keep[] = {5, 9};
static const struct sc_site_limits unlimited;

static struct sc_enter request(void)
{
    return (struct sc_enter){.uid = 1001,
                             .gid = 1002,
                             .site = 60000,
                             .cwd = "/home/john/a",
                             .docroot = "/home/john/a",
                             .cwd_must = true,
                             .as_root = true,
                             .limits = &unlimited,
                             .keep = keep,
                             .n_keep = 2,
                             .exe = "/usr/lib/apache2/suexec",
                             .argv = argv,
                             .envp = envp};
}

static char *body_of(const struct sc_enter *req, struct sc_ask *ask)
{
    assert_int_equal(sc_ask_of(req, N_GROUPS, ask), 0);
    char *body = calloc(1, ask->len);
    assert_non_null(body);
    sc_ask_write(ask, req, body);
    return body;
}

static void test_there_and_back(void **state)
{
    (void)state;
    struct sc_ask ask;
    struct sc_ask_words w;
    const struct sc_enter req = request();
    char *body = body_of(&req, &ask);
    assert_int_equal(sc_ask_check(&ask), 0);
    assert_int_equal(ask.flags, SC_ASK_CWD | SC_ASK_CWD_MUST | SC_ASK_AS_ROOT | SC_ASK_NO_EP);
    assert_int_equal(ask.keep[1], 9);
    assert_int_equal(sc_ask_words(&ask, body, &w), 0);
    assert_string_equal(w.cwd, "/home/john/a");
    assert_string_equal(w.exe, "/usr/lib/apache2/suexec");
    assert_string_equal(w.argv[1], "-x");
    assert_string_equal(w.argv[2], "");
    assert_null(w.argv[3]);
    assert_string_equal(w.envp[0], "A=b c");
    assert_null(w.envp[1]);
    free(w.argv);
    free(body);
}

static void test_without_directory(void **state)
{
    (void)state;
    struct sc_ask ask;
    struct sc_ask_words w;
    struct sc_enter req = request();
    req.cwd = NULL;
    char *body = body_of(&req, &ask);
    assert_int_equal(sc_ask_words(&ask, body, &w), 0);
    assert_null(w.cwd);
    free(w.argv);
    free(body);
}

/* One word too few, one too many, and one without its end. */
static void test_other_words(void **state)
{
    (void)state;
    struct sc_ask ask, other;
    struct sc_ask_words w;
    const struct sc_enter req = request();
    char *body = body_of(&req, &ask);
    other = ask;
    other.n_envp++;
    assert_int_equal(sc_ask_words(&other, body, &w), -EPROTO);
    other = ask;
    other.n_argv--;
    assert_int_equal(sc_ask_words(&other, body, &w), -EPROTO);
    other = ask;
    other.len--;
    assert_int_equal(sc_ask_words(&other, body, &w), -EPROTO);
    free(body);
}

static void refused(void (*change)(struct sc_ask *ask))
{
    struct sc_ask ask;
    const struct sc_enter req = request();
    assert_int_equal(sc_ask_of(&req, N_GROUPS, &ask), 0);
    change(&ask);
    assert_int_equal(sc_ask_check(&ask), -EPROTO);
}

static void other_format(struct sc_ask *a)
{
    a->format++;
}
static void root(struct sc_ask *a)
{
    a->uid = 0;
}
static void no_site(struct sc_ask *a)
{
    a->site = 0;
}
static void unknown(struct sc_ask *a)
{
    a->what = 99;
}
static void too_long(struct sc_ask *a)
{
    a->len = SC_ASK_BODY_MAX + 1;
}
static void groups_beyond(struct sc_ask *a)
{
    a->n_groups = a->len / 4 + 1;
}
static void no_program(struct sc_ask *a)
{
    a->n_argv = 0;
}
static void many_words(struct sc_ask *a)
{
    a->n_envp = UINT32_MAX;
}
static void many_kept(struct sc_ask *a)
{
    a->n_keep = SC_ENTER_KEEP_MAX + 1;
}
static void keeps_output(struct sc_ask *a)
{
    a->keep[0] = 1;
}
static void keeps_far(struct sc_ask *a)
{
    a->keep[0] = SC_ASK_KEEP_BELOW;
}

static void test_what_is_refused(void **state)
{
    (void)state;
    static void (*const changes[])(struct sc_ask *) = {
        other_format, root,       no_site,   unknown,      too_long, groups_beyond,
        no_program,   many_words, many_kept, keeps_output, keeps_far};
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
        refused(changes[i]);
}

static void test_limits_of_what_is_asked(void **state)
{
    (void)state;
    struct sc_ask ask;
    struct sc_enter req = request();
    req.n_keep = SC_ENTER_KEEP_MAX + 1;
    assert_int_equal(sc_ask_of(&req, 0, &ask), -E2BIG);
    req.n_keep = 0;
    assert_int_equal(sc_ask_of(&req, SC_ASK_GROUPS + 1, &ask), -E2BIG);
    struct sc_ask build = {
        .format = SC_ASK_FORMAT, .what = SC_ASK_BUILD, .uid = 1001, .site = 60000};
    assert_int_equal(sc_ask_check(&build), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_without_directory),
        cmocka_unit_test(test_other_words), cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_limits_of_what_is_asked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
