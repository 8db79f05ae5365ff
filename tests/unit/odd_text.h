/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a panel's answer was passed over, as text. */
#ifndef SC_TESTS_ODD_TEXT_H
#define SC_TESTS_ODD_TEXT_H

#include <stdio.h>
#include "core/inventory/odd.h"

/* "name owner path[ hides]" of each, a line each; '-' is none. Static storage. */
static inline const char *odd_text(const struct sc_odds *o)
{
    static char text[8192];
    size_t n = 0;
    text[0] = 0;
    for (size_t i = 0; i < o->n && n < sizeof(text); i++)
        n +=
            (size_t)snprintf(text + n, sizeof(text) - n, "%s %s %s%s\n",
                             o->v[i].name ? o->v[i].name : "-", o->v[i].owner ? o->v[i].owner : "-",
                             o->v[i].path ? o->v[i].path : "-", o->v[i].hides ? " hides" : "");
    return text;
}

#endif
