/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that make up the catalogue. */
#ifndef SC_PHP_CATALOGUE_PRIVATE_H
#define SC_PHP_CATALOGUE_PRIVATE_H

#include <stdint.h>
#include "core/php/catalogue.h"

/* What one program said about itself. */
struct sc_php_said {
    char *real;
    uint64_t dev, ino, size, mtime_ns;
    char *full, *scan_dir, *compiled; /* "" for none */
};

struct sc_php_asked {
    struct sc_php_said *v;
    size_t n;
    bool changed;
};

void sc_php_asked_done(struct sc_php_asked *a);
/* A cache that is missing, damaged or not the owner's is an empty one. */
void sc_php_asked_read(const char *path, uid_t owner, struct sc_php_asked *ret);
/* Writes it where something was asked. Failing costs only time. */
void sc_php_asked_write(const char *path, const struct sc_php_asked *a);

/* What the program `real` says, from the cache or asked now. NULL with *err. The result lives until
 * the next call. */
const struct sc_php_said *sc_php_ask(struct sc_php_asked *a, const char *real,
                                     enum sc_php_sapi sapi, struct sc_error *err);

/* Adds what the layouts of vendors have (paths and names only) that is not there already. */
int sc_php_layouts_find(const char *root, struct sc_php_catalogue *c, struct sc_error *err);
/* Fills what native.conf did not say. */
int sc_php_layouts_native(const char *root, struct sc_php *native, struct sc_error *err);

/* The version of that name; made when missing. NULL when there are too many or no memory. */
struct sc_php *sc_php_catalogue_at(struct sc_php_catalogue *c, const char *name,
                                   const char *layout);
void sc_php_done(struct sc_php *php);

#endif
