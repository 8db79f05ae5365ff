/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --wanted: a hook made something durable, and no daemon was there to take it. */
#include <sys/resource.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/proxyexec/service.h"
#include "core/server/monitor_service.h"
#include "hooks/monitor/monitor.h"

#define FILES_MIN 4096

/* At least so much; what may not be had is raised as far as that goes. */
static void raise_limit(__rlimit_resource_t kind, rlim_t least)
{
    struct rlimit l;
    if (getrlimit(kind, &l) < 0 || l.rlim_cur >= least)
        return;
    const struct rlimit all = {least, l.rlim_max < least ? least : l.rlim_max};
    const struct rlimit some = {l.rlim_max < least ? l.rlim_max : least, l.rlim_max};
    if (setrlimit(kind, &all) < 0)
        (void)setrlimit(kind, &some);
}

/* The limits and the priority that a panel's hook runs with are not the daemon's. */
static void forget_limits(void)
{
    static const __rlimit_resource_t kinds[] = {RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_AS,
                                                RLIMIT_NPROC};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        raise_limit(kinds[i], RLIM_INFINITY);
    raise_limit(RLIMIT_NOFILE, FILES_MIN);
    (void)setpriority(PRIO_PROCESS, 0, 0);
}

int sc_monitor_start_wanted(struct sc_error *err)
{
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    bool needed = false;
    forget_limits();
    int rc = sc_server_open(&s, err);
    if (rc == 0)
        rc = sc_monitor_needed(s, &needed, err);
    if (rc < 0 || !needed)
        return rc;
    rc = sc_monitor_start(err);
    if (rc == 0) /* what users of sites that come now need, too */
        rc = sc_proxyexec_start(err);
    if (rc < 0)
        sc_log("%s", err->text);
    return rc;
}
