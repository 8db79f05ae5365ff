/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mod_sitecage in this machine's Apache: switched on with the feature, off with it
 * (docs/apache-module.md). What enable and disable change counts without it being told. Need root. */
#ifndef SC_WEB_MODULE_H
#define SC_WEB_MODULE_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"

enum sc_web_module_is {
    SC_WEB_MODULE_NO_APACHE, /* none is installed */
    SC_WEB_MODULE_OFF,       /* Apache does not have it */
    SC_WEB_MODULE_WAITS,     /* Apache does not run, and has it when it starts */
    SC_WEB_MODULE_ACTIVE     /* the running Apache has it: the kernel says so */
};

/* *ret_server (may be NULL): as sc_web_module_server() says. */
enum sc_web_module_is sc_web_module_look(pid_t *ret_server);

/* The first process of the running Apache; 0: none runs. */
pid_t sc_web_module_server(void);

/* Whether that would not be SC_WEB_MODULE_NO_APACHE. Asks no process. */
bool sc_web_module_has_apache(void);

/* ACTIVE or WAITS: Apache holds to the cages, and takes PHP of isolated sites to their own masters. */
bool sc_web_module_guards(void);
static inline bool sc_web_module_is_guard(enum sc_web_module_is is)
{
    return is == SC_WEB_MODULE_ACTIVE || is == SC_WEB_MODULE_WAITS;
}

/* Switches it on, when Apache's own test accepts that, and has the running Apache take it in
 * (graceful, no request is lost). Nothing where it is on, and where there is no Apache.
 * SC_E_PLATFORM: this Apache has no place for it; SC_E_INVAL: its configuration is not valid,
 * nothing is changed; SC_E_NOTFOUND: it was not built; SC_E_TIMEOUT, SC_E_SYS. After 0 it guards, where
 * there is an Apache. *ret_switched: it was off before. */
int sc_web_module_on(bool *ret_switched, struct sc_error *err);

/* The same the other way. A configuration that is not valid keeps it loaded: it does nothing while
 * no site is isolated. */
int sc_web_module_off(struct sc_error *err);

#endif
