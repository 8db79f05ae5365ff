/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands say of the past: of which site, over which time, and who changed it. */
#include "tests/unit/world/engine.h"

#include <unistd.h>

#include "core/base/log.h"
#include "core/engine/history.h"
#include "core/history/ring.h"
#include "db/history.h"

#define DAY 86400

static struct sc_site_histories of;
static struct sc_history_names names;

static int setup(void **state)
{
    int rc = world_setup(state);
    world_complete();
    return rc;
}

static int teardown(void **state)
{
    sc_site_histories_done(&of);
    sc_history_names_done(&names);
    return world_teardown(state);
}

#define history_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* ---- whose ---- */

static int ask_names(const char *domains)
{
    struct word_list *l = list_of(domains);
    sc_history_names_done(&names);
    return sc_engine_history_names(&world.s, l->v, l->n, &names, &world.err);
}

/* "a.example:john:60000 …" */
static const char *told_names(void)
{
    static char text[1024];
    text[0] = 0;
    for (size_t i = 0; i < names.n; i++) {
        size_t n = strlen(text);
        snprintf(text + n, sizeof(text) - n, "%s:%s:%u ", names.v[i].domain, names.v[i].user,
                 names.v[i].site);
    }
    return text;
}

static void isolated_names_have_a_past(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    assert_good(ask_names(""));
    assert_string_equal(told_names(), "");
    assert_good(enable("a.example m.example"));
    assert_good(ask_names(""));
    assert_string_equal(told_names(), "a.example:john:60000 m.example:mary:60001 ");
    assert_good(ask_names("M.Example"));
    assert_string_equal(told_names(), "m.example:mary:60001 ");
    assert_good(ask_names("m.example a.example"));
    assert_string_equal(told_names(), "m.example:mary:60001 a.example:john:60000 ");
}

static void others_are_named_in_the_text(void **state)
{
    (void)state;
    account("john", "a b");
    assert_good(enable("a.example"));
    assert_bad(ask_names("a.example b.example"), SC_E_NOTFOUND,
               "b.example is not isolated: nothing is known of what it used");
    assert_bad(ask_names("x.example"), SC_E_NOTFOUND,
               "Please specify existing domain name and try again: x.example");
    assert_bad(ask_names(".."), SC_E_NOTFOUND,
               "Please specify existing domain name and try again: ..");
    assert_string_equal(told_names(), "");
    assert_good(disable("a.example"));
    assert_int_equal(ask_names("a.example"), SC_E_NOTFOUND);
}

/* ---- what they used ---- */

static struct sc_store *open_history(void)
{
    struct sc_store *h = NULL;
    assert_good(sc_history_open(root_at(SC_HISTORY_PATH), &h, NULL, &world.err));
    return h;
}

/* So much at this time, in the ring. */
static void used(struct sc_store *h, unsigned site, enum sc_history_ring ring, int64_t t,
                 int64_t ep_max)
{
    const struct sc_history_place at = {site, (unsigned)ring, sc_ring_slot(ring, t)};
    const struct sc_history_usage u = {.t = sc_ring_begin(ring, t), .ep_max = ep_max};
    assert_good(sc_history_usage_add(h, &at, &u, &world.err));
}

static int ask(unsigned site, unsigned other, int64_t period, int64_t step)
{
    const struct sc_history_asked asked = {.period = period, .step = step};
    const unsigned sites[] = {site, other};
    sc_site_histories_done(&of);
    return sc_engine_history(&world.s, sites, 2, &asked, &of, &world.err);
}

static void where_none_is_kept_all_are_empty(void **state)
{
    (void)state;
    assert_good(ask(60000, 60001, DAY, 0));
    assert_false(of.kept);
    assert_int_equal(of.n, 2);
    assert_int_equal(of.v[1].series.n, 0);
    assert_int_equal(of.v[1].series.step, 300);
    assert_int_equal(of.v[1].series.to, world.now);
    assert_false(root_has(SC_HISTORY_PATH)); /* who asks makes none */
    root_put(SC_HISTORY_PATH,
             "this is no database, and is long enough to be seen as another thing");
    assert_good(ask(60000, 60001, DAY, 0));
    assert_false(of.kept);
    root_assert_file(SC_HISTORY_PATH,
                     "this is no database, and is long enough to be seen as another thing");
}

static void a_site_has_its_own_past(void **state)
{
    (void)state;
    SC_CLEANUP(sc_store_freep) struct sc_store *h = open_history();
    int64_t now = world.now;
    used(h, 60000, SC_RING_FINE, now - 3600, 7);
    used(h, 60001, SC_RING_FINE, now - 7200, 9);
    used(h, 60000, SC_RING_HOURLY, now - 3 * DAY, 11);
    assert_good(ask(60000, 60001, DAY, 0));
    assert_true(of.kept);
    assert_int_equal(of.v[0].series.n, 1);
    assert_int_equal(of.v[0].series.v[0].t, sc_ring_begin(SC_RING_FINE, now - 3600));
    assert_int_equal(of.v[0].series.v[0].ep_max, 7);
    assert_int_equal(of.v[1].series.n, 1);
    assert_int_equal(of.v[1].series.v[0].ep_max, 9);
    assert_good(ask(60000, 60000, 1800, 0)); /* before that time; the same one twice */
    assert_int_equal(of.n, 2);
    assert_int_equal(of.v[0].series.n, 0);
    assert_good(ask(60000, 60001, 7 * DAY, 0)); /* in coarser steps */
    assert_int_equal(of.v[0].series.step, 3600);
    assert_int_equal(of.v[0].series.n, 1);
    assert_int_equal(of.v[0].series.v[0].ep_max, 11);
    assert_int_equal(of.v[1].series.n, 0);
}

static void events_are_of_the_time(void **state)
{
    (void)state;
    SC_CLEANUP(sc_store_freep) struct sc_store *h = open_history();
    struct sc_history_site site = {.site = 60000, .uid = 1001, .rings = SC_RINGS_ALL};
    struct sc_history_event e = {.t = world.now - 2 * DAY, .kind = "isolated", .n = 1};
    site.since = site.seen = e.t;
    assert_good(sc_history_site_put(h, &site, &world.err));
    assert_good(sc_history_event_add(h, &site, &e, &world.err));
    e = (struct sc_history_event){
        .t = world.now - 60, .kind = "enter", .detail = "no view", .n = 1};
    assert_good(sc_history_event_add(h, &site, &e, &world.err));
    assert_good(sc_history_site_put(h, &site, &world.err));
    assert_good(ask(60000, 60001, DAY, 0));
    assert_int_equal(of.v[0].events.n, 1);
    assert_string_equal(of.v[0].events.v[0].kind, "enter");
    assert_string_equal(of.v[0].events.v[0].detail, "no view");
    assert_int_equal(of.v[1].events.n, 0);
    assert_good(ask(60000, 60001, 7 * DAY, 0));
    assert_int_equal(of.v[0].events.n, 2);
    assert_string_equal(of.v[0].events.v[1].kind, "isolated");
}

static void what_was_asked_is_what_is_kept(void **state)
{
    (void)state;
    assert_bad(ask(60000, 60001, 30 * DAY, 300), SC_E_INVAL, "");
    assert_null(of.v);
    assert_good(ask(60000, 60001, 4000 * (int64_t)DAY, 0)); /* no further back than it is kept */
    assert_in_range(world.now - of.v[0].series.from, 400 * DAY, 401 * DAY);
    assert_int_equal(of.v[0].series.from % of.v[0].series.step, 0);
}

/* ---- who changed them ---- */

static void changes_are_in_the_log(void **state)
{
    (void)state;
    struct sc_changes c[2] = {{0}, {0}};
    account("john", "a");
    account("mary", "m");
    assert_good(enable("a.example m.example"));
    assert_good(ask_names("a.example m.example"));
    (void)unlink(root_at(SC_LOG_PATH));
    assert_good(sc_engine_history_changes(&names, 0, c, &world.err));
    assert_int_equal(c[0].n + c[1].n, 0); /* there is no log */
    root_put(SC_LOG_PATH,
             "2026-01-01T00:00:00Z isolatectl-root[1] by=root user=john enable=a.example: done\n"
             "2026-01-02T00:00:00Z isolatectl-root[2] started\n"
             "2026-01-03T00:00:00Z isolatectl-root[3] by=user user=john limits=a.example: failed\n"
             "2026-01-04T00:00:00Z isolatectl-root[4] by=root user=mary remount: do");
    assert_good(sc_engine_history_changes(&names, 0, c, &world.err));
    assert_int_equal(c[0].n, 2); /* the latest first */
    assert_string_equal(c[0].v[0].by, "user");
    assert_string_equal(c[0].v[0].what, "limits");
    assert_string_equal(c[0].v[0].came, "failed");
    assert_string_equal(c[0].v[1].what, "enable");
    assert_int_equal(c[1].n, 0); /* a line that is being written is none yet */
    sc_changes_done(&c[0]);
    assert_good(sc_engine_history_changes(&names, 1767312000 /* Jan 2 */, c, &world.err));
    assert_int_equal(c[0].n, 1);
    sc_changes_done(&c[0]);
}

/* Who may write elsewhere does not have the log read there. */
static void a_log_that_is_a_link_is_none(void **state)
{
    (void)state;
    struct sc_changes c[1] = {{0}};
    account("john", "a");
    assert_good(enable("a.example"));
    assert_good(ask_names("a.example"));
    (void)unlink(root_at(SC_LOG_PATH));
    root_put("/srv/log", "2026-01-01T00:00:00Z x[1] by=root user=john enable=a.example: done\n");
    root_link(SC_LOG_PATH, root_at("/srv/log"));
    assert_good(sc_engine_history_changes(&names, 0, c, &world.err));
    assert_int_equal(c[0].n, 0);
}

/* Only its end is read, and what begins there begins with a whole line. */
static void a_large_log_is_read_at_its_end(void **state)
{
    (void)state;
    static const char last[] =
        "2026-01-05T00:00:00Z isolatectl-root[3] by=root user=john remount: done\n";
    struct sc_changes c[1] = {{0}};
    account("john", "a");
    assert_good(enable("a.example"));
    assert_good(ask_names("a.example"));
    SC_BUF struct sc_buf log = SC_BUF_INIT;
    sc_buf_str(&log, "2026-01-01T00:00:00Z x[1] by=root user=john enable=a.example: done\n");
    while (log.len < 2u << 20)
        sc_buf_str(&log, "2026-01-02T00:00:00Z isolatectl-root[2] something else happened\n");
    sc_buf_str(&log, last);
    root_put(SC_LOG_PATH, log.data);
    assert_good(sc_engine_history_changes(&names, 0, c, &world.err));
    assert_int_equal(c[0].n, 1);
    assert_string_equal(c[0].v[0].what, "remount");
    sc_changes_done(&c[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        history_test(isolated_names_have_a_past),
        history_test(others_are_named_in_the_text),
        history_test(where_none_is_kept_all_are_empty),
        history_test(a_site_has_its_own_past),
        history_test(events_are_of_the_time),
        history_test(what_was_asked_is_what_is_kept),
        history_test(changes_are_in_the_log),
        history_test(a_log_that_is_a_link_is_none),
        history_test(a_large_log_is_read_at_its_end),
    };
    return world_run(tests);
}
