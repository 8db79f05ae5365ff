/* SPDX-License-Identifier: GPL-2.0-or-later */
/* systemd's unit below which all sites run (core/base/own_group.h), on machines where systemd has version 2 alone.
 * It is in core/boot: sitecage-sites.service in sitecage.slice. */
#ifndef SC_LIMITS_UNIT_H
#define SC_LIMITS_UNIT_H

/* Starts it where it does not run. Without systemd, with version 1, or where it cannot be started (masked, not
 * installed), nothing is done: groups are then made below the root. May take as long as systemctl does. Needs
 * root. */
void sc_sites_unit_start(void);

/* Keepers, supervisors and recorders in the root group, where they were started without the unit, or by a version
 * that did not have it, go to the unit's. Nothing where it does not run. Needs root. */
void sc_sites_unit_adopt(void);

#endif
