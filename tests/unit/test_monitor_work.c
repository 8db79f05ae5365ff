/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which account the daemon looks at when, by a clock of our own. */
#include "tests/unit/fixture.h"

#include <stdbool.h>
#include <stdlib.h>
#include "core/base/cleanup.h"
#include "hooks/monitor/work.h"

#define WORK SC_CLEANUP(sc_work_free) struct sc_work

static void note(struct sc_work *w, const char *user, enum sc_work_why why, int64_t now)
{
    assert_int_equal(sc_work_note(w, user, why, now, NULL), 0);
}

static void end(struct sc_work *w, const char *user, unsigned why, bool changed, int64_t now)
{
    assert_int_equal(sc_work_end(w, user, why, changed, NULL, now, NULL, NULL), 0);
}

static void takes(struct sc_work *w, int64_t now, const char *user, unsigned want)
{
    unsigned why = 0;
    const char *got = sc_work_take(w, now, &why);
    assert_non_null(got);
    assert_string_equal(got, user);
    assert_int_equal(why, want);
}

static void takes_none(struct sc_work *w, int64_t now)
{
    unsigned why = 77;
    assert_null(sc_work_take(w, now, &why));
    assert_int_equal(why, 77);
}

static void a_home_settles_first(void **state)
{
    (void)state;
    WORK w = {0};
    assert_true(sc_work_next(&w) == SC_WORK_NEVER);
    takes_none(&w, 1000);
    note(&w, "john", SC_WORK_HOME, 1000);
    assert_int_equal(sc_work_next(&w), 1000 + SC_WORK_SETTLE_MS);
    takes_none(&w, 1000 + SC_WORK_SETTLE_MS - 1);
    takes(&w, 1000 + SC_WORK_SETTLE_MS, "john", SC_WORK_HOME);
    assert_true(sc_work_next(&w) == SC_WORK_NEVER);
}

static void notes_become_one_look_at_the_earliest_time(void **state)
{
    (void)state;
    WORK w = {0};
    for (int64_t t = 1000; t < 1290; t += 10)
        note(&w, "john", SC_WORK_HOME, t);
    assert_int_equal(sc_work_next(&w), 1000 + SC_WORK_SETTLE_MS); /* not put off for ever */
    note(&w, "john", SC_WORK_FOUND, 1290);
    assert_int_equal(sc_work_next(&w), 1290);
    takes(&w, 1300, "john", SC_WORK_HOME | SC_WORK_FOUND);
    takes_none(&w, 100000);
}

static void what_comes_during_the_look_needs_another(void **state)
{
    (void)state;
    WORK w = {0};
    note(&w, "john", SC_WORK_FOUND, 0);
    takes(&w, 0, "john", SC_WORK_FOUND);
    note(&w, "john", SC_WORK_FOUND, 5);
    end(&w, "john", SC_WORK_FOUND, true, 10);
    takes(&w, 10, "john", SC_WORK_FOUND);
}

static void a_look_for_events_answers_the_home_too(void **state)
{
    (void)state;
    WORK w = {0};
    note(&w, "john", SC_WORK_HOME, 0);
    assert_int_equal(sc_work_begin(&w, "john"), SC_WORK_HOME);
    assert_int_equal(sc_work_begin(&w, "nobody"), 0);
    takes_none(&w, 100000);
}

static void events(struct sc_work *w, int64_t newest, int64_t now)
{
    assert_int_equal(sc_work_note_events(w, "john", newest, now, NULL), 0);
}

static void what_a_look_brings_about_is_not_new(void **state)
{
    (void)state;
    WORK w = {0};
    note(&w, "john", SC_WORK_FOUND, 0);
    takes(&w, 0, "john", SC_WORK_FOUND);
    note(&w, "john", SC_WORK_WATCH, 5);
    assert_true(sc_work_waits(&w, "john") == SC_WORK_NEVER);
    note(&w, "john", SC_WORK_SITE, 5);
    assert_int_equal(sc_work_waits(&w, "john"), 5); /* the earliest of its times */
}

static void only_new_events_need_another_look(void **state)
{
    (void)state;
    WORK w = {0};
    events(&w, 3, 0);
    takes(&w, 0, "john", SC_WORK_QUEUE);
    events(&w, 3, 10); /* they are in the database until the look has ended */
    assert_true(sc_work_waits(&w, "john") == SC_WORK_NEVER);
    events(&w, 4, 20);
    assert_int_equal(sc_work_waits(&w, "john"), 20);
    end(&w, "john", SC_WORK_QUEUE, true, 30);
    takes(&w, 30, "john", SC_WORK_QUEUE);
    end(&w, "john", SC_WORK_QUEUE, true, 40);
    events(&w, 4, 50); /* the panel does not show it yet */
    takes(&w, 50, "john", SC_WORK_QUEUE);
}

/* Fires whenever it is looked at; returns the time between the last two of `n` looks. */
static int64_t keep_firing(struct sc_work *w, int64_t *now, int n, bool changed)
{
    int64_t gap = 0;
    for (int i = 0; i < n; i++) {
        note(w, "noisy", SC_WORK_HOME, *now);
        int64_t due = sc_work_next(w);
        gap = due - *now;
        *now = due;
        takes(w, due, "noisy", SC_WORK_HOME);
        end(w, "noisy", SC_WORK_HOME, changed, due);
    }
    return gap;
}

static void a_noisy_home_waits_longer_and_longer(void **state)
{
    (void)state;
    WORK w = {0};
    int64_t now = 1000;
    assert_int_equal(keep_firing(&w, &now, SC_WORK_FREE, false), SC_WORK_SETTLE_MS);
    assert_int_equal(keep_firing(&w, &now, 1, false), SC_WORK_PAUSE_MS);
    assert_int_equal(keep_firing(&w, &now, 1, false), 2 * SC_WORK_PAUSE_MS);
    assert_int_equal(keep_firing(&w, &now, 1, false), 4 * SC_WORK_PAUSE_MS);
    assert_int_equal(keep_firing(&w, &now, 20, false), SC_WORK_PAUSE_MAX_MS);
    /* the queue and the full pass do not wait for that */
    note(&w, "noisy", SC_WORK_FOUND, now);
    takes(&w, now, "noisy", SC_WORK_FOUND);
    end(&w, "noisy", SC_WORK_FOUND, false, now);
    /* when it has been quiet, it is as at first */
    now += SC_WORK_PAUSE_MAX_MS + 30 * SC_WORK_CALM_MS;
    assert_int_equal(keep_firing(&w, &now, 1, false), SC_WORK_SETTLE_MS);
}

static void quiet_takes_back_looks(void **state)
{
    (void)state;
    WORK w = {0};
    int64_t now = 1000;
    assert_int_equal(keep_firing(&w, &now, SC_WORK_FREE + 3, false), 4 * SC_WORK_PAUSE_MS);
    now += 8 * SC_WORK_PAUSE_MS + 3 * SC_WORK_CALM_MS - 1; /* two looks, and almost a third */
    note(&w, "noisy", SC_WORK_HOME, now);
    takes(&w, now + SC_WORK_SETTLE_MS, "noisy", SC_WORK_HOME);
    end(&w, "noisy", SC_WORK_HOME, false, now + SC_WORK_SETTLE_MS);
    assert_int_equal(keep_firing(&w, &now, 1, false), SC_WORK_SETTLE_MS + 4 * SC_WORK_PAUSE_MS);
}

static void a_home_that_really_changes_waits_less(void **state)
{
    (void)state;
    WORK w = {0};
    int64_t now = 1000;
    int64_t gap = keep_firing(&w, &now, 40, true);
    assert_int_equal(gap, SC_WORK_CHANGED_MAX_MS);
}

/* An isolated site that keeps changing what it can write puts off its own looks, and not the one
 * that a sibling's new secret needs. */
static void noise_does_not_delay_the_home(enum sc_work_why noise)
{
    WORK w = {0};
    int64_t now = 1000;
    for (int i = 0; i < 30; i++) {
        note(&w, "john", noise, now);
        now = sc_work_next(&w);
        takes(&w, now, "john", noise);
        end(&w, "john", noise, false, now);
    }
    note(&w, "john", noise, now);
    assert_int_equal(sc_work_next(&w), now + SC_WORK_PAUSE_MAX_MS);
    note(&w, "john", SC_WORK_HOME, now + 10);
    assert_int_equal(sc_work_next(&w), now + 10 + SC_WORK_SETTLE_MS);
    now += 10 + SC_WORK_SETTLE_MS;
    takes(&w, now, "john", noise | SC_WORK_HOME); /* it answers both */
    end(&w, "john", noise | SC_WORK_HOME, true, now);
    takes_none(&w, now + SC_WORK_PAUSE_MAX_MS);
}

static void a_noisy_site_does_not_delay_its_home(void **state)
{
    (void)state;
    noise_does_not_delay_the_home(SC_WORK_SITE);
}

/* A shell's history, a mail program's files. */
static void nor_do_names_of_no_concern(void **state)
{
    (void)state;
    noise_does_not_delay_the_home(SC_WORK_TOP);
}

static void a_noisy_home_delays_nobody_else(void **state)
{
    (void)state;
    WORK w = {0};
    int64_t now = 1000;
    (void)keep_firing(&w, &now, 30, false);
    note(&w, "noisy", SC_WORK_HOME, now);
    note(&w, "quiet", SC_WORK_HOME, now);
    assert_int_equal(sc_work_next(&w), now + SC_WORK_SETTLE_MS);
    takes(&w, now + SC_WORK_SETTLE_MS, "quiet", SC_WORK_HOME);
    takes_none(&w, now + SC_WORK_SETTLE_MS);
}

static void turns_go_round(void **state)
{
    (void)state;
    WORK w = {0};
    static const char *const users[] = {"a", "b", "c"};
    for (int round = 0; round < 4; round++)
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 3; k++)
                note(&w, users[k], SC_WORK_FOUND, 100 * round);
            takes(&w, 100 * round, users[i], SC_WORK_FOUND);
            end(&w, users[i], SC_WORK_FOUND, true, 100 * round);
        }
}

static void homes_go_before_a_long_backlog_and_do_not_starve_it(void **state)
{
    (void)state;
    WORK w = {0};
    char user[16];
    for (int i = 0; i < 100; i++) {
        snprintf(user, sizeof(user), "b%03d", i);
        note(&w, user, SC_WORK_START, 0);
    }
    int homes = 0, backlog = 0;
    for (int i = 0; i < 40; i++) {
        unsigned why = 0;
        note(&w, "x", SC_WORK_HOME, 1000);
        note(&w, "y", SC_WORK_HOME, 1000);
        const char *got = sc_work_take(&w, 100000, &why);
        assert_non_null(got);
        if (got[0] == 'b')
            backlog++;
        else
            homes++;
        end(&w, got, why, false, 1000);
    }
    assert_int_equal(homes, 30);
    assert_int_equal(backlog, 10);
}

static void errors_are_tried_again_and_told_once(void **state)
{
    (void)state;
    WORK w = {0};
    bool news = false;
    int64_t now = 0, gap = 0;
    note(&w, "john", SC_WORK_FOUND, 0);
    takes(&w, 0, "john", SC_WORK_FOUND);
    assert_int_equal(sc_work_end(&w, "john", SC_WORK_FOUND, false, "panel down", now, &news, NULL),
                     0);
    assert_true(news);
    assert_int_equal(sc_work_next(&w), SC_WORK_RETRY_MS);
    for (int i = 0; i < 20; i++) {
        gap = sc_work_next(&w) - now;
        now = sc_work_next(&w);
        takes(&w, now, "john", SC_WORK_RETRY);
        assert_int_equal(
            sc_work_end(&w, "john", SC_WORK_RETRY, false, "panel down", now, &news, NULL), 0);
        assert_false(news);
    }
    assert_int_equal(gap, SC_WORK_RETRY_MAX_MS);
    takes(&w, sc_work_next(&w), "john", SC_WORK_RETRY);
    assert_int_equal(sc_work_end(&w, "john", SC_WORK_RETRY, false, "other", now, &news, NULL), 0);
    assert_true(news);
    takes(&w, sc_work_next(&w), "john", SC_WORK_RETRY);
    end(&w, "john", SC_WORK_RETRY, true, now);
    assert_true(sc_work_next(&w) == SC_WORK_NEVER);
}

static void quiet_accounts_are_forgotten_and_waiting_ones_kept(void **state)
{
    (void)state;
    WORK w = {0};
    note(&w, "done", SC_WORK_FOUND, 0);
    takes(&w, 0, "done", SC_WORK_FOUND);
    end(&w, "done", SC_WORK_FOUND, false, 0);
    note(&w, "waiting", SC_WORK_FOUND, 0);
    sc_work_sweep(&w, 1000);
    assert_int_equal(w.n, 2);
    sc_work_sweep(&w, 100000000);
    assert_int_equal(w.n, 1);
    takes(&w, 100000000, "waiting", SC_WORK_FOUND);
}

static void one_look_at_a_time(void **state)
{
    (void)state;
    WORK w = {0};
    note(&w, "john", SC_WORK_FOUND, 0);
    assert_true(sc_work_waits(&w, "john") == SC_WORK_NEVER); /* it has not begun */
    takes(&w, 0, "john", SC_WORK_FOUND);
    assert_true(sc_work_waits(&w, "john") == SC_WORK_NEVER);
    note(&w, "john", SC_WORK_QUEUE, 5);
    assert_int_equal(sc_work_waits(&w, "john"), 5);
    takes_none(&w, 100000);
    assert_int_equal(sc_work_begin(&w, "john"), 0);
    assert_true(sc_work_next(&w) == SC_WORK_NEVER); /* its end wakes us */
    note(&w, "jane", SC_WORK_QUEUE, 5);
    takes(&w, 100000, "jane", SC_WORK_QUEUE);
    end(&w, "john", SC_WORK_FOUND, false, 100000);
    takes(&w, 100000, "john", SC_WORK_QUEUE);
}

static void events_come_again_by_themselves(void **state)
{
    (void)state;
    WORK w = {0};
    note(&w, "john", SC_WORK_QUEUE, 0);
    takes(&w, 0, "john", SC_WORK_QUEUE);
    assert_int_equal(sc_work_end(&w, "john", SC_WORK_QUEUE, false, "panel down", 0, NULL, NULL), 0);
    assert_true(sc_work_next(&w) == SC_WORK_NEVER);
    note(&w, "john", SC_WORK_QUEUE, 10);
    takes(&w, 10, "john", SC_WORK_QUEUE);
}

/* A user's command holds the account: no look waits for it, and it is missed by little. */
static void a_locked_account_is_visited_again_soon(void **state)
{
    (void)state;
    WORK w = {0};
    int64_t now = 1000, gap = 0;
    note(&w, "john", SC_WORK_FOUND, now);
    for (int i = 0; i < 12; i++) {
        takes(&w, now, "john", i < 3 ? SC_WORK_FOUND : SC_WORK_FOUND | SC_WORK_QUEUE);
        if (i == 2)
            note(&w, "john", SC_WORK_QUEUE, now); /* does not make it sooner */
        bool told =
            sc_work_locked(&w, "john", i < 3 ? SC_WORK_FOUND : SC_WORK_FOUND | SC_WORK_QUEUE, now);
        assert_int_equal(told, i == SC_WORK_BUSY_TOLD - 1);
        gap = sc_work_next(&w) - now;
        if (i == 0)
            assert_int_equal(gap, SC_WORK_BUSY_MS);
        note(&w, "john", SC_WORK_QUEUE, now);
        note(&w, "john", SC_WORK_HOME, now);
        assert_true(sc_work_next(&w) == now + gap);
        if (i < 2) /* take back what the notes added */
            w.v[0]->why = SC_WORK_FOUND;
        else
            w.v[0]->why = SC_WORK_FOUND | SC_WORK_QUEUE;
        now += gap;
    }
    assert_int_equal(gap, SC_WORK_BUSY_MAX_MS);
    takes(&w, now, "john", SC_WORK_FOUND | SC_WORK_QUEUE);
    end(&w, "john", SC_WORK_FOUND | SC_WORK_QUEUE, true, now);
    note(&w, "john", SC_WORK_FOUND, now);
    assert_int_equal(sc_work_next(&w), now);
}

/* A site's view is being built: all else of the account was done, and comes again ever less soon. */
static void what_somebody_holds_is_come_back_to(void **state)
{
    (void)state;
    WORK w = {0};
    int64_t now = 1000, gap = 0;
    note(&w, "john", SC_WORK_QUEUE, now);
    for (int i = 0; i < 10; i++) {
        takes(&w, now, "john", SC_WORK_QUEUE);
        sc_work_part(&w, "john", SC_WORK_QUEUE, now);
        gap = sc_work_next(&w) - now;
        assert_true(i > 0 || gap == SC_WORK_BUSY_MS);
        now += gap;
    }
    assert_int_equal(gap, SC_WORK_PART_MAX_MS);
    for (int i = 0; i < SC_WORK_BUSY_TOLD; i++) { /* then it is locked: that is told all the same */
        takes(&w, now, "john", SC_WORK_QUEUE);
        bool told = sc_work_locked(&w, "john", SC_WORK_QUEUE, now);
        assert_int_equal(told, i == SC_WORK_BUSY_TOLD - 1);
        now = sc_work_next(&w);
    }
    takes(&w, now, "john", SC_WORK_QUEUE);
    end(&w, "john", SC_WORK_QUEUE, true, now);
    assert_true(sc_work_next(&w) == SC_WORK_NEVER);
    sc_work_part(&w, "nobody", SC_WORK_QUEUE, now);
}

static void a_late_look_is_made_again_with_more_time_and_less_often(void **state)
{
    (void)state;
    WORK w = {0};
    int64_t now = 0, cpu = 0, gap = 0;
    bool news = false;
    note(&w, "john", SC_WORK_QUEUE, now);
    assert_int_equal(sc_work_deadline(&w, "john", &cpu), SC_WORK_DEADLINE_MS);
    assert_int_equal(cpu, SC_WORK_CPU_MS);
    unsigned why = SC_WORK_QUEUE;
    for (int i = 0; i < 10; i++) {
        takes(&w, now, "john", why);
        assert_int_equal(sc_work_late(&w, "john", why, "too long", now, &news, NULL), 0);
        assert_int_equal(news, i == 0);
        note(&w, "john", SC_WORK_QUEUE, now); /* the queue still has it */
        why = SC_WORK_QUEUE | SC_WORK_RETRY;
        gap = sc_work_next(&w) - now;
        assert_true(i > 0 || gap == SC_WORK_RETRY_MS);
        takes_none(&w, now + gap - 1);
        now += gap;
    }
    assert_int_equal(gap, SC_WORK_RETRY_MAX_MS);
    assert_int_equal(sc_work_deadline(&w, "john", &cpu), SC_WORK_DEADLINE_MAX_MS);
    assert_int_equal(cpu, SC_WORK_CPU_MAX_MS);
    assert_int_equal(sc_work_deadline(&w, "jane", &cpu), SC_WORK_DEADLINE_MS);
    takes(&w, now, "john", why);
    end(&w, "john", why, true, now);
    assert_int_equal(sc_work_deadline(&w, "john", &cpu), SC_WORK_DEADLINE_MS);
    assert_true(sc_work_next(&w) == SC_WORK_NEVER);
}

/* ---- how many at once ---- */

#define LOOKS 64

static struct sc_lane_look looks[LOOKS];

static void looks_began(int64_t when, enum sc_lane lane)
{
    for (size_t i = 0; i < LOOKS; i++)
        looks[i] = (struct sc_lane_look){when - (int64_t)i, SC_LANE_YIELD_MS, lane};
}

/* Whether there is room among n; then the other two are not looked at. */
static bool room(size_t n, enum sc_lane lane, int64_t now, int64_t when, size_t yields)
{
    int64_t got_when = 0;
    size_t got_yields = 99;
    bool has = sc_lane_room(looks, n, lane, now, &got_when, &got_yields);
    if (!has) {
        assert_int_equal(got_when, when);
        assert_int_equal(got_yields, yields);
    }
    return has;
}

static void a_few_new_looks_at_once(void **state)
{
    const size_t some = SC_LANE_PARALLEL;
    const int64_t old =
        1000 - (int64_t)some + 1 + SC_LANE_NEW_MS; /* the first of them is not new */
    (void)state;
    looks_began(1000, SC_LANE_OF_QUICK);
    assert_true(room(0, SC_LANE_OF_QUICK, 1000, 0, 0));
    assert_true(room(some - 1, SC_LANE_OF_QUICK, 1000, 0, 0));
    assert_false(room(some, SC_LANE_OF_QUICK, 1000, old, some));
    assert_false(room(some, SC_LANE_OF_SLOW, 1000, old, some));
    assert_true(room(some, SC_LANE_OF_QUICK, old, 0, 0));
}

/* Accounts whose looks hang do not keep others from theirs, however long: twenty of them, and more. */
static void slow_accounts_wait_for_each_other_alone(void **state)
{
    const int64_t now = 100000;
    (void)state;
    looks_began(now - SC_LANE_QUICK_MS, SC_LANE_OF_SLOW);
    assert_true(room(SC_LANE_SLOW, SC_LANE_OF_QUICK, now, 0, 0));
    assert_true(room(20, SC_LANE_OF_QUICK, now, 0, 0));
    assert_true(room(SC_LANE_ALL - 1, SC_LANE_OF_QUICK, now, 0, 0));
    assert_true(room(SC_LANE_SLOW - 1, SC_LANE_OF_SLOW, now, 0, 0));
    int64_t yields = looks[SC_LANE_SLOW - 1].began + SC_LANE_YIELD_MS;
    assert_false(room(SC_LANE_SLOW, SC_LANE_OF_SLOW, now, yields, SC_LANE_SLOW));
    assert_false(room(SC_LANE_SLOW, SC_LANE_OF_SLOW, yields, yields, SC_LANE_SLOW - 1));
    looks[0].yields = SC_LANE_YIELD_MS / 2; /* who was ended less often makes room first */
    yields = looks[0].began + SC_LANE_YIELD_MS / 2;
    assert_false(room(SC_LANE_SLOW, SC_LANE_OF_SLOW, yields, yields, 0));
}

/* A look that nobody expected to be slow is one after a moment. */
static void who_takes_long_is_slow(void **state)
{
    const int64_t now = 100000;
    (void)state;
    looks_began(now - SC_LANE_NEW_MS, SC_LANE_OF_QUICK);
    assert_true(room(SC_LANE_SLOW, SC_LANE_OF_SLOW, now, 0, 0));
    looks_began(now - SC_LANE_QUICK_MS, SC_LANE_OF_QUICK);
    assert_false(room(SC_LANE_SLOW, SC_LANE_OF_SLOW, now,
                      looks[SC_LANE_SLOW - 1].began + SC_LANE_YIELD_MS, SC_LANE_SLOW));
    int64_t yields = looks[SC_LANE_ALL - 1].began + SC_LANE_LONG_MS;
    assert_false(room(SC_LANE_ALL, SC_LANE_OF_QUICK, now, yields, SC_LANE_ALL));
    assert_false(room(SC_LANE_ALL, SC_LANE_OF_QUICK, yields, yields, SC_LANE_ALL - 1));
}

static void an_account_changes_lanes_with_its_looks(void **state)
{
    (void)state;
    WORK w = {0};
    int64_t yields, now = 1000;
    unsigned why = 0;
    assert_int_equal(sc_work_lane(&w, "john", &yields), SC_LANE_OF_QUICK);
    note(&w, "john", SC_WORK_QUEUE, now);
    note(&w, "jane", SC_WORK_QUEUE, now);
    assert_null(sc_work_take_in(&w, SC_LANE_OF_SLOW, now, &why));
    assert_string_equal(sc_work_take_in(&w, SC_LANE_OF_QUICK, now, &why), "jane");
    assert_string_equal(sc_work_take_in(&w, SC_LANE_OF_QUICK, now, &why), "john");
    now += SC_LANE_LONG_MS - 1;
    end(&w, "jane", why, true, now);
    assert_int_equal(sc_work_lane(&w, "jane", &yields), SC_LANE_OF_QUICK);
    end(&w, "john", why, true, ++now);
    assert_int_equal(sc_work_lane(&w, "john", &yields), SC_LANE_OF_SLOW);
    assert_int_equal(yields, SC_LANE_YIELD_MS);
    note(&w, "john", SC_WORK_QUEUE, now);
    assert_true(sc_work_next_in(&w, SC_LANE_OF_QUICK) == SC_WORK_NEVER);
    assert_int_equal(sc_work_next_in(&w, SC_LANE_OF_SLOW), now);
    assert_string_equal(sc_work_take_in(&w, SC_LANE_OF_SLOW, now, &why), "john");
    assert_int_equal(sc_work_late(&w, "john", why, "too long", now, NULL, NULL), 0);
    assert_int_equal(sc_work_lane(&w, "john", &yields), SC_LANE_OF_SLOW);
    assert_int_equal(yields, 2 * SC_LANE_YIELD_MS);
    now = sc_work_next(&w);
    takes(&w, now, "john", SC_WORK_QUEUE | SC_WORK_RETRY);
    end(&w, "john", SC_WORK_QUEUE, true, now + 1);
    assert_int_equal(sc_work_lane(&w, "john", &yields), SC_LANE_OF_QUICK);
}

/* ---- the full pass ---- */

static void the_timer(void **state)
{
    (void)state;
    struct sc_survey_clock c;
    sc_survey_clock_init(&c, SC_SURVEY_INTERVAL_MS, 500);
    assert_int_equal(sc_survey_next(&c), 500);
    sc_survey_began(&c, 600);
    assert_int_equal(sc_survey_next(&c), 600 + SC_SURVEY_INTERVAL_MS);
    sc_survey_now(&c, 700);
    assert_int_equal(sc_survey_next(&c), 700);
}

static void panel_files(void **state)
{
    (void)state;
    struct sc_survey_clock c;
    sc_survey_clock_init(&c, SC_SURVEY_INTERVAL_MS, 0);
    sc_survey_began(&c, 0);
    sc_survey_panel_changed(&c, 10000);
    sc_survey_panel_changed(&c, 10400); /* not put off */
    assert_int_equal(sc_survey_next(&c), 10000 + SC_SURVEY_SETTLE_MS);
    sc_survey_began(&c, 10500);
    sc_survey_panel_changed(&c, 10600);
    assert_int_equal(sc_survey_next(&c), 10600 + SC_SURVEY_SETTLE_MS);
}

/* The longer one takes, the rarer they are. */
static void panel_files_of_a_large_server(void **state)
{
    (void)state;
    struct sc_survey_clock c;
    sc_survey_clock_init(&c, SC_SURVEY_INTERVAL_MS, 0);
    sc_survey_began(&c, 0);
    sc_survey_over(&c, 300);
    sc_survey_panel_changed(&c, 400);
    assert_int_equal(sc_survey_next(&c), 300 * SC_SURVEY_PANEL_SHARE);
    sc_survey_began(&c, 10000);
    sc_survey_over(&c, 20000);
    sc_survey_panel_changed(&c, 10100);
    assert_int_equal(sc_survey_next(&c), 10000 + SC_SURVEY_PANEL_MAX_MS);
    sc_survey_began(&c, 30000);
    sc_survey_over(&c, 30001);
    sc_survey_panel_changed(&c, 30002);
    assert_int_equal(sc_survey_next(&c), 30002 + SC_SURVEY_SETTLE_MS);
}

static void a_hook_makes_the_pass_wait(void **state)
{
    (void)state;
    struct sc_survey_clock c;
    sc_survey_clock_init(&c, SC_SURVEY_INTERVAL_MS, 0);
    sc_survey_began(&c, 0);
    sc_survey_panel_changed(&c, 100000); /* the hook after the files */
    sc_survey_told(&c, 100100);
    assert_int_equal(sc_survey_next(&c), 100100 + SC_SURVEY_LATER_MS);
    sc_survey_began(&c, 130100);
    sc_survey_told(&c, 300000); /* the hook before the files */
    sc_survey_panel_changed(&c, 300000 + SC_SURVEY_TOLD_MS - 1);
    assert_int_equal(sc_survey_next(&c), 300000 + SC_SURVEY_TOLD_MS - 1 + SC_SURVEY_LATER_MS);
    sc_survey_panel_changed(&c, 300000 + SC_SURVEY_TOLD_MS); /* a change that no hook told */
    assert_int_equal(sc_survey_next(&c), 300000 + SC_SURVEY_TOLD_MS + SC_SURVEY_SETTLE_MS);
}

static void asked_for_once_a_minute(void **state)
{
    (void)state;
    struct sc_survey_clock c;
    sc_survey_clock_init(&c, SC_SURVEY_INTERVAL_MS, 0);
    sc_survey_began(&c, 0);
    sc_survey_asked(&c, 100000);
    assert_int_equal(sc_survey_next(&c), 100000); /* at once */
    sc_survey_began(&c, 100000);
    sc_survey_asked(&c, 100001);
    sc_survey_asked(&c, 100002);
    assert_int_equal(sc_survey_next(&c), 100000 + SC_SURVEY_RESYNC_MS);
}

/* ---- events ---- */

static void events_settle(void **state)
{
    (void)state;
    assert_int_equal(sc_event_settles(1000, 0, 1000), SC_EVENT_SETTLE_MS);
    assert_int_equal(sc_event_settles(1000, 0, 1100), SC_EVENT_SETTLE_MS - 100);
    assert_int_equal(sc_event_settles(1000, 0, 1000 + SC_EVENT_SETTLE_MS), 0);
    assert_int_equal(sc_event_settles(1000, 1, 1000), 0);
    assert_int_equal(sc_event_settles(5000, 0, 1000), 0); /* the clock was set back */
}

static void events_are_given_up_late(void **state)
{
    (void)state;
    assert_int_equal(sc_event_fate(true, 0, 0, SC_EVENT_GIVE_UP_MS * 2), SC_EVENT_DONE);
    assert_int_equal(sc_event_fate(false, 0, 9, SC_EVENT_GIVE_UP_MS - 1), SC_EVENT_LATER);
    assert_int_equal(sc_event_fate(false, 0, 9, SC_EVENT_GIVE_UP_MS), SC_EVENT_GIVE_UP);
    /* the daemon was not there: old, and hardly tried */
    assert_int_equal(sc_event_fate(false, 0, 0, SC_EVENT_GIVE_UP_MS * 9), SC_EVENT_LATER);
    assert_int_equal(sc_event_fate(false, 0, SC_EVENT_TRIES_MIN - 1, SC_EVENT_GIVE_UP_MS * 9),
                     SC_EVENT_GIVE_UP);
}

/* A panel that cannot be watched is asked oftener, but not all the time. */
static void a_panel_that_is_polled(void **state)
{
    (void)state;
    struct sc_survey_clock c;
    sc_survey_clock_init(&c, SC_SURVEY_INTERVAL_MS, 0);
    sc_survey_began(&c, 0);
    sc_survey_over(&c, 100); /* nobody polls */
    assert_int_equal(sc_survey_next(&c), SC_SURVEY_INTERVAL_MS);
    sc_survey_poll(&c, 60000, 200);
    assert_int_equal(sc_survey_next(&c), 60000);
    sc_survey_began(&c, 60000);
    sc_survey_over(&c, 60100);
    assert_int_equal(sc_survey_next(&c), 120000);
    sc_survey_began(&c, 120000);
    sc_survey_over(&c, 122000); /* it took 2 s: 100 s of pause */
    assert_int_equal(sc_survey_next(&c), 220000);
    sc_survey_began(&c, 220000);
    sc_survey_over(&c, 240000); /* 20 s: the usual one */
    assert_int_equal(sc_survey_next(&c), 220000 + SC_SURVEY_INTERVAL_MS);
    sc_survey_clock_init(&c, 10000, 0); /* and never rarer than that */
    sc_survey_began(&c, 0);
    sc_survey_poll(&c, 60000, 0);
    sc_survey_over(&c, 10);
    assert_int_equal(sc_survey_next(&c), 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_home_settles_first),
        cmocka_unit_test(a_panel_that_is_polled),
        cmocka_unit_test(notes_become_one_look_at_the_earliest_time),
        cmocka_unit_test(what_comes_during_the_look_needs_another),
        cmocka_unit_test(a_look_for_events_answers_the_home_too),
        cmocka_unit_test(only_new_events_need_another_look),
        cmocka_unit_test(what_a_look_brings_about_is_not_new),
        cmocka_unit_test(a_noisy_home_waits_longer_and_longer),
        cmocka_unit_test(quiet_takes_back_looks),
        cmocka_unit_test(a_home_that_really_changes_waits_less),
        cmocka_unit_test(a_noisy_site_does_not_delay_its_home),
        cmocka_unit_test(nor_do_names_of_no_concern),
        cmocka_unit_test(a_noisy_home_delays_nobody_else),
        cmocka_unit_test(turns_go_round),
        cmocka_unit_test(homes_go_before_a_long_backlog_and_do_not_starve_it),
        cmocka_unit_test(errors_are_tried_again_and_told_once),
        cmocka_unit_test(quiet_accounts_are_forgotten_and_waiting_ones_kept),
        cmocka_unit_test(one_look_at_a_time),
        cmocka_unit_test(events_come_again_by_themselves),
        cmocka_unit_test(a_locked_account_is_visited_again_soon),
        cmocka_unit_test(what_somebody_holds_is_come_back_to),
        cmocka_unit_test(a_late_look_is_made_again_with_more_time_and_less_often),
        cmocka_unit_test(a_few_new_looks_at_once),
        cmocka_unit_test(slow_accounts_wait_for_each_other_alone),
        cmocka_unit_test(who_takes_long_is_slow),
        cmocka_unit_test(an_account_changes_lanes_with_its_looks),
        cmocka_unit_test(the_timer),
        cmocka_unit_test(panel_files),
        cmocka_unit_test(panel_files_of_a_large_server),
        cmocka_unit_test(a_hook_makes_the_pass_wait),
        cmocka_unit_test(asked_for_once_a_minute),
        cmocka_unit_test(events_settle),
        cmocka_unit_test(events_are_given_up_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
