/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon notices of PHP-FPM: pools of isolated accounts that were written, moved or
 * deleted (the directories of pool files are watched), and supervisors of sites that were killed (the
 * kernel closes their locks, and inotify tells; they are looked for every 30 s, too). Either leads to a
 * pass over the account. docs/php-handlers.md. */
#ifndef SC_HOOKS_MONITOR_FPM_H
#define SC_HOOKS_MONITOR_FPM_H

#include <stdbool.h>
#include <stdint.h>
#include "core/php/fpm/taken.h"
#include "core/php/pools/which.h"
#include "hooks/monitor/monitor.h"

#define SC_FPM_SETTLE_MS  500   /* after a change of a pool file */
#define SC_FPM_GAP_MS     3000  /* between two looks at the pools, and the longest wait for one */
#define SC_FPM_AGAIN_MS   15000 /* the web server's configuration may follow the pool */
#define SC_FPM_POLL_MS    30000 /* between two looks for supervisors */
#define SC_FPM_ENDED_MS   200   /* from the end of a supervisor to such a look */
#define SC_FPM_REWATCH_MS 300000
#define SC_FPM_DIRS_MAX   4096 /* watched directories */

/* ---- pure ---- */

/* A pool file changed: c->look_at is set. */
void sc_fpm_clock_changed(struct sc_fpm_clock *c, int64_t now);

/* A number that differs when pools of `user` do: those that stand in files (`known`), and the files
 * that some were taken out of (`taken`; `stamps`, one each, differs when the file does). 0:
 * none. */
uint64_t sc_fpm_digest(const struct sc_fpm_known_list *known, const char *user,
                       const struct sc_fpm_taken_list *taken, const uint64_t *stamps);

/* Whether to make a pass for a site that has been found dead `times` times in a row: ever more
 * rarely. */
bool sc_fpm_dead_due(unsigned times);

/* A worker looks at the accounts by uid. One whose home does not answer is left out for a while, and
 * the next worker goes on behind it. What it is told as its argument: "FROM OUT OUT …", the first
 * uid and those that are left out; and what it says to that (NULL: all have a turn). */
#define SC_FPM_HANGS_MS 2000 /* a look at one account that takes so long has come to nothing */
#define SC_FPM_WORKS_MS                                                                            \
    100 /* … unless it got so much of the processor: an account has hundreds of sites */
#define SC_FPM_LONGEST_MS 20000 /* and then no longer than this */
#define SC_FPM_OUT_MS     600000 /* … and is not made again before this, or a visit that was good */
#define SC_FPM_LEAVE_MS   300    /* for a worker that was killed to end */
#define SC_FPM_OUT_MAX    500    /* accounts that are left out; behind them nobody is */
#define SC_FPM_TURN_SIZE  (12 * (SC_FPM_OUT_MAX + 1))

void sc_fpm_turn_format(uid_t from, const struct sc_monitor_account *accounts, size_t n,
                        int64_t now, char out[SC_FPM_TURN_SIZE]);
bool sc_fpm_turn_has(const char *turn, uid_t uid);

/* The file in SC_FPM_RUN is the lock of a supervisor. */
bool sc_fpm_is_lock(const char *name);

/* ---- the worker ---- */

/* The digest of an account's pools as they are. False: they cannot be looked at. */
bool sc_fpm_digest_of(const struct sc_fpm_known_list *known, uid_t uid, const char *user,
                      uint64_t *ret);

/* ---- the daemon ---- */

void sc_monitor_fpm_begin(struct sc_monitor *m, int64_t now);

/* When a worker has to look at the pools; it does so now; a line of what it found: "UID DIGEST". An
 * account's first one is no change. "UID DIGEST other": what covers a site is another matter now. */
int64_t sc_monitor_fpm_look_next(const struct sc_monitor *m);
void sc_monitor_fpm_looks(struct sc_monitor *m, int64_t now);
void sc_monitor_fpm_line(struct sc_monitor *m, const char *text);

/* A worker begins with the account (0: with none, it is over). When its look has taken too long; and
 * it has: the account is left out, and what hangs_at says from then on is when to give up the worker
 * that was killed. */
void sc_monitor_fpm_begins(struct sc_monitor *m, uid_t uid, int64_t now);
int64_t sc_monitor_fpm_hangs_at(const struct sc_monitor *m);
void sc_monitor_fpm_hangs(struct sc_monitor *m, int64_t now);

/* The account answers again. */
void sc_monitor_fpm_answers(struct sc_monitor *m, const char *user);

/* The argument of the next worker, where it goes on; all of them, where none was given up. */
void sc_monitor_fpm_turn(const struct sc_monitor *m, int64_t now, char out[SC_FPM_TURN_SIZE]);

/* A file of SC_FPM_RUN (NULL: not known which) was closed that could be written. */
void sc_monitor_fpm_closed(struct sc_monitor *m, const char *name, int64_t now);

/* Does the rest of what is due. */
void sc_monitor_fpm(struct sc_monitor *m, int64_t now);

/* When something is due next. */
int64_t sc_monitor_fpm_next(const struct sc_monitor *m);

#endif
