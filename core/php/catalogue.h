/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which PHP interpreters does this server have? Found by /etc/cl.selector/{selector,native}.conf
 * and by the layouts of alt-php, cPanel, Plesk, DirectAdmin, Remi and Debian (layouts.c). Only
 * programs are taken that root alone can change or replace; what they are is asked of themselves
 * once, as nobody, and kept in SC_PHP_CACHE by device, inode, size and time. */
#ifndef SC_PHP_CATALOGUE_H
#define SC_PHP_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/php/vendors/version.h"

#define SC_PHP_ETC   "/etc/cl.selector"
#define SC_PHP_CACHE "/var/lib/sitecage/php.cache"
struct sc_php_binary {
    char *path;     /* as configured or found; NULL where there is none */
    char *real;     /* that, resolved; what a view can be mounted on */
    char *scan_dir; /* compiled in, as the program says it; NULL: none, or it did not say */
};

struct sc_php_module {
    char *name;   /* lower case */
    char *ini;    /* root's file that loads it; NULL: compiled in */
    int priority; /* lower is loaded earlier */
    bool fixed;   /* compiled in, or loaded by php.ini: cannot be switched off */
    bool on;      /* loaded where nobody chose */
};

struct sc_php {
    char name[SC_PHP_NAME_MAX + 1]; /* "8.1", or "native" */
    char key[SC_PHP_NAME_MAX + 1];  /* "81", or "native": as in alt-php81 */
    char *full;                     /* "8.1.27" */
    const char *layout;             /* "alt-php", "debian", …; static */
    struct sc_php_binary bin[SC_PHP_SAPIS];
    char *ini;         /* its php.ini; NULL */
    char *modules_dir; /* where its modules' ini files are; NULL */
    char *compiled;    /* names of compiled-in modules, comma between; NULL when unknown */
    bool disabled;     /* by the administrator: nobody may choose it */
    char *defaults;    /* modules= of defaults.cfg, comma between; NULL: what its scan_dir loads */
    struct sc_php_module *modules; /* by name; filled by sc_php_modules() */
    size_t n_modules;
    bool has_modules;
};

struct sc_php_catalogue {
    struct sc_php *v; /* by version; without the native one */
    size_t n;
    struct sc_php native;              /* bin[…].path all NULL where there is none */
    char current[SC_PHP_NAME_MAX + 1]; /* the administrator's default; "native" */
    bool off;                          /* [global] selector=disabled */
    struct sc_buf notes;               /* what was left out and why; a line each */
};

/* All zero or NULL in production. */
struct sc_php_places {
    const char *root; /* stands before every path that is looked at */
    uid_t owner;      /* whose files are trusted; with another than 0 directories are not checked */
    const char *cache; /* instead of SC_PHP_CACHE */
};

/* Looks. Asks programs that are not in the cache, and writes the cache when it is root and has
 * asked. A version whose programs are not trusted or do not answer is left out, with a note.
 * SC_E_INVAL, SC_E_DENIED: a file of SC_PHP_ETC is malformed or can be changed by others;
 * SC_E_NOMEM. */
int sc_php_catalogue_load(const struct sc_php_places *where, struct sc_php_catalogue *ret,
                          struct sc_error *err);
void sc_php_catalogue_done(struct sc_php_catalogue *c);

/* By name, "native" too. NULL when there is none. */
struct sc_php *sc_php_find(struct sc_php_catalogue *c, const char *name);

/* Fills php->modules from its ini files and what is compiled in; nothing when they are there.
 * SC_E_SYS, SC_E_NOMEM. */
int sc_php_modules(const struct sc_php_places *where, struct sc_php *php, struct sc_error *err);
const struct sc_php_module *sc_php_module_find(const struct sc_php *php, const char *name);

/* SC_E_DENIED unless `path` (resolved) is a regular file that `owner` alone can write, and for
 * owner 0 all directories above it are so too. */
int sc_php_trusted(const char *path, uid_t owner, struct sc_error *err);

#endif
