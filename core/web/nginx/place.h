/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where lines can be written that count for the server blocks of one site alone: panels and
 * administrators have these include files that are kept for the domain, by a path with its name in
 * it, or in the account's home. */
#ifndef SC_WEB_NGINX_PLACE_H
#define SC_WEB_NGINX_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/web/roots.h"
#include "core/web/vhosts.h"

struct sc_nginx_place {
    char *path;
    bool own; /* a file of ours, which a pattern matches; else the file is others', and is there */
};

void sc_nginx_place_done(struct sc_nginx_place *p);

/* For a server block that serves the site. Pure; what it names need not be there. SC_E_NOTFOUND,
 * with the way out: the block has no such place, serves other sites, too, or says otherwise about
 * links. */
int sc_nginx_place_find(const struct sc_vhosts *hosts, const struct sc_vhost *h,
                        const struct sc_web_whose *site, struct sc_nginx_place *ret,
                        struct sc_error *err);

/* The name of ours that `pattern` of an include matches: "…/nginx.conf_sitecage" for
 * "…/nginx.conf_*", "…/sitecage.conf" for "…" and "*.conf". False: none, or it has other special
 * characters. Pure. */
bool sc_nginx_place_name(const char *pattern, char *out, size_t size);

#endif
