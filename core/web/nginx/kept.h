/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which places have lines of ours for an account: SC_NGINX_DIR/UID (docs/formats.md, "nginx"),
 * written before the lines, so that these are found whatever was killed. Need root. */
#ifndef SC_WEB_NGINX_KEPT_H
#define SC_WEB_NGINX_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/web/nginx/place.h"

#define SC_NGINX_DIR SC_STATE_DIR "/nginx"

struct sc_nginx_keep {
    struct sc_nginx_place at;
    bool made; /* its directory was made for it, or a panel's file */
};

struct sc_nginx_kept {
    struct sc_nginx_keep *v;
    size_t n;
};

void sc_nginx_kept_done(struct sc_nginx_kept *k);

/* Adds a copy; nothing where it is in there. */
int sc_nginx_kept_add(struct sc_nginx_kept *k, const struct sc_nginx_place *at, bool made,
                      struct sc_error *err);
struct sc_nginx_keep *sc_nginx_kept_find(const struct sc_nginx_kept *k,
                                         const struct sc_nginx_place *at);

/* None, where nothing is kept. SC_E_INVAL: the file is damaged. */
int sc_nginx_kept_load(uid_t uid, struct sc_nginx_kept *ret, struct sc_error *err);
/* Removes the file for none. */
int sc_nginx_kept_save(uid_t uid, const struct sc_nginx_kept *k, struct sc_error *err);

/* The same without files: pure. */
int sc_nginx_kept_parse(char *text, struct sc_nginx_kept *ret, struct sc_error *err);

/* A mark: nginx has not read what was changed for the account. */
bool sc_nginx_is_unread(uid_t uid);
int sc_nginx_set_unread(uid_t uid, bool on, struct sc_error *err);

/* The accounts with that mark; the caller frees *ret. SC_E_SYS, SC_E_NOMEM. */
int sc_nginx_unread(uid_t **ret, size_t *ret_n, struct sc_error *err);

/* Anything of the account's is kept, or marked. */
bool sc_nginx_kept_any(uid_t uid);

#endif
