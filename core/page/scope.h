/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reseller asks for concerns his customers' domains alone. The commands run as root and know no resellers, so it is
 * looked at before one is run: whose the domains are, cagefsctl says. */
#ifndef SC_PAGE_SCOPE_H
#define SC_PAGE_SCOPE_H

#include <jansson.h>
#include <stdbool.h>
#include "core/base/error.h"

/* `doc`: the request. Runs cagefsctl where the request names domains. Another's domain and one that does not exist get the
 * same answer (SC_E_NOTFOUND). SC_E_DENIED: the administrator has locked the customer, and the request would isolate him
 * less. SC_E_PANEL: nobody can tell whose they are. */
int sc_page_scope(const json_t *doc, const char *accounts, struct sc_error *err);

/* The same, by the answer to --site-isolation-status. Pure. `names`: canonical. */
int sc_page_scope_judge(const json_t *status, const char *accounts, const char *const *names,
                        size_t n, bool ends, struct sc_error *err);

#endif
