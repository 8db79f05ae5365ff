/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a site was seen to use: the report, and what enable --learned makes of it. */
#include "tests/unit/world/engine.h"

#include <errno.h>

#include "core/base/paths.h"
#include "core/cage/learning.h"
#include "core/engine/learn.h"
#include "core/engine/user_learn.h"
#include "core/learn/file.h"

#define NO_DOMAIN "Please specify existing domain name and try again"
#define NOTHING                                                                                    \
    "nothing was recorded of a.example; begin with: cagefsctl --site-isolation-learn a.example, "  \
    "or as its user isolatectl learn a.example"

static struct sc_learn_report r;

static int complete(void **state)
{
    int rc = world_setup(state);
    world_complete();
    world.s.conf.home = SC_HOME_PRIVATE;
    return rc;
}

static int teardown(void **state)
{
    sc_learn_report_done(&r);
    return world_teardown(state);
}

#define engine_test(f) cmocka_unit_test_setup_teardown(f, complete, teardown)

static struct sc_learn_record record_of(const char *user, char *docroot)
{
    return (struct sc_learn_record){
        .uid = (unsigned)uid_of(user), .docroot = docroot, .since = 1000};
}

static void used(struct sc_learn_record *record, const char *rel, unsigned kinds)
{
    const struct sc_learn_use use = {
        .rel = rel, .kinds = kinds, .by = "php-cgi /x.php", .at = 2000};
    assert_good(sc_learn_record_add(record, &use, &world.err));
}

static void save(struct sc_learn_record *record)
{
    assert_good(sc_learn_save(record, &world.err));
    record->docroot = NULL; /* the test's own */
    sc_learn_record_done(record);
}

static int report(const char *domain)
{
    sc_learn_report_done(&r);
    return sc_engine_learn_report(&world.s, domain, &r, &world.err);
}

static int user_report(uid_t uid, const char *domain)
{
    sc_learn_report_done(&r);
    return sc_engine_user_learn_report(&world.s, uid, domain, &r, &world.err);
}

/* "rw REL (why it is refused)", a line each. */
static const char *needs(void)
{
    static char out[2048];
    out[0] = 0;
    for (size_t i = 0; i < r.needs.n; i++) {
        const struct sc_learn_need *n = &r.needs.v[i];
        size_t len = strlen(out);
        snprintf(out + len, sizeof(out) - len, "%s %s%s%s\n", n->rw ? "rw" : "ro", n->rel,
                 n->refused ? ": " : "", n->refused ? n->refused : "");
    }
    return out;
}

static int enable_learned(const char *domains)
{
    struct word_list *l = list_of(domains);
    noticed[0] = 0;
    return sc_engine_enable(&world.s, l->v, l->n,
                            &(struct sc_enable_how){.anyway = true, .learned = true}, &watcher,
                            &world.err);
}

/* A site that uses some of its account, of its own, of another site, and what is gone by now. */
static void john_used_some(void)
{
    char docroot[] = "a.example";
    account("john", "a b");
    home_put("john", "lib/one.php", "x");
    home_mkdir("john", "uploads");
    home_mkdir("john", "tmp");
    home_put("john", ".ssh/id", "x");
    home_put("john", "b.example/config.php", "x");
    struct sc_learn_record record = record_of("john", docroot);
    used(&record, "a.example/index.php", SC_LEARN_READ);
    used(&record, "lib/one.php", SC_LEARN_READ);
    used(&record, "uploads/a.png", SC_LEARN_READ | SC_LEARN_WRITE);
    used(&record, "tmp/sess_1", SC_LEARN_WRITE);
    used(&record, ".ssh/id", SC_LEARN_READ);
    used(&record, "b.example/config.php", SC_LEARN_READ);
    used(&record, "gone/x", SC_LEARN_READ);
    save(&record);
}

static void a_report_says_what_would_be_missed(void **state)
{
    (void)state;
    john_used_some();
    assert_good(report("A.example"));
    assert_string_equal(r.home, users_of("john")->home);
    assert_string_equal(r.docroot, in_home("john", "a.example"));
    assert_int_equal(r.since, 1000);
    assert_int_equal(r.until, 0);
    assert_false(r.recorded);
    assert_string_equal(needs(), "ro .ssh: hidden from every site, or inside something that is\n"
                                 "ro b.example: inside the document root of another site\n"
                                 "ro gone: not there any more\n"
                                 "ro lib\n"
                                 "rw uploads\n");
    assert_string_equal(isolated("john"), ""); /* it changes nothing */
}

/* Only what is written where the site would read the account's home. */
static void a_shared_home_misses_less(void **state)
{
    (void)state;
    world.s.conf.home = SC_HOME_SHARED;
    john_used_some();
    assert_good(report("a.example"));
    assert_string_equal(needs(),
                        "ro .ssh/id: hidden from every site, or inside something that is\n"
                        "ro b.example/config.php: inside the document root of another site\n"
                        "rw tmp: a directory for temporary files of all sites: the site has its "
                        "own\n"
                        "rw uploads\n");
}

/* That a place of a.example's is not given, and why. */
static void assert_told(const char *rel, const char *why)
{
    char line[512];
    snprintf(line, sizeof(line), "a.example: %s was used and is not given: it is %s\n",
             in_home("john", rel), why);
    assert_non_null(strstr(noticed, line));
}

static void what_is_learned_is_granted(void **state)
{
    (void)state;
    john_used_some();
    assert_good(enable_learned("a.example"));
    assert_string_equal(isolated("john"), "a:60000");
    const char *plan = site_of("john", "a")->plan;
    assert_non_null(strstr(plan, "\nentry ro lib\n"));
    assert_non_null(strstr(plan, "\nentry rw uploads\n"));
    assert_null(strstr(plan, "gone"));
    assert_null(strstr(plan, "entry ro .ssh"));
    assert_null(strstr(plan, "entry ro b.example"));
    assert_told(".ssh", "hidden from every site, or inside something that is");
    assert_told("b.example", "inside the document root of another site");
    assert_told("gone", "not there any more");
    assert_null(strstr(noticed, "/uploads"));
    assert_null(strstr(noticed, "/lib"));
    assert_good(report("a.example")); /* what it has it does not miss */
    assert_null(strstr(needs(), "uploads"));
}

static void what_was_not_recorded_is_not_made_up(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    assert_bad(report("a.example"), SC_E_NOTFOUND, NOTHING);
    assert_bad(enable_learned("a.example"), SC_E_NOTFOUND, NOTHING);
    assert_bad(report("x.example"), SC_E_NOTFOUND, NO_DOMAIN);
    char docroot[] = "a.example";
    struct sc_learn_record record = record_of("john", docroot);
    save(&record);
    assert_bad(enable_learned("a.example m.example"), SC_E_NOTFOUND, "nothing was recorded of m.");
    assert_string_equal(isolated("john"), ""); /* all or nothing */
    assert_good(report("a.example"));
    assert_int_equal(r.needs.n, 0);
    home_remove("john", "a.example");
    assert_bad(report("a.example"), SC_E_INVAL, "a.example cannot be isolated");
}

/* A record that cannot be read is not one that is not there. */
static void errors_are_no_absence(void **state)
{
    (void)state;
    char path[128], name[SC_LEARN_NAME_SIZE];
    john_used_some();
    sc_learn_name(1001, "a.example", name);
    snprintf(path, sizeof(path), SC_LEARN_RECORDS "/%s", name);
    assert_true(root_has(path));
    root_fail(path, EIO);
    assert_bad(report("a.example"), SC_E_SYS, "Input/output error");
    assert_bad(enable_learned("a.example"), SC_E_SYS, "Input/output error");
    root_fail(NULL, 0);
    root_put(path, "sitecage-learn 1\nsite 1001 b.example\nsince 1\nlost 0\nmore 0\nend\n");
    assert_bad(report("a.example"), SC_E_INVAL, "it is another site's");
    root_put(path, "damaged");
    assert_bad(report("a.example"), SC_E_INVAL, path);
    assert_bad(enable_learned("a.example"), SC_E_INVAL, path);
    assert_string_equal(isolated("john"), "");
}

/* What was lost, and names that the user's file cannot have. */
static void what_cannot_be_given_is_told(void **state)
{
    (void)state;
    char docroot[] = "a.example";
    account("john", "a");
    home_mkdir("john", "caf\xe9");
    home_mkdir("john", "lib");
    struct sc_learn_record record = record_of("john", docroot);
    used(&record, "caf\xe9/x", SC_LEARN_READ);
    used(&record, "lib/x", SC_LEARN_READ);
    record.lost = 3;
    save(&record);
    assert_good(enable_learned("a.example"));
    assert_non_null(strstr(noticed, "a.example: more was used than could be recorded: it may need "
                                    "what is not in the report\n"));
    assert_non_null(strstr(noticed, "was used and is not given, because its name is not UTF-8: "
                                    "give it in /etc/cagefs/site-isolation.paths\n"));
    assert_non_null(strstr(site_of("john", "a")->plan, "\nentry ro lib\n"));
    assert_null(strstr(site_of("john", "a")->plan, "caf"));
    assert_good(report("a.example"));
    assert_int_equal(r.lost, 3);
}

/* What was written while it learned may have been an attacker's doing. */
static void what_the_account_runs_is_not_given_to_be_written(void **state)
{
    (void)state;
    char docroot[] = "a.example";
    account("john", "a");
    home_put("john", "bin/tool", "x");
    home_put("john", "tools/bin/tool", "x");
    home_put("john", ".config/app.ini", "x");
    home_put("john", "binaries/x", "x");
    home_put("john", "opt/bin/php", "x");
    struct sc_learn_record record = record_of("john", docroot);
    used(&record, "bin/tool", SC_LEARN_WRITE);
    used(&record, "tools/bin/tool", SC_LEARN_WRITE);
    used(&record, ".config/app.ini", SC_LEARN_WRITE);
    used(&record, "binaries/x", SC_LEARN_WRITE);
    used(&record, "opt/bin/php", SC_LEARN_RUN); /* control: to be read it is */
    save(&record);
    assert_good(enable_learned("a.example"));
    assert_non_null(strstr(site_of("john", "a")->plan, "\nentry rw binaries\n"));
    assert_non_null(strstr(site_of("john", "a")->plan, "\nentry ro opt/bin\n"));
    assert_null(strstr(site_of("john", "a")->plan, "\nentry rw bin\n"));
    assert_null(strstr(site_of("john", "a")->plan, "tools"));
    assert_null(strstr(site_of("john", "a")->plan, "\nentry rw .config"));
    assert_non_null(strstr(noticed, "tools/bin"));
    assert_non_null(strstr(noticed, ".config"));
    assert_non_null(strstr(noticed, "for the account's own shell and programs to run"));
}

/* Another's domain and one that is nobody's get the same answer. */
static void users_ask_about_their_own(void **state)
{
    (void)state;
    john_used_some();
    account("mary", "m");
    assert_good(user_report(1001, "A.example"));
    assert_int_equal(r.since, 1000);
    assert_bad(user_report(1001, "b.example"), SC_E_NOTFOUND, "nothing was recorded of b.example");
    const char *const no[] = {"a.example", "x.example", "-"};
    for (size_t i = 0; i < 3; i++) {
        assert_bad(user_report(1002, no[i]), SC_E_NOTFOUND, NO_DOMAIN);
        assert_string_equal(world.err.text, NO_DOMAIN);
    }
    panel_fail(SC_E_PANEL, "the panel failed");
    assert_bad(user_report(1001, "a.example"), SC_E_PANEL, "the panel failed");
    assert_bad(user_report(4711, "a.example"), SC_E_NOTFOUND, "4711");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        engine_test(a_report_says_what_would_be_missed),
        engine_test(a_shared_home_misses_less),
        engine_test(what_is_learned_is_granted),
        engine_test(what_was_not_recorded_is_not_made_up),
        engine_test(errors_are_no_absence),
        engine_test(what_cannot_be_given_is_told),
        engine_test(what_the_account_runs_is_not_given_to_be_written),
        engine_test(users_ask_about_their_own),
    };
    return world_run(tests);
}
