/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/monitor/work.h"
#include "core/base/cleanup.h"
#include "core/base/place.h"
#include "core/base/vec.h"

#include <stdlib.h>
#include <string.h>

#define FORGET_MS 600000

/* ---- accounts ---- */

static void item_free(struct sc_work_item *it)
{
    SC_FREE_ALL(it->user, it->error, it);
}

void sc_work_free(struct sc_work *w)
{
    for (size_t i = 0; i < w->n; i++)
        item_free(w->v[i]);
    free(w->v);
    *w = (struct sc_work){0};
}

static int by_user(const void *item, const void *user)
{
    return strcmp((*(struct sc_work_item *const *)item)->user, user);
}

/* Where the user is, or belongs. */
static size_t place(const struct sc_work *w, const char *user)
{
    return sc_place(w->v, w->n, sizeof(*w->v), user, by_user);
}

static struct sc_work_item *find(const struct sc_work *w, const char *user)
{
    size_t i = place(w, user);
    return i < w->n && strcmp(w->v[i]->user, user) == 0 ? w->v[i] : NULL;
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the list of accounts");
}

static int ensure(struct sc_work *w, const char *user, struct sc_work_item **ret,
                  struct sc_error *err)
{
    if ((*ret = find(w, user)) != NULL)
        return 0;
    if (!SC_VEC_ROOM(w->v, w->n))
        return no_memory(err);
    struct sc_work_item *it = malloc(sizeof(*it));
    char *name = strdup(user);
    if (!it || !name) {
        free(it);
        free(name);
        return no_memory(err);
    }
    *it = (struct sc_work_item){
        .user = name, .due = SC_WORK_NEVER, .done = -1, .site_done = -1, .top_done = -1};
    size_t i = place(w, user);
    memmove(&w->v[i + 1], &w->v[i], (w->n - i) * sizeof(*w->v));
    w->v[i] = it;
    w->n++;
    *ret = it;
    return 0;
}

static int64_t doubled(int64_t ms, unsigned times, int64_t max)
{
    while (times-- && ms < max)
        ms *= 2;
    return ms < max ? ms : max;
}

static int64_t pause_after(unsigned fired)
{
    return fired < SC_WORK_FREE
               ? 0
               : doubled(SC_WORK_PAUSE_MS, fired - SC_WORK_FREE, SC_WORK_PAUSE_MAX_MS);
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* After `*fired` looks, of which the last was at `done`. */
static int64_t settled(const struct sc_work_item *it, unsigned *fired, int64_t done, int64_t now)
{
    int64_t pause = pause_after(*fired);
    int64_t calm = done < 0 ? 0 : (now - done - pause) / SC_WORK_CALM_MS;
    if (calm > 0) {
        *fired = calm < *fired ? *fired - (unsigned)calm : 0;
        pause = pause_after(*fired);
    }
    int64_t due = later(now + SC_WORK_SETTLE_MS, it->hold);
    return done >= 0 ? later(done + pause, due) : due;
}

static int64_t when(struct sc_work_item *it, enum sc_work_why why, int64_t now)
{
    if (why == SC_WORK_HOME || why == SC_WORK_FILE)
        return settled(it, &it->fired, it->done, now);
    if (why == SC_WORK_SITE)
        return settled(it, &it->site_fired, it->site_done, now);
    if (why == SC_WORK_TOP)
        return settled(it, &it->top_fired, it->top_done, now);
    return later(now, it->hold);
}

int sc_work_note(struct sc_work *w, const char *user, enum sc_work_why why, int64_t now,
                 struct sc_error *err)
{
    struct sc_work_item *it;
    int rc = ensure(w, user, &it, err);
    if (rc < 0)
        return rc;
    int64_t due = when(it, why, now);
    it->why |= why;
    if (due < it->due)
        it->due = due;
    return 0;
}

int sc_work_note_events(struct sc_work *w, const char *user, int64_t newest, int64_t now,
                        struct sc_error *err)
{
    struct sc_work_item *it;
    int rc = ensure(w, user, &it, err);
    if (rc < 0 || (it->running && newest <= it->newest))
        return rc;
    it->newest = newest;
    return sc_work_note(w, user, SC_WORK_QUEUE, now, err);
}

#define ANY_LANE SC_LANES

static bool is_in(const struct sc_work_item *it, enum sc_lane lane)
{
    return lane == ANY_LANE || it->lane == lane;
}

int64_t sc_work_next_in(const struct sc_work *w, enum sc_lane lane)
{
    int64_t next = SC_WORK_NEVER;
    for (size_t i = 0; i < w->n; i++)
        if (w->v[i]->due < next && !w->v[i]->running && is_in(w->v[i], lane))
            next = w->v[i]->due;
    return next;
}

int64_t sc_work_next(const struct sc_work *w)
{
    return sc_work_next_in(w, ANY_LANE);
}

static unsigned begin(struct sc_work *w, struct sc_work_item *it, int64_t now)
{
    unsigned why = it->why;
    it->began = now;
    it->why = 0;
    it->due = SC_WORK_NEVER;
    it->served = ++w->turn;
    it->running = true;
    return why;
}

/* What was noticed just now before what can wait, but every few turns whoever waits longest. */
#define FAIR_EVERY 4

static int class_of(const struct sc_work_item *it)
{
    return it->why & (SC_WORK_HOME | SC_WORK_FILE | SC_WORK_SITE | SC_WORK_TOP | SC_WORK_QUEUE) ? 0
           : it->why & (SC_WORK_FOUND | SC_WORK_WATCH)                                          ? 1
                                                                                                : 2;
}

static bool before(const struct sc_work_item *a, const struct sc_work_item *b, bool fair)
{
    if (!fair && class_of(a) != class_of(b))
        return class_of(a) < class_of(b);
    return a->served < b->served || (a->served == b->served && a->due < b->due);
}

const char *sc_work_take_in(struct sc_work *w, enum sc_lane lane, int64_t now, unsigned *ret_why)
{
    struct sc_work_item *best = NULL;
    bool fair = w->turn % FAIR_EVERY == FAIR_EVERY - 1;
    for (size_t i = 0; i < w->n; i++)
        if (w->v[i]->due <= now && !w->v[i]->running && is_in(w->v[i], lane) &&
            (!best || before(w->v[i], best, fair)))
            best = w->v[i];
    if (!best)
        return NULL;
    *ret_why = begin(w, best, now);
    return best->user;
}

const char *sc_work_take(struct sc_work *w, int64_t now, unsigned *ret_why)
{
    return sc_work_take_in(w, ANY_LANE, now, ret_why);
}

unsigned sc_work_begin(struct sc_work *w, const char *user)
{
    struct sc_work_item *it = find(w, user);
    return it && !it->running ? begin(w, it, INT64_MAX) : 0;
}

int64_t sc_work_waits(const struct sc_work *w, const char *user)
{
    const struct sc_work_item *it = find(w, user);
    bool new = it && it->running && (it->why & ~(unsigned)SC_WORK_WATCH);
    return new ? it->due : SC_WORK_NEVER;
}

static void again(struct sc_work_item *it, unsigned why, int64_t due)
{
    it->why |= why;
    if (due < it->due)
        it->due = due;
    if (it->due < it->hold)
        it->due = it->hold;
}

static int note_error(struct sc_work_item *it, const char *error, bool *ret_new,
                      struct sc_error *err)
{
    char *copy = NULL;
    if (error && !(copy = strdup(error)))
        return no_memory(err);
    if (ret_new)
        *ret_new = error && (!it->error || strcmp(it->error, error) != 0);
    free(it->error);
    it->error = copy;
    return 0;
}

static int64_t pause_after_error(struct sc_work_item *it)
{
    int64_t pause = doubled(SC_WORK_RETRY_MS, it->failed, SC_WORK_RETRY_MAX_MS);
    if (it->failed < 32)
        it->failed++;
    return pause;
}

static enum sc_lane lane_after(const struct sc_work_item *it, int64_t now)
{
    return it->began <= now && now - it->began >= SC_LANE_LONG_MS ? SC_LANE_OF_SLOW
                                                                  : SC_LANE_OF_QUICK;
}

static unsigned fired_once_more(unsigned fired, bool changed)
{
    fired++;
    while (changed && fired > SC_WORK_FREE && pause_after(fired) > SC_WORK_CHANGED_MAX_MS)
        fired--;
    return fired;
}

int sc_work_end(struct sc_work *w, const char *user, unsigned why, bool changed, const char *error,
                int64_t now, bool *ret_new, struct sc_error *err)
{
    struct sc_work_item *it;
    int rc = ensure(w, user, &it, err);
    if (rc < 0)
        return rc;
    it->running = false;
    it->lane = lane_after(it, now);
    it->late = it->busy = it->part = 0;
    it->hold = 0;
    rc = note_error(it, error, ret_new, err);
    if (rc < 0)
        return rc;
    it->done = now;
    if (why & (SC_WORK_HOME | SC_WORK_FILE))
        it->fired = fired_once_more(it->fired, changed);
    if (why & SC_WORK_SITE) {
        it->site_fired = fired_once_more(it->site_fired, changed);
        it->site_done = now;
    }
    if (why & SC_WORK_TOP) {
        it->top_fired = fired_once_more(it->top_fired, changed);
        it->top_done = now;
    }
    if (!error) {
        it->failed = 0;
        return 0;
    }
    int64_t pause = pause_after_error(it);
    if (why & ~(unsigned)SC_WORK_QUEUE)
        again(it, SC_WORK_RETRY, now + pause);
    return 0;
}

static void come_again(struct sc_work_item *it, unsigned why, unsigned *times, int64_t max,
                       int64_t now)
{
    it->running = false;
    it->hold = now + doubled(SC_WORK_BUSY_MS, *times, max);
    if (*times < 32)
        ++*times;
    again(it, why, it->hold);
}

bool sc_work_locked(struct sc_work *w, const char *user, unsigned why, int64_t now)
{
    struct sc_work_item *it = find(w, user);
    if (!it)
        return false;
    come_again(it, why, &it->busy, SC_WORK_BUSY_MAX_MS, now);
    return it->busy == SC_WORK_BUSY_TOLD;
}

void sc_work_part(struct sc_work *w, const char *user, unsigned why, int64_t now)
{
    struct sc_work_item *it = find(w, user);
    if (!it)
        return;
    it->lane = lane_after(it, now);
    it->late = it->failed = it->busy = 0;
    it->done = now;
    come_again(it, why, &it->part, SC_WORK_PART_MAX_MS, now);
}

int sc_work_late(struct sc_work *w, const char *user, unsigned why, const char *error, int64_t now,
                 bool *ret_new, struct sc_error *err)
{
    struct sc_work_item *it;
    int rc = ensure(w, user, &it, err);
    if (rc < 0)
        return rc;
    it->running = false;
    it->lane = SC_LANE_OF_SLOW;
    it->done = now;
    if (it->late < 32)
        it->late++;
    it->hold = now + pause_after_error(it);
    again(it, why | SC_WORK_RETRY, it->hold);
    return note_error(it, error, ret_new, err);
}

/* ---- how long ---- */

int64_t sc_work_deadline(const struct sc_work *w, const char *user, int64_t *ret_cpu)
{
    const struct sc_work_item *it = find(w, user);
    unsigned late = it ? it->late : 0;
    *ret_cpu = doubled(SC_WORK_CPU_MS, late, SC_WORK_CPU_MAX_MS);
    return doubled(SC_WORK_DEADLINE_MS, late, SC_WORK_DEADLINE_MAX_MS);
}

enum sc_lane sc_work_lane(const struct sc_work *w, const char *user, int64_t *ret_yields)
{
    const struct sc_work_item *it = find(w, user);
    *ret_yields = doubled(SC_LANE_YIELD_MS, it ? it->late : 0, SC_WORK_DEADLINE_MAX_MS);
    return it ? it->lane : SC_LANE_OF_QUICK;
}

void sc_work_sweep(struct sc_work *w, int64_t now)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        struct sc_work_item *it = w->v[i];
        if (!it->why && !it->running && now - it->done > FORGET_MS)
            item_free(it);
        else
            w->v[n++] = it;
    }
    w->n = n;
}
