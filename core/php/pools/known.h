/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PHP-FPM pools of this server. libc only. */
#ifndef SC_PHP_POOLS_KNOWN_H
#define SC_PHP_POOLS_KNOWN_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/base/stamp.h"
#include "core/php/pools/pools.h"
#include "core/php/vendors/vendors.h"

struct sc_fpm_known {
    char *file, *pool, *listen;
    char *exe, *main;   /* its master's program and main configuration file */
    char *user, *group; /* as written; NULL: not given */
    char *text;         /* exact */
    size_t text_len;
    const char *refusal; /* sc_fpm_refusal() */
    bool own_root; /* it says where documents are (doc_root, user_dir), whatever it is asked for */
    bool found;    /* by its master's process (core/php/pools/running.h): of no layout's file */
    int backlog;
    char *owner, *owner_group; /* of the socket; NULL: not given */
    mode_t mode;
};

struct sc_fpm_known_list {
    struct sc_fpm_known *v;
    size_t n;
    struct sc_stamps seen; /* all that sc_fpm_known_load() read it from */
};

void sc_fpm_known_done(struct sc_fpm_known_list *l);

/* Reads the pool files of all layouts below `root` ("" in production). Files that cannot be read or
 * understood are passed over, as are pools without an address that can be handed in. SC_E_NOMEM. */
int sc_fpm_known_load(const char *root, struct sc_fpm_known_list *ret, struct sc_error *err);

/* Appends the pools of the file `path`, of that master; `name` is what it is called. A file that is
 * none of pools has none. SC_E_SYS, SC_E_NOMEM. */
int sc_fpm_known_read(const char *path, const char *name, const char *main, const char *exe,
                      struct sc_fpm_known_list *l, struct sc_error *err);

/* The pools of one file, if it is one of a layout's; else none. */
int sc_fpm_known_file(const char *file, struct sc_fpm_known_list *ret, struct sc_error *err);

/* Appends one pool that was parsed from `text`; what cannot be handed in is left out. */
int sc_fpm_known_add(struct sc_fpm_known_list *l, const char *file, const char *main,
                     const char *exe, const char *text, const struct sc_fpm_pool *p,
                     struct sc_error *err);

/* The directory that pools of a vendor are put into (glob(3)), for a watcher. False: none. */
bool sc_fpm_pool_dir(const struct sc_php_vendor *v, char out[PATH_MAX]);

/* "/dir/pool.d" of a pool file whose master reads all *.conf of that directory; false: it reads
 * single files. `out` has PATH_MAX bytes. */
bool sc_fpm_shared_dir(const char *file, char *out);

#endif
