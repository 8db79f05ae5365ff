/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queue's writer: makes events durable in the database and wakes the daemon. */
#ifndef SC_HOOKS_EVENTS_QUEUE_H
#define SC_HOOKS_EVENTS_QUEUE_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/base/paths.h"
#include "db/store.h"
#include "hooks/events/event.h"

/* A file in SC_RESYNC_DIR, named like a user, says: events of him may be lost, look at him.
 * SC_RESYNC_ALL: at all. The first directory that can be written is used. */
#define SC_RESYNC_ALL ".all" /* no user is called so: names do not begin with '.' */

#define SC_RESYNC_MARKS_MAX                                                                        \
    1000 /* files in one directory; beyond it SC_RESYNC_ALL stands for them */

#define SC_QUEUE_WAIT_MS 400 /* for other writers of the database; a hook answers within 1 s */

/* Where the daemon listens for "look at the queue": a datagram, its content is not read. */
#define SC_MONITOR_SOCKET "/run/sitecage/monitor.sock"

struct sc_queue_conf {
    const char *store;          /* path of the database */
    const char *resync_dirs[3]; /* tried in turn, NULL-terminated */
    const char *monitor_socket; /* NULL: nobody is woken */
    void (*nobody)(void);       /* called where nobody listens there; NULL */
    const char *panel;          /* adapter's name, for the log and "last event" */
};

#define SC_QUEUE_CONF(panel_name)                                                                  \
    {                                                                                              \
        .store = SC_STORE_PATH, .resync_dirs = {SC_RESYNC_DIR, SC_RESYNC_DIR_RUN, NULL},           \
        .monitor_socket = SC_MONITOR_SOCKET, .panel = (panel_name)                                 \
    }

/* Puts the events into the queue in one transaction: durable when it returns 0. A user whom the
 * panel did not name is looked up by the domain among those known. When the queue cannot be
 * written, marks for the users are left instead and that is success too; SC_E_SYS only when not
 * even that could be done. Logs one line per event, and wakes the daemon. Needs root. */
int sc_queue_push(const struct sc_queue_conf *conf, const struct sc_events *events,
                  struct sc_error *err);

/* The value of the database's meta key SC_QUEUE_LAST: "SECONDS PANEL EVENT…" of the event that was
 * queued last (seconds since 1970; sc_event_text()). */
#define SC_QUEUE_LAST "hook.last"

/* Leaves a mark for `user` (NULL: SC_RESYNC_ALL) that survives a power failure. SC_E_SYS when no
 * directory can be written. */
int sc_resync_mark(const char *const *dirs, const char *user, struct sc_error *err);

/* SC_RESYNC_ALL from a signal handler, when the disk may hang: the last directory is tried first
 * and nothing is waited for. False when there is no mark. */
bool sc_resync_mark_now(const char *const *dirs);

/* Tells the daemon to look at the queue. False: nobody listens there. Never blocks; may be called
 * from a signal handler. */
bool sc_queue_wake(const char *monitor_socket);

#endif
