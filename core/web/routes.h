/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mod_sitecage was told of sites: the table that Apache reads, read once for many questions. */
#ifndef SC_WEB_ROUTES_H
#define SC_WEB_ROUTES_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/base/stamp.h"

struct sc_web_table;

struct sc_web_routes { /* {0} at first */
    struct sc_web_table *table;
    struct sc_stamps seen;
};

void sc_web_routes_done(struct sc_web_routes *r);

/* Whether the table has the document root (canonical) as an isolated site's, as it is now: it is
 * read again where it was changed since. No table has none. SC_E_SYS, SC_E_INVAL, SC_E_NOMEM: it
 * cannot be read. */
int sc_web_routes_has(struct sc_web_routes *r, const char *docroot, bool *ret_has,
                      struct sc_error *err);

#endif
