/* SPDX-License-Identifier: GPL-2.0-or-later */
/* php-fpm's pool files: what is in them, cutting one pool out and putting its exact text back, and
 * what a site's own master is told. Pure. The grammar is that of PHP's ini files as php-fpm reads
 * it (sapi/fpm/fpm/fpm_conf.c): "[name]" begins a pool, "key = value" a line, ';' a comment. */
#ifndef SC_PHP_POOLS_POOLS_H
#define SC_PHP_POOLS_POOLS_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/error.h"

/* The longest path of a Unix socket: sun_path (unix(7)) without its NUL. */
#define SC_FPM_PATH_MAX 107u

#define SC_FPM_FILE_MAX  (1u << 20)
#define SC_FPM_POOLS_MAX 4096u /* of one file */
#define SC_FPM_KEYS_MAX  4096u /* of one pool */

struct sc_fpm_key {
    char *key;
    char *value; /* without quotes and comment */
    char *raw;   /* as written behind '=' */
};

struct sc_fpm_pool {
    char *name;
    size_t from, to; /* its bytes in the file: from '[' to the next pool, mark or the end */
    bool mark;       /* not a pool: the line that stands for one that was taken out */
    struct sc_fpm_key *keys;
    size_t n_keys;
};

struct sc_fpm_file {
    struct sc_fpm_pool *v; /* in the file's order, "global" too */
    size_t n;
};

void sc_fpm_file_done(struct sc_fpm_file *f);

/* SC_E_INVAL with `file` and the line, SC_E_TOOBIG, SC_E_NOMEM. */
int sc_fpm_parse(const char *text, size_t len, const char *file, struct sc_fpm_file *ret,
                 struct sc_error *err);

/* The pool of that name (marks and "global" are none), or NULL. */
const struct sc_fpm_pool *sc_fpm_pool_find(const struct sc_fpm_file *f, const char *name);

/* The mark of the pool of that name that was taken out, or NULL. */
const struct sc_fpm_pool *sc_fpm_mark_find(const struct sc_fpm_file *f, const char *name);

/* The last value of a key with "$pool" replaced, as php-fpm takes it; NULL: not given or empty. The
 * caller frees it. */
char *sc_fpm_value(const struct sc_fpm_pool *p, const char *key);

/* The address as php-fpm calls it in FPM_SOCKETS: "/path" (a relative one begins at the pool's
 * `prefix`), "127.0.0.1:9000" (a bare port is 0.0.0.0:PORT), "[::1]:9000". SC_E_INVAL: none, relative
 * without a prefix, a host name, too long for a socket, or one that FPM_SOCKETS cannot hold. The
 * caller frees *ret. */
int sc_fpm_listen(const struct sc_fpm_pool *p, char **ret, struct sc_error *err);

/* A pool that stands in the place of one that was taken out: nobody reaches it, and php-fpm does not
 * start without any. Behind its name, any word. */
#define SC_FPM_IDLE_POOL "sitecage-idle-"

/* Appends `text` with the pool `name` replaced by its mark, and by `idle` behind it (an
 * SC_FPM_IDLE_POOL, or ""). *ret_cut, if not NULL, gets the exact text that was cut. SC_E_NOTFOUND:
 * no such pool. */
int sc_fpm_cut(const char *text, size_t len, const char *file, const char *name, const char *idle,
               struct sc_buf *out, struct sc_buf *ret_cut, struct sc_error *err);

/* Appends `text` with the mark of `name`, and the idle pool behind it, replaced by `cut`.
 * SC_E_NOTFOUND: no such mark. */
int sc_fpm_paste(const char *text, size_t len, const char *file, const char *name, const char *cut,
                 size_t cut_len, struct sc_buf *out, struct sc_error *err);

/* NULL, or why a master inside the site cannot serve this pool (static text): to be read after
 * "the PHP-FPM pool NAME ". */
const char *sc_fpm_refusal(const struct sc_fpm_pool *p);

/* Whether the pool sets this directive of PHP's. */
bool sc_fpm_sets(const struct sc_fpm_pool *p, const char *name);

/* Appends the pool as the site's own master is to have it: without what only root can do (listen.*,
 * priorities), listening at `listen`, and without log files that are not below `docroot`, the one
 * place where the site can write them; with `docroot` where a pool that other sites use, too, names
 * theirs (doc_root, open_basedir); `docroot` NULL: outside, for several sites: their paths stay, log
 * files do not. `user`, USER and HOME are the account's.
 * sc_fpm_global() goes before the first. */
void sc_fpm_render(const struct sc_fpm_pool *p, const char *listen, const char *docroot,
                   const char *user, const char *home, struct sc_buf *out);
void sc_fpm_global(struct sc_buf *out);

#endif
