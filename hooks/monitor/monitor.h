/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reconciling daemon: what it holds, and its parts. docs/man/sitecage-monitor.8. */
#ifndef SC_HOOKS_MONITOR_MONITOR_H
#define SC_HOOKS_MONITOR_MONITOR_H

#include <stdbool.h>
#include <stdint.h>
#include "core/follow/follow.h"
#include "core/server/server.h"
#include "hooks/monitor/chore.h"
#include "hooks/monitor/watch.h"
#include "hooks/monitor/work.h"

#define SC_MONITOR_SETS     17     /* inotify instances: the server's, and those of the homes */
#define SC_MONITOR_DIRS_MAX 100000 /* watched directories of all homes */

struct sc_monitor_account {
    uid_t uid;
    char *user;
    bool whole; /* all of it is watched; else the timer looks */

    uint64_t pools; /* sc_fpm_digest() of the last look */
    bool again;     /* they changed lately: one more look */
    bool dead_now;  /* a supervisor of its sites is gone: found by the poll under way */
    unsigned dead;  /* … and by so many in a row */
};

struct sc_monitor_set {
    struct sc_watches *w;
    int64_t read_at; /* not again before this; 0: when something comes */
};

/* PHP-FPM, hooks/monitor/fpm.h */
struct sc_fpm_clock {
    int64_t look_at; /* at the pools; SC_WORK_NEVER */
    int64_t first;   /* change since the last look */
    int64_t done;    /* the last look */
};

struct sc_monitor_fpm {
    struct sc_fpm_clock clock;
    int64_t again_at, poll_at, rewatch_at;
};

struct sc_monitor {
    struct sc_server *s;
    struct sc_work work;
    struct sc_survey_clock survey;
    int64_t queue_at; /* when to look at the queue next */
    int64_t mark_at;  /* when to look for marks next */
    struct sc_monitor_fpm fpm;
    int64_t front_at; /* when to look at the entry in front of suexec next */

    struct sc_monitor_account *accounts; /* by uid */
    size_t n_accounts;
    struct sc_monitor_set sets[SC_MONITOR_SETS]; /* 0: the server's */
    bool rewatch_all, policy_changed, check_end, check_alive;
    uid_t rewatch[64]; /* accounts whose sites may have changed; more: rewatch_all */
    size_t n_rewatch;

    struct sc_event_list resync; /* what the pass under way answers */
    char *error;                 /* the last one of the daemon itself, as logged */
};

/* Logs an error of the daemon and stores it for --site-isolation-check; the same text once. NULL:
 * all is well again. */
void sc_monitor_error(struct sc_monitor *m, const char *text);

/* ---- monitor_follow.c: one account ---- */

/* Takes the marks that hooks left into the queue. */
void sc_monitor_marks(struct sc_monitor *m);

/* One look at the queue; m->queue_at is set anew. */
void sc_monitor_queue(struct sc_monitor *m);

/* The account that is due now. False: there was none. */
bool sc_monitor_account(struct sc_monitor *m);

/* A full pass in this process, for --once. Its finds are due then. */
int sc_monitor_survey(struct sc_monitor *m, struct sc_error *err);
void sc_monitor_survey_began(struct sc_monitor *m);
void sc_monitor_survey_found(const char *user, void *m);
void sc_monitor_survey_ok(struct sc_monitor *m, size_t domains, size_t users, int64_t ms);

/* Every account with isolated sites is due. */
void sc_monitor_all_due(struct sc_monitor *m, bool only_unwatched);

/* ---- monitor_watched.c: whose homes are watched ---- */

/* The account's watches, and whether it has some, anew. (uid_t)-1: of all. */
void sc_monitor_rewatch(struct sc_monitor *m, uid_t uid);
const struct sc_monitor_account *sc_monitor_by_uid(const struct sc_monitor *m, uid_t uid);
void sc_monitor_unwatch_all(struct sc_monitor *m); /* frees */

/* ---- loop.c ---- */

/* Runs until it is told to end, or nothing is isolated any more. `ready`: core/base/daemon.h. */
int sc_monitor_run(int64_t interval_ms, int ready, struct sc_error *err);

/* All that is due, one full pass and what it finds; then returns. */
int sc_monitor_once(struct sc_error *err);

#endif
