/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"
#include "tests/unit/tempdir.h"

#include "core/base/buf.h"
#include "core/base/file.h"
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

static void values_are_no_options(void **state)
{
    (void)state;
    struct sc_filter f;
    load("{\"default\": {\"deny\": [\"-be\", \"-C\"], \"strict_options\": true}}", &f);
    refuses(&f, "-foctober@x", "the option -foctober@x is not allowed"); /* without the key */
    sc_filter_done(&f);
    load("{\"default\": {\"deny\": [\"-be\", \"-C\"], \"with_value\": [\"-f\"], "
         "\"strict_options\": true}}",
         &f);
    passes(&f, "-foctober@x -ifCharlie@x");
    refuses(&f, "-tibe", "the option -tibe is not allowed");
    refuses(&f, "-iC/x", "the option -iC/x is not allowed");
    sc_filter_done(&f);
}

static void strict_allows_whole_words(void **state)
{
    (void)state;
    struct sc_filter f;
    load(
        "{\"default\": {\"allow\": [\"-t\", \"-i\", \"-bm\", \"-oi\", \"-f\", \"--\", \"--long\"], "
        "\"with_value\": [\"-f\"], \"strict_options\": true}}",
        &f);
    passes(&f, "-t -ti -oi -oit -bm -bmi -f x -fx@y -ifx@-Cy -- a - --long --long=-C");
    refuses(&f, "-bmalware", "the option -bmalware is not allowed");
    refuses(&f, "-b", "the option -b is not allowed");
    refuses(&f, "-oiC/x", "the option -oiC/x is not allowed");
    refuses(&f, "-oX", "the option -oX is not allowed");
    refuses(&f, "--file=x", "the option --file=x is not allowed");
    refuses(&f, "--longer", "the option --longer is not allowed");
    refuses(&f, "--lon", "the option --lon is not allowed");
    refuses(&f, "--=x -C", "the option -C is not allowed");
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
          "f.json: \"/x\": unknown key \"denny\"; known are deny, allow, restrict_path, "
          "with_value (arrays) and strict_options (true or false)");
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

/* What the shipped filter of mail programs lets pass: what programs that send mail say, and none of
 * the words of a sendmail, Exim, Postfix, qmail, msmtp, dma or busybox that name a file, run
 * something, look into the queue or start a server. */
static void mail_filter_is_right(void **state)
{
    (void)state;
    static const char *const good[] = {
        "-t -i",                                            /* PHP, and most others */
        "-t -i -foctober@be.example",                       /* mail()'s fifth argument */
        "-t -i -f Charlie.X@Debian.example -F Name -r a@b", /* the same in two words */
        "-bs",                                              /* Symfony */
        "-oi -t -oem",                                      /* MIME::Lite */
        "-i -f a@b -- c@d e@f",                             /* nodemailer, mailx */
        "-oi -odb -B8BITMIME a@b",
        "-FCronDaemon -odi -ti a@b",
        "-bm -oi a@b",
        "-f <> a@b"};
    static const char *const bad[] = {"-be",
                                      "-bem f",
                                      "-bf f",
                                      "-bF f",
                                      "-bfd x",
                                      "-bfl x",
                                      "-bmalware f",
                                      "-bmC f",
                                      "-bd",
                                      "-bdf",
                                      "-bD",
                                      "-bi",
                                      "-bI:help",
                                      "-bp",
                                      "-bpa",
                                      "-bpu",
                                      "-bP",
                                      "-bP all",
                                      "-bh 1.1.1.1",
                                      "-bhc 1.1.1.1",
                                      "-bnq",
                                      "-brt x",
                                      "-brw x",
                                      "-bS",
                                      "-bt x",
                                      "-bv x",
                                      "-bvs x",
                                      "-bV",
                                      "-bw",
                                      "-bl",
                                      "-C f",
                                      "-Cf",
                                      "-tC f",
                                      "-iCf",
                                      "-oiC f",
                                      "-D X=y",
                                      "-DX=y",
                                      "-iDX",
                                      "-X f",
                                      "-Xf",
                                      "-tiX/f",
                                      "-d",
                                      "-dall",
                                      "-d-all",
                                      "-d0-99.1",
                                      "-O QueueDirectory=/x",
                                      "-OLogFile=/x",
                                      "-oQ/x",
                                      "-oQ /x",
                                      "-oA/x",
                                      "-oP /x",
                                      "-oX 25",
                                      "-oMr x",
                                      "-oMi 1.1.1.1",
                                      "-oMt x",
                                      "-oMas x",
                                      "-oT",
                                      "-oo",
                                      "-os",
                                      "-odX",
                                      "-od",
                                      "-o",
                                      "-oe",
                                      "-oep",
                                      "-oew",
                                      "-q",
                                      "-q1h",
                                      "-qff",
                                      "-qGx/10m",
                                      "-qRx",
                                      "-qSx",
                                      "-R x",
                                      "-Rffx",
                                      "-S x",
                                      "-Mvb x",
                                      "-Mvl x",
                                      "-Mes x y",
                                      "-MCd x",
                                      "-Mset x",
                                      "-I",
                                      "-Iq",
                                      "-v",
                                      "-N",
                                      "-L x",
                                      "-Lx",
                                      "-pSMTP:x",
                                      "-ps",
                                      "-G",
                                      "-A x",
                                      "-a x",
                                      "-H prog",
                                      "-Hprog",
                                      "-w 1",
                                      "-c x",
                                      "-h 3",
                                      "-E",
                                      "-J",
                                      "-Ac",
                                      "-Am",
                                      "-n -v",
                                      "-U",
                                      "-x",
                                      "-Z",
                                      "-K",
                                      "-T x",
                                      "-tls-on-connect",
                                      "-ls",
                                      "-ps x",
                                      "-P x",
                                      "-Q",
                                      "-u x",
                                      "-V x",
                                      "-Y x",
                                      "--version",
                                      "--help",
                                      "--file=f",
                                      "--file f",
                                      "--logfile=f",
                                      "--passwordeval=x",
                                      "--configure x",
                                      "--debug",
                                      "-- -C f",
                                      "-f -C f",
                                      "-F -Xf",

                                      "-fx -be"};
    static const char *const programs[] = {"/usr/sbin/sendmail",
                                           "/usr/lib/sendmail",
                                           "/usr/sbin/sendmail.sendmail",
                                           "/var/qmail/bin/sendmail",
                                           "/usr/local/cpanel/bin/sendmail",
                                           "/usr/sbin/exim",
                                           "/any/other/sendmail"};
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_read_file(SC_TEST_SOURCE "/core/proxyexec/mail-filter.json",
                                  SC_FILTER_SIZE_MAX, &text, &err),
                     0);
    for (size_t p = 0; p < sizeof(programs) / sizeof(programs[0]); p++) {
        struct sc_filter f = {0};
        assert_int_equal(
            sc_filter_parse(text.data, text.len, "mail-filter.json", programs[p], &f, &err), 0);
        for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
            passes(&f, good[i]);
        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
            if (check(&f, bad[i], "/", "/nowhere", &err) != SC_E_DENIED)
                fail_msg("%s: \"%s\" passes", programs[p], bad[i]);
        sc_filter_done(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(denies_by_prefix),          cmocka_unit_test(strict_looks_into_clusters),
        cmocka_unit_test(allows_by_prefix),          cmocka_unit_test(own_entry_before_the_default),
        cmocka_unit_test(keeps_paths_below),         cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(no_file_no_filter),         cmocka_unit_test(values_are_no_options),
        cmocka_unit_test(strict_allows_whole_words), cmocka_unit_test(mail_filter_is_right),
    };
    return cmocka_run_group_tests_name("proxy_filter", tests, NULL, NULL);
}
