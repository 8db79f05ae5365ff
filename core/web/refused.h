/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mod_sitecage refused a site's requests, as the web server's processes counted it: hearsay.
 * Need root. */
#ifndef SC_WEB_REFUSED_H
#define SC_WEB_REFUSED_H

#include <stdint.h>
#include "core/base/error.h"

struct sc_web_refused {
    uint64_t n;       /* requests; 0: none, or nobody counts */
    int64_t last;     /* Unix time of the last one, seconds */
    unsigned status;  /* that its visitor got */
    char reason[104]; /* printable ASCII; cut where it is long */
};

/* SC_E_SYS, SC_E_INVAL: the counts cannot be read. */
int sc_web_refused(unsigned site, struct sc_web_refused *ret, struct sc_error *err);

/* The same for who asks about many sites. *ret is NULL where nothing was ever refused; sc_web_refusals_close() it. */
struct sc_web_counts; /* core/web/apache/counts.h */
int sc_web_refusals_open(struct sc_web_counts **ret, struct sc_error *err);
void sc_web_refusals_close(struct sc_web_counts *all);
void sc_web_refused_of(struct sc_web_counts *all, unsigned site, struct sc_web_refused *ret);

#endif
