/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hooks that this adapter wants of cPanel. */
#ifndef SC_CPANEL_WANTED_H
#define SC_CPANEL_WANTED_H

#include <stddef.h>

struct sc_cpanel_wanted {
    const char *category, *event, *stage;
};

/* Static storage. */
const struct sc_cpanel_wanted *sc_cpanel_wanted(size_t *ret_n);

#endif
