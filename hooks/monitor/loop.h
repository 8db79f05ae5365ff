/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's loop, shared by its files: monitor.c (what woke it, what is due), monitor_begin.c
 * (how it starts), monitor_chores.c (what it has done by a process of its own). One thread. */
#ifndef SC_HOOKS_MONITOR_LOOP_H
#define SC_HOOKS_MONITOR_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include "core/base/error.h"
#include "hooks/monitor/monitor.h"

#define POLICY_GAP_MS 10000 /* between two looks at all accounts because of them */
#define ALIVE_MS      30000 /* whether the lock is still ours */
#define LOST_GAP_MS   60000 /* between two looks at all accounts because events were lost */

struct sc_loop {
    struct sc_monitor m;
    struct sc_chore chore;
    int epfd, signals, wake, lockfd;
    int64_t interval;
    int64_t hooks_at, paths_at, policy_at, policy_done, alive_at, end_at, lost_at, lost_done;
    int64_t idle_since; /* nothing is isolated; 0: something is */
    bool lost[SC_MONITOR_SETS];
    bool end, reload;
    char *hooks_error;
    bool queue_turn;
    bool paths_begun;
    size_t n_paths;
};

/* ---- monitor_begin.c ---- */

/* Takes the lock, opens what is listened to, and begins to watch. */
int sc_loop_set_up(struct sc_loop *l, struct sc_error *err);

/* What stands in /run and /var/lib: the socket, the watches of marks. Again when /run was emptied. */
int sc_loop_own_files(struct sc_loop *l, struct sc_error *err);

/* The first looks become due. */
void sc_loop_begin(struct sc_loop *l);

/* The administrator's files and the crontabs, where they are or would be; again when they came. */
void sc_loop_watch_policy(struct sc_loop *l);

/* ---- monitor_chores.c ---- */

void sc_loop_read_chore(struct sc_loop *l); /* its descriptor is readable */
void sc_loop_do_chores(struct sc_loop *l, int64_t now);

#endif
