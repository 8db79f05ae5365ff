/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_PHP_RESTART_H
#define SC_PHP_RESTART_H

#include <sys/types.h>
#include "core/base/error.h"
#include "core/php/catalogue.h"

#define SC_PHP_RESTART_MS 10000

/*
 * Ends the PHP programs of one site that outlive a request, so that the next request starts them
 * anew: php-cgi and lsphp that wait on a socket for requests (FastCGI, LSAPI), by SIGTERM to the
 * topmost of each family, which lets requests finish, and SIGKILL after SC_PHP_RESTART_MS. A
 * php-cgi that answers one request as a CGI program is left alone, and so are PHP-FPM and all other
 * programs. Only processes in the site's own pid namespace are looked at. Needs root. Fine when the
 * site does not run.
 */
int sc_php_restart_site(const struct sc_php_catalogue *c, uid_t uid, unsigned id,
                        struct sc_error *err);

#endif
