/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose views end, and for how long they are waited for: by /run, in status and in a user's list. */
#include "tests/unit/world/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/paths.h"
#include "core/ending/ending.h"
#include "core/engine/endings.h"

static struct sc_status st;
static struct sc_user_sites mine;

static int complete(void **state)
{
    int rc = world_setup(state);
    world_complete();
    return rc;
}

static int teardown(void **state)
{
    sc_status_done(&st);
    sc_user_sites_done(&mine);
    return world_teardown(state);
}

#define engine_test(f) cmocka_unit_test_setup_teardown(f, complete, teardown)

#define LATER_MS 3600000 /* what of it is left is never 0 */

/* Each later than the one before: they are told in this order. */
static int64_t later(void)
{
    static int n;
    return sc_clock_ms() + LATER_MS / 2 + 1000 * ++n;
}

/* A view of that site that was closed, and ends then; the account is noted. */
static const char *ends(uid_t uid, unsigned id, int64_t until, const char *text)
{
    static char path[128];
    char note[64];
    snprintf(note, sizeof(note), SC_ENDING_DIR "/%u", (unsigned)uid);
    root_put(note, "");
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/%u.ending.%lld", (unsigned)uid, id,
             (long long)until);
    root_put(path, text);
    return path;
}

/* One that shows this document root. */
static const char *ends_at(const char *user, unsigned id, const char *docroot)
{
    char text[512];
    snprintf(text, sizeof(text), "sitecage-ending 1\ndocroot %s\n", in_home(user, docroot));
    return ends(uid_of(user), id, later(), text);
}

static int status(const char *domains)
{
    struct word_list *l = list_of(domains);
    sc_status_done(&st);
    return sc_engine_status(&world.s, l->v, l->n, &st, &world.err);
}

/* "DOMAIN USER" of the rows whose views end, "*" behind those that are isolated. */
static const char *ending(void)
{
    static char out[512];
    out[0] = 0;
    for (size_t i = 0; i < st.n; i++) {
        size_t n = strlen(out);
        if (st.v[i].ending)
            snprintf(out + n, sizeof(out) - n, "%s%s%s %s", n ? ", " : "", st.v[i].domain,
                     st.v[i].isolated ? "*" : "", st.v[i].user);
        assert_int_equal(st.v[i].ending_ms > 0, st.v[i].ending);
        assert_true(st.v[i].ending_ms <= LATER_MS);
    }
    return out;
}

static const char *of_user(uid_t uid)
{
    static char out[512];
    out[0] = 0;
    sc_user_sites_done(&mine);
    assert_good(sc_user_endings(&world.s, uid, &mine, &world.err));
    for (size_t i = 0; i < mine.n_ending; i++)
        snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s%s", i ? " " : "",
                 mine.ending[i]);
    return out;
}

static void views_end_by_their_document_root(void **state)
{
    (void)state;
    account("john", "a b");
    domain("john", "www", "a.example");
    account("mary", "m");
    assert_good(enable("a.example b.example www.example m.example"));
    assert_good(status(""));
    assert_string_equal(ending(), "");
    assert_string_equal(of_user(1001), "");
    ends_at("john", 60000, "a.example");
    assert_good(status(""));
    assert_int_equal(st.n, 4);
    assert_string_equal(ending(), "a.example* john, www.example* john");
    assert_int_equal(st.v[0].ending_processes, 0); /* its keeper has ended */
    assert_string_equal(of_user(1001), "a.example www.example");
    assert_string_equal(of_user(1002), "");
    assert_good(status("b.example m.example")); /* of those that were asked for */
    assert_int_equal(st.n, 2);
    assert_string_equal(ending(), "");
}

/* What is isolated no more is told of nevertheless, where all were asked for. */
static void who_was_switched_off_is_still_waited_for(void **state)
{
    (void)state;
    account("john", "a b");
    domain("john", "www", "a.example");
    assert_good(enable("a.example b.example www.example"));
    ends_at("john", 60000, "a.example");
    assert_good(disable("a.example"));
    assert_good(status(""));
    assert_int_equal(st.n, 3);
    assert_string_equal(st.v[0].domain, "b.example");
    assert_string_equal(ending(), "a.example john, www.example john");
    assert_string_equal(st.v[1].docroot, in_home("john", "a.example"));
    assert_string_equal(of_user(1001), "a.example www.example");
    assert_good(status("a.example"));
    assert_int_equal(st.n, 1);
    assert_string_equal(ending(), "a.example john");
    ends_at("john", 60007, "a.example"); /* a second one of it is no second row */
    assert_good(status(""));
    assert_int_equal(st.n, 3);
}

/* The longest wait counts. */
static void of_several_views_the_last_is_waited_for(void **state)
{
    (void)state;
    char text[512];
    account("john", "a");
    assert_good(enable("a.example"));
    int64_t now = sc_clock_ms();
    snprintf(text, sizeof(text), "sitecage-ending 1\ndocroot %s\n", in_home("john", "a.example"));
    ends(1001, 60000, now + LATER_MS, text);
    ends(1001, 60000, now - 5000, text);
    assert_good(status(""));
    assert_true(st.v[0].ending_ms > LATER_MS / 2);
    assert_int_equal(unlink(root_at(ends(1001, 60000, now + LATER_MS, text))), 0);
    assert_good(status(""));
    assert_true(st.v[0].ending);
    assert_int_equal(st.v[0].ending_ms, 0); /* its time has come */
}

/* The panel has none for it, or the record does not say where it was. */
static void views_without_a_domain(void **state)
{
    (void)state;
    char text[512];
    account("john", "a");
    assert_good(enable("a.example"));
    ends_at("john", 60005, "gone.example");
    assert_good(status(""));
    assert_int_equal(st.n, 2);
    assert_string_equal(ending(), " john");
    assert_string_equal(st.v[1].docroot, in_home("john", "gone.example"));
    assert_string_equal(of_user(1001), "");
    ends(1001, 60006, later(), "");
    ends(1001, 60007, later(), "sitecage-ending 1\ndocroot \n");
    assert_good(status(""));
    assert_string_equal(st.v[2].docroot, "");
    assert_false(st.v[0].ending);
    snprintf(text, sizeof(text), "alias %s\n", in_home("john", "a.example"));
    ends(1001, 60000, later(), text); /* by the home's name in passwd */
    assert_good(status("a.example"));
    assert_string_equal(ending(), "a.example* john");
    assert_string_equal(of_user(1001), "a.example");
}

/* A note without a view, and one of an account that is just being removed. */
static void notes_that_nobody_stands_behind(void **state)
{
    (void)state;
    account("john", "a");
    assert_good(enable("a.example"));
    root_put(SC_ENDING_DIR "/1001", "");
    root_put(SC_ENDING_DIR "/nobody", "");
    root_put(SC_ENDING_DIR "/0", "");
    root_put(SC_RUN_DIR "/1001/60000.ending.", "");
    root_put(SC_RUN_DIR "/1001/60000.plan.old", "");
    ends(4711, 60009, later(), "docroot /home/nobody/x\n");
    assert_good(status(""));
    assert_int_equal(st.n, 1);
    assert_string_equal(ending(), "");
}

/* What cannot be read is not nothing. */
static void errors_are_no_absence(void **state)
{
    (void)state;
    account("john", "a");
    assert_good(enable("a.example"));
    ends_at("john", 60000, "a.example");
    root_fail(SC_ENDING_DIR, EIO);
    assert_bad(status(""), SC_E_SYS, SC_ENDING_DIR);
    assert_string_equal(of_user(1001), "a.example");
    root_fail(SC_RUN_DIR "/1001", EIO);
    assert_bad(status("a.example"), SC_E_SYS, "/1001: Input/output error");
    sc_user_sites_done(&mine);
    assert_bad(sc_user_endings(&world.s, 1001, &mine, &world.err), SC_E_SYS, "/1001");
    root_fail_list(SC_RUN_DIR "/1001", EIO);
    assert_bad(status("a.example"), SC_E_SYS, "list the views of uid 1001");
    assert_int_equal(st.n, 0);
    root_fail(NULL, 0);
    assert_good(status("a.example"));
    assert_string_equal(ending(), "a.example* john");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        engine_test(views_end_by_their_document_root),
        engine_test(who_was_switched_off_is_still_waited_for),
        engine_test(of_several_views_the_last_is_waited_for),
        engine_test(views_without_a_domain),
        engine_test(notes_that_nobody_stands_behind),
        engine_test(errors_are_no_absence),
    };
    return world_run(tests);
}
