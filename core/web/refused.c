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

static void take(const struct sc_web_count *c, struct sc_web_refused *ret)
{
    *ret = (struct sc_web_refused){.n = c->n, .last = c->last, .status = c->status};
    copy_printable(c->reason, ret->reason, sizeof(ret->reason));
}

int sc_web_refused(unsigned site, struct sc_web_refused *ret, struct sc_error *err)
{
    struct sc_web_count c;
    *ret = (struct sc_web_refused){0};
    int rc = sc_web_counts_read(SC_WEB_COUNTS, site, &c, err);
    if (rc == 0)
        take(&c, ret);
    return rc == SC_E_NOTFOUND ? 0 : rc;
}

int sc_web_refusals_open(struct sc_web_counts **ret, struct sc_error *err)
{
    struct sc_web_counts *all = NULL;
    int rc = sc_web_counts_open(SC_WEB_COUNTS, &all, err);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return rc;
    *ret = all;
    return 0;
}

void sc_web_refusals_close(struct sc_web_counts *all)
{
    sc_web_counts_close(all);
}

void sc_web_refused_of(struct sc_web_counts *all, unsigned site, struct sc_web_refused *ret)
{
    struct sc_web_count c;
    *ret = (struct sc_web_refused){0};
    if (sc_web_counts_find(all, site, &c))
        take(&c, ret);
}
