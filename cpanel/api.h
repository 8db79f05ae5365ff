/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cPanel's API, for where its files cannot be read: WHM API 1 over HTTPS, or by its programs. */
#ifndef SC_CPANEL_API_H
#define SC_CPANEL_API_H

#include "cpanel/cpanel.h"

/* Reads an answer in any of the panel's envelopes (WHM API 1, UAPI as its program and as /execute/
 * give it, UAPI within WHM API 1, API 2) and adds the domains of which it tells the document root:
 * get_domain_info, DomainInfo::domains_data (both formats), DomainLookup::getdocroots. `user` owns
 * what the answer gives no user for; NULL: such entries are left out, as are those that cannot be
 * domains. SC_E_PANEL, with the panel's own reason, for a failure, for an answer of another kind,
 * and for one with no domain in it: the panel answers so where the token may not see them. */
int sc_cpanel_api_parse(const char *json, size_t len, const char *who, const char *user,
                        struct sc_domains *ret, struct sc_error *err);

/* Asks for all domains, or (where the panel can) for the user's alone: [api] of
 * /etc/sitecage.conf where that is set, else whmapi1 and uapi. SC_E_PANEL, SC_E_TIMEOUT,
 * SC_E_NOTFOUND when there is neither. */
int sc_cpanel_api_domains(const struct sc_cpanel *cp, const struct sc_caller *c, const char *user,
                          struct sc_domains *ret, struct sc_error *err);

#endif
