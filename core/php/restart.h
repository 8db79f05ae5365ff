/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_PHP_RESTART_H
#define SC_PHP_RESTART_H

#include <sys/types.h>
#include "core/base/error.h"

#define SC_PHP_RESTART_MS 10000

/* Ends, by SIGTERM to the topmost of each family, which lets requests finish, and SIGKILL after
 * SC_PHP_RESTART_MS, the FastCGI and LSAPI programs of the account that run in no site and are not
 * as the table wants it now: those of a site that is isolated, or has one inside of it; those that
 * hide sites (core/enter/hide.h). Which site a program serves is in its environment (our suexec
 * entry leaves it there; lsphp has DOCUMENT_ROOT), or its working directory tells. What serves
 * another site goes on. Of those of which nothing is known (started before the account had an
 * isolated site) all end that are children of some process: the web server starts them again. Call
 * it after the table was written, or removed. Needs root. */
int sc_php_restart_outside(uid_t uid, struct sc_error *err);

#endif
