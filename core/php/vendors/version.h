/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of PHP versions, programs and modules. Pure. */
#ifndef SC_PHP_VENDORS_VERSION_H
#define SC_PHP_VENDORS_VERSION_H

#include <stdbool.h>

#define SC_PHP_NATIVE "native"

#define SC_PHP_NAME_MAX     7u /* "8.1", "native"; without the NUL */
#define SC_PHP_VERSIONS_MAX 64u
#define SC_PHP_MODULES_MAX  512u
#define SC_PHP_MODULE_MAX   63u /* bytes of a module's name */

enum sc_php_sapi {
    SC_PHP_CGI,
    SC_PHP_CLI,
    SC_PHP_FPM,
    SC_PHP_LSPHP,
    SC_PHP_SAPIS
};

/* "php-cgi", "php", "php-fpm", "lsphp": what the program is called where it is the native one. */
const char *sc_php_sapi_name(enum sc_php_sapi sapi);

/* "8.1" or "native", nothing else. */
bool sc_php_name_valid(const char *name);
/* "8.1" -> "81". `key` has SC_PHP_NAME_MAX + 1 bytes. */
void sc_php_key(const char *name, char *key);
/* Letters, digits, '_', and in its middle '-', '.', '+': no path, no word of an ini file. */
bool sc_php_module_valid(const char *name);

#endif
