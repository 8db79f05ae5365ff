/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether sites are in the groups that systemd hands over. */
#include "core/base/own_group.h"
#include "core/check/internal.h"

#define NAME "control groups"

void sc_check_groups(struct sc_checks *c)
{
    if (sc_sites_unit_runs())
        sc_check_add(c, NAME, SC_CHECK_OK, "sites run below " SC_SITES_UNIT);
}
