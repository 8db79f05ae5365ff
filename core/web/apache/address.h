/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a proxied request is to go. Pure. */
#ifndef SC_WEB_APACHE_ADDRESS_H
#define SC_WEB_APACHE_ADDRESS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* The name that an address has in the table: a clean path of a Unix socket, or "*:PORT" whatever
 * the host, because any name can be one of this machine. `out` has PATH_MAX bytes. */

/* Of a FastCGI address as configurations write it: "/run/x.sock", "127.0.0.1:9000", "[::1]:9000",
 * "9000". False: it is none. */
bool sc_web_address_of_text(const char *text, char *out);

/* Of a URL of mod_proxy's ("fcgi://host:9000/path"), `standard` its scheme's own port. */
bool sc_web_address_of_url(const char *url, unsigned standard, char *out);

/* The path of such a URL, with its slash; "/" when there is none. */
const char *sc_web_url_path(const char *url);

/* Whether mod_proxy speaks the URL's scheme to a server at a port, and not to a program of this machine's. */
bool sc_web_url_is_network(const char *url);

/* True when the URL's scheme is `scheme` (lower case). */
bool sc_web_url_is(const char *url, const char *scheme);

#endif
