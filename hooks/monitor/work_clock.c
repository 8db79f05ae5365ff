/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the full pass is due, and what becomes of an event. Pure. */
#include "hooks/monitor/work.h"

/* ---- the full pass ---- */

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void sc_survey_clock_init(struct sc_survey_clock *c, int64_t interval, int64_t now)
{
    *c = (struct sc_survey_clock){.interval = interval,
                                  .timer = now,
                                  .fast = SC_WORK_NEVER,
                                  .slow = SC_WORK_NEVER,
                                  .began = -1,
                                  .told = -1};
}

static int64_t not_before(const struct sc_survey_clock *c, int64_t gap, int64_t due)
{
    return c->began < 0 ? due : later(due, c->began + gap);
}

static void wait_with_it(struct sc_survey_clock *c, int64_t now)
{
    c->slow = earlier(c->slow, not_before(c, SC_SURVEY_RESYNC_MS, now + SC_SURVEY_LATER_MS));
}

static int64_t panel_gap(const struct sc_survey_clock *c)
{
    return later(SC_SURVEY_PANEL_MIN_MS,
                 earlier(c->took * SC_SURVEY_PANEL_SHARE, SC_SURVEY_PANEL_MAX_MS));
}

void sc_survey_panel_changed(struct sc_survey_clock *c, int64_t now)
{
    if (c->told >= 0 && now - c->told < SC_SURVEY_TOLD_MS)
        wait_with_it(c, now);
    else
        c->fast = earlier(c->fast, not_before(c, panel_gap(c), now + SC_SURVEY_SETTLE_MS));
}

void sc_survey_told(struct sc_survey_clock *c, int64_t now)
{
    c->told = now;
    if (c->fast == SC_WORK_NEVER)
        return;
    c->fast = SC_WORK_NEVER;
    wait_with_it(c, now);
}

void sc_survey_asked(struct sc_survey_clock *c, int64_t now)
{
    c->slow = earlier(c->slow, not_before(c, SC_SURVEY_RESYNC_MS, now));
}

void sc_survey_now(struct sc_survey_clock *c, int64_t now)
{
    c->timer = now;
}

int64_t sc_survey_next(const struct sc_survey_clock *c)
{
    return earlier(c->timer, earlier(c->fast, c->slow));
}

void sc_survey_began(struct sc_survey_clock *c, int64_t now)
{
    c->began = now;
    c->timer = now + c->interval;
    c->fast = c->slow = SC_WORK_NEVER;
}

void sc_survey_over(struct sc_survey_clock *c, int64_t now)
{
    if (c->began >= 0)
        c->took = now - c->began;
    if (!c->poll || c->began < 0)
        return;
    int64_t pause = later(c->poll, (now - c->began) * SC_SURVEY_POLL_SHARE);
    c->timer = earlier(c->timer, c->began + earlier(pause, c->interval));
}

void sc_survey_poll(struct sc_survey_clock *c, int64_t ms, int64_t now)
{
    c->poll = ms;
    if (ms && c->began >= 0)
        c->timer = earlier(c->timer, later(now, c->began + ms));
}

/* ---- events ---- */

int64_t sc_event_settles(int64_t created_wall, int attempts, int64_t now_wall)
{
    int64_t age = now_wall - created_wall;
    /* a negative age: the clock was set back */
    return attempts > 0 || age < 0 || age >= SC_EVENT_SETTLE_MS ? 0 : SC_EVENT_SETTLE_MS - age;
}

enum sc_event_fate sc_event_fate(bool agrees, int64_t created_wall, int attempts, int64_t now_wall)
{
    if (agrees)
        return SC_EVENT_DONE;
    return now_wall - created_wall >= SC_EVENT_GIVE_UP_MS && attempts + 1 >= SC_EVENT_TRIES_MIN
               ? SC_EVENT_GIVE_UP
               : SC_EVENT_LATER;
}
