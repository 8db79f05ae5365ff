/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tokens of DOMAIN.cust_httpd (cust_nginx, cust_openlitespeed) that move a document root, of
 * DirectAdmin's template language: |?NAME=value|, |*if NAME="value"|, !=, |*if NAME|, |*if !NAME|,
 * |*else|, |*endif|, and `NAME` in values (docs.directadmin.com, "Customizing Apache"; its
 * knowledge base, "Custom HTTPD templates: read order"). Pure. */
#ifndef SC_DIRECTADMIN_TOKENS_H
#define SC_DIRECTADMIN_TOKENS_H

#include <stddef.h>
#include "core/base/error.h"
#include "directadmin/site.h"

/* A document root that is, or may be, the site's too. */
struct sc_da_place {
    char *path; /* NULL: it cannot be told */
    char *why;  /* the token that is not understood; NULL: the HTTPS host's, or another token's */
};

struct sc_da_places {
    struct sc_da_place *v;
    size_t n;
};

void sc_da_places_done(struct sc_da_places *p);

/* Adds a copy. SC_E_NOMEM. */
int sc_da_places_add(struct sc_da_places *p, const char *path, const char *why,
                     struct sc_error *err);

/* Finds the document root that the text sets for the site: for the domain the last |?DOCROOT=…|
 * that is in force; for a subdomain the last |?SDOCROOT=…|, or, where there is none, the last
 * |?DOCROOT=…| under a condition that keeps it from the domain. *ret: for free(); NULL when nothing
 * is set, or what is set is no absolute path.
 *
 * What the HTTPS host (SSL_TEMPLATE) has otherwise, and what depends on a condition that is not
 * understood (a variable that nothing here sets, another operator), is added to *also.
 * SC_E_NOMEM. */
int sc_da_tokens_docroot(const char *text, const struct sc_da_site *site, char **ret,
                         struct sc_da_places *also, struct sc_error *err);

#endif
