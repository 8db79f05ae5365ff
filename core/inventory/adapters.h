/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which control panel this server has. The table in adapters.c is the one place that lists them. */
#ifndef SC_INVENTORY_ADAPTERS_H
#define SC_INVENTORY_ADAPTERS_H

#include <stddef.h>
#include "core/base/error.h"

struct sc_adapter {
    const char *name;  /* as in `panel = …` of /etc/sitecage.conf */
    const char *title; /* for people */
    const char *path;  /* what exists where the panel is installed; NULL: only chosen by name */
    const char *exe;   /* full path of the adapter's executable */
    /* directory of the panel's CGI programs, which run sites' PHP and must be in their views; NULL */
    const char *programs;
    const char *also; /* another name in `panel = …`; NULL */
};

struct sc_panel_conf {
    const char *panel;       /* auto, or an adapter's name; NULL: auto */
    const char *root_prefix; /* put before each path looked for; NULL in production, for tests */
};

/* All adapters, in the order of detection. Static storage. */
const struct sc_adapter *sc_adapters(size_t *ret_n);

/* The adapter that `panel = NAME` means; NULL: there is none. */
const struct sc_adapter *sc_adapter_named(const char *name);

/* Finds the adapter: the named one without looking, with `auto` the first whose path exists. *ret
 * is static storage. Errors: SC_E_INVAL for an unknown name; SC_E_PLATFORM when no panel is there,
 * naming every path looked for and what to do; SC_E_SYS when a path cannot be looked at. */
int sc_panel_detect(const struct sc_panel_conf *conf, const struct sc_adapter **ret,
                    struct sc_error *err);

#endif
