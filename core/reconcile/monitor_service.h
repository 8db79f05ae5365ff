/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reconciling daemon (hooks/monitor_main.c) as a service: it runs while any site is isolated. */
#ifndef SC_RECONCILE_MONITOR_SERVICE_H
#define SC_RECONCILE_MONITOR_SERVICE_H

#include <stdbool.h>
#include "core/base/error.h"

#define SC_MONITOR_UNIT   "sitecage-monitor.service"
#define SC_MONITOR_DAEMON SC_LIBEXECDIR "/sitecage-monitor"
#define SC_MONITOR_LOCK   "/run/sitecage/monitor.lock"
#define SC_MONITOR_CHANGE "/run/sitecage/monitor.change"

/* Called after enable: also registers the panel's hooks (the adapter's `register`) when they are
 * not in place; that they cannot be is a notice, not an error: the timer sees changes too. */
int sc_monitor_start(struct sc_error *err);
int sc_monitor_stop(struct sc_error *err);
bool sc_monitor_running(void);

#endif
