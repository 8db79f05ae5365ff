/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the caller's service may not do (systemd.exec(5): its sandbox). libc only; needs root. */
#ifndef SC_ENTER_CONFINED_H
#define SC_ENTER_CONFINED_H

#include <stdbool.h>

#include "core/enter/table.h"

/* Whether this process is in the machine's own mount namespace: the one that the service outside noted,
 * else the first process's. What is built in another one would have that one's /tmp, homes and devices,
 * for as long as the site runs. False when it cannot be told. */
bool sc_in_machine(void);

/* Whether keepers cannot be seen from here: another pid namespace than the service's (PrivatePIDs=). */
bool sc_foreign_pids(void);

/* What keeps this process from entering a site, told by harmless calls: for a message, with the
 * directive that does it. NULL where nothing does. */
const char *sc_confined(const struct sc_site_limits *limits);

#endif
