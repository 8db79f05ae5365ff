/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A panel's domains, as text. */
#ifndef SC_TESTS_DOMAINS_TEXT_H
#define SC_TESTS_DOMAINS_TEXT_H

#include <stdio.h>
#include "core/inventory/domains_json.h"

#define DOMAINS_TEXT_MAX 16384

/* "name owner docroot[ in site_directory][ main]" of each, a line each; then the odd entries, "odd
 * name owner path[ hides]: text"; '-' is none. Static storage. */
static inline const char *domains_text(const struct sc_domains *list)
{
    static char all[DOMAINS_TEXT_MAX];
    size_t n = 0;
    all[0] = 0;
    for (size_t i = 0; i < list->n && n < sizeof(all); i++) {
        const struct sc_domain *d = &list->v[i];
        n += (size_t)snprintf(all + n, sizeof(all) - n, "%s %s %s%s%s%s\n", d->name, d->owner,
                              d->docroot, d->site_dir ? " in " : "", d->site_dir ? d->site_dir : "",
                              d->is_main ? " main" : "");
    }
    for (size_t i = 0; i < list->odds.n && n < sizeof(all); i++) {
        const struct sc_odd *o = &list->odds.v[i];
        n += (size_t)snprintf(all + n, sizeof(all) - n, "odd %s %s %s%s: %s\n",
                              o->name ? o->name : "-", o->owner ? o->owner : "-",
                              o->path ? o->path : "-", o->hides ? " hides" : "", o->text);
    }
    return all;
}

#endif
