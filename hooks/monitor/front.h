/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon and what serves every site: the entry in front of suexec (an upgrade brings another one,
 * somebody changes its mode or removes it), the service that gives
 * Apache views, which may end, and web servers, which come and go. */
#ifndef SC_HOOKS_MONITOR_FRONT_H
#define SC_HOOKS_MONITOR_FRONT_H

#include <stdint.h>
#include "hooks/monitor/monitor.h"

#define SC_FRONT_SETTLE_MS 200 /* after the last change: an installer may be at work */

/* Looks at it, puts it right, watches for the next change; m->front_at is set again. */
void sc_monitor_front(struct sc_monitor *m, int64_t now);

#endif
