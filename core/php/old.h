/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PHP programs of a site that outlive a request (php-cgi of FastCGI, lsphp) and run the PHP that it had
 * before a change. Nobody waits for the requests that they answer: that they are to end is a state, a file
 * SC_RUN_DIR/<uid>/<id>.oldphp.<time> with their numbers and start times, as the site's /proc has them. Until that
 * time their requests may finish; then they are killed. Whoever finds the file goes on with what it says:
 * core/ending has a process do so. Need root. */
#ifndef SC_PHP_OLD_H
#define SC_PHP_OLD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/php/catalogue.h"

#define SC_PHP_OLD_MS 10000 /* for the requests that run */

/* Notes those that run now: php-cgi and lsphp that wait on a socket for requests, of the catalogue's. A php-cgi that
 * answers one request as a CGI program is left alone, and so are PHP-FPM and all other programs. Only
 * processes in the site's own pid namespace are looked at. *ret_any: there are some, and
 * sc_php_old_look() is to follow. SC_E_SYS, SC_E_NOMEM. */
int sc_php_old_note(const struct sc_php_catalogue *c, uid_t uid, unsigned id, bool *ret_any,
                    struct sc_error *err);

/* Goes on with all that is noted of the account's sites: tells them to end once, by SIGTERM to the topmost of each
 * family, which lets requests finish; kills those whose time has come; removes the notes of which nothing
 * runs any more. *ret_left: programs that have not ended. */
int sc_php_old_look(uid_t uid, size_t *ret_left, struct sc_error *err);

#endif
