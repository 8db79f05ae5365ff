/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What entries note of a site that cannot be entered, and what status and check say of it. */
#include "tests/unit/world/engine.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/check/check.h"
#include "core/enter/failures.h"

#define UID   1001
#define SITE  60000
#define NOTED "/run/sitecage/1001/60000.failed"

static int two_sites(void **state)
{
    int rc = world_setup(state);
    world_complete();
    account("john", "a b");
    assert_good(enable("a.example b.example"));
    root_put("/run/sitecage/1001/x", "");
    (void)unlink(root_at(NOTED)); /* each test makes it */
    return rc;
}

#define failing_test(f) cmocka_unit_test_setup_teardown(f, two_sites, world_teardown)

static void fails(enum sc_failure_kind kind, unsigned status, const char *text)
{
    sc_failures_note(UID, SITE, kind, status, text);
}

static struct sc_failures noted(void)
{
    struct sc_failures f;
    assert_int_equal(sc_failures_read(UID, SITE, &f), 0);
    return f;
}

static size_t n_places(const struct sc_failures *f)
{
    size_t n = 0;
    for (size_t i = 0; i < SC_FAILURES_KEPT; i++)
        n += f->v[i].n != 0;
    return n;
}

static int status(struct sc_status *ret)
{
    struct word_list *l = list_of("a.example b.example");
    return sc_engine_status(&world.s, l->v, l->n, ret, &world.err);
}

/* ---- the file ---- */

static void a_site_that_is_none_has_no_record(void **state)
{
    (void)state;
    fails(SC_FAILED_ENTER, 503, "no");
    struct sc_failures f = noted();
    assert_int_equal(f.since, 0);
    assert_int_equal(access(root_at(NOTED), F_OK), -1);
    assert_true(sc_failures_open(UID, SITE) < 0);
}

/* Each isolated site has one: its page comes with the first failure, and not with the first entry. */
static void it_costs_nothing_before_the_first_failure(void **state)
{
    (void)state;
    struct stat st;
    assert_int_equal(sc_failures_make(UID, SITE), 0);
    sc_failures_note_ended(UID, SITE);
    assert_int_equal(stat(root_at(NOTED), &st), 0);
    assert_int_equal(st.st_size, sizeof(struct sc_failures));
    assert_int_equal(st.st_blocks, 0);
    struct sc_failures f = noted();
    assert_int_equal(n_places(&f), 0);
    fails(SC_FAILED_ENTER, 503, "no storage");
    assert_int_equal(noted().in_row, 1);
    assert_int_equal(stat(root_at(NOTED), &st), 0);
    assert_true(st.st_blocks > 0);
}

static void equal_failures_share_a_place(void **state)
{
    (void)state;
    assert_int_equal(sc_failures_make(UID, SITE), 0);
    for (int i = 0; i < 3; i++)
        fails(SC_FAILED_ENTER, 503, "no storage");
    fails(SC_FAILED_LIMIT, 508, "too many");
    struct sc_failures f = noted();
    assert_int_equal(n_places(&f), 2);
    assert_int_equal(f.v[0].n, 3);
    assert_int_equal(f.v[0].status, 503);
    assert_string_equal(f.v[0].text, "no storage");
    assert_true(f.v[0].first > 0 && f.v[0].last >= f.v[0].first);
    assert_int_equal(f.in_row, 3);
    assert_int_equal(f.since, f.v[0].first);
}

static void it_does_not_grow(void **state)
{
    (void)state;
    char text[600], name[16];
    struct stat st;
    assert_int_equal(sc_failures_make(UID, SITE), 0);
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = 0;
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "%03d", i);
        memcpy(text, name, 3);
        fails(SC_FAILED_RUN, 126, text);
    }
    struct sc_failures f = noted();
    assert_int_equal(n_places(&f), SC_FAILURES_KEPT);
    assert_int_equal(stat(root_at(NOTED), &st), 0);
    assert_int_equal(st.st_size, sizeof(f));
    assert_int_equal(strlen(f.v[0].text), SC_FAILURE_TEXT - 1);
    for (size_t i = 0; i < SC_FAILURES_KEPT; i++)
        assert_true(strtoul(f.v[i].text, NULL, 10) >= 100 - SC_FAILURES_KEPT);
}

/* Made again with a new plan: what was noted stays, and what is not ours goes. */
static void making_it_again(void **state)
{
    (void)state;
    assert_int_equal(sc_failures_make(UID, SITE), 0);
    fails(SC_FAILED_ENTER, 503, "no storage");
    assert_int_equal(sc_failures_make(UID, SITE), 0);
    assert_int_equal(noted().in_row, 1);
    root_put(NOTED, "something else");
    struct sc_failures f;
    assert_int_equal(sc_failures_read(UID, SITE, &f), -EBADMSG);
    fails(SC_FAILED_ENTER, 503, "not written");
    assert_int_equal(sc_failures_make(UID, SITE), 0);
    f = noted();
    assert_int_equal(n_places(&f), 0);
}

/* ---- what is said of it ---- */

static void only_entering_makes_a_site_fail(void **state)
{
    (void)state;
    SC_CLEANUP(sc_status_done) struct sc_status st = {0};
    assert_int_equal(sc_failures_make(UID, SITE), 0);
    fails(SC_FAILED_LIMIT, 508, "too many");
    fails(SC_FAILED_RUN, 126, "/bin/no: Permission denied");
    fails(SC_FAILED_KILLED, 137, "a program was killed");
    assert_good(status(&st));
    assert_int_equal(st.v[0].failing.since, 0);
    sc_status_done(&st);
    fails(SC_FAILED_ENTER, 503, "first");
    fails(SC_FAILED_ENTER, 503, "no \033[2Jstorage");
    assert_good(status(&st));
    assert_true(st.v[0].failing.since > 0);
    assert_int_equal(st.v[0].failing.n, 2);
    assert_string_equal(st.v[0].failing.text, "no ?[2Jstorage");
    assert_int_equal(st.v[1].failing.since, 0);
}

static void a_success_ends_it(void **state)
{
    (void)state;
    SC_CLEANUP(sc_status_done) struct sc_status st = {0};
    assert_int_equal(sc_failures_make(UID, SITE), 0);
    fails(SC_FAILED_ENTER, 503, "no storage");
    sc_failures_note_ended(UID, SITE);
    assert_good(status(&st));
    assert_int_equal(st.v[0].failing.since, 0);
    fails(SC_FAILED_ENTER, 503, "no storage");
    sc_status_done(&st);
    assert_good(status(&st));
    assert_int_equal(st.v[0].failing.n, 1);
    assert_int_equal(noted().v[0].n, 2);
}

static const char *check_row(void)
{
    static char text[SC_ERROR_TEXT_MAX + 16];
    SC_CLEANUP(sc_checks_done) struct sc_checks checks = {0};
    const char *name = "a.example";
    assert_good(sc_engine_check(&name, 1, &checks, &world.err));
    assert_int_equal(checks.n, 1);
    snprintf(text, sizeof(text), "%d %s", checks.v[0].result, checks.v[0].text);
    return text;
}

static void check_fails(void **state)
{
    (void)state;
    assert_int_equal(sc_failures_make(UID, SITE), 0);
    assert_null(strstr(check_row(), "does not run"));
    fails(SC_FAILED_ENTER, 503, "no storage");
    assert_int_equal(check_row()[0] - '0', SC_CHECK_FAILED);
    assert_non_null(strstr(check_row(), "it does not run, since 20"));
    assert_non_null(strstr(check_row(), "1 attempts: no storage"));
    sc_failures_note_ended(UID, SITE);
    assert_null(strstr(check_row(), "does not run"));
}

/* ---- document roots ---- */

static const char *staleness(void)
{
    static char text[300];
    SC_CLEANUP(sc_status_done) struct sc_status st = {0};
    assert_good(status(&st));
    snprintf(text, sizeof(text), "%s%s", st.v[0].dead ? "dead: " : "",
             st.v[0].stale ? st.v[0].stale : "");
    return text;
}

static void document_roots_that_cannot_be_one(void **state)
{
    (void)state;
    const char *a = in_home("john", "a.example");
    assert_string_equal(staleness(), "");
    assert_int_equal(chmod(a, 0600), 0);
    assert_non_null(strstr(staleness(), "dead: its owner may not enter its document root"));
    assert_int_equal(check_row()[0] - '0', SC_CHECK_FAILED);
    assert_int_equal(chmod(a, 0755), 0);
    assert_int_equal(chown(a, 0, 0), 0);
    assert_non_null(strstr(staleness(), "its document root belongs to another user"));
    assert_null(strstr(staleness(), "dead"));
    assert_int_equal(rmdir(a), 0);
    assert_string_equal(staleness(), "dead: its document root is missing: nothing of it can run");
    assert_int_equal(close(open(a, O_CREAT | O_WRONLY | O_CLOEXEC, 0644)), 0);
    assert_non_null(strstr(staleness(), "dead: its document root is no directory"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        failing_test(a_site_that_is_none_has_no_record),
        failing_test(it_costs_nothing_before_the_first_failure),
        failing_test(equal_failures_share_a_place),
        failing_test(it_does_not_grow),
        failing_test(making_it_again),
        failing_test(only_entering_makes_a_site_fail),
        failing_test(a_success_ends_it),
        failing_test(check_fails),
        failing_test(document_roots_that_cannot_be_one),
    };
    return world_run(tests);
}
