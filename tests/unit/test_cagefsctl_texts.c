/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cagefsctl answers, byte for byte, in text and in JSON, when the engine does its part. */
#include "tests/unit/fixture.h"

#include "core/base/error_code.h"
#include "core/inventory/inventory.h"
#include "tests/unit/cagefsctl_run.h"

static void users_text(void **state)
{
    (void)state;
    fake_reset();
    run("--site-isolation-allow-all");
    assert_ran(0, "CloudLinux Isolates was allowed for all users.\n", "");
    assert_string_equal(fake.called, "allow-all NULL");
    run("--site-isolation-deny-all");
    assert_ran(0, "CloudLinux Isolates was denied for all users.\n", "");
    assert_string_equal(fake.called, "deny-all NULL");
    run("--site-isolation-allow", "john", "jane");
    assert_ran(0, "CloudLinux Isolates was allowed for user(s): john, jane\n", "");
    assert_string_equal(fake.called, "allow john jane");
    run("--site-isolation-deny", "john");
    assert_ran(0, "CloudLinux Isolates was denied for user(s): john\n", "");
    assert_string_equal(fake.called, "deny john");
    run("--site-isolation-lock", "john", "jane");
    assert_ran(0, "CloudLinux Isolates was locked for user(s): john, jane\n", "");
    assert_string_equal(fake.called, "lock john jane");
    run("--site-isolation-unlock", "john");
    assert_ran(0, "CloudLinux Isolates was unlocked for user(s): john\n", "");
    assert_string_equal(fake.called, "unlock john");
    fake.toggled = SC_MODE_DENY_ALL;
    run("--site-isolation-toggle-mode");
    assert_ran(0, "CloudLinux Isolates user mode toggled to 'deny_all'.\n", "");
    fake.toggled = SC_MODE_ALLOW_ALL;
    run("--site-isolation-toggle-mode");
    assert_ran(0, "CloudLinux Isolates user mode toggled to 'allow_all'.\n", "");
    run("--site-isolation-regenerate", "john", "jane");
    assert_ran(0, "Regenerated configuration CloudLinux Isolates for users:\njohn\njane\n", "");
    assert_string_equal(fake.called, "regenerate john jane");
    run("--remount", "john", "jane");
    assert_ran(0, "Remounted: john, jane\n", "");
    assert_string_equal(fake.called, "remount john jane");
    run("--remount-all");
    assert_ran(0, "Remounted all users\n", "");
    assert_string_equal(fake.called, "remount NULL");
    assert_int_equal(fake.calls, 11);
    assert_int_equal(fake.opened, 11);
    assert_int_equal(fake.freed, 11);
}

static void domains_text(void **state)
{
    (void)state;
    fake_reset();
    run("--site-isolation-enable", "Site1.com", "site2.com");
    assert_ran(0, "CloudLinux Isolates was enabled for domain(s),\nSite1.com,site2.com\n", "");
    assert_string_equal(fake.called, "enable Site1.com site2.com");
    run("--site-isolation-disable", "example.com");
    assert_ran(0, "CloudLinux Isolates was disabled for domain(s),\nexample.com\n", "");
    assert_string_equal(fake.called, "disable example.com");
}

/* With one name of a document root the others end, too. */
static void others_are_named(void **state)
{
    (void)state;
    static char *others[] = {"also.example", "more.example"};
    fake_reset();
    fake.others = (struct sc_names){others, 2};
    run("--site-isolation-disable", "One.example", "two.example");
    assert_ran(0,
               "CloudLinux Isolates was disabled for domain(s),\n"
               "One.example,two.example,also.example,more.example\n",
               "");
    run("--site-isolation-disable", "one.example", "--json");
    assert_ran(0,
               "{\"result\": \"success\", "
               "\"domains\": [\"one.example\", \"also.example\", \"more.example\"]}\n",
               "");
}

static void many(void **state)
{
    (void)state;
    static struct sc_many_site sites[] = {
        {.domain = (char *)(uintptr_t) "a.com", .is = SC_MANY_DONE},
        {.domain = (char *)(uintptr_t) "b.com",
         .is = SC_MANY_FAILED,
         .code = "not_covered",
         .text = (char *)(uintptr_t) "b.com cannot be isolated:\nmod_php"},
        {.domain = (char *)(uintptr_t) "c.com", .is = SC_MANY_SKIPPED, .code = "already"},
        {.domain = (char *)(uintptr_t) "d.com", .is = SC_MANY_DONE}};
    static char *others[] = {"www.a.com"};
    fake_reset();
    fake.many = (struct sc_many){.v = sites, .n = 4, .of = {0, 2, 1, 1}, .others = {others, 1}};
    run("--site-isolation-enable", "--all");
    assert_ran(0,
               "CloudLinux Isolates was enabled for domain(s),\na.com,d.com,www.a.com\n"
               "FAILED b.com: b.com cannot be isolated:?mod_php\n"
               "4 sites: 2 done, 1 failed, 1 skipped\n",
               "");
    sc_error_is(&fake.fail, "some_failed", sc_error_set(&fake.fail, SC_E_DENIED, "1 failed"));
    run("--site-isolation-disable", "--all", "--keep-going", "--json");
    assert_ran(1,
               "{\"result\": \"error\", \"message\": \"1 failed\", \"code\": \"some_failed\", "
               "\"done\": [\"a.com\", \"d.com\", \"www.a.com\"], \"failed\": [{\"domain\": "
               "\"b.com\", \"code\": \"not_covered\", \"message\": "
               "\"b.com cannot be isolated:\\nmod_php\"}], "
               "\"skipped\": [{\"domain\": \"c.com\", \"reason\": \"already\"}]}\n",
               "");
    fake.many = (struct sc_many){.n = 0};
    run("--site-isolation-enable", "--all"); /* nothing was begun */
    assert_ran(1, "", "1 failed\n");
}

static char *john_domains[] = {"example.com", "mysite.org"};
static char *jane_domains[] = {"shop.\xff\xc3\xa9\n"};
static const char *john_homes[] = {"private", "shared"}, *jane_homes[] = {"private"};
static struct sc_listed_user two_users[] = {
    {.name = "john", .uid = 1001, .domains = john_domains, .n = 2, .homes = john_homes},
    {.name = "jane", .uid = 1002, .domains = jane_domains, .n = 1, .homes = jane_homes}};

static void list(void **state)
{
    (void)state;
    fake_reset();
    run("--site-isolation-list");
    assert_ran(0, "No users with enabled CloudLinux Isolates\n", "");
    assert_string_equal(fake.called, "list NULL");
    run("--site-isolation-list", "--json");
    assert_ran(0, "{\"result\": \"success\", \"users\": []}\n", "");
    fake.listing = (struct sc_listing){.v = two_users, .n = 2};
    run("--site-isolation-list", "john", "jane");
    assert_ran(
        0,
        "\nDomains with enabled CloudLinux Isolates for user john:\nexample.com\nmysite.org\n"
        "\nDomains with enabled CloudLinux Isolates for user jane:\nshop.\xff\xc3\xa9?\n",
        "");
    assert_string_equal(fake.called, "list john jane");
    run("--json", "--site-isolation-list");
    assert_ran(0,
               "{\"result\": \"success\", \"users\": [{\"username\": \"john\", \"uid\": 1001, "
               "\"domains\": [\"example.com\", \"mysite.org\"], "
               "\"homes\": {\"example.com\": \"private\", \"mysite.org\": \"shared\"}}, "
               "{\"username\": \"jane\", \"uid\": "
               "1002, \"domains\": [\"shop.\\uFFFD\\u00E9\\n\"], "
               "\"homes\": {\"shop.\\uFFFD\\u00E9\\n\": \"private\"}}]}\n",
               "");
    assert_int_equal(fake.done, 4);
}

static void users_and_domains_json(void **state)
{
    (void)state;
    fake_reset();
    run("--json", "--site-isolation-allow-all");
    assert_ran(0, "{\"result\": \"success\", \"mode\": \"allow_all\"}\n", "");
    run("--json", "--site-isolation-deny-all");
    assert_ran(0, "{\"result\": \"success\", \"mode\": \"deny_all\"}\n", "");
    fake.toggled = SC_MODE_DENY_ALL;
    run("--json", "--site-isolation-toggle-mode");
    assert_ran(0, "{\"result\": \"success\", \"mode\": \"deny_all\"}\n", "");
    run("--site-isolation-allow", "--json", "john", "jane");
    assert_ran(0, "{\"result\": \"success\", \"users\": [\"john\", \"jane\"]}\n", "");
    run("--site-isolation-deny", "john", "--json");
    assert_ran(0, "{\"result\": \"success\", \"users\": [\"john\"]}\n", "");
    run("--site-isolation-regenerate", "john", "--json");
    assert_ran(0, "{\"result\": \"success\", \"users\": [\"john\"]}\n", "");
    run("--remount", "john", "--json");
    assert_ran(0, "{\"result\": \"success\", \"users\": [\"john\"]}\n", "");
    run("--remount-all", "--json");
    assert_ran(0, "{\"result\": \"success\"}\n", "");
    run("--site-isolation-enable", "a.com", "--json", "b.com");
    assert_ran(0, "{\"result\": \"success\", \"domains\": [\"a.com\", \"b.com\"]}\n", "");
    assert_string_equal(fake.called, "enable a.com b.com");
    run("--site-isolation-disable", "a.com", "--json");
    assert_ran(0, "{\"result\": \"success\", \"domains\": [\"a.com\"]}\n", "");
}

static void what_was_meant(void **state)
{
    (void)state;
    fake_reset();
    fake.meant = "a.com";
    fake.fail = (struct sc_error){.code = SC_E_NOTFOUND, .text = "there is no user x"};
    run("--site-isolation-deny", "x");
    assert_ran(1, "", "there is no user x\n");
    (void)sc_no_domain(&fake.fail, "b.com");
    run("--site-isolation-enable", "b.com");
    assert_ran(1, "", SC_INVENTORY_NO_DOMAIN ": b.com; did you mean a.com?\n");
    run("--site-isolation-enable", "b.com", "--json");
    assert_ran(1,
               "{\"result\": \"error\", \"message\": \"" SC_INVENTORY_NO_DOMAIN
               ": b.com\", \"code\": \"unknown_domain\", \"hint\": \"did you mean a.com?\"}\n",
               "");
    (void)sc_error_is(&fake.fail, SC_IS_UNKNOWN_USER,
                      sc_error_set(&fake.fail, SC_E_NOTFOUND, "User jhon does not exist"));
    fake.meant = "john";
    run("--site-isolation-deny", "jhon");
    assert_ran(1, "", "User jhon does not exist; did you mean john?\n");
    (void)sc_error_is(
        &fake.fail, SC_IS_UNKNOWN_USER,
        sc_error_set(&fake.fail, SC_E_NOTFOUND, "User jhon does not exist; it is called john now"));
    run("--site-isolation-deny", "jhon");
    assert_ran(1, "", "User jhon does not exist; it is called john now\n");
    (void)sc_no_domain(&fake.fail, "b.com");
    fake.meant = NULL;
    run("--site-isolation-enable", "b.com");
    assert_ran(1, "", SC_INVENTORY_NO_DOMAIN ": b.com\n");
    fake.meant = "a.com"; /* it exists, and is odd */
    snprintf(fake.fail.text, sizeof(fake.fail.text), "b.com%s?", SC_INVENTORY_PASSED_OVER);
    run("--site-isolation-enable", "b.com");
    assert_ran(1, "", "b.com" SC_INVENTORY_PASSED_OVER "?\n");
}

static struct sc_status_row rows[] = {
    {.domain = "a.example.com",
     .user = "john",
     .docroot = "/home/john/a",
     .isolated = true,
     .id = 60001,
     .running = true,
     .processes = 12},
    {.domain = "b.com",
     .user = "john",
     .docroot = "/home/john/b\n\033[2J",
     .isolated = true,
     .id = 60002},
    {.domain = "c.com",
     .user = "johannes",
     .isolated = true,
     .id = 60003,
     .home = "private",
     .running = true,
     .locked = true,
     .stats = {.limits = {1u << SC_LIMIT_VMEM, {[SC_LIMIT_VMEM] = 8192}},
               .seen = {.faults = {[SC_LIMIT_EP] = 7}}},
     .stale = "its document root moved:\nrun --site-isolation-regenerate johannes"},
    {.domain = "d\xc3\xa9.com", .user = "x", .docroot = "/home/x/d"}};

#define NOTHING                                                                                    \
    "{\"cpu\": 0, \"ep\": 0, \"vmem\": 0, \"pmem\": 0, \"nproc\": 0, \"io\": 0, \"iops\": 0}"

static void status(void **state)
{
    (void)state;
    fake_reset();
    run("--site-isolation-status");
    assert_ran(0, "Feature: disabled, mode unset\nNo isolated sites\n", "");
    assert_string_equal(fake.called, "status NULL");
    fake.status = (struct sc_status){
        .enabled = true, .mode = SC_MODE_ALLOW_ALL, .v = rows, .n = sizeof(rows) / sizeof(rows[0])};
    run("--site-isolation-status", "a.example.com", "x");
    assert_ran(0,
               "Feature: enabled, mode allow_all\n"
               "\n"
               "DOMAIN         USER      STATE    PROCESSES  DOCROOT\n"
               "a.example.com  john      running         12  /home/john/a\n"
               "b.com          john      idle             -  /home/john/b??[2J\n"
               "c.com          johannes  stale            0  -\n"
               "    locked: its user cannot disable it\n"
               "    its document root moved:?run --site-isolation-regenerate johannes\n"
               "d\xc3\xa9.com         x         off              -  /home/x/d\n",
               "");
    assert_string_equal(fake.called, "status a.example.com x");
    fake.status.v = rows + 2;
    fake.status.n = 2;
    char *locked[] = {(char *)(uintptr_t) "johannes"};
    fake.status.locked = locked;
    fake.status.n_locked = 1;
    run("--site-isolation-status", "--json");
    assert_ran(0,
               "{\"result\": \"success\", \"enabled\": true, \"mode\": \"allow_all\", \"sites\": ["
               "{\"domain\": \"c.com\", \"username\": \"johannes\", \"docroot\": null, "
               "\"isolated\": true, \"state\": \"stale\", \"lve_id\": 60003, "
               "\"home\": \"private\", \"running\": true, "
               "\"processes\": 0, \"stale\": "
               "\"its document root moved:\\nrun --site-isolation-regenerate johannes\", "
               "\"coverage\": \"covered\", \"reason\": null, \"usage\": " NOTHING
               ", \"peak\": " NOTHING ", \"limits\": {\"cpu\": 0, \"ep\": 0, \"vmem\": 2, "
               "\"pmem\": 0, \"nproc\": 0, \"io\": 0, \"iops\": 0}, \"faults\": {\"cpu\": 0, "
               "\"ep\": 7, \"vmem\": 0, \"pmem\": 0, \"nproc\": 0, \"io\": 0, \"iops\": 0}, "
               "\"locked\": true}, "
               "{\"domain\": \"d\\u00E9.com\", \"username\": \"x\", \"docroot\": \"/home/x/d\", "
               "\"isolated\": false, \"state\": \"off\", \"lve_id\": 0, \"home\": null, "
               "\"running\": false, "
               "\"processes\": 0, \"stale\": null, \"coverage\": null, \"reason\": null, "
               "\"usage\": " NOTHING ", \"peak\": " NOTHING ", \"limits\": " NOTHING
               ", \"faults\": " NOTHING
               ", \"locked\": false}], \"notes\": [], \"locked_users\": [\"johannes\"]}\n",
               "");
}

static void says_what_is_not_covered(void **state)
{
    (void)state;
    struct sc_status_row row = rows[1];
    char *names[] = {row.domain};
    struct sc_listed_cover cover = {row.domain, SC_COVERAGE_NOT, (char *)(uintptr_t) "its pool"};
    struct sc_listed_user user = {
        .name = row.user, .uid = 1001, .domains = names, .n = 1, .covers = &cover, .n_covers = 1};
    fake_reset();
    fake.listing = (struct sc_listing){.v = &user, .n = 1};
    run("--site-isolation-list");
    assert_ran(0, "\nDomains with enabled CloudLinux Isolates for user john:\nb.com\n",
               "b.com: not covered: its pool\n");
    row.coverage = SC_COVERAGE_UNVERIFIED;
    row.coverage_text = (char *)(uintptr_t) "no host";
    row.home = "shared";
    fake.status = (struct sc_status){.mode = SC_MODE_ALLOW_ALL, .v = &row, .n = 1};
    run("--site-isolation-status");
    assert_ran(0,
               "Feature: disabled, mode allow_all\n\n"
               "DOMAIN  USER  STATE       PROCESSES  DOCROOT\n"
               "b.com   john  unverified          -  /home/john/b??[2J\n"
               "    home: shared\n"
               "    no host\n",
               "");
    run("--site-isolation-enable", "--anyway", "b.com");
    assert_string_equal(fake.called, "enable anyway b.com");
    run("--site-isolation-enable", "--dry-run", "b.com");
    assert_string_equal(fake.called, "dry b.com");
    assert_ran(0, "CloudLinux Isolates would be enabled for domain(s),\nb.com\n", "");
    run("--site-isolation-enable", "--home", "private", "b.com");
    assert_string_equal(fake.called, "enable private b.com");
    run("--site-isolation-regenerate", "john", "--home=shared");
    assert_string_equal(fake.called, "regenerate shared john");
}

static void status_has_notes(void **state)
{
    char text[] = "one thing\nand\033[ another\n";
    struct sc_status_note notes[] = {{.user = (char *)(uintptr_t) "john", .text = {.data = text}}};
    (void)state;
    fake_reset();
    fake.status = (struct sc_status){
        .mode = SC_MODE_ALLOW_ALL, .v = rows + 3, .n = 1, .notes = notes, .n_notes = 1};
    run("--site-isolation-status");
    assert_ran(0,
               "Feature: disabled, mode allow_all\n"
               "\n"
               "DOMAIN  USER  STATE    PROCESSES  DOCROOT\n"
               "d\xc3\xa9.com  x     off              -  /home/x/d\n"
               "\n"
               "john: one thing\n"
               "john: and?[ another\n",
               "");
    fake.status.n = 0;
    run("--site-isolation-status", "--json");
    assert_ran(0,
               "{\"result\": \"success\", \"enabled\": false, \"mode\": \"allow_all\", "
               "\"sites\": [], \"notes\": [{\"username\": \"john\", \"text\": \"one thing\"}, "
               "{\"username\": \"john\", \"text\": \"and\\u001B[ another\"}], "
               "\"locked_users\": []}\n",
               "");
}

static void equal_checks_are_one_line(void **state)
{
    (void)state;
    static struct sc_check_row rows5[5];
    static char *names[] = {(char *)(uintptr_t) "a.com", (char *)(uintptr_t) "b.com",
                            (char *)(uintptr_t) "c.com", (char *)(uintptr_t) "d.com",
                            (char *)(uintptr_t) "e.com"};
    for (size_t i = 0; i < 5; i++) {
        rows5[i] = (struct sc_check_row){.name = "domain", .domain = names[i], .handler = "FPM"};
        strcpy(rows5[i].text, i == 1 ? "FPM: another" : "FPM: isolated, and covered");
    }
    fake_reset();
    fake.checks = (struct sc_checks){.v = rows5, .n = 5};
    run("--site-isolation-check");
    assert_ran(0,
               "OK       domain a.com and 3 more: FPM: isolated, and covered\n"
               "OK       domain b.com: FPM: another\n"
               "OK       all: 5 checks: 5 OK, 0 warnings, 0 skipped, 0 failed\n",
               "");
    fake.checks.n = 4; /* three equal ones are not many */
    run("--site-isolation-check");
    assert_non_null(strstr(ran.out, "\nOK       domain c.com: FPM: isolated, and covered\n"));
}

static void assert_fits_80_columns(const char *text)
{
    for (size_t n; *text; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        assert_in_range(n, 0, 80);
    }
}

static void help_has_topics(void **state)
{
    (void)state;
    static const char *const topics[] = {"users", "sites", "many", "trouble", "json"};
    fake_reset();
    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
        run("help", topics[i]);
        assert_int_equal(ran.status, 0);
        assert_true(strlen(ran.out) > 200);
        assert_fits_80_columns(ran.out);
    }
    static const char *const commands[][2] = {
        {"enable", "sites"}, {"isolates-lock", "users"}, {"site-isolation-status", "trouble"}};
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        run("help", commands[i][0]);
        assert_int_equal(ran.status, 0);
        char *text = strdup(ran.out);
        run("help", commands[i][1]);
        assert_string_equal(ran.out, text);
        free(text);
    }
    run("help");
    assert_int_equal(ran.status, 0);
    assert_fits_80_columns(ran.out);
    run("--help", "nonsense");
    assert_ran(2, "",
               "there is no help about 'nonsense': topics are users, sites, many, trouble, json\n");
    run("-V");
    assert_ran(0, "cagefsctl (Sitecage) " SC_VERSION "\n", "");
    run("version");
    assert_ran(0, "cagefsctl (Sitecage) " SC_VERSION "\n", "");
}

static void a_plan_in_words(void **state)
{
    (void)state;
    fake_reset();
    fake.plan = "# a.com of user john: isolated\n# home: private\n# limits: cpu 25%\n"
                "sitecage-plan 1\nsite 60000 1001 1001 john 0123456789abcdef0123456789abcdef\n"
                "home /home/john /home/john\ndocroot a\nsys private /tmp tmp\n"
                "entry own .\nentry docroot a\nentry ro share\nend\n";
    char *argv[] = {"cagefsctl", "--site-isolation-plan", "a.com", NULL, NULL};
    for (int raw = 0; raw < 2; raw++) {
        char *out = NULL, *err = NULL;
        size_t n_out, n_err;
        FILE *f_out = open_memstream(&out, &n_out), *f_err = open_memstream(&err, &n_err);
        argv[3] = raw ? (char *)(uintptr_t) "--raw" : NULL;
        const struct sc_ctl_io io = {.out = f_out, .err = f_err, .reader = true};
        assert_int_equal(sc_cagefsctl(3 + raw, argv, &io), 0);
        fclose(f_out);
        fclose(f_err);
        assert_string_equal(err, "");
        if (raw)
            assert_string_equal(out, fake.plan);
        else
            assert_string_equal(
                out, "a.com of user john: isolated\nhome: private\nlimits: cpu 25%\n"
                     "\nIt writes, in its account:\n  ~/a  (its document root)\n"
                     "\nIt reads, and does not write:\n  ~/share\n"
                     "\nIt has its own, kept in its storage:\n  ~\n  /tmp\n"
                     "\nNothing else of the account's home is there.\n"
                     "Of the system: programs and libraries, and services such as databases and "
                     "mail.\nThe plan itself: --raw\n");
        free(out);
        free(err);
    }
    run("--site-isolation-plan", "a.com"); /* into a pipe: as it is */
    assert_ran(0, fake.plan, "");
}

static struct sc_check_row checks[] = {
    {.name = "kernel: namespaces", .result = SC_CHECK_OK, .text = "mount, pid, ipc"},
    {.name = "panel", .result = SC_CHECK_WARNING, .text = "slow"},
    {.name = "php", .result = SC_CHECK_SKIPPED, .text = "no panel"},
    {.name = "apache: suexec", .result = SC_CHECK_FAILED, .text = "missing: install it"},
    {.name = "lsapi", .result = SC_CHECK_FAILED, .text = "lsapi_per_user On"}};

static char site_a[] = "a.com", site_b[] = "b.com\n";
static struct sc_check_row domains[] = {{.name = "domain",
                                         .result = SC_CHECK_OK,
                                         .text = "CGI: isolated, and covered",
                                         .domain = site_a,
                                         .handler = "CGI",
                                         .covered = true},
                                        {.name = "domain",
                                         .result = SC_CHECK_FAILED,
                                         .text = "mod_php: cannot",
                                         .domain = site_b,
                                         .handler = "mod_php"}};

static void check_domains(void **state)
{
    (void)state;
    fake_reset();
    fake.checks = (struct sc_checks){.v = domains, .n = 1};
    run("--site-isolation-check", "a.com");
    assert_string_equal(fake.called, "check a.com");
    assert_ran(0, "OK       domain a.com: CGI: isolated, and covered\n", "");
    fake.checks.n = 2;
    run("--site-isolation-check", "a.com", "b.com");
    assert_string_equal(fake.called, "check a.com b.com");
    assert_ran(1,
               "OK       domain a.com: CGI: isolated, and covered\n"
               "FAILED   domain b.com?: mod_php: cannot\n",
               "1 of 2 checks failed: domain b.com?\n");
    run("--isolates-check", "a.com", "--json");
    assert_ran(1,
               "{\"result\": \"error\", \"message\": \"1 of 2 checks failed: domain b.com?\", "
               "\"code\": \"check_failed\", "
               "\"checks\": [{\"name\": \"domain\", \"result\": \"OK\", "
               "\"text\": \"CGI: isolated, and covered\", \"domain\": \"a.com\", "
               "\"handler\": \"CGI\", \"covered\": true}, "
               "{\"name\": \"domain\", \"result\": \"FAILED\", \"text\": \"mod_php: cannot\", "
               "\"domain\": \"b.com\\n\", \"handler\": \"mod_php\", \"covered\": false}]}\n",
               "");
}

static void check(void **state)
{
    (void)state;
    fake_reset();
    fake.checks = (struct sc_checks){.v = checks, .n = 3};
    run("--site-isolation-check");
    assert_ran(0,
               "OK       kernel: namespaces: mount, pid, ipc\nWARNING  panel: slow\n"
               "SKIPPED  php: no panel\n"
               "WARNING  all: 3 checks: 1 OK, 1 warning, 1 skipped, 0 failed\n",
               "");
    assert_int_equal(fake.opened, 0);
    fake.checks.n = 5;
    run("--site-isolation-check");
    assert_ran(1,
               "OK       kernel: namespaces: mount, pid, ipc\nWARNING  panel: slow\n"
               "SKIPPED  php: no panel\nFAILED   apache: suexec: missing: install it\n"
               "FAILED   lsapi: lsapi_per_user On\n"
               "FAILED   all: 5 checks: 1 OK, 1 warning, 1 skipped, 2 failed\n",
               "2 of 5 checks failed: apache: suexec, lsapi\n");
    fake.checks = (struct sc_checks){.v = checks + 2, .n = 2};
    run("--isolates-check", "--json");
    assert_ran(1,
               "{\"result\": \"error\", \"message\": \"1 of 2 checks failed: apache: suexec\", "
               "\"code\": \"check_failed\", "
               "\"checks\": [{\"name\": \"php\", \"result\": \"SKIPPED\", \"text\": \"no panel\"}, "
               "{\"name\": \"apache: suexec\", \"result\": \"FAILED\", "
               "\"text\": \"missing: install it\"}]}\n",
               "");
}

static void plan(void **state)
{
    (void)state;
    fake_reset();
    fake.plan = "sitecage-plan 1\nsite 60001 1001 1001 john t\nend\n";
    run("--site-isolation-plan", "a.com");
    assert_ran(0, fake.plan, "");
    assert_string_equal(fake.called, "plan a.com");
    run("--site-isolation-plan", "a.com", "--json");
    assert_ran(0,
               "{\"result\": \"success\", \"domain\": \"a.com\", \"text\": "
               "\"sitecage-plan 1\\nsite 60001 1001 1001 john t\\nend\\n\"}\n",
               "");
}

static void notices_come_last(void **state)
{
    (void)state;
    fake_reset();
    fake.notices[0] = "a.com: its application lies above\nits document root";
    fake.notices[1] = "b.com: \xff";
    run("--site-isolation-enable", "a.com");
    assert_ran(0, "CloudLinux Isolates was enabled for domain(s),\na.com\n",
               "a.com: its application lies above?its document root\nb.com: \xff\n");
    run("--site-isolation-enable", "a.com", "--json");
    assert_ran(0,
               "{\"result\": \"success\", \"domains\": [\"a.com\"], \"notices\": "
               "[\"a.com: its application lies above?its document root\", \"b.com: \\uFFFD\"]}\n",
               "");
    /* A failure has one line: its reason. */
    sc_error_set(&fake.fail, SC_E_BUSY, "john is busy");
    run("--site-isolation-enable", "a.com");
    assert_ran(1, "", "john is busy\n");
}

static void notices_have_a_limit(void **state)
{
    (void)state;
    fake_reset();
    fake.n_notices = SC_OUT_NOTICES_MAX;
    run("--site-isolation-deny-all");
    assert_non_null(strstr(ran.err, "\nnote 999\n"));
    assert_null(strstr(ran.err, "more notices"));
    fake.n_notices = SC_OUT_NOTICES_MAX + 7;
    run("--site-isolation-deny-all");
    assert_non_null(strstr(ran.err, "\nnote 999\n7 more notices are not shown\n"));
    assert_null(strstr(ran.err, "note 1000"));
}

static void version_and_nothing(void **state)
{
    (void)state;
    static const char *const nothing[] = {"--force-update",
                                          "--update",
                                          "--init",
                                          "--reinit",
                                          "--setup-cl-selector",
                                          "--reconfigure-cagefs",
                                          "--update-list",
                                          "--update-etc",
                                          "--force-update-etc",
                                          "--rebuild-alt-php-ini"};
    fake_reset();
    run("--force-update-etc", "john", "jane");
    assert_ran(0, "", "");
    run("--version");
    assert_ran(0, "cagefsctl (Sitecage) " SC_VERSION "\n", "");
    run("--version", "--json");
    assert_ran(0, "{\"result\": \"success\", \"version\": \"" SC_VERSION "\"}\n", "");
    for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
        run("--wait-lock", nothing[i]);
        assert_ran(0, "", "");
        run(nothing[i], "--json");
        assert_ran(0, "{\"result\": \"success\"}\n", "");
    }
    assert_int_equal(fake.calls + fake.opened, 0);
}

static void help_has_every_command(void **state)
{
    (void)state;
    size_t n;
    const struct sc_ctl_command *commands = sc_ctl_commands(&n);
    assert_int_equal(n, 32);
    run("--help");
    assert_int_equal(ran.status, 0);
    assert_string_equal(ran.err, "");
    for (size_t i = 0; i < n; i++) {
        char option[64];
        snprintf(option, sizeof(option), "--%s ", commands[i].name);
        const char *at = strstr(ran.out, option);
        if (!at)
            fail_msg("%s is not in the help", option);
        const char *end = strchr(at, '\n'), *start = at;
        while (start > ran.out && start[-1] != '\n')
            start--;
        assert_memory_equal(start, "  ", 2);
        assert_memory_equal(end - strlen(commands[i].help), commands[i].help,
                            strlen(commands[i].help));
        assert_in_range(end - start, 20, 79);
    }
    char by_name[sizeof(ran.out)];
    strcpy(by_name, ran.out);
    run("-h");
    assert_ran(0, by_name, "");
    run("--help", "--json");
    assert_int_equal(strncmp(ran.out, "{\"result\": \"success\", \"help\": \"usage: ", 38), 0);
}

static void explains(void **state)
{
    (void)state;
    fake_reset();
    fake.explanation = (struct sc_explanation){
        .domain = (char *)(uintptr_t) "a.com",
        .user = (char *)(uintptr_t) "john",
        .isolated = true,
        .failing = {.since = 1700000000, .n = 3, .text = "no storage"},
        .failures = {.n = 2,
                     .v = {{1700000000, 1700000060, 3, 503, "no storage", NULL},
                           {0, 0, 2, 0, "processes ended", NULL}}}};
    run("--site-isolation-explain", "a.com");
    assert_ran(0,
               "a.com of user john: isolated\n"
               "It does not run, since 2023-11-14T22:13:20Z, 3 attempts: no storage\n"
               "Last failures (when last, status, how often, why):\n"
               "  2023-11-14T22:14:20Z  503  3 times since 2023-11-14T22:13:20Z: no storage\n"
               "  -                       -  2 times: processes ended\n",
               "");
    assert_string_equal(fake.called, "explain a.com");
    fake.explanation.failures.n = 0;
    fake.explanation.failing.since = 0;
    fake.explanation.path = (struct sc_path_answer){.asked = (char *)(uintptr_t) "/home/john/x\n",
                                                    .place = (char *)(uintptr_t) "/home/john/b",
                                                    .rule = "private-home",
                                                    .reason = (char *)(uintptr_t) "why",
                                                    .grant = (char *)(uintptr_t) "the line"};
    run("--isolates-explain", "a.com", "/home/john/x\n");
    assert_ran(0,
               "a.com of user john: isolated\n"
               "No failure of it is known.\n"
               "/home/john/x?: closed\n"
               "    what decides is /home/john/b\n"
               "    why\n"
               "    a line in /etc/cagefs/site-isolation.paths opens it: the line\n",
               "");
    assert_string_equal(fake.called, "explain a.com /home/john/x\n");
    run("--site-isolation-explain", "--json", "a.com", "x");
    assert_ran(0,
               "{\"result\": \"success\", \"domain\": \"a.com\", \"isolated\": true, "
               "\"stale\": null, \"failing\": null, \"failures\": [], \"path\": {\"path\": "
               "\"/home/john/x\\n\", \"leads_to\": \"/home/john/b\", \"read\": false, "
               "\"write\": false, \"exists\": false, \"rule\": \"private-home\", \"reason\": "
               "\"why\", \"grant\": \"the line\", \"domains_json\": null, \"command\": null, "
               "\"nothing_opens_it\": null}}\n",
               "");
}

static void status_of_some(void **state)
{
    (void)state;
    struct sc_status_row some[4];
    memcpy(some, rows, sizeof(some));
    some[1].failing = (struct sc_failing){.since = 1700000000, .n = 2, .text = "no storage"};
    some[0].coverage = SC_COVERAGE_NOT;
    fake_reset();
    fake.status = (struct sc_status){.mode = SC_MODE_ALLOW_ALL, .v = some, .n = 4};
    run("--site-isolation-status", "--failing");
    assert_ran(0,
               "Feature: disabled, mode allow_all\n"
               "\n"
               "DOMAIN  USER  STATE    PROCESSES  DOCROOT\n"
               "b.com   john  failing          -  /home/john/b??[2J\n"
               "    it does not run, since 2023-11-14T22:13:20Z, 2 attempts: no storage\n",
               "");
    memcpy(some, rows, sizeof(some));
    some[0].coverage = SC_COVERAGE_NOT;
    run("--site-isolation-status", "--stale", "--not-covered", "--json");
    assert_non_null(strstr(ran.out, "\"a.example.com\""));
    assert_non_null(strstr(ran.out, "\"c.com\""));
    assert_null(strstr(ran.out, "\"b.com\""));
    memcpy(some, rows, sizeof(some));
    run("--site-isolation-status", "--failing");
    assert_ran(0, "Feature: disabled, mode allow_all\nNo such sites\n", "");
    run("--site-isolation-check", "--stale");
    assert_int_equal(ran.status, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_text),
        cmocka_unit_test(domains_text),
        cmocka_unit_test(others_are_named),
        cmocka_unit_test(many),
        cmocka_unit_test(list),
        cmocka_unit_test(users_and_domains_json),
        cmocka_unit_test(what_was_meant),
        cmocka_unit_test(status),
        cmocka_unit_test(status_has_notes),
        cmocka_unit_test(status_of_some),
        cmocka_unit_test(explains),
        cmocka_unit_test(says_what_is_not_covered),
        cmocka_unit_test(check),
        cmocka_unit_test(check_domains),
        cmocka_unit_test(equal_checks_are_one_line),
        cmocka_unit_test(help_has_topics),
        cmocka_unit_test(a_plan_in_words),
        cmocka_unit_test(plan),
        cmocka_unit_test(notices_come_last),
        cmocka_unit_test(notices_have_a_limit),
        cmocka_unit_test(version_and_nothing),
        cmocka_unit_test(help_has_every_command),
    };
    return cmocka_run_group_tests_name("cagefsctl_texts", tests, NULL, NULL);
}
