/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon notices of PHP-FPM's TCP ports (core/loopback): somebody removed the firewall's
 * table (the kernel says so), a configuration changed (watched), root listens elsewhere (asked
 * every now and then). Either makes a worker look. Where root listens elsewhere, another web server
 * may have come in place of the one before: then what covers the sites is looked at as well, at
 * once (fpm.h). */
#ifndef SC_HOOKS_MONITOR_PORTS_H
#define SC_HOOKS_MONITOR_PORTS_H

#include <stdbool.h>
#include <stdint.h>
#include "hooks/monitor/monitor.h"

#define SC_PORTS_SETTLE_MS 300    /* after a change of a configuration */
#define SC_PORTS_GAP_MS    1000   /* between two looks */
#define SC_PORTS_SOON_MS   200    /* … where the table does not stand */
#define SC_PORTS_PULSE_MS  4500   /* between two looks at who listens: one call of the kernel */
#define SC_PORTS_RETRY_MS  10000  /* what could not be done */
#define SC_PORTS_READ_MS   100    /* between two messages of the firewall */
#define SC_PORTS_TIMER_MS  300000 /* whatever nobody told: a web server runs as another user */

void sc_monitor_ports_begin(struct sc_monitor *m, int epfd, int64_t now);

/* A configuration changed. */
void sc_monitor_ports_changed(struct sc_monitor *m, int64_t now);

/* The firewall was changed, by us or by others. */
void sc_monitor_ports_told(struct sc_monitor *m, int64_t now);

/* A worker has looked; `ok`: and nothing is to be tried again. */
void sc_monitor_ports_looked(struct sc_monitor *m, bool ok, int64_t now);

/* Does what is due, and when something is next. */
void sc_monitor_ports(struct sc_monitor *m, int epfd, int64_t now);
int64_t sc_monitor_ports_next(const struct sc_monitor *m);

#endif
