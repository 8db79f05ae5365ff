/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Outliving the service or the login session that happened to start us. libc only. */
#ifndef SC_BASE_OWN_GROUP_H
#define SC_BASE_OWN_GROUP_H

/* systemd ends what is in the control group of a service or session, when that ends. Goes to the
 * root of the hierarchies that systemd uses, at the places where systemd mounts them. Tried only:
 * without systemd it does not matter where we are. */
void sc_leave_callers_group(void);

#endif
