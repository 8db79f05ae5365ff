/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The TCP ports that configurations name: pools of PHP-FPM, and what the web servers pass requests
 * to by FastCGI, uwsgi or SCGI. */
#ifndef SC_LOOPBACK_PORTS_H
#define SC_LOOPBACK_PORTS_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/loopback/listeners.h"
#include "core/loopback/plan.h"
#include "core/php/pools/known.h"
#include "core/web/vhosts.h"

/* Adds them. Whose a pool's is, the pool says; whose another one is, the kernel. An address of
 * another machine counts for nothing. Databases, HTTP servers and the like run nothing that they
 * are sent, and are not among them. SC_E_SYS: a user cannot be looked up; SC_E_NOMEM. */
int sc_loopback_named(const struct sc_fpm_known_list *pools, const struct sc_vhosts *hosts,
                      const struct sc_tcp_listeners *ls, struct sc_loopback *l,
                      struct sc_error *err);

/* The port of an address ("127.0.0.1:9000", "[::1]:9000", "9000", "localhost:9000"); 0: a Unix
 * socket, a variable, or another machine's. */
unsigned sc_loopback_port_in(const char *address);

#endif
