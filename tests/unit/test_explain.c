/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a site has at a path, and what decides: by the plan and the plan file, on a server in memory. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <string.h>

#include "core/base/cleanup.h"

#include "core/explain/failures.h"
#include "core/explain/path.h"

#define SYS                                                                                        \
    "sys bind /usr /usr\nsys link /bin usr/bin\nsys bind /etc /etc\nsys dir /home 0711\n"          \
    "sys dir /run 0755\nsys dir /var 0755\nsys dir /root 0700\nsys link /var/run /run\n"           \
    "sys proc /proc -\nsys shm /dev/shm 1000\nsys bind /etc/passwd /run/sitecage/1001/passwd\n"    \
    "sys close /etc/crontab -\nsys over /etc/apache2 0700\nsys bind /etc/apache2/s "               \
    "/etc/apache2/s\n"                                                                             \
    "sys private /tmp tmp\nsys service /run/mysqld /run/mysqld\n"

#define HEAD                                                                                       \
    "sitecage-plan 1\nsite 60001 1001 1001 john 0123456789abcdef0123456789abcdef\n"                \
    "home /home2/john /home/john\ndocroot a/public\n"

static struct sc_plan_domain domains[] = {
    {"a.example", "/home/john/a/public", "a/public", true, false},
    {"b.example", "/home/john/b", "b", true, false},
    {"in.example", "/home/john/a/public/in", "a/public/in", true, false}};
static const struct sc_plan_dir dirs[] = {{"a", SC_MARK_APPLICATION}};
static const struct sc_plan_secret secrets[] = {{".ssh", true}};
static const struct sc_plan_path paths[] = {{.rel = "share", .site_rel = "a/public"},
                                            {.rel = "data", .rw = true, .site_rel = "b"}};

struct server {
    struct sc_plan *plan;
    struct sc_planfile view;
    struct sc_explain_site is;
};

static void server_done(struct server *s)
{
    sc_plan_free(s->plan);
    sc_planfile_done(&s->view);
}

/* The view of a.example. */
static void make(struct server *s, bool private_home)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_entries_done) struct sc_entries entries = {0};
    const char text[] = HEAD SYS "entry docroot a/public\nend\n";
    for (size_t i = 0; i < 3; i++)
        domains[i].home = private_home ? SC_PLAN_HOME_PRIVATE : SC_PLAN_HOME_SHARED;
    const struct sc_plan_input in = {.home = "/home2/john",
                                     .domains = domains,
                                     .n_domains = 3,
                                     .dirs = dirs,
                                     .n_dirs = 1,
                                     .secrets = secrets,
                                     .n_secrets = 1,
                                     .paths = paths,
                                     .n_paths = 2};
    *s = (struct server){0};
    assert_int_equal(sc_plan_make(&in, &s->plan, &err), 0);
    assert_int_equal(sc_planfile_parse(text, strlen(text), &s->view, &err), 0);
    const struct sc_plan_site *site = sc_plan_site_of(s->plan, "a.example");
    assert_int_equal(sc_plan_site_entries(s->plan, (size_t)(site - s->plan->sites), &entries, &err),
                     0);
    sc_entries_done(&s->view.entries);
    SC_MOVE(&s->view.entries, &entries);
    s->is = (struct sc_explain_site){s->plan, site, &s->view};
}

/* Everything is a directory that may be read and written, but these. `looked`: all that was asked for. */
static char looked[4096];

static void look(const char *source, struct sc_explain_looked *ret, void *arg)
{
    static const char *const links[][2] = {{"/home2/john/a/public/link", "../../b/x"},
                                           {"/home2/john/a/public/abs", "/home/john/share"},
                                           {"/home2/john/a/public/loop", "loop"},
                                           {"/usr/bin/php", "/etc/alternatives/php"}};
    (void)arg;
    strncat(looked, source, sizeof(looked) - strlen(looked) - 1);
    strncat(looked, "\n", sizeof(looked) - strlen(looked) - 1);
    *ret = (struct sc_explain_looked){.there = SC_EXPLAIN_DIR, .read = true, .write = true};
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
        if (strcmp(source, links[i][0]) == 0) {
            ret->there = SC_EXPLAIN_LINK;
            snprintf(ret->target, sizeof(ret->target), "%s", links[i][1]);
        }
    if (strstr(source, "/none"))
        *ret = (struct sc_explain_looked){0};
    if (strstr(source, "/file") || strstr(source, "passwd"))
        ret->there = SC_EXPLAIN_FILE;
    if (strstr(source, "/shadow"))
        ret->read = ret->write = false;
}

static struct sc_explained_path explained(const struct server *s, const char *path)
{
    const struct sc_explain_eyes eyes = {.look = look};
    struct sc_explained_path p;
    looked[0] = 0;
    assert_int_equal(sc_explain_path(&s->is, &eyes, path, &p), 0);
    return p;
}

/* "rw RULE PLACE" */
static void means(const struct server *s, const char *path, const char *want)
{
    char got[SC_REL_MAX + 100];
    struct sc_explained_path p = explained(s, path);
    snprintf(got, sizeof(got), "%s%s %s %s", p.read ? "r" : "-", p.write ? "w" : "-",
             sc_explain_rule_name(p.is.rule), p.place);
    if (strcmp(got, want) != 0)
        fail_msg("%s: %s, not %s", path, got, want);
}

static void a_shared_home(void **state)
{
    (void)state;
    SC_CLEANUP(server_done) struct server s;
    make(&s, false);
    means(&s, "/home2/john/a/public", "rw document-root /home2/john/a/public");
    means(&s, "/home/john/a/public/x/../y", "rw document-root /home2/john/a/public/y");
    means(&s, "/home2/john/a/.env", "rw application /home2/john/a/.env");
    means(&s, "/home2/john/b", "-- other-document-root /home2/john/b");
    means(&s, "/home2/john/b/deep/file", "-- other-document-root /home2/john/b");
    means(&s, "/home2/john/a/public/in/x", "-- other-document-root /home2/john/a/public/in");
    means(&s, "/home2/john/data/x", "-- other-path /home2/john/data");
    means(&s, "/home2/john/share/x", "r- granted /home2/john/share/x");
    means(&s, "/home2/john/data", "-- other-path /home2/john/data");
    means(&s, "/home2/john/.ssh/id", "-- secret /home2/john/.ssh");
    means(&s, "/home2/john/notes", "r- shared-home /home2/john/notes");
    means(&s, "/home2/john/none", "-- shared-home /home2/john/none");
}

static void a_home_of_its_own(void **state)
{
    (void)state;
    SC_CLEANUP(server_done) struct server s;
    make(&s, true);
    means(&s, "/home2/john/a/public", "rw document-root /home2/john/a/public");
    means(&s, "/home2/john/a/.env", "rw application /home2/john/a/.env");
    means(&s, "/home2/john/b/none", "-- other-document-root /home2/john/b/none");
    means(&s, "/home2/john/none", "-- private-home /home2/john/none");
    means(&s, "/home2/john/tmp", "rw own /home2/john/tmp");
    assert_non_null(
        strstr(looked, "/home2/john/.cagefs/websites/0123456789abcdef0123456789abcdef/home/tmp\n"));
    means(&s, "/home2/john", "rw own /home2/john");
}

static void links(void **state)
{
    (void)state;
    SC_CLEANUP(server_done) struct server s;
    make(&s, false);
    means(&s, "/home/john/a/public/link", "-- other-document-root /home2/john/b");
    means(&s, "/home/john/a/public/abs/x", "r- granted /home2/john/share/x");
    means(&s, "/bin/php", "r- system /etc/alternatives/php");
    means(&s, "/var/run/mysqld/s", "r- system /run/mysqld/s");
    struct sc_explained_path p;
    const struct sc_explain_eyes eyes = {.look = look};
    assert_int_equal(sc_explain_path(&s.is, &eyes, "/home/john/a/public/loop", &p), -1);
}

/* An answer to who is in the site must not tell what is in another. */
static void what_is_closed_is_not_looked_at(void **state)
{
    (void)state;
    SC_CLEANUP(server_done) struct server s;
    make(&s, false);
    explained(&s, "/home2/john/b/secret/file");
    assert_null(strstr(looked, "/b"));
    explained(&s, "/home2/john/a/public/in/x");
    assert_null(strstr(looked, "/in"));
    explained(&s, "/home2/john/a/public/link");
    assert_null(strstr(looked, "/b"));
    explained(&s, "/etc/crontab");
    assert_null(strstr(looked, "crontab"));
}

static void the_server(void **state)
{
    (void)state;
    SC_CLEANUP(server_done) struct server s;
    make(&s, false);
    means(&s, "/", "r- system-absent /");
    means(&s, "/usr/bin/x", "r- system /usr/bin/x");
    means(&s, "/etc/crontab", "-- system-closed /etc/crontab");
    means(&s, "/etc/passwd", "r- system-replaced /etc/passwd");
    means(&s, "/etc/apache2", "-- system-replaced /etc/apache2");
    means(&s, "/etc/apache2/apache2.conf", "-- system-replaced /etc/apache2");
    means(&s, "/tmp/x", "rw own /tmp/x");
    means(&s, "/srv/data", "-- system-absent /srv");
    means(&s, "/home/jane/x", "-- system-absent /home/jane");
    means(&s, "/root/x", "-- system-replaced /root");
    means(&s, "/dev/shm", "rw own /dev/shm");
    means(&s, "/etc/shadow", "-- system /etc/shadow");
    assert_true(explained(&s, "/etc/shadow").by_mode);
}

static void what_a_line_can_open(void **state)
{
    (void)state;
    SC_CLEANUP(server_done) struct server s;
    make(&s, true);
    assert_null(sc_explain_no_grant(&s.is, "notes", false));
    assert_null(sc_explain_no_grant(&s.is, "share", true));
    assert_string_equal(sc_explain_no_grant(&s.is, "b/x", false),
                        "inside the document root of another site");
    assert_non_null(sc_explain_no_grant(&s.is, ".ssh/id", false));
    assert_non_null(sc_explain_no_grant(&s.is, "", false));
}

/* ---- failures ---- */

static void failures_are_put_together(void **state)
{
    (void)state;
    struct sc_failures noted = {.since = 5000, .in_row = 7};
    noted.v[0] = (struct sc_failure){1000, 3000, 2, SC_FAILED_ENTER, 503, "no storage", 0};
    noted.v[1] = (struct sc_failure){2000, 5000, 1, SC_FAILED_ENTER, 503, "no storage", 0};
    noted.v[2] =
        (struct sc_failure){4000, 4000, 4, SC_FAILED_KILLED, 137, "a program was killed", 0};
    const struct sc_web_refused refused = {.n = 3, .last = 9, .status = 403, .reason = "a link"};
    const struct sc_failure_sources from = {
        .noted = &noted, .refused = &refused, .out_of_memory = 5, .group_since = 2};
    struct sc_explained_failures l;
    sc_explain_failures(&from, &l);
    assert_int_equal(l.n, 4);
    assert_int_equal(l.v[0].status, 403);
    assert_string_equal(l.v[0].text, "Apache refused requests; the last because: a link");
    assert_int_equal(l.v[1].n, 3);
    assert_int_equal(l.v[1].first, 1);
    assert_int_equal(l.v[1].last, 5);
    assert_string_equal(l.v[1].text, "no storage");
    assert_non_null(strstr(l.v[2].text, "pmem"));
    assert_int_equal(l.v[3].n, 5);
    assert_int_equal(l.v[3].last, 0);
    struct sc_failing f;
    sc_failing_of(&noted, &f);
    assert_int_equal(f.since, 5);
    assert_int_equal(f.n, 7);
    assert_string_equal(f.text, "no storage");
}

static void a_full_record_and_all_else(void **state)
{
    (void)state;
    struct sc_failures noted = {0};
    for (size_t i = 0; i < SC_FAILURES_KEPT; i++) {
        noted.v[i] = (struct sc_failure){1, 1, 1, SC_FAILED_RUN, 126, "", 0};
        snprintf(noted.v[i].text, SC_FAILURE_TEXT, "%zu\n", i);
    }
    const struct sc_web_refused refused = {.n = 1, .reason = "r"};
    const struct sc_failure_sources from = {
        .noted = &noted, .refused = &refused, .out_of_memory = 1};
    struct sc_explained_failures l;
    sc_explain_failures(&from, &l);
    assert_int_equal(l.n, SC_EXPLAINED_MAX);
    for (size_t i = 0; i < l.n; i++)
        assert_null(strchr(l.v[i].text, '\n'));
    struct sc_failing f;
    sc_failing_of(&noted, &f);
    assert_int_equal(f.since, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shared_home),
        cmocka_unit_test(a_home_of_its_own),
        cmocka_unit_test(links),
        cmocka_unit_test(what_is_closed_is_not_looked_at),
        cmocka_unit_test(the_server),
        cmocka_unit_test(what_a_line_can_open),
        cmocka_unit_test(failures_are_put_together),
        cmocka_unit_test(a_full_record_and_all_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
