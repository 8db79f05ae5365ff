/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tokens of DOMAIN.cust_httpd (cust_nginx, cust_openlitespeed) that move a document root. Pure. */
#ifndef SC_DIRECTADMIN_TOKENS_H
#define SC_DIRECTADMIN_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

struct sc_da_site {
    const char *user, *home, *domain;
    const char *sub; /* label of the subdomain of `domain`; "": the domain itself */
};

/* Finds the document root that the text sets for the site: for the domain the last
 * |?DOCROOT=…| outside of any |*if SUB="…"|; for a subdomain the last |?SDOCROOT=…| that is not
 * kept from it by such a condition, or a |?DOCROOT=…| within one that names it. `HOME`, `DOMAIN`,
 * `SUB` and `USER` in backticks are replaced. What depends on a condition that is not understood
 * (such as the SSL one: there a second document root is set), or holds another token, is passed
 * over. False when nothing is set, or what is set is no absolute path. */
bool sc_da_tokens_docroot(const char *text, const struct sc_da_site *site, char *out, size_t size);

#endif
