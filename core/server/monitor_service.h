/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reconciling daemon (hooks/monitor/monitor_main.c) as a service: it runs while any site is
 * isolated or hints wait, and ends by itself. */
#ifndef SC_SERVER_MONITOR_SERVICE_H
#define SC_SERVER_MONITOR_SERVICE_H

#include <stdbool.h>
#include "core/base/paths.h"
#include "core/server/handle.h"
#include "core/server/watch.h"

#define SC_MONITOR_UNIT   "sitecage-monitor.service"
#define SC_MONITOR_LOCK   "/run/sitecage/monitor.lock"
#define SC_MONITOR_CHANGE "/run/sitecage/monitor.change"

/* What the daemon's last full pass found: "TIME DOMAINS USERS MILLISECONDS\n". Here and not in the
 * database, which a pass that finds nothing changed does not write. */
#define SC_MONITOR_SURVEY "/run/sitecage/monitor.survey"

/* Keys of the database's meta table, "TIME TEXT" (seconds since 1970): the daemon's last error,
 * removed when a full pass succeeds; the last event that a hook queued. */
#define SC_META_MONITOR_ERROR "monitor.error"
#define SC_META_HOOK_LAST     "hook.last"

/* Whether hooks left marks because the queue could not be written. SC_E_SYS. */
int sc_monitor_any_marks(bool *ret, struct sc_error *err);

/* Whether hints of hooks wait: events in the queue, or marks. */
int sc_monitor_hints_wait(const struct sc_server *s, bool *ret, struct sc_error *err);

/* Whether the daemon has something to do: a site is isolated (or waits for its document root), or
 * hints wait and the feature is on, so that an account may have come that wants to be isolated. */
int sc_monitor_needed(const struct sc_server *s, bool *ret, struct sc_error *err);

int sc_monitor_start(struct sc_error *err); /* nothing when it runs */
int sc_monitor_stop(struct sc_error *err);  /* returns when it has ended */
bool sc_monitor_running(void);

/* For a machine without systemd whose /run was emptied, when a site is isolated: starts it again.
 * Does nothing where systemd sees to it. */
void sc_monitor_revive(void);

/* After a change that may have isolated the first site, with no account locked: starts the daemon
 * and sees to the panel's hooks when it is needed and does not run. That it cannot be
 * done is a notice, not an error: what is isolated stays so. */
void sc_monitor_wanted(struct sc_server *s, const struct sc_watch *w);

/* Puts the panel's hooks in place where they are not; that they cannot be is a notice: the daemon
 * sees changes by the panel's files and its timer, later. */
void sc_monitor_hooks(struct sc_server *s, const struct sc_watch *w);

#endif
