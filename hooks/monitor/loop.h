/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's loop, shared by its files: loop.c (what woke it, what is due), begin.c (how it
 * starts), chores.c, give_way.c, panel_paths.c, pools.c and visits.c (what it has done by workers). One thread. */
#ifndef SC_HOOKS_MONITOR_LOOP_H
#define SC_HOOKS_MONITOR_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include "core/base/error.h"
#include "hooks/monitor/monitor.h"
#include "hooks/monitor/worker.h"

#define POLICY_GAP_MS 10000 /* between two looks at all accounts because of them */
#define ALIVE_MS      30000 /* whether the lock is still ours */
#define LOST_GAP_MS   60000 /* between two looks at all accounts because events were lost */

/* A worker's look at one account. */
struct sc_visit {
    struct sc_worker w;
    struct sc_loop *l;
    char *user; /* NULL: none */
    unsigned why;
    int64_t deadline, cpu; /* what it may take */
    int64_t yields;        /* … and while others of its lane wait */
    enum sc_lane lane;
    bool niced;
    bool watches; /* it was given the homes' instances */
    bool first;   /* it tells watches before it looks */
    /* what it has said */
    uid_t home;     /* the account whose watches it tells; (uid_t)-1 */
    unsigned homes; /* how many it has told */
    bool ok, locked, late, changed;
    bool more;       /* it put looks off for what is new */
    int64_t asks_at; /* … and is asked to, not before this */
    unsigned
        missed; /* SC_WORK_HOME, SC_WORK_FILE: it may have happened before the watches were made */
    char *error;
    char *reason; /* why it is locked */
};

/* Room for those that were ended and hang in the kernel, too. */
#define SC_VISITS (SC_LANE_ALL + 48)

/* Workers for the server that were ended and hang in the kernel: others took their place. */
#define SC_LEFT 8

/* A worker for the server. */
struct sc_chore {
    struct sc_worker w;
    struct sc_loop *l;
    int64_t at; /* when it is due; SC_WORK_NEVER */
    bool ok, begun;
    size_t n;    /* lines of a kind that has a limit */
    size_t dirs; /* watched before it */
    char *error;
};

enum sc_chore_kind {
    SC_CHORE_ACCOUNTS,
    SC_CHORE_MARKS,
    SC_CHORE_PENDING,
    SC_CHORE_SURVEY,
    SC_CHORE_POOLS,
    SC_CHORE_PORTS,
    SC_CHORE_PATHS,
    SC_CHORE_PANEL,
    SC_CHORE_HOOKS,
    SC_CHORE_SERVICES,
    SC_CHORE_HISTORY,
    SC_CHORES
};

struct sc_loop {
    struct sc_monitor m;
    struct sc_chore chores[SC_CHORES];
    pid_t left[SC_LEFT]; /* 0: none */
    struct sc_visit visits[SC_VISITS];
    int64_t room_at[SC_LANES]; /* when one more visit may begin */
    int epfd, signals, wake, lockfd;
    int64_t interval;
    int64_t policy_at, policy_done, alive_at, end_at, lost_at, lost_done;
    int64_t idle_since; /* nothing is isolated since then; 0: something is */
    bool lost[SC_MONITOR_SETS];
    bool end, reload;
    char *hooks_error;
};

/* ---- loop.c ---- */

/* A worker begins to tell the watches of the account: what has changed of its sites so far, the
 * worker's own pass first, needs no other worker for that. */
void sc_loop_sites_told(struct sc_loop *l, uid_t uid);

/* ---- life.c ---- */

/* Whether the lock is still ours, and what stands in /run still stands. */
void sc_loop_check_alive(struct sc_loop *l);

/* Ends when nothing is isolated, and no hint waits that may change that. */
void sc_loop_check_end(struct sc_loop *l, int64_t now);

/* The configuration again. */
void sc_loop_reload(struct sc_loop *l);

/* ---- begin.c ---- */

/* Before anything else. */
void sc_loop_init(struct sc_loop *l);

/* Takes the lock, opens what is listened to, and begins to watch. */
int sc_loop_set_up(struct sc_loop *l, struct sc_error *err);

/* Opens the socket that hooks wake us by; again when its name was removed. */
int sc_loop_listen(struct sc_loop *l, struct sc_error *err);

/* What stands in /run and /var/lib: the socket, the watches of marks. Again when /run was
 * emptied. */
int sc_loop_own_files(struct sc_loop *l, struct sc_error *err);

/* The server again, with the configuration as it is now. */
int sc_loop_open_server(struct sc_server **ret, struct sc_error *err);

/* The first looks become due. */
void sc_loop_begin(struct sc_loop *l);

/* The administrator's files and the crontabs, where they are or would be; again when they came. */
void sc_loop_watch_policy(struct sc_loop *l);

/* Starts a worker whose words wake the loop, with `ptr` as the event's. */
int sc_loop_worker(struct sc_loop *l, struct sc_worker *w, const struct sc_worker_spec *spec,
                   void *ptr, struct sc_error *err);

/* ---- chores.c ---- */

bool sc_loop_is_chore(const struct sc_loop *l, const void *ptr);
void sc_loop_hear_chore(struct sc_chore *c);
void sc_loop_do_chores(struct sc_loop *l, int64_t now);
int64_t sc_loop_chores_next(const struct sc_loop *l);

/* ---- panel_paths.c ---- */

/* As the other chores have them: a line of the worker's, and its end. */
void sc_paths_line(struct sc_chore *c, const char *word, char *rest);
void sc_paths_over(struct sc_chore *c, int64_t now);
void sc_panel_watch_line(struct sc_chore *c, const char *word, char *rest);
void sc_panel_watch_over(struct sc_chore *c, int64_t now);

/* ---- pools.c ---- */

/* As the other chores have them: a line of the worker's, and its end. */
void sc_pools_line(struct sc_chore *c, const char *word, char *rest);
void sc_pools_over(struct sc_chore *c, int64_t now);

/* Ends the worker where an account's home keeps it waiting; another one goes on behind that account. */
void sc_pools_check(struct sc_chore *c, int64_t now);

/* ---- visits.c ---- */

bool sc_loop_is_visit(const struct sc_loop *l, const void *ptr);
void sc_loop_hear_visit(struct sc_visit *v);

/* Ends those that take too long, begins those that are due. */
void sc_loop_do_visits(struct sc_loop *l, int64_t now);
int64_t sc_loop_visits_next(const struct sc_loop *l, int64_t now);
bool sc_loop_visits_any(const struct sc_loop *l); /* but those that hang in the kernel */

/* Ends all workers, and waits for that, not for long. */
void sc_loop_end_workers(struct sc_loop *l);

/* ---- give_way.c ---- */

/* When the look is to be asked to give way to what is new in its account; SC_WORK_NEVER. */
int64_t sc_loop_asks_at(const struct sc_visit *v);
void sc_loop_ask(struct sc_visit *v, int64_t now);

#endif
