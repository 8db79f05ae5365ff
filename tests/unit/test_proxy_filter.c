/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"
#include "tests/unit/tempdir.h"

#include "core/proxyexec/filter.h"

#define PROGRAM "/usr/sbin/sendmail"

static void load(const char *text, struct sc_filter *f)
{
    struct sc_error err = SC_ERROR_INIT;
    *f = (struct sc_filter){0};
    if (sc_filter_parse(text, strlen(text), "f.json", PROGRAM, f, &err) < 0)
        fail_msg("%s", err.text);
}

static int check(const struct sc_filter *f, const char *words, const char *cwd, const char *base,
                 struct sc_error *err)
{
    char copy[512], *args[32], *save = NULL;
    size_t n = 0;
    *err = (struct sc_error)SC_ERROR_INIT;
    assert_true(strlen(words) < sizeof(copy));
    strcpy(copy, words);
    for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
        args[n++] = w;
    return sc_filter_check(f, args, n, cwd, base, err);
}

static void passes(const struct sc_filter *f, const char *words)
{
    struct sc_error err;
    if (check(f, words, "/", "/nowhere", &err) < 0)
        fail_msg("\"%s\": %s", words, err.text);
}

static void refuses(const struct sc_filter *f, const char *words, const char *why)
{
    struct sc_error err;
    assert_int_equal(check(f, words, "/", "/nowhere", &err), SC_E_DENIED);
    assert_error(&err, SC_E_DENIED, why);
}

static void denies_by_prefix(void **state)
{
    (void)state;
    struct sc_filter f;
    load("{\"" PROGRAM "\": {\"deny\": [\"-f\", \"--exec\"]}}", &f);
    passes(&f, "");
    passes(&f, "-v - x f -vf");
    refuses(&f, "-f", "the option -f is not allowed");
    refuses(&f, "-v -f/etc/list", "the option -f/etc/list is not allowed");
    refuses(&f, "-- -f", "the option -f is not allowed");
    refuses(&f, "--exec=x", "the option --exec=x is not allowed");
    sc_filter_done(&f);
}

static void strict_looks_into_clusters(void **state)
{
    (void)state;
    struct sc_filter f;
    load("{\"" PROGRAM "\": {\"deny\": [\"-f\"], \"strict_options\": true}}", &f);
    passes(&f, "-v --file");
    refuses(&f, "-vf", "the option -vf is not allowed");
    refuses(&f, "-vvvf/etc/list", "the option -vvvf/etc/list is not allowed");
    sc_filter_done(&f);
}

static void allows_by_prefix(void **state)
{
    (void)state;
    struct sc_filter f;
    load("{\"default\": {\"allow\": [\"-t\", \"-i\", \"--\"]}}", &f);
    passes(&f, "-t -ifoo word -- word");
    refuses(&f, "-t -x", "the option -x is not allowed");
    sc_filter_done(&f);
    load("{\"default\": {\"allow\": []}}", &f);
    passes(&f, "word");
    refuses(&f, "-t", "the option -t is not allowed");
    sc_filter_done(&f);
    load("{\"default\": {\"allow\": [\"-t\", \"-i\"], \"strict_options\": true}}", &f);
    passes(&f, "-ti");
    refuses(&f, "-tx", "the option -tx is not allowed");
    sc_filter_done(&f);
}

static void own_entry_before_the_default(void **state)
{
    (void)state;
    struct sc_filter f;
    load("{\"default\": {\"deny\": [\"-d\"]}, \"" PROGRAM "\": {\"deny\": [\"-o\"]}}", &f);
    passes(&f, "-d");
    refuses(&f, "-o", "the option -o is not allowed");
    sc_filter_done(&f);
    load("{\"/other\": {\"deny\": [\"-d\"]}}", &f);
    passes(&f, "-d");
    sc_filter_done(&f);
}

static void keeps_paths_below(void **state)
{
    (void)state;
    struct tempdir t;
    struct sc_filter f;
    struct sc_error err;
    char base[600], words[800], why[800];
    tempdir_make(&t);
    put_dir(&t, "home");
    put_dir(&t, "home/sub");
    put_dir(&t, "other");
    put_file(&t, "home/x", "");
    put_file(&t, "other/y", "");
    put_link(&t, "home/out", "../other");
    put_link(&t, "home/in", "sub");
    snprintf(base, sizeof(base), "%s", at(&t, "home"));
    snprintf(why, sizeof(why), "the path of -C must be below %s", base);
    load("{\"default\": {\"restrict_path\": [\"-C\", \"--config\"]}}", &f);
    static const char *const good[] = {"-C x",      "-Cx",        "-C ./sub/../x", "-C new",
                                       "-C in/new", "--config=x", "--config x",    "-C"};
    for (size_t i = 0; i < 7; i++)
        if (check(&f, good[i], base, base, &err) < 0)
            fail_msg("\"%s\": %s", good[i], err.text);
    snprintf(words, sizeof(words), "-C %s/x", base);
    assert_int_equal(check(&f, words, "/", base, &err), 0);
    static const char *const bad[] = {"-C /etc/passwd", "-C/etc/passwd", "-C ../other/y",
                                      "-C out/y",       "-C out/new",    "-C nosuch/../../other/y",
                                      "-C nosuch/new",  "-C out/.."};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (check(&f, bad[i], base, base, &err) != SC_E_DENIED)
            fail_msg("\"%s\" passes", bad[i]);
        assert_error(&err, SC_E_DENIED, why);
    }
    assert_int_equal(check(&f, "-C", base, base, &err), SC_E_DENIED);
    assert_error(&err, SC_E_DENIED, "the option -C needs a path");
    sc_filter_done(&f);
    load("{\"default\": {\"restrict_path\": [\"-C\"], \"strict_options\": true}}", &f);
    assert_int_equal(check(&f, "-vC/etc/passwd", base, base, &err), SC_E_DENIED);
    assert_error(&err, SC_E_DENIED, why);
    sc_filter_done(&f);
    tempdir_remove(&t);
}

static void wrong(const char *text, const char *why)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_filter f = {0};
    assert_int_equal(sc_filter_parse(text, strlen(text), "f.json", PROGRAM, &f, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, why);
    assert_int_equal(f.deny.n, 0);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_filter f = {0};
    assert_int_equal(sc_filter_parse("{\n\n}}", 5, "f.json", PROGRAM, &f, &err), SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL, "f.json:3: ");
    wrong("[]", "f.json: must be an object of programs");
    wrong("{\"x\": {}}", "f.json: \"x\": is neither an absolute path nor \"default\"");
    wrong("{\"/x\": 1}", "f.json: \"/x\": must be an object");
    wrong("{\"/x\": {\"deny\": [], \"allow\": []}}",
          "f.json: \"/x\": has both \"deny\" and \"allow\"; give one of them");
    wrong("{\"/x\": {\"deny\": \"-f\"}}",
          "f.json: \"/x\": \"deny\" must be an array of at most 1000 options");
    wrong("{\"/x\": {\"deny\": [\"f\"]}}",
          "f.json: \"/x\": \"deny\": each must be a string that begins with '-'");
    wrong("{\"/x\": {\"denny\": []}}",
          "f.json: \"/x\": unknown key \"denny\"; known are deny, allow, restrict_path (arrays) "
          "and strict_options (true or false)");
}

static void no_file_no_filter(void **state)
{
    (void)state;
    struct tempdir t;
    struct sc_filter f = {0};
    struct sc_error err = SC_ERROR_INIT;
    tempdir_make(&t);
    assert_int_equal(sc_filter_load(t.path, geteuid(), PROGRAM, &f, &err), 0);
    passes(&f, "-f");
    put_file(&t, "sendmail.json", "{\"default\": {\"deny\": [\"-f\"]}}");
    assert_int_equal(sc_filter_load(t.path, geteuid(), PROGRAM, &f, &err), 0);
    refuses(&f, "-f", "the option -f is not allowed");
    sc_filter_done(&f);
    assert_int_equal(chmod(at(&t, "sendmail.json"), 0666), 0);
    assert_int_equal(sc_filter_load(t.path, geteuid(), PROGRAM, &f, &err), SC_E_DENIED);
    assert_error_has(&err, SC_E_DENIED, "sendmail.json");
    tempdir_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(denies_by_prefix),  cmocka_unit_test(strict_looks_into_clusters),
        cmocka_unit_test(allows_by_prefix),  cmocka_unit_test(own_entry_before_the_default),
        cmocka_unit_test(keeps_paths_below), cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(no_file_no_filter),
    };
    return cmocka_run_group_tests_name("proxy_filter", tests, NULL, NULL);
}
