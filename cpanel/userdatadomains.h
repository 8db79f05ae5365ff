/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cache of all domains that cPanel makes from userdata, as text
 *     DOMAIN: user==owner==type==parent==docroot==ip:port==…
 * or as JSON {"DOMAIN": [user, owner, type, parent, docroot, …]}. */
#ifndef SC_CPANEL_USERDATADOMAINS_H
#define SC_CPANEL_USERDATADOMAINS_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"

#define SC_CPANEL_CACHE_MAX (512u << 20)

struct sc_cpanel_row {
    const char *name, *user, *docroot; /* as they stand there */
    bool is_main;
};

/* A negative code ends the reading. */
typedef int sc_cpanel_row_fn(const struct sc_cpanel_row *row, void *arg);

/* Calls `fn` for each line that has a domain; what it lacks else is "". Other lines are passed
 * over. `text` (NUL-terminated) is written into. */
int sc_cpanel_cache_text(char *text, size_t len, sc_cpanel_row_fn *fn, void *arg);

/* The same for the members of the JSON, all of them. SC_E_INVAL when it is no object. */
int sc_cpanel_cache_json(const char *text, size_t len, const char *what, sc_cpanel_row_fn *fn,
                         void *arg, struct sc_error *err);

#endif
