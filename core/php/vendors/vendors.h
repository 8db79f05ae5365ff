/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one table of where vendors of PHP packages put their versions. libc only.
 *
 * In paths %v is a version as "8.1" and %n as "81"; '*' is anything but '/'. Of two paths that are
 * apart by '|' the first that exists counts. Sources: the packages themselves (Debian, Remi), the
 * vendors' documentation, and docs/panels for panels' own builds. */
#ifndef SC_PHP_VENDORS_VENDORS_H
#define SC_PHP_VENDORS_VENDORS_H

#include <stdbool.h>
#include <stddef.h>
#include "core/php/vendors/version.h"

#define SC_PHP_VENDOR_CLOSED 2

struct sc_php_vendor {
    const char *name;
    /* Interpreters: a pattern of glob(3), whose '*' is the version; NULL: no interpreters here. */
    const char *find, *bin[SC_PHP_SAPIS], *ini, *modules;
    /* PHP-FPM: its pools' files, its main file, its program; NULL: none here. `pool_dir`: the
     * master reads all files of that directory. */
    const char *pools, *fpm_main, *fpm_exe;
    bool pool_dir;
    /* Session directories, of which each site has its own (glob(3)); NULL. */
    const char *sessions;
    /* What no site sees (glob(3)): pools, sockets; NULL behind the last. */
    const char *closed[SC_PHP_VENDOR_CLOSED + 1];
};

/* In the order in which a version counts that two vendors have. */
const struct sc_php_vendor *sc_php_vendors(size_t *ret_n);

#endif
