/* SPDX-License-Identifier: GPL-2.0-or-later */
/* systemd's unit below which sites run while it is active (core/base/own_group.h): sitecage-sites.service in
 * sitecage.slice, of core/boot. */
#ifndef SC_LIMITS_UNIT_H
#define SC_LIMITS_UNIT_H

/* Keepers, supervisors and recorders in the root group, where they were started without the unit, or by a version
 * that did not have it, go to the unit's. Nothing where it does not run. Needs root. */
void sc_sites_unit_adopt(void);

#endif
