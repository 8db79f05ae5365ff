/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The history: what is of which time, what is kept for how long, and that it stays within its bounds. */
#include "test_store.h"

#include "core/history/asked.h"
#include "core/history/change.h"
#include "core/history/changes.h"
#include "core/history/metrics.h"
#include "core/history/ring.h"
#include "core/history/series.h"
#include "core/history/tick.h"

#define T0   1700000000 /* 2023-11-14T22:13:20Z */
#define HOUR 3600
#define DAY  86400
#define MIB  (1 << 20)

/* ---- rings ---- */

static void rings_come_round(void **state)
{
    (void)state;
    for (int i = 0; i < SC_RINGS; i++) {
        enum sc_history_ring r = (enum sc_history_ring)i;
        int64_t begin = sc_ring_begin(r, T0);
        assert_true(begin <= T0 && T0 - begin < sc_ring(r)->step);
        assert_int_equal(sc_ring_slot(r, T0), sc_ring_slot(r, begin));
        assert_int_equal(sc_ring_slot(r, T0), sc_ring_slot(r, T0 + sc_ring_span(r)));
        assert_int_not_equal(sc_ring_slot(r, T0), sc_ring_slot(r, T0 + sc_ring(r)->step));
        assert_true(sc_ring_slot(r, T0) < sc_ring(r)->n);
    }
    assert_int_equal(sc_ring_span(SC_RING_FINE), DAY);
    assert_int_equal(sc_ring_span(SC_RING_HOURLY), 30 * DAY);
    assert_int_equal(sc_ring_span(SC_RING_DAILY), 400 * DAY);
}

static void chosen(int64_t period, int64_t step, int ring, int64_t want)
{
    enum sc_history_ring r;
    int64_t s;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_ring_choose(period, step, &r, &s, &err), 0);
    assert_int_equal(r, ring);
    assert_int_equal(s, want);
}

static void the_ring_follows_period_and_step(void **state)
{
    (void)state;
    chosen(1, 0, SC_RING_FINE, 300);
    chosen(DAY, 0, SC_RING_FINE, 300);
    chosen(DAY + 1, 0, SC_RING_HOURLY, HOUR);
    chosen(30 * DAY, 0, SC_RING_HOURLY, HOUR);
    chosen(31 * DAY, 0, SC_RING_DAILY, DAY);
    chosen(4000 * (int64_t)DAY, 0, SC_RING_DAILY, DAY);
    chosen(DAY, 300, SC_RING_FINE, 300);
    chosen(DAY, 900, SC_RING_FINE, 900);
    chosen(HOUR, HOUR, SC_RING_HOURLY, HOUR);
    chosen(7 * DAY, 6 * HOUR, SC_RING_HOURLY, 6 * HOUR);
    chosen(DAY, 7 * DAY, SC_RING_DAILY, 7 * DAY);
    static const struct {
        int64_t period, step;
    } bad[] = {{2 * DAY, 300}, {31 * DAY, HOUR}, {DAY, 60}, {DAY, 301}, {DAY, 900 * (int64_t)DAY}};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        enum sc_history_ring r = SC_RINGS;
        int64_t s = 7;
        struct sc_error err = SC_ERROR_INIT;
        assert_int_equal(sc_ring_choose(bad[i].period, bad[i].step, &r, &s, &err), SC_E_INVAL);
        assert_error_has(&err, SC_E_INVAL, "give multiples of 5m for a day");
        assert_true(r == SC_RINGS && s == 7);
    }
}

static void periods_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t s;
    } good[] = {{"1d", DAY}, {"90m", 5400}, {"7s", 7}, {"24h", DAY}, {"today", SC_HISTORY_TODAY}};
    static const char *const bad[] = {"",    "d",   "0d",          "01d",   "1",  "1w",
                                      "1d ", "-1d", "1234567890s", "TODAY", "1dd"};
    int64_t s = 0;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(sc_history_period_parse(good[i].text, &s, NULL), 0);
        assert_int_equal(s, good[i].s);
    }
    s = 5;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(sc_history_period_parse(bad[i], &s, NULL), SC_E_INVAL);
    assert_int_equal(sc_history_step_parse("today", &s, NULL), SC_E_INVAL);
    assert_int_equal(s, 5);
    const struct sc_history_asked today = {.period = SC_HISTORY_TODAY}, none = {.period = 0};
    int64_t since = sc_history_period(&today, T0);
    assert_true(since >= 1 && since <= 25 * HOUR);
    assert_int_equal(sc_history_period(&none, T0), 1);
}

/* ---- changes ---- */

static struct sc_history_now seen(int64_t since, int64_t cpu_s, int64_t mib, int64_t processes)
{
    return (struct sc_history_now){
        .counters = {.since = since, .cpu = cpu_s * 1000000, .pmem_peak = mib * MIB},
        .pmem = mib * MIB,
        .nproc = processes};
}

static void used_is_what_grew(void **state)
{
    (void)state;
    struct sc_history_now a = seen(T0 - HOUR, 100, 10, 3), b = seen(T0 - HOUR, 130, 20, 2);
    struct sc_history_usage u;
    b.counters.io = 4096;
    b.counters.faults[SC_FAULT_PMEM] = 2;
    assert_true(sc_history_change(&a.counters, &b, T0, T0 + 60, &u));
    assert_int_equal(u.cpu, 30000000);
    assert_int_equal(u.cpu_max, 5000); /* half of a core */
    assert_int_equal(u.pmem_max, 20 * 256);
    assert_int_equal(u.pmem, 60 * 20 * 256);
    assert_int_equal(u.nproc_max, 2);
    assert_int_equal(u.io, 4096);
    assert_int_equal(u.faults[SC_FAULT_PMEM], 2);
    /* a peak between two looks */
    b.counters.pmem_peak = 90 * MIB;
    assert_true(sc_history_change(&a.counters, &b, T0, T0 + 60, &u));
    assert_int_equal(u.pmem_max, 90 * 256);
}

static void an_idle_site_is_nothing(void **state)
{
    (void)state;
    struct sc_history_now a = seen(T0 - HOUR, 100, 10, 0);
    struct sc_history_usage u = {.t = 77};
    assert_false(sc_history_change(&a.counters, &a, T0, T0 + 60, &u));
    assert_int_equal(u.t, 77);
    a.nproc = 1; /* one that waits holds its memory */
    assert_true(sc_history_change(&a.counters, &a, T0, T0 + 60, &u));
    assert_int_equal(u.cpu, 0);
}

static void counters_begin_again(void **state)
{
    (void)state;
    struct sc_history_now a = seen(T0 - HOUR, 100, 50, 1), b = seen(T0 + 30, 7, 10, 1);
    struct sc_history_usage u;
    assert_true(sc_history_change(&a.counters, &b, T0, T0 + 60, &u)); /* a new group */
    assert_int_equal(u.cpu, 7000000);
    assert_int_equal(u.pmem_max, 10 * 256);
    b = seen(T0 - HOUR, 3, 10, 1); /* the same one, whatever the kernel did */
    assert_true(sc_history_change(&a.counters, &b, T0, T0 + 60, &u));
    assert_int_equal(u.cpu, 3000000);
    b = seen(0, 0, 0, 0); /* no group any more */
    assert_false(sc_history_change(&a.counters, &b, T0, T0 + 60, &u));
}

static void what_nobody_saw_is_not_made_up(void **state)
{
    (void)state;
    struct sc_history_now a = seen(T0 - DAY, 100, 10, 1), b = seen(T0 - DAY, 90000, 10, 1);
    struct sc_history_usage u;
    /* nobody looked for a day; the first look; a site that was not looked at before */
    assert_true(sc_history_change(&a.counters, &b, T0, T0 + DAY, &u));
    assert_int_equal(u.cpu, 0);
    assert_true(sc_history_change(NULL, &b, 0, T0, &u));
    assert_int_equal(u.cpu, 0);
    assert_true(sc_history_change(NULL, &b, T0, T0 + 60, &u));
    assert_int_equal(u.cpu, 0);
    /* one whose group is younger than the last look: all of it is of now */
    b = seen(T0 + 20, 12, 10, 1);
    assert_true(sc_history_change(NULL, &b, T0, T0 + 60, &u));
    assert_int_equal(u.cpu, 12000000);
    /* the clock was set back: rates are those of the usual time between two looks */
    b = seen(T0 - DAY, 130, 10, 1);
    assert_true(sc_history_change(&a.counters, &b, T0, T0 - 5000, &u));
    assert_int_equal(u.cpu, 30000000);
    assert_int_equal(u.cpu_max, 5000);
}

/* ---- the file ---- */

#define SIZE (256u << 20)

static void look(struct sc_store *h, int64_t at, struct sc_seen *v, size_t n)
{
    struct sc_error err = SC_ERROR_INIT;
    const struct sc_seen_list l = {.v = v, .n = n, .whole = true};
    if (sc_history_tick(h, SIZE, at, &l, &err) < 0)
        fail_msg("%s", err.text);
}

static struct sc_seen site(unsigned id, int64_t cpu_s)
{
    struct sc_seen s = {
        .site = id, .uid = 1001, .user = "john", .domain = "a.example", .state = "isolated"};
    s.now = seen(T0 - DAY, cpu_s, 10, 1);
    return s;
}

static void points(struct sc_store *h, unsigned id, int64_t period, int64_t now,
                   struct sc_history_series *ret)
{
    SC_CLEANUP(sc_history_usages_done) struct sc_history_usages rows = {0};
    enum sc_history_ring ring;
    int64_t step;
    *ret = (struct sc_history_series){0};
    assert_int_equal(sc_ring_choose(period, 0, &ring, &step, NULL), 0);
    assert_int_equal(sc_history_usage_get(h, id, ring, now - period, now, &rows, NULL), 0);
    assert_int_equal(sc_history_series_make(&rows, step, now, ret, NULL), 0);
}

static int64_t count(struct sc_store *h, const char *sql)
{
    int64_t n = -1;
    assert_int_equal(sc_db_int(h, sql, &n, NULL), 0);
    return n;
}

static void averages_and_peaks(void **state)
{
    STORE *h = NULL;
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_history_series_done) struct sc_history_series s = {0};
    int64_t t = sc_ring_begin(SC_RING_FINE, T0);
    assert_int_equal(sc_history_open(*state, &h, NULL, &err), 0);
    struct sc_seen a = site(60001, 100);
    look(h, t, &a, 1);
    a.now.counters.cpu += 60 * 1000000; /* a whole core for a minute, then nothing for four */
    look(h, t + 60, &a, 1);
    for (int i = 2; i < 5; i++)
        look(h, t + 60 * i, &a, 1);
    points(h, 60001, DAY, t + 300, &s);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.v[0].t, t);
    assert_int_equal(s.v[0].cpu, 2000); /* 20 % of a core */
    assert_int_equal(s.v[0].cpu_max, 10000);
    assert_int_equal(s.v[0].pmem_max, 10 * 256);
    assert_true(s.v[0].pmem <= 10 * 256 && s.v[0].pmem > 9 * 256);
    assert_int_equal(count(h, "SELECT count(*) FROM usage"), 3);
}

static void idle_sites_write_nothing(void **state)
{
    STORE *h = NULL;
    assert_int_equal(sc_history_open(*state, &h, NULL, NULL), 0);
    struct sc_seen a = site(60001, 100);
    a.now.nproc = 0;
    for (int i = 0; i < 10; i++)
        look(h, T0 + 60 * i, &a, 1);
    assert_int_equal(count(h, "SELECT count(*) FROM usage"), 0);
    assert_int_equal(count(h, "SELECT count(*) FROM site"), 1);
    int64_t before = count(h, "SELECT total_changes()");
    look(h, T0 + 660, &a, 1);
    assert_int_equal(count(h, "SELECT total_changes()") - before, 1); /* when the look was */
}

/* 366 days, a look an hour: enough for each slot of the two coarse rings, and for rounds of the fine one. */
static void a_year_stays_within_its_bounds(void **state)
{
    STORE *h = NULL;
    SC_CLEANUP(sc_history_series_done) struct sc_history_series s = {0};
    int64_t size = 0, rows = 0;
    assert_int_equal(sc_history_open(*state, &h, NULL, NULL), 0);
    struct sc_seen v[2] = {site(60001, 0), site(60002, 0)};
    for (int64_t i = 0; i < 366 * 24; i++) {
        for (int k = 0; k < 2; k++) {
            v[k].now.counters.cpu += 36 * 1000000;
            v[k].now.counters.since = T0 + (i - 1) * HOUR + 1; /* counted since the last look */
        }
        v[1].now.counters.told[SC_TOLD_RUN]++;
        snprintf(v[1].told[SC_TOLD_RUN], sizeof(v[1].told[0]), "number %d", (int)i);
        look(h, T0 + i * HOUR, v, 2);
        if (i == 60 * 24) {
            rows = count(h, "SELECT count(*) FROM usage WHERE ring < 2");
            size =
                count(h, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
        }
    }
    int64_t end = T0 + 365 * (int64_t)DAY + 23 * HOUR;
    assert_int_equal(count(h, "SELECT count(*) FROM usage WHERE ring < 2"), rows);
    assert_true(count(h, "SELECT count(*) FROM usage") <= 2 * (288 + 720 + 400));
    assert_int_equal(count(h, "SELECT count(*) FROM event WHERE site = 60002"), SC_HISTORY_EVENTS);
    int64_t now =
        count(h, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
    assert_true(now < size + 2 * 400 * SC_HISTORY_ROW_BYTES);
    assert_true(now <= 2 * (int64_t)sc_rings_bytes(SC_RINGS_ALL) + 65536);
    points(h, 60001, 30 * DAY, end, &s);
    assert_in_range(s.n, 718, 721);
    sc_history_series_done(&s);
    points(h, 60001, 400 * DAY, end, &s);
    assert_int_equal(s.n, 367); /* it began in the evening */
    assert_int_equal(s.v[0].t, sc_ring_begin(SC_RING_DAILY, T0));
}

static void clocks_jump(void **state)
{
    STORE *h = NULL;
    SC_CLEANUP(sc_history_series_done) struct sc_history_series s = {0};
    assert_int_equal(sc_history_open(*state, &h, NULL, NULL), 0);
    struct sc_seen a = site(60001, 100);
    int64_t t = sc_ring_begin(SC_RING_FINE, T0);
    look(h, t, &a, 1);
    a.now.counters.cpu += 1000000;
    look(h, t + 60, &a, 1);
    a.now.counters.cpu += 1000000;
    look(h, t + 7260 + 5000 * (int64_t)DAY, &a, 1); /* forward by years, and back */
    a.now.counters.cpu += 1000000;
    look(h, t + 120, &a, 1);
    points(h, 60001, DAY, t + 120, &s);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.v[0].cpu, 2 * 1000000 / 100 / 120);
    assert_int_equal(s.v[0].t, t);
}

static void sites_that_end_are_forgotten(void **state)
{
    STORE *h = NULL;
    assert_int_equal(sc_history_open(*state, &h, NULL, NULL), 0);
    struct sc_seen v[2] = {site(60001, 1), site(60002, 1)};
    look(h, T0, v, 2);
    look(h, T0 + 60, v, 2);
    look(h, T0 + 120, v, 1);
    look(h, T0 + 180, v, 1);
    assert_int_equal(count(h, "SELECT count(*) FROM event WHERE site = 60002"), 2);
    SC_CLEANUP(sc_history_events_done) struct sc_history_events l = {0};
    assert_int_equal(sc_history_events_get(h, 60002, T0, T0 + 999, &l, NULL), 0);
    assert_string_equal(l.v[0].kind, "not isolated");
    assert_string_equal(l.v[1].kind, "isolated");
    assert_true(count(h, "SELECT count(*) FROM usage WHERE site = 60002") > 0);
    /* isolated again: it goes on */
    look(h, T0 + 240, v, 2);
    look(h, T0 + 300, v, 1);
    for (int day = 0; day <= 31; day++)
        look(h, T0 + 400 + day * (int64_t)DAY, v, 1);
    assert_int_equal(count(h, "SELECT count(*) FROM usage WHERE site = 60002"), 0);
    assert_int_equal(count(h, "SELECT count(*) FROM event WHERE site = 60002"), 0);
    assert_int_equal(count(h, "SELECT count(*) FROM site"), 1);
}

static void what_happens_is_told(void **state)
{
    STORE *h = NULL;
    SC_CLEANUP(sc_history_events_done) struct sc_history_events l = {0};
    int64_t totals[SC_TOLDS];
    assert_int_equal(sc_history_open(*state, &h, NULL, NULL), 0);
    struct sc_seen a = site(60001, 1);
    a.now.counters.told[SC_TOLD_KILLED] = 9; /* of before anybody looked */
    look(h, T0, &a, 1);
    a.now.counters.faults[SC_FAULT_PMEM] = 2;
    a.now.counters.told[SC_TOLD_ENTER] = 3;
    a.now.counters.failing = T0 + 50;
    snprintf(a.failing, sizeof(a.failing), "no storage");
    snprintf(a.told[SC_TOLD_ENTER], sizeof(a.told[0]), "no storage");
    look(h, T0 + 60, &a, 1);
    a.now.counters.told[SC_TOLD_ENTER] = 5;
    look(h, T0 + 120, &a, 1);
    a.now.counters.failing = 0;
    a.now.counters.told[SC_TOLD_ENTER] = 1; /* its place was given to another one */
    look(h, T0 + 180, &a, 1);
    assert_int_equal(sc_history_totals_get(h, totals, NULL), 0);
    assert_int_equal(totals[SC_TOLD_ENTER], 5);
    assert_int_equal(totals[SC_TOLD_KILLED], 0);
    assert_int_equal(sc_history_events_get(h, 60001, T0, T0 + 999, &l, NULL), 0);
    static const struct {
        const char *kind, *detail;
        int64_t n;
    } want[] = {{"runs again", "", 1},
                {"enter", "no storage", 5},
                {"failing", "no storage", 1},
                {"fault", "pmem", 2},
                {"isolated", "a.example", 1}};
    assert_int_equal(l.n, sizeof(want) / sizeof(want[0]));
    for (size_t i = 0; i < l.n; i++) {
        assert_string_equal(l.v[i].kind, want[i].kind);
        assert_string_equal(l.v[i].detail, want[i].detail);
        assert_int_equal(l.v[i].n, want[i].n);
    }
}

static void room_is_given_out_once(void **state)
{
    STORE *h = NULL;
    enum {
        SITES = 100
    };
    (void)state;
    uint64_t full = sc_rings_bytes(SC_RINGS_ALL), size = 40 * full, taken = 0;
    unsigned of[SC_RINGS_ALL + 1] = {0};
    for (int i = 0; i < 1000; i++) {
        unsigned rings = sc_rings_of_new(size, taken);
        taken += sc_rings_bytes(rings);
        of[rings]++;
    }
    assert_true(taken <= size);
    assert_int_equal(of[SC_RINGS_ALL], 30);
    assert_true(of[6] > 0 && of[4] > 0 && of[0] > 0); /* hourly and daily, daily, none */
    assert_int_equal(sc_rings_of_new(0, 0), 0);
    /* and by a look */
    assert_int_equal(sc_history_open(*state, &h, NULL, NULL), 0);
    static struct sc_seen v[SITES];
    for (unsigned i = 0; i < SITES; i++)
        v[i] = site(60001 + i, 5);
    const struct sc_seen_list l = {.v = v, .n = SITES, .whole = true};
    assert_int_equal(sc_history_tick(h, size, T0, &l, NULL), 0);
    assert_int_equal(sc_history_tick(h, size, T0 + 60, &l, NULL), 0);
    assert_int_equal(count(h, "SELECT count(*) FROM site WHERE rings = 7"), 30);
    assert_int_equal(count(h, "SELECT count(*) FROM site WHERE rings = 6"), of[6]);
    assert_int_equal(count(h, "SELECT count(DISTINCT site) FROM usage WHERE ring = 0"), 30);
    assert_int_equal(count(h, "SELECT count(*) FROM site"),
                     1000 - of[0] < SITES ? 1000 - of[0] : SITES);
}

static void a_damaged_file_is_begun_again(void **state)
{
    SC_FREE char *why = NULL;
    for (int i = 0; i < 2; i++) {
        STORE *h = NULL;
        struct sc_error err = SC_ERROR_INIT;
        FILE *f = fopen(*state, "we");
        assert_non_null(f);
        for (int k = 0; k < 4096; k++)
            fputc(i ? 'x' : 0x5a, f);
        assert_int_equal(fclose(f), 0);
        assert_int_equal(chmod(*state, 0600), 0);
        assert_int_equal(sc_history_open_to_read(*state, &h, &err), SC_E_INVAL);
        free(sc_steal_ptr(&why));
        if (sc_history_open(*state, &h, &why, &err) < 0)
            fail_msg("%s", err.text);
        assert_non_null(why);
        struct sc_seen a = site(60001, 1);
        look(h, T0, &a, 1);
    }
    STORE *h = NULL;
    free(sc_steal_ptr(&why));
    assert_int_equal(sc_history_open(*state, &h, &why, NULL), 0);
    assert_null(why);
    assert_int_equal(count(h, "SELECT count(*) FROM site"), 1);
}

static void none_is_made_by_reading(void **state)
{
    STORE *h = NULL;
    assert_int_equal(sc_history_open_to_read(*state, &h, NULL), SC_E_NOTFOUND);
    assert_int_equal(access(*state, F_OK), -1);
}

/* ---- metrics ---- */

static void metrics_of_hostile_names(void **state)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    (void)state;
    struct sc_seen v[2] = {site(60001, 12), site(60002, 0)};
    snprintf(v[1].domain, sizeof(v[1].domain), "%s", "b\"} 1\nsitecage_x{a=\"\\\303\244");
    v[1].state = "failing";
    v[0].now.counters.cpu += 34;
    const struct sc_seen_list l = {.v = v, .n = 2, .whole = true};
    const struct sc_metrics_about about = {
        .began = T0, .seconds = 0.25, .history = true, .told = {1, 2, 3, 4, 5}};
    sc_metrics_format(&l, &about, &out);
    assert_non_null(strstr(out.data, "\nsitecage_site_cpu_seconds_total{user=\"john\",domain=\"a."
                                     "example\",site=\"60001\"} 12.000034\n"));
    assert_non_null(
        strstr(out.data, "domain=\"b\\\"} 1?sitecage_x{a=\\\"\\\\??\",site=\"60002\"} 0.000000\n"));
    assert_null(strstr(out.data, "\nsitecage_x"));
    assert_non_null(strstr(out.data, "sitecage_sites{state=\"failing\"} 1\n"));
    assert_non_null(strstr(out.data, "\nsitecage_failures_total{cause=\"limit\"} 3\n"));
    assert_non_null(strstr(out.data, "\nsitecage_refused_total 5\n"));
    assert_non_null(strstr(out.data, "# TYPE sitecage_site_memory_bytes gauge\n"));
    assert_int_equal(out.data[out.len - 1], '\n');
}

/* ---- who changed a site ---- */

static void log_says_who_changed_it(void **state)
{
    (void)state;
    static const char log[] =
        "2023-11-14T22:13:20Z isolatectl-root[7] by=user user=john enable=a.example,b.example: "
        "done\n"
        "2023-11-14T22:13:21Z cagefsctl[8] by=root user=john disable=aa.example: done\n"
        "2023-11-14T22:13:22Z cagefsctl[8] by=root user=john limits=a.example: a: b\n"
        "2023-11-14T22:13:23Z cagefsctl[8] by=root user=jo remount: done\n"
        "2023-11-14T22:13:24Z cagefsctl[8] by=root user=john remount: done\n"
        "2023-11-14T22:13:25Z cagefsctl[8] user=john: by=root user=john disable=a.example: done\n"
        "2023-11-14T22:13:26Z cagefsctl[8] by=root user=mary enable=x.example disable=a.example: "
        "done\n"
        "nonsense by=\n by=\n\n"
        "2023-11-14T22:13:27Z cagefsctl[8] by=root user=john disable=b.example,a.example: done\n"
        "2023-11-14T22:13:28Z cagefsctl[8] by=root user=john disable=a.example: do";
    SC_BUF struct sc_buf lines = SC_BUF_INIT;
    SC_CLEANUP(sc_changes_done) struct sc_changes l = {0};
    sc_changes_lines(log, sizeof(log) - 1, &lines);
    assert_int_equal(sc_changes_of(&lines, "john", "a.example", T0, &l, NULL), 0);
    static const struct {
        int64_t t;
        const char *by, *what, *came;
    } want[] = {{T0 + 7, "root", "disable", "done"},
                {T0 + 4, "root", "remount", "done"},
                {T0 + 2, "root", "limits", "a: b"},
                {T0, "user", "enable", "done"}};
    assert_int_equal(l.n, sizeof(want) / sizeof(want[0]));
    for (size_t i = 0; i < l.n; i++) {
        assert_int_equal(l.v[i].t, want[i].t);
        assert_string_equal(l.v[i].by, want[i].by);
        assert_string_equal(l.v[i].what, want[i].what);
        assert_string_equal(l.v[i].came, want[i].came);
    }
    sc_changes_done(&l);
    assert_int_equal(sc_changes_of(&lines, "john", "a.example", T0 + 5, &l, NULL), 0);
    assert_int_equal(l.n, 1);
    SC_BUF struct sc_buf empty = SC_BUF_INIT;
    sc_changes_done(&l);
    assert_int_equal(sc_changes_of(&empty, "john", "a.example", 0, &l, NULL), 0);
    assert_int_equal(l.n, 0);
}

int main(void)
{
#define WITH_FILE(f) cmocka_unit_test_setup_teardown(f, store_setup, store_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rings_come_round),
        cmocka_unit_test(the_ring_follows_period_and_step),
        cmocka_unit_test(periods_as_people_write_them),
        cmocka_unit_test(used_is_what_grew),
        cmocka_unit_test(an_idle_site_is_nothing),
        cmocka_unit_test(counters_begin_again),
        cmocka_unit_test(what_nobody_saw_is_not_made_up),
        WITH_FILE(averages_and_peaks),
        WITH_FILE(idle_sites_write_nothing),
        WITH_FILE(a_year_stays_within_its_bounds),
        WITH_FILE(clocks_jump),
        WITH_FILE(sites_that_end_are_forgotten),
        WITH_FILE(what_happens_is_told),
        WITH_FILE(room_is_given_out_once),
        WITH_FILE(a_damaged_file_is_begun_again),
        WITH_FILE(none_is_made_by_reading),
        cmocka_unit_test(metrics_of_hostile_names),
        cmocka_unit_test(log_says_who_changed_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
