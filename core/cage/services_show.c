/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services that were found lately, in a view that was planned before. */
#include <errno.h>

#include "core/base/cleanup.h"
#include "core/base/lock.h"
#include "core/cage/keeper_start.h"
#include "core/cage/services.h"
#include "core/enter/keeper_find.h"

int sc_services_show(uid_t uid, unsigned site, const struct sc_services *found,
                     struct sc_error *err)
{
    SC_FD int pidfd = -EBADF;
    SC_FD int lock = -EBADF;
    SC_CLEANUP(sc_planfile_done) struct sc_planfile plan = {0};
    int rc = sc_keeper_find(uid, site, &pidfd, &lock);
    if (rc < 0)
        return rc == -ESRCH ? 0 : sc_error_sys(err, -rc, "look for the keeper of site %u", site);
    pid_t keeper = sc_lock_holder(lock);
    if (keeper <= 0)
        return keeper == 0 ? 0 : sc_error_sys(err, -keeper, "look for the keeper of site %u", site);
    rc = sc_keeper_plan(uid, site, &plan, err);
    if (rc < 0)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    sc_planfile_drop_sys(&plan, SC_SERVICE_KIND);
    for (size_t i = 0; rc == 0 && i < found->n; i++)
        rc = sc_planfile_add_sys(&plan, SC_SERVICE_KIND, found->v[i].path, found->v[i].source, err);
    return rc < 0 ? rc : sc_services_change(&plan, pidfd, keeper, err);
}
