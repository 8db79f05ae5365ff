/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which account the daemon looks at when, and which looks take too long. Each look is made by a
 * process of its own (worker.h). Pure: knows no clock, no file, no database; `now` and all times
 * are milliseconds of one clock that never goes back, `wall` ones milliseconds since 1970. */
#ifndef SC_HOOKS_MONITOR_WORK_H
#define SC_HOOKS_MONITOR_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/error.h"
#include "hooks/monitor/lanes.h"

#define SC_WORK_NEVER INT64_MAX

/* ---- accounts ---- */

#define SC_WORK_SETTLE_MS      300 /* after a change in a home: more of it may follow */
#define SC_WORK_FREE           5   /* looks at a home that keeps changing without a pause */
#define SC_WORK_PAUSE_MS       600 /* then between two looks, doubling */
#define SC_WORK_PAUSE_MAX_MS   30000
#define SC_WORK_CHANGED_MAX_MS 600  /* where the looks find changes */
#define SC_WORK_CALM_MS        2000 /* of quiet after the pause take back one look */
#define SC_WORK_RETRY_MS       2000 /* after an error, doubling */
#define SC_WORK_RETRY_MAX_MS   300000
#define SC_WORK_BUSY_MS        50 /* after a look that found the account locked, doubling */
#define SC_WORK_BUSY_MAX_MS    1000
#define SC_WORK_PART_MAX_MS    5000 /* after one that could not do a part, doubling from the same */
#define SC_WORK_BUSY_TOLD      10   /* after so many in a row its state says so: some seconds */

enum sc_work_why {
    SC_WORK_HOME = 1,   /* something changed in the home: the user can make it happen as he likes */
    SC_WORK_FOUND = 2,  /* the full pass found a difference */
    SC_WORK_START = 4,  /* whatever may have happened while nobody looked */
    SC_WORK_RETRY = 8,  /* the last look failed */
    SC_WORK_QUEUE = 16, /* events wait; they come again by the queue's own times */
    SC_WORK_WATCH = 32, /* its sites may be others: what is watched of it must follow */
    SC_WORK_SITE = 64, /* something changed in what an isolated site can write: the site can make it
                           happen as it likes, and must not put off what others do in the home */
    SC_WORK_FILE = 128, /* its ~/.lve/domains.json: otherwise as HOME; a pass writes it, too */
    SC_WORK_TOP =
        256 /* any name in the home itself (a new ~/.ssh): shells and mail programs make some all the
                           time, which must not put off what is known to matter */
};

struct sc_work_item {
    char *user;
    unsigned why;         /* 0: nothing to do */
    int64_t due;          /* SC_WORK_NEVER when there is nothing to do */
    int64_t done;         /* when it was last looked at; -1 never */
    unsigned long served; /* in which turn */
    unsigned fired;       /* looks because of the home since it was last quiet */
    unsigned site_fired;  /* … because of what a site can write */
    int64_t site_done;    /* the last of those; -1 never */
    unsigned top_fired;   /* the same because of any name in the home */
    int64_t top_done;
    unsigned failed;   /* looks in a row */
    unsigned late;     /* looks in a row that were ended */
    unsigned busy;     /* looks in a row that found it locked */
    unsigned part;     /* looks in a row that could not do a part */
    int64_t hold;      /* no look before this: the last one came to nothing */
    int64_t newest;    /* of its events that were noted */
    bool running;      /* a look is under way: no other is begun */
    int64_t began;     /* that look, or the last one */
    enum sc_lane lane; /* as its last look was */
    char *error;       /* of the last look; NULL */
};

struct sc_work {
    struct sc_work_item **v; /* by user */
    size_t n;
    unsigned long turn;
};

void sc_work_free(struct sc_work *w); /* what it holds */

/* The account needs a look. Several notes become one look, at the earliest of their times. */
int sc_work_note(struct sc_work *w, const char *user, enum sc_work_why why, int64_t now,
                 struct sc_error *err);

/* When the next look is due; SC_WORK_NEVER. In all, and of one lane. */
int64_t sc_work_next(const struct sc_work *w);
int64_t sc_work_next_in(const struct sc_work *w, enum sc_lane lane);

/* Of the accounts that are due now, and of which no look is under way, the one that was not looked
 * at for the longest, homes and events before the full pass's finds before the rest in most turns;
 * NULL. *ret_why as noted. The look begins: what is noted from now on needs another one. The
 * pointer is good until the next call that changes w. Of all, and of one lane. */
const char *sc_work_take(struct sc_work *w, int64_t now, unsigned *ret_why);
const char *sc_work_take_in(struct sc_work *w, enum sc_lane lane, int64_t now, unsigned *ret_why);

/* The same for this account, whether it is due or not: 0 when nothing was noted. */
unsigned sc_work_begin(struct sc_work *w, const char *user);

/* The same for events of which `newest` is the highest id: those that a look is under way for need no other
 * one. */
int sc_work_note_events(struct sc_work *w, const char *user, int64_t newest, int64_t now,
                        struct sc_error *err);

/* When the next look is due of an account of which one is under way, and something new came meanwhile;
 * SC_WORK_NEVER. */
int64_t sc_work_waits(const struct sc_work *w, const char *user);

/* The look that was begun for `why` is over. `error` NULL: it was done; else it is tried again,
 * unless it was for events alone. *ret_new (may be NULL): the error is another one than the last
 * look's. */
int sc_work_end(struct sc_work *w, const char *user, unsigned why, bool changed, const char *error,
                int64_t now, bool *ret_new, struct sc_error *err);

/* It found the account locked: it is made again soon, and ever less soon. Nothing of it counts. True:
 * it has been so for long enough to tell. */
bool sc_work_locked(struct sc_work *w, const char *user, unsigned why, int64_t now);

/* It did all but what somebody else holds (a site's view that is being built): the same. */
void sc_work_part(struct sc_work *w, const char *user, unsigned why, int64_t now);

/* It was ended, because it took too long (or ended itself in no way that it should): `error` says
 * so. It is made again after an error's pause, whatever is noted meanwhile. As sc_work_end(). */
int sc_work_late(struct sc_work *w, const char *user, unsigned why, const char *error, int64_t now,
                 bool *ret_new, struct sc_error *err);

/* ---- how long a look may take ---- */

/* A pass is ended after this, doubling each time in a row: one that is slow but honest gets there.
 * The same of the processor's time. */
#define SC_WORK_DEADLINE_MS     60000
#define SC_WORK_DEADLINE_MAX_MS 600000
#define SC_WORK_CPU_MS          20000
#define SC_WORK_CPU_MAX_MS      200000

/* How long a look at this account may take, in all and of the processor's time. */
int64_t sc_work_deadline(const struct sc_work *w, const char *user, int64_t *ret_cpu);

/* In which lane it is, and how long it may take while others of that lane wait (lanes.h): doubling
 * as well. */
enum sc_lane sc_work_lane(const struct sc_work *w, const char *user, int64_t *ret_yields);

/* Forgets accounts that have been quiet for long. */
void sc_work_sweep(struct sc_work *w, int64_t now);

/* ---- the full pass ---- */

#define SC_SURVEY_INTERVAL_MS 300000
#define SC_SURVEY_SETTLE_MS   500 /* after a change of the panel's files */
/* Between two of those, begin to begin: as long as makes them take a tenth of the time, but */
#define SC_SURVEY_PANEL_SHARE  10
#define SC_SURVEY_PANEL_MIN_MS 500
#define SC_SURVEY_PANEL_MAX_MS 5000
#define SC_SURVEY_RESYNC_MS    60000 /* between two because somebody asked */
#define SC_SURVEY_TOLD_MS      2000  /* a hook this near tells what the files' change was */
#define SC_SURVEY_LATER_MS     30000 /* then the pass may wait */

/* Where the panel's data cannot be watched it is asked so often, and no oftener than that takes a
 * fiftieth of the time. */
#define SC_SURVEY_POLL_SHARE 50

struct sc_survey_clock {
    int64_t interval;
    int64_t poll;              /* 0: no need */
    int64_t timer, fast, slow; /* when due by which reason; SC_WORK_NEVER */
    int64_t began;             /* the last one; -1 never */
    int64_t took;              /* the one before that was finished */
    int64_t told;              /* when a hook last told something; -1 never */
};

/* The first timed pass is due at once. */
void sc_survey_clock_init(struct sc_survey_clock *c, int64_t interval, int64_t now);
void sc_survey_panel_changed(struct sc_survey_clock *c, int64_t now);
void sc_survey_told(struct sc_survey_clock *c, int64_t now); /* a hook spoke */
void sc_survey_asked(struct sc_survey_clock *c, int64_t now);
void sc_survey_now(struct sc_survey_clock *c, int64_t now); /* the administrator wants it */
int64_t sc_survey_next(const struct sc_survey_clock *c);
void sc_survey_began(struct sc_survey_clock *c, int64_t now);

/* The pass that began last is over: when the next timed one is. Also when `ms` between two became
 * known (sc_survey_poll()). */
void sc_survey_over(struct sc_survey_clock *c, int64_t now);
void sc_survey_poll(struct sc_survey_clock *c, int64_t ms, int64_t now);

/* ---- events ---- */

#define SC_EVENT_SETTLE_MS  150    /* a panel's hooks come in bunches */
#define SC_EVENT_GIVE_UP_MS 150000 /* an event that the panel's data never agree with */
#define SC_EVENT_TRIES_MIN  3      /* but not before it was tried so often */

/* How long an event still has to settle: 0 when it can be taken. */
int64_t sc_event_settles(int64_t created_wall, int attempts, int64_t now_wall);

enum sc_event_fate {
    SC_EVENT_DONE,
    SC_EVENT_LATER,
    SC_EVENT_GIVE_UP
};

/* After a look without error. `attempts`: failed ones before it. */
enum sc_event_fate sc_event_fate(bool agrees, int64_t created_wall, int attempts, int64_t now_wall);

#endif
