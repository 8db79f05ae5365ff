/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts of coverage: what a look at the server finds, and what is kept of it. */
#include "tests/unit/world/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/paths.h"
#include "core/coverage/account.h"
#include "core/coverage/coverage.h"

#define APACHE "/etc/apache2/apache2.conf"

static struct sc_cover_server server;
static struct sc_cover_records r;

static int setup(void **state)
{
    int rc = world_setup(state);
    world_complete();
    return rc;
}

static int teardown(void **state)
{
    sc_cover_records_done(&r);
    sc_cover_server_done(&server);
    server = (struct sc_cover_server){0};
    return world_teardown(state);
}

#define cover_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static int load(void)
{
    sc_cover_records_done(&r);
    return sc_cover_records_load(1001, &r, &world.err);
}

static bool keep(void)
{
    bool other = false;
    assert_good(sc_cover_server_again(false, &server, &world.err));
    assert_good(sc_cover_account_keep(world.s.store, &server, 1001, &other, &world.err));
    assert_good(load());
    return other;
}

/* a.example has a host of Apache's with these lines. */
static void put_host(const char *lines)
{
    char text[1024];
    snprintf(text, sizeof(text),
             "<VirtualHost *:80>\nServerName a.example\nDocumentRoot %s\n%s</VirtualHost>\n",
             in_home("john", "a.example"), lines);
    root_put(APACHE, text);
}

#define BAD_HANDLER "SetHandler \"proxy:unix:/run/x.sock|fcgi://z\"\n"

/* ---- the file ---- */

static void what_is_damaged_is_said(void **state)
{
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"", "has no head line"},
        {"sitecage-coverage 2\n", "has no head line"},
        {"sitecage-coverage 1\n60000 0 -", "ends within a line"},
        {"sitecage-coverage 1\n0 0 -\n", "none of coverage: 0 0 -"},
        {"sitecage-coverage 1\n60000 3 -\n", "none of coverage: 60000 3 -"},
        {"sitecage-coverage 1\n60000 0\n", "none of coverage: 60000 0"},
        {"sitecage-coverage 1\n60000 1 %zz\n", "none of coverage: "},
        {"sitecage-coverage 1\n99999999999 0 -\n", "none of coverage: 99999999999"},
    };
    (void)state;
    assert_good(load());
    assert_int_equal(r.n, 0); /* nothing was judged yet */
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        root_put(SC_COVERAGE_DIR "/1001", bad[i].text);
        assert_bad(load(), SC_E_INVAL, bad[i].why);
        assert_int_equal(r.n, 0);
    }
    root_put(SC_COVERAGE_DIR "/1001", "sitecage-coverage 1\n60000 2 a%20b\n60001 0 -\n");
    assert_good(load());
    assert_int_equal(r.n, 2);
    assert_string_equal(sc_cover_record_of(&r, 60000)->text, "a b");
    assert_string_equal(sc_cover_record_of(&r, 60001)->text, "");
    assert_null(sc_cover_record_of(&r, 60002));
    root_fail(SC_COVERAGE_DIR "/1001", EIO);
    assert_bad(load(), SC_E_SYS, SC_COVERAGE_DIR "/1001");
}

/* In lists of many accounts it is one account's. */
static void a_damaged_one_makes_its_sites_unverified(void **state)
{
    (void)state;
    assert_good(sc_cover_records_told(1001, "john", &r, &world.err));
    assert_null(sc_cover_record_of(&r, 60000)); /* nothing was judged yet */
    root_put(SC_COVERAGE_DIR "/1001", "half a li");
    assert_good(sc_cover_records_told(1001, "john", &r, &world.err));
    const struct sc_cover_record *one = sc_cover_record_of(&r, 60000);
    assert_non_null(one);
    assert_int_equal(one->is, SC_COVERAGE_UNVERIFIED);
    assert_string_equal(one->text, "what was judged cannot be read: " SC_COVERAGE_DIR
                                   "/1001 has no head line; it is judged again by: cagefsctl "
                                   "--site-isolation-regenerate john");
}

/* What a killed command left goes, unless somebody is writing it. */
static void half_written_ones_are_removed(void **state)
{
    (void)state;
    root_put(SC_COVERAGE_DIR "/1001", "sitecage-coverage 1\n");
    root_put(SC_COVERAGE_DIR "/1001.lock", "");
    root_put(SC_COVERAGE_DIR "/.1001.new", "half");
    root_put(SC_COVERAGE_DIR "/.other.new", "");
    root_put(SC_COVERAGE_DIR "/.1002.newer", "");
    SC_FD int lock = open(root_at(SC_COVERAGE_DIR "/1001.lock"), O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    sc_cover_records_recover();
    assert_true(root_has(SC_COVERAGE_DIR "/.1001.new"));
    sc_close(&lock);
    sc_cover_records_recover();
    assert_false(root_has(SC_COVERAGE_DIR "/.1001.new"));
    assert_true(root_has(SC_COVERAGE_DIR "/1001"));
    assert_true(root_has(SC_COVERAGE_DIR "/.other.new"));
    assert_true(root_has(SC_COVERAGE_DIR "/.1002.newer"));
}

static void an_account_that_is_no_more(void **state)
{
    (void)state;
    assert_good(sc_cover_records_forget(1001, &world.err)); /* there is nothing */
    root_put(SC_COVERAGE_DIR "/1001", "sitecage-coverage 1\n");
    root_put(SC_COVERAGE_DIR "/1001.lock", "");
    root_put(SC_COVERAGE_DIR "/.1001.new", "");
    root_put(SC_COVERAGE_DIR "/10010", "sitecage-coverage 1\n");
    assert_good(sc_cover_records_forget(1001, &world.err));
    assert_false(root_has(SC_COVERAGE_DIR "/1001"));
    assert_false(root_has(SC_COVERAGE_DIR "/1001.lock"));
    assert_false(root_has(SC_COVERAGE_DIR "/.1001.new"));
    assert_true(root_has(SC_COVERAGE_DIR "/10010"));
    root_mkdir(SC_COVERAGE_DIR "/1001");
    assert_bad(sc_cover_records_forget(1001, &world.err), SC_E_SYS,
               "remove " SC_COVERAGE_DIR "/1001");
}

/* ---- judged and kept ---- */

static void verdicts_are_kept_while_a_site_is_isolated(void **state)
{
    (void)state;
    account("john", "a b");
    enable_anyway = true;
    assert_good(enable("a.example b.example"));
    enable_anyway = false;
    put_host("");
    (void)keep();
    assert_int_equal(r.n, 2);
    assert_int_equal(sc_cover_record_of(&r, 60000)->is, SC_COVERAGE_COVERED);
    assert_int_equal(sc_cover_record_of(&r, 60001)->is, SC_COVERAGE_UNVERIFIED);
    assert_string_equal(sc_cover_record_of(&r, 60001)->text,
                        "no virtual host of Apache or nginx names it");
    assert_false(keep()); /* the same again */
    put_host(BAD_HANDLER);
    assert_true(keep());
    assert_int_equal(sc_cover_record_of(&r, 60000)->is, SC_COVERAGE_NOT);
    assert_non_null(strstr(sc_cover_record_of(&r, 60000)->text, "/run/x.sock"));
    assert_false(keep());
    put_host("");
    assert_true(keep());
    assert_good(disable("a.example b.example"));
    assert_false(keep());
    assert_int_equal(r.n, 0);
    assert_false(root_has(SC_COVERAGE_DIR "/1001"));
}

/* What was judged before and cannot be read counts as judged otherwise. */
static void a_damaged_record_is_made_again(void **state)
{
    (void)state;
    account("john", "a");
    assert_good(enable("a.example"));
    put_host("");
    (void)keep();
    root_put(SC_COVERAGE_DIR "/1001", "damaged");
    assert_true(keep());
    assert_int_equal(r.n, 1);
    root_assert_file(SC_COVERAGE_DIR "/1001", "sitecage-coverage 1\n60000 0 -\n");
}

/* ---- looked at ---- */

/* The document root's own .htaccess is read with the account's rights, beneath its home. */
static void a_sites_own_htaccess_counts(void **state)
{
    (void)state;
    account("john", "a");
    assert_good(enable("a.example"));
    put_host("");
    (void)keep();
    assert_string_equal(r.v[0].text, "");
    home_put("john", "a.example/.htaccess", "<FilesMatch \\.php$>\n" BAD_HANDLER "</FilesMatch>\n");
    assert_true(keep());
    assert_int_equal(r.v[0].is, SC_COVERAGE_NOT);
    assert_non_null(strstr(r.v[0].text, "/a.example/.htaccess:2 names a PHP-FPM pool"));
    home_put("john", "a.example/.htaccess", "Options -Indexes\n");
    assert_true(keep());
    assert_string_equal(r.v[0].text, "");
    home_remove("john", "a.example/.htaccess");
    home_mkdir("john", "a.example/.htaccess");
    assert_true(keep()); /* what it says is not known, which is not nothing */
    assert_int_equal(r.v[0].is, SC_COVERAGE_NOT);
    assert_non_null(strstr(r.v[0].text, "/a.example/.htaccess cannot be read: "));
    home_remove("john", "a.example/.htaccess");
    root_put("/etc/others", "Options -Indexes\n");
    home_link("john", "a.example/.htaccess", root_at("/etc/others"));
    (void)keep();
    assert_int_equal(r.v[0].is, SC_COVERAGE_NOT);
    assert_non_null(strstr(r.v[0].text, "/a.example/.htaccess cannot be read: "));
}

/* One picture for the steps of one pass; after a doubt the files are compared. */
static void a_picture_holds_for_a_moment(void **state)
{
    (void)state;
    assert_false(sc_cover_server_holds(NULL));
    assert_false(sc_cover_server_holds(&server)); /* was never looked at */
    sc_cover_server_doubt(NULL);
    account("john", "a");
    assert_good(sc_cover_server_look(false, &server, &world.err));
    assert_int_equal(server.hosts.n, 0);
    put_host("");
    server.compared_ms = sc_clock_ms() + 3600000; /* a moment that does not end in this test */
    assert_true(sc_cover_server_holds(&server));
    sc_cover_server_doubt(&server);
    assert_false(sc_cover_server_holds(&server));
    assert_false(sc_cover_server_holds(&server));
    assert_good(sc_cover_server_again(true, &server, &world.err));
    assert_int_equal(server.hosts.n, 1);
    assert_true(server.must_stand);
}

/* mod_lsapi may be told to run Sitecage's entry by a link or in its list. */
static void who_runs_lsphp(void **state)
{
    (void)state;
    assert_good(sc_cover_server_look(false, &server, &world.err));
    assert_false(server.lsphp);
    root_put("/etc/container/php.handler",
             "# application/x-php " SC_LIBEXECDIR "/lsphp\napplication/x-php /opt/lsphp\n");
    assert_good(sc_cover_server_again(false, &server, &world.err));
    assert_false(server.lsphp);
    root_put("/etc/container/php.handler", "application/x-php " SC_LIBEXECDIR "/lsphp\n");
    assert_good(sc_cover_server_again(false, &server, &world.err));
    assert_true(server.lsphp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cover_test(what_is_damaged_is_said),
        cover_test(a_damaged_one_makes_its_sites_unverified),
        cover_test(half_written_ones_are_removed),
        cover_test(an_account_that_is_no_more),
        cover_test(verdicts_are_kept_while_a_site_is_isolated),
        cover_test(a_damaged_record_is_made_again),
        cover_test(a_sites_own_htaccess_counts),
        cover_test(a_picture_holds_for_a_moment),
        cover_test(who_runs_lsphp),
    };
    return world_run(tests);
}
