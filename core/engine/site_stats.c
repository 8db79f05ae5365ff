/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/site_stats.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/lock.h"
#include "core/base/proc.h"
#include "core/enter/keeper_find.h"

unsigned sc_site_processes(pid_t keeper)
{
    SC_CLEANUP(sc_proc_list_close) struct sc_proc_list l = {0};
    unsigned n = 0;
    if (keeper <= 0 || sc_proc_list_open(keeper, &l) < 0)
        return 0;
    for (int fd = -EBADF; sc_proc_next(&l, &fd) > 0; sc_close(&fd))
        n++;
    return n;
}

bool sc_site_running(uid_t uid, unsigned id, unsigned *ret_processes)
{
    SC_FD int pidfd = -EBADF;
    SC_FD int lock = -EBADF;
    if (sc_keeper_find(uid, id, &pidfd, &lock) != 0)
        return false;
    *ret_processes = sc_site_processes(sc_lock_holder(lock));
    return true;
}

int sc_site_stats_look(const struct sc_cgroups *cg, uid_t uid, unsigned id,
                       struct sc_site_stats *ret, struct sc_error *err)
{
    struct sc_limits_stats seen;
    int rc = sc_limits_stats(cg, uid, id, &seen, err);
    if (rc < 0)
        return rc;
    unsigned processes = 0;
    if (!(seen.has_usage >> SC_LIMIT_NPROC & 1) && sc_site_running(uid, id, &processes)) {
        seen.has_usage |= 1u << SC_LIMIT_NPROC;
        seen.usage[SC_LIMIT_NPROC] = processes;
    }
    ret->seen = seen;
    (void)sc_web_refused(id, &ret->refused, NULL);
    return 0;
}
