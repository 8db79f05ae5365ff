/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that panels and people give: domains, and the unix users who own them. */
#ifndef SC_BASE_DOMAIN_NAME_H
#define SC_BASE_DOMAIN_NAME_H

#include <stdbool.h>
#include "core/base/error.h"

#define SC_DOMAIN_MAX       253 /* RFC 1035 2.3.4, without the root's dot */
#define SC_DOMAIN_LABEL_MAX 63
#define SC_OWNER_MAX        63

/* The one spelling under which a domain is stored and compared: lower case, ASCII (other letters
 * become punycode: IDNA2008, non-transitional, UTS 46 mapping), one dot at the end dropped. A
 * leading "*." and underscores are accepted, because panels have such domains; a '-' in front is
 * not, because it would be read as an option. `in` is UTF-8. Writes `out` only on success. Errors:
 * SC_E_INVAL (the text names the domain and what is wrong), SC_E_NOMEM. */
int sc_domain_canon(const char *in, char out[256], struct sc_error *err);

/* The name as people write it, where that is in other letters (UTF-8); the caller's to free(). NULL: it is `canon` itself,
 * or nobody can tell. */
char *sc_domain_unicode(const char *canon);

/* Whether a panel's word for a domain's owner can be a unix user's name: 1-63 of A-Z a-z 0-9 _ . -
 * + @, not beginning with '-' or '.'. It is used as a file name and as an argument. Does not ask
 * passwd. */
bool sc_owner_valid(const char *name);

#endif
