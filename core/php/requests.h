/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The requests that run in a site whose end is wanted. */
#ifndef SC_PHP_REQUESTS_H
#define SC_PHP_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"

#define SC_PHP_REQUESTS_LOOK_MS 300 /* for the site's processes, of which a user can make many */

struct sc_php_process;

struct sc_php_requests {
    struct sc_php_process *v;
    size_t n;
    bool more; /* there are more processes than could be looked at */
};

void sc_php_requests_done(struct sc_php_requests *r);

/* Finds the programs that may be at a request: those that wait for requests (FastCGI, LSAPI), CGI
 * programs (GATEWAY_INTERFACE in the environment, RFC 3875) and PHP-FPM. Only processes in the pid
 * namespace of `keeper`; none when it has ended. No new request must come to the site any more.
 * `tell`: those that wait are told to end, which lets them finish, by SIGTERM to the topmost of each
 * family. Once: what is left of a family that was told is at its last request.
 * SC_E_SYS, SC_E_NOMEM. Needs root. */
int sc_php_requests_find(pid_t keeper, bool tell, struct sc_php_requests *ret,
                         struct sc_error *err);

/* Whether one of them still runs; true where there were more than could be looked at. */
bool sc_php_requests_any(const struct sc_php_requests *r);

#endif
