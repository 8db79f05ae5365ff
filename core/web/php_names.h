/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which names of files a line of Apache's configuration is for, asked of some names that PHP can have: x.php, x.phtml,
 * x.phar and their like. Each is a bit. Pure. */
#ifndef SC_WEB_PHP_NAMES_H
#define SC_WEB_PHP_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#define SC_PHP_NAMES_ALL 0xffffu

/* <Files "*.php">: fnmatch(3). */
unsigned sc_php_names_glob(const char *pattern);

/* <FilesMatch>, <LocationMatch>, ProxyPassMatch, RewriteRule: with `slash`, of "/x.php" and "x.php". An expression that POSIX
 * does not have is for all. */
unsigned sc_php_names_regex(const char *pattern, bool slash);

/* AddHandler, AddType: extensions, with their dots or without. They count anywhere in a name, in either case. */
unsigned sc_php_names_exts(char *const *words, size_t n);

/* <Location>, ProxyPass: what begins with it. */
unsigned sc_php_names_path(const char *path);

/* The first of them, as text; "" for none. */
const char *sc_php_names_one(unsigned names);

#endif
