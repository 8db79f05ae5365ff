/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether sites are in the groups that systemd hands over, where it has version 2 alone. */
#include "core/base/own_group.h"
#include "core/base/service.h"
#include "core/check/internal.h"

#define NAME "control groups"

void sc_check_groups(struct sc_checks *c, const struct sc_server *s)
{
    bool isolated = false;
    if (!sc_by_systemd() || !sc_sites_unit_fits())
        return;
    if (sc_sites_unit_runs())
        sc_check_add(c, NAME, SC_CHECK_OK, "sites run below " SC_SITES_UNIT);
    else if (sc_store_user_isolated(s->store, (uid_t)-1, &isolated, NULL) == 0 && isolated)
        sc_check_add(c, NAME, SC_CHECK_WARNING,
                     SC_SITES_UNIT
                     " is not active, so systemd does not see what sites use: systemctl "
                     "start " SC_SITES_UNIT);
}
