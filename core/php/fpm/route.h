/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sites whose PHP Apache takes to their own master by itself (mod_sitecage's route,
 * docs/apache-module.md), whatever address its configuration names: the shared master, its files and
 * its sockets are left as they are. Pure, but for names of users. */
#ifndef SC_PHP_FPM_ROUTE_H
#define SC_PHP_FPM_ROUTE_H

#include <stdbool.h>
#include "core/php/pools/known.h"
#include "core/php/pools/which.h"

struct sc_fpm_routing {
    const struct sc_vhosts *hosts;
    const struct sc_fpm_known_list *pools;
    const struct sc_fpm_asked *asked;
};

/* Marks those of a site's uses that Apache alone has (SC_FPM_ROUTED), where some pool can give the
 * settings of its PHP; returns that pool, NULL: none can. In this order: one that serves it, one of
 * the account, one of the server's own users where no host has the document root (mass hosting). */
const struct sc_fpm_known *sc_fpm_route_mark(const struct sc_fpm_routing *how,
                                             struct sc_fpm_use *uses, size_t n);

/* Whether the site needs a master that Apache goes to: a use is routed, or a pool may be named where
 * nobody reads (a .htaccess below the document root, a request's own address). */
bool sc_fpm_route_wanted(const struct sc_fpm_routing *how, const struct sc_fpm_use *uses, size_t n);

/* Adds the use of the site's own address, with the settings of `pool`, to *uses (*n). With id 0, of
 * a site that is not isolated yet, it only says what would be: SC_FPM_ROUTED. SC_E_NOMEM. */
int sc_fpm_route_add(const struct sc_fpm_known *pool, unsigned id, struct sc_fpm_use **uses,
                     size_t *n, struct sc_error *err);

#endif
