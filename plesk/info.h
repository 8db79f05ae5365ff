/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One domain from Plesk's command line: `plesk bin site --info NAME`. For people, in their language
 * and slow: used only where neither the database nor the XML API answers. */
#ifndef SC_PLESK_INFO_H
#define SC_PLESK_INFO_H

#include "core/inventory/domains_json.h"
#include "plesk/plesk.h"

/* Adds the domain that the output describes: lines "Label:   value", of which "Domain name", "FTP
 * Login" (the system user) and "--WWW-Root--" count. Nothing is added, without an error, for one
 * that has no document root (forwarding, no hosting). SC_E_PANEL when there is no domain name in
 * it. */
int sc_plesk_info_parse(const char *data, size_t len, struct sc_domains *ret, struct sc_error *err);

/* Asks for that domain (canonical name). None, without an error, when Plesk does not have it.
 * SC_E_PANEL, SC_E_TIMEOUT. */
int sc_plesk_info(const struct sc_plesk *p, const char *name, int timeout_ms,
                  struct sc_domains *ret, struct sc_error *err);

#endif
