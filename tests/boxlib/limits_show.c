/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limits-show caps | stats UID SITE: what core/limits says, a line each. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/limits/limits.h"

static void values(const char *what, unsigned has, const uint64_t *v)
{
    for (unsigned i = 0; i < SC_LIMIT_COUNT; i++)
        if (has >> i & 1)
            printf("%s.%s %" PRIu64 "\n", what, sc_limit_name(i), v[i]);
}

int main(int argc, char **argv)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_cgroups_freep) struct sc_cgroups *cg = NULL;
    int rc = sc_cgroups_open(&cg, &err);
    if (rc == 0 && argc == 2 && strcmp(argv[1], "caps") == 0) {
        struct sc_limits_caps caps;
        rc = sc_limits_probe(cg, &caps, &err);
        for (unsigned i = 0; rc == 0 && i < SC_LIMIT_COUNT; i++)
            printf("%s %s\n", sc_limit_name(i), caps.held >> i & 1 ? "yes" : caps.missing[i]);
    } else if (rc == 0 && argc == 4 && strcmp(argv[1], "stats") == 0) {
        struct sc_limits_stats s;
        rc = sc_limits_stats(cg, (uid_t)atol(argv[2]), (unsigned)atol(argv[3]), &s, &err);
        if (rc == 0) {
            printf("group %d\n", s.group);
            values("usage", s.has_usage, s.usage);
            values("peak", s.has_peak, s.peak);
            values("faults", s.has_faults, s.faults);
        }
    } else if (rc == 0) {
        return 2;
    }
    if (rc < 0)
        fprintf(stderr, "%s\n", err.text);
    return rc < 0 ? 1 : 0;
}
