/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What workers (worker.h) do, and the lines that they print. A word in which any byte may occur is
 * percent-encoded (core/base/buf.h). Each job ends with "ok" or "error TEXT". */
#ifndef SC_HOOKS_MONITOR_JOBS_H
#define SC_HOOKS_MONITOR_JOBS_H

#include <stdbool.h>

/* Jobs about the whole server, and what they print */
#define SC_JOB_SURVEY "survey" /* "found USER"… */
#define SC_JOB_HOOKS  "hooks"  /* "put": they had to be put in place again */
#define SC_JOB_PATHS                                                                               \
    "paths" /* "path PATH"… that the panel's data lie in, as they are; "poll SECONDS"; "watch": SC_JOB_PANEL */
#define SC_JOB_PANEL                                                                               \
    "panel" /* the adapter waits for changes, and queues their hints; "none": it does not */
#define SC_JOB_MARKS    "marks"   /* "found USER"…, "resync": where the queue cannot be written */
#define SC_JOB_PENDING  "pending" /* "found USER"… */
#define SC_JOB_ACCOUNTS "accounts" /* "account UID USER"… that have isolated sites */
#define SC_JOB_POOLS    "pools" /* "dir PATH"…, "pools UID NUMBER"…, " changed": verdicts are others */
#define SC_JOB_SERVICES                                                                            \
    "services" /* running sites see what was started again: "looking", "source PATH"…, "again" */
#define SC_JOB_HISTORY "history" /* what sites use is kept; "sites NUMBER" */
#define SC_JOB_PORTS   "ports"   /* "changed", "failed": TCP ports of pools, closing them */

/* Of an account. Its argument is the user as sc_follow_account() takes it. "resync": the full pass
 * is asked for; "changed"; "locked": nothing was done, come again; and then, for each uid that is
 * the account's:
 *   "home UID USER", "watch WD =NAME" (or "own …": a site can write it), "top WD *"…, "whole 1" (or 0); or "nohome UID" */
#define SC_JOB_ACCOUNT "account"
/* The same, for an account that is not watched yet: what is behind "home" comes before the look as well, so that
 * nothing happens between the look and the watches. */
#define SC_JOB_FIRST "first"
/* The same, for an account that is watched and has events: no pass where they tell nothing new. */
#define SC_JOB_EVENTS "events"
/* Only what is behind "home". The argument is a name, or #UID. */
#define SC_JOB_WATCH "watch"

/* Does it, prints, returns the exit status. `argument` may be NULL. The descriptors from
 * SC_WORKER_FIRST_FD on are the homes' inotify instances, `n_fds` of them. */
int sc_job_do(const char *job, const char *argument, unsigned n_fds);

#endif
