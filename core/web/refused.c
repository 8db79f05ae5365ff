/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/refused.h"

#include <stddef.h>

#include "core/web/apache/counts.h"

static void copy_printable(const char *from, char *to, size_t size)
{
    size_t n = 0;
    for (; n + 1 < size && from[n]; n++)
        to[n] = from[n] >= ' ' && from[n] <= '~' ? from[n] : '?';
    to[n] = 0;
}

int sc_web_refused(unsigned site, struct sc_web_refused *ret, struct sc_error *err)
{
    struct sc_web_count c;
    *ret = (struct sc_web_refused){0};
    int rc = sc_web_counts_read(SC_WEB_COUNTS, site, &c, err);
    if (rc == SC_E_NOTFOUND)
        return 0;
    if (rc < 0)
        return rc;
    *ret = (struct sc_web_refused){.n = c.n, .last = c.last, .status = c.status};
    copy_printable(c.reason, ret->reason, sizeof(ret->reason));
    return 0;
}
