/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host as DirectAdmin's templates are asked about it. */
#ifndef SC_DIRECTADMIN_SITE_H
#define SC_DIRECTADMIN_SITE_H

#include <stdbool.h>

struct sc_da_site {
    const char *user, *home, *domain;
    const char *sub;     /* label of the subdomain of `domain`; "": the domain itself */
    const char *docroot; /* what it is without these tokens */
};

#endif
