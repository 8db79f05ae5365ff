/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Roots of nginx's server blocks and locations. One with variables is known when all is read: `set`
 * counts wherever in the server it stands, `map` wherever in the configuration. */
#ifndef SC_WEB_NGINX_ROOTS_H
#define SC_WEB_NGINX_ROOTS_H

#include <stdbool.h>
#include <stddef.h>
#include "core/web/nginx_links.h"
#include "core/web/nginx_values.h"
#include "core/web/vhosts.h"

struct sc_nginx_root {
    size_t host, block; /* among the reader's hosts, among the blocks */
    bool of_server;     /* not of a location */
    char *text;
};

struct sc_nginx_roots {
    struct sc_nginx_root *later;
    size_t n;
};

/* `root PATH` in `block` of `host`. */
void sc_nginx_root_said(struct sc_vhosts_reader *r, struct sc_nginx_roots *l,
                        struct sc_nginx_links *links, const struct sc_nginx_root *said);

/* All is read: roots that variables have, and the document roots of servers whose locations alone
 * have one. Releases *l. */
void sc_nginx_roots_finish(struct sc_vhosts_reader *r, struct sc_nginx_roots *l,
                           const struct sc_nginx_values *values, struct sc_nginx_links *links);

#endif
