/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks DirectAdmin's API for document roots: the one place where they are fully computed. */
#ifndef SC_DIRECTADMIN_API_H
#define SC_DIRECTADMIN_API_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/inventory/domains_json.h"
#include "directadmin/paths.h"

/* The domains and subdomains of `owner` (NULL: of all), added to *ret, not finished, without
 * aliases and with is_main false. Asks the server that section [api] of /etc/sitecage.conf names;
 * with `one_time` the one that `directadmin api-url` makes an address for, which leaves a key in
 * the panel and is therefore for when nothing else answers. Takes at most about `timeout_ms`.
 * SC_E_NOTFOUND: there is no API to ask. Else sc_http_fetch()'s and sc_da_answer()'s errors. Needs
 * root. */
int sc_da_api_domains(const struct sc_da *da, bool one_time, const char *owner, int timeout_ms,
                      struct sc_domains *ret, struct sc_error *err);

#endif
