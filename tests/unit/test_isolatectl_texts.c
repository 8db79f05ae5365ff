/* SPDX-License-Identifier: GPL-2.0-or-later */
/* isolatectl: what it takes, and the bytes of what it answers. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include "core/base/buf.h"
#include "core/commands/isolatectl.h"

static int parse(const char *words, struct sc_isolate_call *c, struct sc_error *err)
{
    static char copy[512];
    char *args[32], *save = NULL;
    size_t n = 0;
    *err = (struct sc_error)SC_ERROR_INIT;
    assert_true(strlen(words) < sizeof(copy));
    strcpy(copy, words);
    for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
        args[n++] = w;
    return sc_isolate_parse(args, n, c, err);
}

static void means(const char *words, enum sc_isolate_verb verb, size_t n)
{
    struct sc_isolate_call c = {0};
    struct sc_error err;
    if (parse(words, &c, &err) < 0)
        fail_msg("\"%s\": %s", words, err.text);
    assert_int_equal(c.verb, verb);
    assert_int_equal(c.n, n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(c.domains[i], i ? "b.com" : "a.com");
    sc_isolate_call_done(&c);
}

/* As people write lists. */
static void takes_blanks_around_names(void **state)
{
    (void)state;
    static char words[][32] = {"site-isolation", "enable", "--domain", " a.com ,\tb.com "};
    char *const args[] = {words[0], words[1], words[2], words[3]};
    struct sc_isolate_call c = {0};
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_isolate_parse(args, 4, &c, &err), 0);
    assert_int_equal(c.n, 2);
    assert_string_equal(c.domains[0], "a.com");
    assert_string_equal(c.domains[1], "b.com");
    sc_isolate_call_done(&c);
}

static void takes_every_spelling(void **state)
{
    (void)state;
    means("site-isolation enable --domain a.com", SC_ISOLATE_ENABLE, 1);
    means("site-isolation enable --domain=a.com,b.com", SC_ISOLATE_ENABLE, 2);
    means("site-isolation-enable --domain a.com,b.com", SC_ISOLATE_ENABLE, 2);
    means("isolates-enable --domain a.com", SC_ISOLATE_ENABLE, 1);
    means("isolates enable --domain a.com", SC_ISOLATE_ENABLE, 1);
    means("site-isolation disable --domain a.com", SC_ISOLATE_DISABLE, 1);
    means("isolates-disable --domain a.com", SC_ISOLATE_DISABLE, 1);
    means("site-isolation-disable --domain a.com", SC_ISOLATE_DISABLE, 1);
    means("site-isolation list", SC_ISOLATE_LIST, 0);
    means("site-isolation-list", SC_ISOLATE_LIST, 0);
    means("isolates-list", SC_ISOLATE_LIST, 0);
    means("limits list", SC_ISOLATE_LIMITS_LIST, 0);
    means("limits list --domain a.com", SC_ISOLATE_LIMITS_LIST, 1);
    means("limits apply --domain a.com", SC_ISOLATE_LIMITS_APPLY, 1);
    means("stats", SC_ISOLATE_STATS, 0);
    means("stats --domain a.com --period 1d", SC_ISOLATE_STATS, 1);
    means("explain a.com", SC_ISOLATE_EXPLAIN, 1);
    means("explain a.com /x", SC_ISOLATE_EXPLAIN, 1);
    means("explain --path=/x --domain a.com", SC_ISOLATE_EXPLAIN, 1);
    means("explain -- a.com /x", SC_ISOLATE_EXPLAIN, 1);
    means("site-isolation list --", SC_ISOLATE_LIST, 0);
    means("stats --period=today", SC_ISOLATE_STATS, 0);
    means("learn a.com", SC_ISOLATE_LEARN, 1);
    means("learn --domain=a.com --days 3 --anyway", SC_ISOLATE_LEARN, 1);
    means("learn --stop a.com", SC_ISOLATE_LEARN_STOP, 1);
    means("learn a.com --report", SC_ISOLATE_LEARN_REPORT, 1);
    means("stats --period 999999999s", SC_ISOLATE_STATS, 0);
    means("--json site-isolation list --json", SC_ISOLATE_LIST, 0);
    means("home a.com private", SC_ISOLATE_HOME, 1);
    means("home --domain a.com default", SC_ISOLATE_HOME, 1);
    means("paths add a.com uploads", SC_ISOLATE_PATHS_ADD, 1);
    means("paths-add --domain=a.com --path=--x rw", SC_ISOLATE_PATHS_ADD, 1);
    means("paths remove a.com ~/x", SC_ISOLATE_PATHS_REMOVE, 1);
}

static void takes_limits(void **state)
{
    (void)state;
    struct sc_isolate_call c = {0};
    struct sc_error err;
    assert_int_equal(parse("limits set --domain a.com --cpu 5000 --pmem=268435456 --io 0 --vmem "
                           "9007199254740992",
                           &c, &err),
                     0);
    assert_int_equal(c.limits.set, 1u << SC_LIMIT_CPU | 1u << SC_LIMIT_PMEM | 1u << SC_LIMIT_IO |
                                       1u << SC_LIMIT_VMEM);
    assert_int_equal(c.limits.value[SC_LIMIT_CPU], 5000);
    assert_int_equal(c.limits.value[SC_LIMIT_PMEM], 268435456);
    assert_int_equal(c.limits.value[SC_LIMIT_VMEM], 9007199254740992);
    sc_isolate_call_done(&c);
}

static void refuses(const char *words, const char *why)
{
    struct sc_isolate_call c = {0};
    struct sc_error err;
    if (parse(words, &c, &err) == 0)
        fail_msg("\"%s\" is taken", words);
    assert_string_equal(err.text, why);
    assert_null(c.domains);
}

#define KNOWN                                                                                      \
    "known are: site-isolation enable|disable --domain DOMAIN[,DOMAIN...], site-isolation list, "  \
    "limits list [--domain DOMAIN], limits set --domain DOMAIN --LIMIT VALUE..., limits apply "    \
    "--domain DOMAIN, stats [--domain DOMAIN] [--period PERIOD] [--step STEP], explain DOMAIN "    \
    "[PATH], overview [--domain DOMAIN], learn DOMAIN [--days N | --stop | --report], home "       \
    "DOMAIN private|shared|default, paths add DOMAIN PATH [ro|rw], paths remove DOMAIN PATH"

#define EMPTY                                                                                      \
    "--domain has an empty name: give names with a comma and no blank between them, as "           \
    "a.example,b.example"

static void says_what_is_wrong(void **state)
{
    (void)state;
    refuses("", "a command is needed; " KNOWN);
    refuses("list", "unknown command list; did you mean site-isolation list? " KNOWN);
    refuses("enable --domain a",
            "unknown command enable --domain; did you mean site-isolation enable? " KNOWN);
    refuses("--json", "a command is needed; " KNOWN);
    refuses("site-isolation", "site-isolation needs a word: enable, disable, list");
    refuses("limits --domain a", "limits needs a word: list, set, apply");
    refuses("paths", "paths needs a word: add, remove");
    refuses("isolates", "unknown command isolates; " KNOWN);
    refuses("site-isolation regenerate", "unknown command site-isolation regenerate; " KNOWN);
    refuses("site-isolation-enablex",
            "unknown command site-isolation-enablex; did you mean site-isolation enable? " KNOWN);
    refuses("site-isolation enable", "--domain is needed");
    refuses("site-isolation enable a.com",
            "unexpected word a.com: give a domain as --domain a.com");
    refuses("site-isolation list a.com", "unexpected word a.com");
    refuses("site-isolation enable --domain", "--domain needs a value");
    refuses("site-isolation enable --domain a,,b", EMPTY);
    refuses("site-isolation enable --domain= ", EMPTY);
    refuses("site-isolation enable --domain a --domain b", "--domain is given twice");
    refuses("site-isolation list --domain a", "list takes no --domain");
    refuses("site-isolation enable --domain a --cpu 1", "limits are given to: limits set");
    refuses("limits list --domain a,b", "give one domain only");
    refuses("limits set --domain a", "at least one limit is needed: --cpu, --pmem, --io, --nproc, "
                                     "--iops, --ep, --vmem");
    refuses("limits apply", "--domain is needed");
    refuses("limits set --domain a --speed 5", "unknown option --speed; known are --domain, --cpu, "
                                               "--pmem, --io, --nproc, --iops, --ep, --vmem");
    refuses("limits set --domain a --cpu 1 --cpu 2", "--cpu is given twice");
    refuses("stats --domain a,b", "give one domain only");
    refuses("stats --cpu 1", "limits are given to: limits set");
    refuses("stats --period 1d --period 1d", "--period is given twice");
    static const char *const periods[] = {"d",   "0d",  "1",           "1w",
                                          "1dd", "-1d", "1000000000s", "Today"};
    for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
        char words[128];
        snprintf(words, sizeof(words), "stats --period %s", periods[i]);
        refuses(words, "--period must be today, or a whole number and s, m, h or d, as in 1d");
    }
    refuses("limits list --period 1d", "unknown option --period; known are --domain");
    refuses("limits list --domian a", "unknown option --domian; did you mean --domain? known are "
                                      "--domain");
    refuses("site-isolation list --frob", "unknown option --frob; this command takes none");
    refuses("site-isolation enable -d a",
            "unknown option -d; options have two dashes, as --domain");
    refuses("stats --perid 1d", "unknown option --perid; did you mean --period? known are "
                                "--domain, --period, --step");
    refuses("learn", "a domain is needed: isolatectl learn DOMAIN [--days N | --stop | --report]");
    refuses("explain", "a domain is needed: isolatectl explain DOMAIN [PATH]");
    refuses("paths remove", "a domain is needed: isolatectl paths remove DOMAIN PATH");
    refuses("learn a.com b.com", "unexpected word b.com");
    refuses("learn a.com,b.com", "give one domain only");
    refuses("learn a.com --days 0", "--days must be a whole number from 1 to 90");
    refuses("learn a.com --days 91", "--days must be a whole number from 1 to 90");
    refuses("learn a.com --days 1x", "--days must be a whole number from 1 to 90");
    refuses("learn a.com --days 1 --days 2", "--days is given twice");
    refuses("learn a.com --stop --report", "give one of --stop and --report, once");
    refuses("learn a.com --stop --days 2", "--stop and --report take no --days");
    refuses("learn a.com --anyway --report", "--stop and --report take no --anyway");
    refuses("learn a.com --cpu 1", "limits are given to: limits set");
    refuses("limits list --stop", "unknown option --stop; known are --domain");
    refuses("home", "a domain is needed: isolatectl home DOMAIN private|shared|default");
    refuses("home a.com", "home needs a word: private, shared or default");
    refuses("home a.com open", "open: give private, shared or default");
    refuses("home a.com rw", "rw: give private, shared or default");
    refuses("home a.com shared private", "unexpected word private");
    refuses("paths add a.com", "paths needs a path: below your home, or ~/...");
    refuses("paths add a.com x wr", "wr: give ro or rw");
    refuses("paths remove a.com x rw", "unexpected word rw");
    refuses("paths add a.com,b.com x", "give one domain only");
    refuses("paths add a.com --path x --path y", "--path is given twice");
    refuses("paths list a.com", "unknown command paths list; " KNOWN);
    static const char *const values[] = {
        "-1", "1k", "0x1", "9007199254740993", "99999999999999999999", "1.5", "+1"};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char words[128];
        char why[256];
        snprintf(words, sizeof(words), "limits set --domain a --cpu %s", values[i]);
        snprintf(why, sizeof(why),
                 "--cpu must be a whole number from 0 (no limit) to 9007199254740992, or a "
                 "percentage as 50%%; '%s' is none",
                 values[i]);
        refuses(words, why);
    }
    refuses(
        "limits set --domain a --pmem 1.5G",
        "--pmem must be a whole number from 0 (no limit) to 9007199254740992, or have a unit as "
        "256M; '1.5G' is none");
    refuses("limits set --domain a --ep 5%",
            "--ep must be a whole number from 0 (no limit) to 9007199254740992; '5%' is none");
}

static void only_lists_are_lists(void **state)
{
    (void)state;
    char a[] = "site-isolation", l[] = "list", d[] = "disable", o[] = "--domain", n[] = "a.com",
         m[] = "limits";
    char *list[] = {a, l}, *disable[] = {a, d, o, n}, *limits[] = {m, l, o, n}, *wrong[] = {a, o};
    assert_true(sc_isolatectl_is_list(list, 2));
    assert_true(sc_isolatectl_is_list(limits, 4));
    char stats_word[] = "stats";
    char *stats[] = {stats_word};
    assert_false(sc_isolatectl_is_list(stats, 1)); /* reads more than the database */
    char learn[] = "learn", report[] = "--report";
    char *learned[] = {learn, n, report};
    assert_false(sc_isolatectl_is_list(learned, 3)); /* and not for who is in a site */
    assert_false(sc_isolatectl_is_list(disable, 4));
    assert_false(sc_isolatectl_is_list(wrong, 2));
    assert_false(sc_isolatectl_is_list(list, 0));
}

#define assert_answer(b, want)                                                                     \
    do {                                                                                           \
        assert_int_equal(sc_buf_check(&(b), "it", NULL), 0);                                       \
        assert_string_equal((b).data, want);                                                       \
        sc_buf_free(&(b));                                                                         \
        (b) = (struct sc_buf)SC_BUF_INIT;                                                          \
    } while (0)

static void answers_in_the_specifications_bytes(void **state)
{
    (void)state;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    struct sc_user_site v[] = {
        {.name = (char *)(uintptr_t) "site1.com",
         .id = 1000,
         .limits = {1u << SC_LIMIT_CPU | 1u << SC_LIMIT_PMEM, {2500, 1048576}}},
        {.name = (char *)(uintptr_t) "site2.com", .id = 1001},
    };
    struct sc_user_sites none = {0}, one = {.v = v, .n = 1}, two = {.v = v, .n = 2};
    sc_isolate_answer_sites(&none, &b);
    assert_answer(b, "{\"result\": \"success\", \"enabled_sites\": []}\n");
    sc_isolate_answer_sites(&two, &b);
    assert_answer(b,
                  "{\"result\": \"success\", \"enabled_sites\": [\"site1.com\", \"site2.com\"]}\n");
    v[1].home = "shared"; /* nothing of the others */
    sc_isolate_answer_sites(&two, &b);
    assert_answer(b, "{\"result\": \"success\", \"enabled_sites\": [\"site1.com\", \"site2.com\"], "
                     "\"homes\": {\"site2.com\": \"shared\"}}\n");
    char *notices[] = {(char *)(uintptr_t) "site1.com: not covered: why", (char *)(uintptr_t) "x"};
    struct sc_user_sites told = {.v = v, .n = 1, .notices = notices, .n_notices = 2};
    sc_isolate_answer_sites(&told, &b);
    assert_answer(b, "{\"result\": \"success\", \"enabled_sites\": [\"site1.com\"], "
                     "\"notices\": [\"site1.com: not covered: why\", \"x\"]}\n");
    sc_isolate_answer_list(&one, NULL, &b);
    assert_answer(b,
                  "{\n\"result\": \"success\",\n\"domains\": [\n{\n\"name\": \"site1.com\",\n"
                  "\"lve_id\": 1000,\n\"limits\": {\"cpu\": 2500, \"pmem\": 1048576}\n}\n]\n}\n");
    sc_isolate_answer_list(&two, "site2.com", &b);
    assert_answer(b, "{\n\"result\": \"success\",\n\"domains\": [\n{\n\"name\": \"site2.com\",\n"
                     "\"lve_id\": 1001,\n\"limits\": {}\n}\n]\n}\n");
    sc_isolate_answer_list(&none, NULL, &b);
    assert_answer(b, "{\n\"result\": \"success\",\n\"domains\": []\n}\n");
    struct sc_limits all = {(1u << SC_LIMIT_COUNT) - 1,
                            {5000, 268435456, 2048, 30, 500, 20, 536870912}};
    sc_isolate_answer_limits("example.com", &all, &none, true, &b);
    assert_answer(b, "{\n\"result\": \"success\",\n\"domain\": \"example.com\",\n\"limits\": {\n"
                     "\"cpu\": 5000,\n\"pmem\": 268435456,\n\"io\": 2048,\n\"nproc\": 30,\n"
                     "\"iops\": 500,\n\"ep\": 20,\n\"vmem\": 536870912\n}\n}\n");
    all.set = 1u << SC_LIMIT_CPU | 1u << SC_LIMIT_PMEM;
    sc_isolate_answer_limits("example.com", &all, &none, false, &b);
    assert_answer(b, "{\n\"result\": \"success\",\n\"domain\": \"example.com\",\n"
                     "\"limits\": {\"cpu\": 5000, \"pmem\": 268435456}\n}\n");
    const struct sc_error e = {.code = SC_E_DENIED, .text = "a \"b\" \\ \xff\n"};
    sc_isolate_answer_error(&e, NULL, &b);
    assert_answer(b, "{\"result\": \"error\", \"message\": \"a \\\"b\\\" \\\\ \\uFFFD\\n\", "
                     "\"code\": \"denied\"}\n");
    const struct sc_error unknown = {.code = SC_E_NOTFOUND, .text = "no"};
    sc_isolate_answer_error(&unknown, "a.example", &b);
    assert_answer(b, "{\"result\": \"error\", \"message\": \"no\", \"code\": \"not_found\", "
                     "\"hint\": \"did you mean a.example?\"}\n");
}

static void answers_with_figures(void **state)
{
    (void)state;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    struct sc_user_stats_row row = {
        .name = (char *)(uintptr_t) "a.com",
        .id = 60000,
        .stats = {.limits = {1u << SC_LIMIT_PMEM | 1u << SC_LIMIT_EP,
                             {[SC_LIMIT_PMEM] = 268435456, [SC_LIMIT_EP] = 3, [SC_LIMIT_IO] = 9}},
                  .seen = {.group = true,
                           .usage = {11, 1, 12, 13, 14, 15, 8192},
                           .peak = {[SC_LIMIT_PMEM] = 4097, [SC_LIMIT_NPROC] = 20},
                           .faults = {[SC_LIMIT_PMEM] = 5, [SC_LIMIT_CPU] = 2}}}};
    struct sc_user_stats none = {0}, one = {.v = &row, .n = 1, .window = 90};
#define HEAD(period)                                                                               \
    "{\"result\": \"success\", \"scope\": {\"owner_uid\": 1000, \"period\": \"" period             \
    "\", \"note\": \"usage and peak are since the group of each site was made, at most for this "  \
    "period, whichever was asked for; what this server counts only under a limit is 0 without "    \
    "one\"}, \"domains\": ["
    sc_isolate_answer_stats(1000, &none, NULL, &b);
    assert_answer(b, HEAD("0s") "]}\n");
    sc_isolate_answer_stats(1000, &one, NULL, &b);
    assert_answer(b,
                  HEAD("90s") "{\"name\": \"a.com\", \"lve_id\": 60000, \"owner_uid\": 1000, "
                              "\"usage\": {\"cpu\": 11, \"ep\": 15, \"vmem\": 2, \"pmem\": 1, "
                              "\"nproc\": 13, \"io\": 12, \"iops\": 14}, "
                              "\"peak\": {\"cpu\": 0, \"ep\": 0, \"vmem\": 0, \"pmem\": 2, "
                              "\"nproc\": 20, \"io\": 0, \"iops\": 0}, "
                              "\"limits\": {\"cpu\": 0, \"ep\": 3, \"vmem\": 0, \"pmem\": 65536, "
                              "\"nproc\": 0, \"io\": 0, \"iops\": 0}, "
                              "\"faults\": {\"cpu\": 2, \"ep\": 0, \"vmem\": 0, \"pmem\": 5, "
                              "\"nproc\": 0, \"io\": 0, \"iops\": 0}}]}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_every_spelling),
        cmocka_unit_test(takes_blanks_around_names),
        cmocka_unit_test(takes_limits),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(only_lists_are_lists),
        cmocka_unit_test(answers_in_the_specifications_bytes),
        cmocka_unit_test(answers_with_figures),
    };
    return cmocka_run_group_tests_name("isolatectl_texts", tests, NULL, NULL);
}
