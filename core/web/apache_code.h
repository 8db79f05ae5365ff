/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directives of other modules that run code whatever handler a request has: mod_wsgi's, mod_lua's,
 * mod_perl's, mod_python's. Pure. */
#ifndef SC_WEB_APACHE_CODE_H
#define SC_WEB_APACHE_CODE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the line `w` (n words) is one; *ret_script: the file that it names, NULL: it names a handler
 * in words. */
bool sc_apache_runs_code(char *const *w, size_t n, const char **ret_script);

/* The script is the server's own: its path lies where accounts have nothing. */
bool sc_apache_script_is_servers(const char *script);

#endif
