/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which settings of PHP name places in the home. Pure. */
#ifndef SC_FACTS_PHP_NAMES_H
#define SC_FACTS_PHP_NAMES_H

#include <stddef.h>

enum sc_named {
    SC_NAMED_NOTHING,
    SC_NAMED_OWN,    /* a directory that each site is to have for itself: sessions, uploads, … */
    SC_NAMED_LOG,    /* a file that is written */
    SC_NAMED_READ,   /* something that is read */
    SC_NAMED_SEVERAL /* the same, several of them apart by ':' */
};

/* What a setting of php.ini names. */
enum sc_named sc_php_setting(const char *name);

/* The same for a key of a PHP-FPM pool: "php_admin_value[session.save_path]", "env[TMPDIR]". */
enum sc_named sc_fpm_key(const char *key);

/* The directory that a session.save_path names ("N;MODE;/PATH"); any other value as it is. */
const char *sc_php_path(const char *value);

#endif
