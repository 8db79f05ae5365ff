/* SPDX-License-Identifier: GPL-2.0-or-later */
/* selectorctl-root: what root runs for himself, and what the proxyexec daemon runs as root for
 * others. Not setuid. The daemon always sets PROXYEXEC_UID and PROXYEXEC_SITE, in an environment
 * that is otherwise its own; selectorctl clears them for root. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "core/base/debug.h"
#include "core/base/served.h"
#include "core/commands/mains.h"
#include "core/commands/selectorctl.h"

static int read_caller(struct sc_select_caller *ret)
{
    const char *uid = getenv("PROXYEXEC_UID"), *site = getenv("PROXYEXEC_SITE");
    char *end = NULL;
    if (!uid && !site) {
        *ret = (struct sc_select_caller){.root = true};
        return 0;
    }
    errno = 0;
    unsigned long n = uid && *uid >= '1' && *uid <= '9' ? strtoul(uid, &end, 10) : 0;
    if (n == 0 || *end || errno || n >= UINT_MAX || !site)
        return -1;
    *ret = (struct sc_select_caller){.uid = (uid_t)n};
    if (!*site)
        return 0;
    unsigned long id = *site >= '1' && *site <= '9' ? strtoul(site, &end, 10) : 0;
    if (id == 0 || id >= UINT_MAX || *end != ':' || errno)
        return -1;
    ret->site = (unsigned)id;
    return 0;
}

int sc_selectorctl_root_main(int argc, char **argv)
{
    struct sc_select_caller caller;
    if (geteuid() != 0 || argc < 1 || read_caller(&caller) < 0) {
        fprintf(stderr, "ERROR:selectorctl-root is run by Sitecage itself; run selectorctl\n");
        return 2;
    }
    if (sc_served_begin(!caller.root, caller.root ? sc_debug_env(false) : NULL) < 0)
        return 1;
    return sc_selectorctl(argv + 1, argc - 1, &caller);
}
