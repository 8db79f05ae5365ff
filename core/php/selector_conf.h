/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CloudLinux' two tables of interpreters in /etc/cl.selector. Pure. */
#ifndef SC_PHP_SELECTOR_CONF_H
#define SC_PHP_SELECTOR_CONF_H

#include <stddef.h>
#include "core/base/error.h"
#include "core/php/vendors/version.h"

#define SC_PHP_CONF_MAX (64u << 10)

/* What a line is about: a program, or php.ini. */
enum {
    SC_PHP_CONF_INI = SC_PHP_SAPIS,
    SC_PHP_CONF_WHATS
};

struct sc_php_conf_row {
    int what; /* enum sc_php_sapi, or SC_PHP_CONF_INI */
    char name[SC_PHP_NAME_MAX + 1];
    char *full;
    char *path; /* absolute */
};

struct sc_php_conf {
    struct sc_php_conf_row *v; /* in the file's order */
    size_t n;
};

void sc_php_conf_done(struct sc_php_conf *c);

/* selector.conf: "BINARY X.Y X.Y.Z /PATH" a line, words apart by blanks; BINARY is php (php-cgi),
 * php-cli, php-fpm, lsphp or php.ini. Lines about other programs are passed over, as are empty ones
 * and those that begin with '#'. SC_E_INVAL with `file` and the line; SC_E_TOOBIG. */
int sc_php_selector_conf_parse(const char *text, size_t len, const char *file,
                               struct sc_php_conf *ret, struct sc_error *err);

/* native.conf: "BINARY=/PATH" a line; the rows have neither name nor full. The rest as above. */
int sc_php_native_conf_parse(const char *text, size_t len, const char *file,
                             struct sc_php_conf *ret, struct sc_error *err);

#endif
