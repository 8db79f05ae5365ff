/* SPDX-License-Identifier: GPL-2.0-or-later */
/* isolatectl-root: what the proxyexec daemon runs as root for isolatectl. Not setuid: PROXYEXEC_UID
 * and PROXYEXEC_SITE are the daemon's word, and only root can say them. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "core/base/served.h"
#include "core/commands/isolatectl.h"
#include "core/commands/mains.h"

int sc_isolatectl_root_main(int argc, char **argv)
{
    const char *uid = getenv("PROXYEXEC_UID"), *site = getenv("PROXYEXEC_SITE");
    char *end = NULL;
    errno = 0;
    unsigned long n = uid && *uid >= '1' && *uid <= '9' ? strtoul(uid, &end, 10) : 0;
    if (geteuid() != 0 || argc < 1 || n == 0 || *end || errno || n >= UINT_MAX || !site) {
        fprintf(stderr, "isolatectl-root is run by Sitecage's proxyexec service; run isolatectl\n");
        return 2;
    }
    unsigned long in_site = *site ? strtoul(site, NULL, 10) : 0; /* "ID:DOCUMENT ROOT" */
    if (*site && (in_site == 0 || in_site > UINT_MAX))
        in_site = UINT_MAX; /* one that is none of those known: it may ask for nothing */
    if (sc_served_begin(true, NULL) < 0)
        return 1;
    return sc_isolatectl(argv + 1, (size_t)(argc - 1), (uid_t)n, (unsigned)in_site);
}
