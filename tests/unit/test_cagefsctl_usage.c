/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cagefsctl understands, what it refuses, and with which status. */
#include "tests/unit/fixture.h"

#include <fcntl.h>
#include <unistd.h>
#include "tests/unit/cagefsctl_run.h"

static void spellings(void **state)
{
    (void)state;
    static const struct {
        const char *rest, *operand, *called;
    } all[] = {
        {"allow-all", NULL, "allow-all NULL"}, {"deny-all", NULL, "deny-all NULL"},
        {"allow", "john", "allow john"},       {"deny", "john", "deny john"},
        {"lock", "john", "lock john"},         {"unlock", "john", "unlock john"},
        {"toggle-mode", NULL, "toggle NULL"},  {"enable", "a.com", "enable a.com"},
        {"disable", "a.com", "disable a.com"}, {"list", "john", "list john"},
        {"list", NULL, "list NULL"},           {"regenerate", "john", "regenerate john"},
        {"status", "a.com", "status a.com"},   {"status", NULL, "status NULL"},
        {"check", NULL, "check NULL"},         {"check", "a.com", "check a.com"},
        {"plan", "a.com", "plan a.com"},       {"learn", "a.com", "learn 7 a.com"},
    };
    fake_reset();
    fake.plan = "";
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        char old[64], new[64], both[128];
        snprintf(old, sizeof(old), "--site-isolation-%s", all[i].rest);
        snprintf(new, sizeof(new), "--isolates-%s", all[i].rest);
        run(old, all[i].operand);
        assert_string_equal(fake.called, all[i].called);
        char out[sizeof(ran.out)];
        strcpy(out, ran.out);
        assert_ran(0, out, "");
        fake.called[0] = 0;
        run(new, all[i].operand);
        assert_string_equal(fake.called, all[i].called);
        assert_ran(0, out, "");
        if (!all[i].operand)
            continue;
        fake.called[0] = 0;
        snprintf(both, sizeof(both), "%s=%s", new, all[i].operand);
        run(both);
        assert_string_equal(fake.called, all[i].called);
        assert_ran(0, out, "");
    }
}

static void operands(void **state)
{
    (void)state;
    fake_reset();
    run("-m", "john", "jane");
    assert_string_equal(fake.called, "remount john jane");
    run("-M");
    assert_string_equal(fake.called, "remount NULL");
    run("a.com", "--site-isolation-enable=b.com", "--json", "c.com", "--", "--json", "-x");
    assert_string_equal(fake.called, "enable a.com b.com c.com --json -x");
    assert_int_equal(ran.status, 0);
    run("--site-isolation-enable", "-");
    assert_string_equal(fake.called, "enable -");
    setenv("POSIXLY_CORRECT", "1", 1);
    run("--site-isolation-enable", "a.com", "--json");
    unsetenv("POSIXLY_CORRECT");
    assert_string_equal(fake.called, "enable a.com");
    assert_ran(0, "{\"result\": \"success\", \"domains\": [\"a.com\"]}\n", "");

    run("--site-isolation-enable=");
    assert_string_equal(fake.called, "enable ");
}

static void learning(void **state)
{
    (void)state;
    fake_reset();
    run("--site-isolation-learn", "a.com", "--days", "3", "--anyway");
    assert_string_equal(fake.called, "learn 3 anyway a.com");
    run("--site-isolation-learn", "a.com", "--days=90");
    assert_string_equal(fake.called, "learn 90 a.com");
    run("--site-isolation-learn", "a.com", "--stop");
    assert_string_equal(fake.called, "learn stop a.com");
    run("--report", "--isolates-learn=a.com");
    assert_string_equal(fake.called, "learn report a.com");
    run("--site-isolation-enable", "a.com", "--learned");
    assert_string_equal(fake.called, "enable learned a.com");
}

static void many(void **state)
{
    (void)state;
    char file[] = "/tmp/sc-names-XXXXXX", arg[64];
    int fd = mkstemp(file);
    static const char text[] =
        "\xef\xbb\xbf one.com\r\n# all\n\n\ttwo.com # the second\n#\nthree.com";
    assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
    close(fd);
    snprintf(arg, sizeof(arg), "--file=%s", file);
    fake_reset();
    run("--site-isolation-enable", "a.com", "--user", "john", "--user=jane", "--exclude", "b.com");
    assert_string_equal(fake.called, "enable many a.com +john +jane -b.com");
    run("--isolates-disable", "--all", "--keep-going", "--dry-run");
    assert_string_equal(fake.called, "disable many all keep dry");
    run("--site-isolation-enable", arg, "a.com");
    assert_string_equal(fake.called, "enable many a.com one.com two.com three.com");
    run("--site-isolation-disable", "a.com", "--dry-run");
    assert_string_equal(fake.called, "disable dry a.com");
    run("--site-isolation-status", "--not-isolated");
    assert_string_equal(fake.called, "status all NULL");
    run("--site-isolation-status", "--all");
    assert_string_equal(fake.called, "status all NULL");
    run("--site-isolation-status", "--not-isolated", "a.com");
    assert_string_equal(fake.called, "status a.com");
    fake_reset();
    run("--site-isolation-enable", "--file", "/nonexistent/names");
    assert_ran(1, "", "cannot read /nonexistent/names: No such file or directory\n");
    assert_int_equal(fake.calls, 0);
    assert_int_equal(truncate(file, 0), 0);
    fd = open(file, O_WRONLY);
    assert_int_equal(write(fd, "a.com\nb.com c.com\n", 18), 18);
    close(fd);
    run("--site-isolation-enable", arg);
    char said[128];
    snprintf(said, sizeof(said), "%s, line 2: give one name a line\n", file);
    assert_ran(1, "", said);
    unlink(file);
}

#define assert_wrong(want, ...)                                                                    \
    do {                                                                                           \
        run(__VA_ARGS__);                                                                          \
        assert_ran(2, "", want "\n");                                                              \
    } while (0)

static void wrong_usage(void **state)
{
    (void)state;
    fake_reset();
    assert_wrong("no command is given: see cagefsctl --help", NULL);
    assert_wrong("no command is given: see cagefsctl --help", "--wait-lock");
    assert_wrong("no command is given: see cagefsctl --help", "john");
    assert_wrong("unknown option --site-isolation-enabel: see cagefsctl --help; "
                 "did you mean --site-isolation-enable?",
                 "--site-isolation-enabel", "a.com");
    assert_wrong("no command is given: see cagefsctl --help; did you mean "
                 "--site-isolation-enable?",
                 "enable", "a.com");
    assert_wrong("no command is given: see cagefsctl --help; did you mean "
                 "--site-isolation-list?",
                 "site-isolation-lst");
    assert_wrong("unknown option --enable: see cagefsctl --help; did you mean "
                 "--site-isolation-enable?",
                 "--enable");
    assert_wrong("unknown option -x: see cagefsctl --help", "-x");
    assert_wrong("unknown option -x: see cagefsctl --help", "-Mx");
    assert_wrong("unknown option --a?b: see cagefsctl --help", "--a\nb");
    assert_wrong("unknown option --list-enabled: see cagefsctl --help", "--list-enabled");
    assert_wrong("unknown option --site-isolation-deny-a: see cagefsctl --help "
                 "(options are written in full); did you mean --site-isolation-deny-all?",
                 "--site-isolation-deny-a");
    assert_wrong("unknown option --site-isolation-en=a.com: see cagefsctl --help "
                 "(options are written in full); did you mean --site-isolation-enable?",
                 "--site-isolation-en=a.com");
    assert_wrong("unknown option --site-isolation-e: see cagefsctl --help",
                 "--site-isolation-e"); /* enable, or explain */
    assert_wrong("unknown option --site-isolation-: see cagefsctl --help", "--site-isolation-");
    assert_wrong("--json=yes: this option takes no value; see cagefsctl --help", "--json=yes",
                 "--site-isolation-list");
    assert_wrong("--site-isolation-deny-all=john: this option takes no value; see cagefsctl --help",
                 "--site-isolation-deny-all=john");
    assert_wrong("--site-isolation-deny-all takes no name, but 'john' is given; "
                 "see cagefsctl --help",
                 "--site-isolation-deny-all", "john");
    assert_wrong("--remount-all takes no name, but 'john' is given; see cagefsctl --help", "-M",
                 "john");
    assert_wrong("--site-isolation-allow needs a name: cagefsctl --site-isolation-allow USER...",
                 "--site-isolation-allow");
    assert_wrong("--isolates-enable needs a name: cagefsctl --isolates-enable DOMAIN..., or with "
                 "--user USER, --file FILE or --all",
                 "--isolates-enable");
    assert_wrong("--remount needs a name: cagefsctl --remount USER...", "-m");
    assert_wrong("--site-isolation-plan takes one DOMAIN, but 'b.com' is given too: "
                 "call it once for each",
                 "--site-isolation-plan", "a.com", "b.com");
    assert_wrong("--site-isolation-enable and --isolates-disable: give one command at a time; "
                 "see cagefsctl --help",
                 "--site-isolation-enable", "a.com", "--isolates-disable", "b.com");
    assert_wrong("--help and --version: give one command at a time; see cagefsctl --help", "-h",
                 "--version");
    assert_wrong("--site-isolation-list takes no --all; see cagefsctl --help",
                 "--site-isolation-list", "--all");
    assert_wrong("--site-isolation-regenerate takes no --user; see cagefsctl --help",
                 "--site-isolation-regenerate", "--user", "john");
    assert_wrong("--user needs a value; see cagefsctl --help", "--site-isolation-enable", "--user");
    assert_wrong("--site-isolation-enable needs a name: cagefsctl --site-isolation-enable "
                 "DOMAIN..., or with --user USER, --file FILE or --all",
                 "--site-isolation-enable", "--exclude", "a.com");
    assert_wrong("--days 0: give a number from 1 to 90", "--site-isolation-learn", "a.com",
                 "--days", "0");
    assert_wrong("--days 91: give a number from 1 to 90", "--site-isolation-learn", "a.com",
                 "--days=91");
    assert_wrong("--days 7d: give a number from 1 to 90", "--site-isolation-learn", "a.com",
                 "--days", "7d");
    assert_wrong("--days needs a number", "--site-isolation-learn", "a.com", "--days");
    assert_wrong("--site-isolation-learn takes no --days; see cagefsctl --help",
                 "--site-isolation-learn", "a.com", "--report", "--days", "3");
    assert_wrong("--stop and --report: give one of them; see cagefsctl --help",
                 "--site-isolation-learn", "a.com", "--report", "--stop");
    assert_wrong("--site-isolation-disable takes no --learned; see cagefsctl --help",
                 "--site-isolation-disable", "a.com", "--learned");
    assert_wrong("--site-isolation-plan takes no --report; see cagefsctl --help",
                 "--site-isolation-plan", "a.com", "--report");
    assert_wrong("--site-isolation-learn takes no --learned; see cagefsctl --help",
                 "--site-isolation-learn", "a.com", "--learned");
    assert_int_equal(fake.calls + fake.opened, 0);
}

static void wrong_usage_in_json(void **state)
{
    (void)state;
    fake_reset();
    run("--nonsense", "--json");
    assert_ran(2,
               "{\"result\": \"error\", \"message\": "
               "\"unknown option --nonsense: see cagefsctl --help\", \"code\": \"usage\"}\n",
               "");
    run("--site-isolation-plan", "a\xff", "\"b\\\xc0\xaf", "--json");
    assert_ran(
        2,
        "{\"result\": \"error\", \"message\": \"--site-isolation-plan takes one DOMAIN, but "
        "'\\\"b\\\\\\uFFFD\\uFFFD' is given too: call it once for each\", \"code\": \"usage\"}\n",
        "");
    run("--site-isolation-enable", "--", "--json", "--site-isolation-list");
    assert_ran(0, "CloudLinux Isolates was enabled for domain(s),\n--json,--site-isolation-list\n",
               "");
}

static void root_only(void **state)
{
    (void)state;
    fake_reset();
    run_words(1000, (const char *const[]){"--site-isolation-list", NULL});
    assert_ran(1, "", "cagefsctl must be run as root; users have isolatectl\n");
    run_words(1000, (const char *const[]){"--site-isolation-check", "--json", NULL});
    assert_ran(1,
               "{\"result\": \"error\", \"message\": \"cagefsctl must be run as root; users have "
               "isolatectl\", "
               "\"code\": \"root_needed\"}\n",
               "");
    run_words(1000, (const char *const[]){"--nonsense", NULL});
    assert_int_equal(ran.status, 2);
    run_words(1000, (const char *const[]){"--version", NULL});
    assert_ran(0, "cagefsctl (Sitecage) " SC_VERSION "\n", "");
    run_words(1000, (const char *const[]){"--help", NULL});
    assert_int_equal(ran.status, 0);
    assert_int_equal(fake.calls + fake.opened, 0);
}

/* Help that is asked for with a command: nothing is done, whatever else the words are. */
static void help_with_a_command(void **state)
{
    (void)state;
    fake_reset();
    run("--help");
    char *text = strdup(ran.out);
    assert_non_null(text);
    run("--site-isolation-disable", "a.com", "--help");
    assert_ran(0, text, "");
    run("-h", "--site-isolation-deny-all");
    assert_ran(0, text, "");
    run("--site-isolation-enable", "--home", "nonsense", "--user", "john", "-h", "--file", "x");
    assert_ran(0, text, "");
    free(text);
    assert_int_equal(fake.calls + fake.opened, 0);
}

static void refusals(void **state)
{
    (void)state;
    fake_reset();
    sc_error_set(&fake.fail, SC_E_NOTENABLED, "CloudLinux Isolates is not enabled: run this");
    run("--site-isolation-enable", "a.com");
    assert_ran(1, "", "CloudLinux Isolates is not enabled: run this\n");
    run("--site-isolation-enable", "a.com", "--json");
    assert_ran(
        1,
        "{\"result\": \"error\", \"message\": \"CloudLinux Isolates is not enabled: run this\", "
        "\"code\": \"not_enabled\"}\n",
        "");
    sc_error_set(&fake.fail, SC_E_UNSUPPORTED, "Domain limits are not supported by this kernel");
    run("--site-isolation-regenerate", "john");
    assert_ran(38, "", "Domain limits are not supported by this kernel\n");
    static const char *const each[] = {"--site-isolation-allow-all",
                                       "--site-isolation-deny-all",
                                       "--site-isolation-toggle-mode",
                                       "--site-isolation-list",
                                       "--site-isolation-status",
                                       "--site-isolation-check",
                                       "--remount-all"};
    static const char *const named[] = {"--site-isolation-allow",   "--site-isolation-deny",
                                        "--site-isolation-disable", "--site-isolation-regenerate",
                                        "--site-isolation-plan",    "--remount"};
    sc_error_set(&fake.fail, SC_E_SYS, "it broke: \xff");
    for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
        run(each[i]);
        assert_ran(1, "", "it broke: \xff\n");
    }
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
        run(named[i], "x", "--json");
        assert_ran(1,
                   "{\"result\": \"error\", \"message\": \"it broke: \\uFFFD\", "
                   "\"code\": \"system_error\"}\n",
                   "");
    }
    int calls = fake.calls;
    sc_error_set(&fake.fail_open, SC_E_INVAL, "/etc/sitecage.conf line 1: no");
    run("--site-isolation-list");
    assert_ran(1, "", "/etc/sitecage.conf line 1: no\n");
    assert_int_equal(fake.calls, calls);
    assert_int_equal(fake.opened, fake.freed);
}

static void unwritable_output(void **state)
{
    (void)state;
    fake_reset();
    for (int json = 0; json < 2; json++) {
        char *argv[] = {"cagefsctl", "--site-isolation-enable", "a.com",
                        json ? "--json" : "--wait-lock", NULL};
        char *err = NULL;
        size_t n;
        FILE *full = fopen("/dev/full", "we"), *f_err = open_memstream(&err, &n);
        assert_non_null(full);
        assert_int_equal(sc_cagefsctl(4, argv, &(struct sc_ctl_io){.out = full, .err = f_err}), 1);
        fclose(f_err);
        assert_string_equal(
            err, "it is done, but standard output could not be written: No space left on device\n");
        free(err);
        fclose(full);
    }
    /* The reason of a failure is told in any case. */
    char *argv[] = {"cagefsctl", "--nonsense", "--json", NULL};
    char *err = NULL;
    size_t n;
    FILE *full = fopen("/dev/full", "we"), *f_err = open_memstream(&err, &n);
    assert_int_equal(sc_cagefsctl(3, argv, &(struct sc_ctl_io){.out = full, .err = f_err}), 2);
    fclose(f_err);
    assert_string_equal(err, "unknown option --nonsense: see cagefsctl --help\n");
    free(err);
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings),   cmocka_unit_test(operands),
        cmocka_unit_test(learning),    cmocka_unit_test(many),
        cmocka_unit_test(wrong_usage), cmocka_unit_test(wrong_usage_in_json),
        cmocka_unit_test(root_only),   cmocka_unit_test(help_with_a_command),
        cmocka_unit_test(refusals),    cmocka_unit_test(unwritable_output),
    };
    return cmocka_run_group_tests_name("cagefsctl_usage", tests, NULL, NULL);
}
