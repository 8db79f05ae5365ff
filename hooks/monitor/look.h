/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One look at an account, with its events: the engine follows it, and the queue is settled. It may
 * take long, so the daemon has a worker do it. */
#ifndef SC_HOOKS_MONITOR_LOOK_H
#define SC_HOOKS_MONITOR_LOOK_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/server/handle.h"

struct sc_look {
    bool locked;         /* somebody else is changing the account: nothing was done */
    bool late;           /* a part of it was not done: SC_E_LATE */
    bool changed;        /* its runtime state is another one */
    bool resync;         /* an event asks for the full pass */
    uid_t before, after; /* whose it was and is: (uid_t)-1 when there is none */
    struct sc_error why; /* code 0: it was done, or `locked` or `late` with the reason as text */
};

/* `user` as sc_follow_account() takes it; `events_alone`: sc_follow_events(), where any wait. Logs
 * what became of events. */
void sc_monitor_look(struct sc_server *s, const char *user, bool events_alone, struct sc_look *ret);

/* The full pass: sc_follow_survey(). What asked for it is done then, and what it saw is written to
 * SC_MONITOR_SURVEY. */
int sc_monitor_survey(struct sc_server *s, void (*found)(const char *user, void *arg), void *arg,
                      struct sc_error *err);

/* Takes the marks that hooks left into the queue. Where the queue cannot be written, `found` is
 * told whom to look at (NULL: all), and the marks stay. False: come again soon. */
bool sc_monitor_marks(struct sc_server *s, void (*found)(const char *user, void *arg), void *arg);

#endif
