/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where each document root of an account really lies. */
#ifndef SC_FACTS_DOCROOTS_H
#define SC_FACTS_DOCROOTS_H

#include "core/base/error.h"
#include "core/inventory/domains_json.h"
#include "core/account/account.h"

struct sc_docroots {
    size_t n;        /* as the domains */
    char **rels;     /* per domain: below the home, canonical; NULL when it is not there */
    char **problems; /* per domain: why it cannot be isolated, NULL */
    char **led; /* per domain, NULL: none: rels has what the database knew of it (led.h), and this
                        is where it is led to, below the home; "": nowhere */
    char **closed; /* directories below the home with a document root that nobody could look at */
    size_t n_closed;
};

/* Of one that lies elsewhere, on a second disk for example: no view shows that. */
#define SC_DOCROOT_OUTSIDE                                                                         \
    "its document root is outside the home of its owner; mount its place below the home as well "  \
    "(mount --bind, and /etc/fstab) and name it by that path"

void sc_docroots_done(struct sc_docroots *d);

/* Whether the path begins with the home, by one of its two names. */
bool sc_docroots_in_home(const struct sc_account *a, const char *path);

/* Finds them. One that begins with another name of the home is in it (around.h). A document root
 * outside the home, and one whose path nobody can open, has a problem
 * and no place. One that its owner cannot reach for the moment, or reaches by a link around outside
 * of the home, has both. SC_E_SYS, SC_E_NOMEM: one could not be looked at, so it must not count as
 * missing; SC_E_DENIED: nothing is known of its place but that it is in the home. */
int sc_docroots_find(const struct sc_account *a, const struct sc_domains *domains,
                     struct sc_docroots *ret, struct sc_error *err);

#endif
