/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reconciling daemon: what its loop knows, and the parts that decide.
 * docs/man/sitecage-monitor.8. Nothing here waits: what may take long is a worker's. */
#ifndef SC_HOOKS_MONITOR_MONITOR_H
#define SC_HOOKS_MONITOR_MONITOR_H

#include <stdbool.h>
#include <stdint.h>
#include "core/server/server.h"
#include "hooks/monitor/watch.h"
#include "hooks/monitor/work.h"

#define SC_MONITOR_HOME_SETS 16     /* inotify instances of homes */
#define SC_MONITOR_SETS      17     /* with the server's */
#define SC_MONITOR_DIRS_MAX  100000 /* watched directories of all homes */
#define SC_MONITOR_STORE_MS  50     /* for other writers of the database */

struct sc_monitor_account {
    uid_t uid;
    char *user;
    bool whole; /* all of it is watched; else the timer looks */
    bool seen;  /* by the list of accounts that is being heard */

    bool has_pools;
    uint64_t pools;    /* sc_fpm_digest() of the last look */
    bool again;        /* they changed lately: one more look */
    int64_t out_until; /* its look hung: none before this */
    bool dead_now;     /* a supervisor of its sites has ended: found by the poll under way */
    unsigned dead;     /* … and by so many in a row */
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
    uid_t at; /* the account that a worker looks at; 0: none */
    int64_t at_since;
    int64_t at_begun,
        at_cpu; /* when the look at it began; the processor's time that the worker had had then */
    uid_t from; /* where the next worker goes on; 0: with the first */
};

/* TCP ports of pools, hooks/monitor/ports.h */
struct sc_monitor_ports {
    int fd;           /* says that the firewall was changed; negative: nobody does */
    int64_t read_at;  /* not again before this; 0: when something comes */
    int64_t look_at;  /* SC_WORK_NEVER */
    int64_t done;     /* the last look */
    int64_t pulse_at; /* when to see who listens */
    uint64_t listens; /* sc_tcp_listeners_digest() then */
};

struct sc_monitor {
    struct sc_server *s;
    struct sc_work work;
    struct sc_survey_clock survey;
    int64_t queue_at;    /* when to look at the queue next */
    int64_t mark_at;     /* when to look for marks next */
    int64_t accounts_at; /* when to list the accounts again */
    bool follow_all;     /* then what is watched of each is looked at, and not of new ones alone */
    bool following_all;  /* so it is in the list that is being made */
    struct sc_monitor_fpm fpm;
    struct sc_monitor_ports ports;
    int64_t paths_at, paths_done; /* when to list the panel's files again; the last list, 0: none */
    int64_t paths_took;           /* that list */
    int64_t front_at;             /* when to look at the entry in front of suexec next */

    int64_t services_at;              /* when to look at the system's services next */
    uint64_t services, services_seen; /* all of the last look together, and of one under way */

    struct sc_monitor_account *accounts; /* by uid */
    size_t n_accounts;
    struct sc_monitor_set sets[SC_MONITOR_SETS]; /* 0: the server's */
    uid_t covered; /* an account whose watches are being made: its sites may be others; 0 */
    bool policy_changed, check_end, check_alive;

    char *error; /* the last one of the daemon itself, as logged */
};

/* ---- queue.c ---- */

/* Logs an error of the daemon and stores it for --site-isolation-check; the same text once. NULL:
 * all is well again. */
void sc_monitor_error(struct sc_monitor *m, const char *text);

/* The account needs a look now. */
void sc_monitor_note(struct sc_monitor *m, const char *user, enum sc_work_why why);

/* Whether killed commands may have left something. */
bool sc_monitor_any_pending(const struct sc_monitor *m);

/* Notes the users with events that are due and have settled; m->queue_at is set again. */
void sc_monitor_queue(struct sc_monitor *m);

/* Every account with isolated sites is due. */
void sc_monitor_all_due(struct sc_monitor *m, bool only_unwatched);

/* ---- accounts.c: whose homes are watched ---- */

struct sc_monitor_account *sc_monitor_by_uid(const struct sc_monitor *m, uid_t uid);

struct sc_monitor_account *sc_monitor_by_name(const struct sc_monitor *m, const char *user);

/* NULL: no memory. */
struct sc_monitor_account *sc_monitor_ensure(struct sc_monitor *m, uid_t uid, const char *user);

/* Its watches end. Nothing where it is not known. */
void sc_monitor_drop(struct sc_monitor *m, uid_t uid);

/* Its sites may be others. */
void sc_monitor_sites_changed(struct sc_monitor *m, uid_t uid);

/* The instance of its home. */
struct sc_watches *sc_monitor_set_of(const struct sc_monitor *m, uid_t uid);

/* Its watches are made again: those that are not added in between end. */
void sc_monitor_home_begin(struct sc_monitor *m, uid_t uid);
void sc_monitor_home_end(struct sc_monitor *m, uid_t uid);

/* Directories of all homes. */
size_t sc_monitor_dirs(const struct sc_monitor *m);

void sc_monitor_accounts_done(struct sc_monitor *m); /* frees */

/* A system crontab changed: the accounts whose names are in it are due; all, where it cannot be
 * read. */
void sc_monitor_cron_changed(struct sc_monitor *m, const char *name);

/* ---- chores.c ---- */

/* The panel's files changed: what is watched of them may be another list. */
void sc_monitor_paths_changed(struct sc_monitor *m, int64_t now);

/* ---- loop.c, wanted.c, once.c ---- */

/* Runs until it is told to end, or is not needed any more (sc_monitor_needed()). `ready`: core/base/daemon.h. */
int sc_monitor_run(int64_t interval_ms, int ready, struct sc_error *err);

/* Starts the daemon where it is needed and does not run: for hooks, which do not wait for it. */
int sc_monitor_start_wanted(struct sc_error *err);

/* All that is due, one full pass and what it finds, in this process; then returns. */
int sc_monitor_once(struct sc_error *err);

#endif
