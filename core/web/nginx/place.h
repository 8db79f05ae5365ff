/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where lines can be written that count for the server blocks of one site alone: panels and
 * administrators have these include files that are kept for the domain, by a path with its name in
 * it, or in the account's home. */
#ifndef SC_WEB_NGINX_PLACE_H
#define SC_WEB_NGINX_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/web/roots.h"
#include "core/web/vhosts.h"

struct sc_nginx_place {
    char *path;
    bool own; /* a file of ours, which a pattern matches; else others' */
    /* a file of which the panel writes the server block again when it is asked: it need not exist */
    char *domain;         /* as the panel calls it; NULL: nginx reads the file itself */
    bool named;           /* it is of several domains: the lines say of which they are */
    char *before, *after; /* what has to stand around the line there; NULL */
    char *from;  /* the directory from which on links are not followed; NULL: the document root */
    uid_t owner; /* who may own that file and its directory beside root */
};

/* Whether both are of the same lines in the same file. */
bool sc_nginx_place_same(const struct sc_nginx_place *a, const struct sc_nginx_place *b);

/* Copies; SC_E_NOMEM. */
int sc_nginx_place_copy(const struct sc_nginx_place *from, struct sc_nginx_place *ret,
                        struct sc_error *err);

void sc_nginx_place_done(struct sc_nginx_place *p);

/* For a server block that serves the site. Pure; what it names need not be there. With the way out:
 * SC_E_NOTFOUND, the block has no such place; SC_E_DENIED, it serves other sites, too, or says
 * otherwise about links. */
int sc_nginx_place_find(const struct sc_vhosts *hosts, const struct sc_vhost *h,
                        const struct sc_web_whose *site, struct sc_nginx_place *ret,
                        struct sc_error *err);

/* The name of ours that `pattern` of an include matches: "…/nginx.conf_sitecage" for
 * "…/nginx.conf_*", "…/sitecage.conf" for "…" and "*.conf". False: none, or it has other special
 * characters. Pure. */
bool sc_nginx_place_name(const char *pattern, char *out, size_t size);

#endif
