/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/cron_told.h"

#include "core/pass/cron.h"
#include "core/web/unit.h"

void sc_cron_tell(const struct sc_jobs *jobs, const struct sc_watch *w)
{
    struct sc_unit unit;
    char why[512];
    bool looked = false;
    for (size_t i = 0; i < jobs->n; i++) {
        const char *user = jobs->v[i].account.user;
        if (!sc_pass_cron_leads(user))
            continue;
        if (!looked && !(sc_unit_look(sc_unit_cron_process(), &unit) &&
                         sc_unit_forbids(&unit, &sc_unit_of_cron, why, sizeof(why))))
            return;
        looked = true;
        sc_watch_notice(w, "user %s: %s", user, why);
    }
}
