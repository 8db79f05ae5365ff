/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds what one row of Plesk's says to a list of domains. */
#ifndef SC_PLESK_ADD_H
#define SC_PLESK_ADD_H

#include <stdbool.h>
#include "hooks/adapter/adapter.h"

/* sc_domains_add(), but what cannot be a domain, a user or a document root (or a document root that
 * JSON cannot say) is left out without an error: one customer's odd name must not cost all others
 * their inventory. */
int sc_plesk_add(struct sc_domains *d, const char *name, const char *user, const char *docroot,
                 bool is_main, struct sc_error *err);

#endif
