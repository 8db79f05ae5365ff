/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services that were found lately, in a view that was planned before. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/lock.h"
#include "core/base/vec.h"
#include "core/cage/keeper_start.h"
#include "core/cage/services.h"
#include "core/enter/keeper_find.h"

static void drop_lines(struct sc_planfile *p)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->n_sys; i++) {
        struct sc_sysline *l = &p->sys[i];
        if (strcmp(l->kind, SC_SERVICE_KIND) != 0) {
            p->sys[kept++] = *l;
            continue;
        }
        free(l->kind);
        free(l->a);
        free(l->b);
    }
    p->n_sys = kept;
}

static int add_lines(struct sc_planfile *p, const struct sc_services *found, struct sc_error *err)
{
    for (size_t i = 0; i < found->n; i++) {
        if (!SC_VEC_ROOM(p->sys, p->n_sys))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
        struct sc_sysline *l = &p->sys[p->n_sys++];
        *l = (struct sc_sysline){strdup(SC_SERVICE_KIND), strdup(found->v[i].path),
                                 strdup(found->v[i].source)};
        if (!l->kind || !l->a || !l->b)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
    }
    return 0;
}

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
    drop_lines(&plan);
    rc = add_lines(&plan, found, err);
    return rc < 0 ? rc : sc_services_change(&plan, pidfd, keeper, err);
}
