/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where an Apache looks for modules that somebody switched on. */
#ifndef SC_WEB_MODULE_PLACE_H
#define SC_WEB_MODULE_PLACE_H

#include <stdbool.h>
#include "core/base/error.h"

struct sc_module_place {
    const char *server;    /* its program */
    const char *dir;       /* it reads what is in here */
    const char *available; /* Debian: what is switched on are links into this directory; NULL */
    const char *control;   /* the program that tests its configuration */
};

/* The Apache of this machine below `root` ("" in production). 0: none is installed, *ret is NULL.
 * SC_E_PLATFORM: one that has no such directory. SC_E_SYS: that cannot be asked. */
int sc_module_place_find(const char *root, const struct sc_module_place **ret,
                         struct sc_error *err);

/* Whether the module is switched on there: SC_THERE, SC_ABSENT, SC_E_SYS (core/base/there.h). */
int sc_module_place_is_on(const char *root, const struct sc_module_place *place,
                          struct sc_error *err);

/* Switches it on or off for when the server reads its configuration next; fine twice. `object`: the
 * module's file. SC_E_NOTFOUND: the installation is not whole; SC_E_SYS. Need root. */
int sc_module_place_on(const char *root, const struct sc_module_place *place, const char *object,
                       struct sc_error *err);
int sc_module_place_off(const char *root, const struct sc_module_place *place,
                        struct sc_error *err);

#endif
