/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the daemon looks at the system's services (core/cage/services.h): a database that is
 * started again has another directory, which running sites do not see yet. */
#ifndef SC_HOOKS_MONITOR_SERVICES_H
#define SC_HOOKS_MONITOR_SERVICES_H

#include <stdbool.h>
#include <stdint.h>
#include "hooks/monitor/monitor.h"

#define SC_SERVICES_SETTLE_MS 200  /* after a change: a service makes several things */
#define SC_SERVICES_AGAIN_MS  500  /* some sites were in other hands */
#define SC_SERVICES_RETRY_MS  5000 /* after an error */

/* Something came, went or was replaced where SC_WATCH_SERVICE or SC_WATCH_SERVICES looks. */
void sc_services_told(struct sc_monitor *m, enum sc_watch_what what, const char *name, int64_t now);

/* The look has begun to tell: what is watched is listed again, the directories in which services
 * appear first, then the sources that it found. */
void sc_services_watch(struct sc_monitor *m);
void sc_services_watch_source(struct sc_monitor *m, const char *source);

/* The look is over. Where others were found than last time, all accounts are due: views that are
 * built from now on must have them, too. */
void sc_services_looked(struct sc_monitor *m, bool ok, bool again, int64_t now);

#endif
