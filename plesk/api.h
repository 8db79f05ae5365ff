/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks Plesk's XML API for its domains: the way where its database cannot be asked. */
#ifndef SC_PLESK_API_H
#define SC_PLESK_API_H

#include "core/inventory/domains_json.h"
#include "plesk/plesk.h"

#define SC_PLESK_API_PATH "/enterprise/control/agent.php"

/* All domains with a document root: webspaces (main domains), sites, aliases with web service. Asks
 * three times, within timeout_ms together. With conf->user the secret is his password, without it
 * is a secret key (Plesk, "Authentication"; `plesk bin secret_key`). The caller calls
 * sc_domains_finish(). SC_E_PANEL, SC_E_TIMEOUT, SC_E_INVAL for a user or secret with bytes that
 * no HTTP header has. */
int sc_plesk_api_domains(const struct sc_plesk *p, const struct sc_api_conf *conf, int timeout_ms,
                         struct sc_domains *ret, struct sc_error *err);

/* Puts together what sc_plesk_xml() read: a site without a login has its webspace's, an alias has
 * its site's document root. What lacks one of them, or cannot be a domain, is left out. */
int sc_plesk_api_join(const char *rows, size_t len, struct sc_domains *ret, struct sc_error *err);

#endif
