/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the processes of ours live that belong to no service and no login session: keepers, supervisors,
 * recorders. Outliving the service or the session that happened to start us. libc only. */
#ifndef SC_BASE_OWN_GROUP_H
#define SC_BASE_OWN_GROUP_H

#include <stdbool.h>
#include <sys/types.h>

/* The unit below which all sites run, where systemd has version 2 alone: it hands the unit's group to us
 * (Delegate=), and writes nothing in it; we write nothing above. */
#define SC_GROUPS_MOUNT "/sys/fs/cgroup" /* where systemd mounts version 2 where it is alone */
#define SC_SITES_UNIT   "sitecage-sites.service"
#define SC_SITES_GROUP  "sitecage.slice/" SC_SITES_UNIT
#define SC_OWN_GROUP                                                                               \
    SC_SITES_GROUP "/own" /* a leaf: version 2 lets no process live in an inner group */

/* Whether the directory of that unit's group is there, and systemd says that it is handed over (the attribute
 * trusted.delegate, since systemd 236). Needs root. */
bool sc_group_is_delegated(const char *dir);

/* Whether version 2 is alone here, as that unit needs it; whether the unit's group is there and ours. */
bool sc_sites_unit_fits(void);
bool sc_sites_unit_runs(void);

/* The directory SC_OWN_GROUP, made where it is not; what was in the unit's group itself goes there. -1: that unit
 * does not run, or not on version 2 alone. The caller closes it. */
int sc_own_group_open(void);

/* Goes to SC_OWN_GROUP; without it to the root of the hierarchies that systemd uses, at the places where systemd
 * mounts them. systemd ends what is in the group of a service or session, when that ends. Tried only: without
 * systemd it does not matter where we are. */
void sc_leave_callers_group(void);

#endif
