/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pool that was taken out of the shared master: the record of it, SC_FPM_STATE/<uid>.<id>.<number>,
 * one of each address, which keeps the pool's exact text (docs/formats.md). Used by the pass (core/php/fpm/apply.h),
 * which makes and ends it, and by the site's supervisor (core/php/fpm/supervisor/sitecage-fpm.c).
 * libc only; need root. */
#ifndef SC_PHP_FPM_TAKEN_H
#define SC_PHP_FPM_TAKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/base/paths.h"

#define SC_FPM_RUN        "/run/sitecage/fpm"
#define SC_FPM_EXE        SC_LIBEXECDIR "/sitecage-fpm"
#define SC_FPM_ROUTER_EXE SC_LIBEXECDIR "/sitecage-fpm-router"

/* Site ids from here on: not isolated, and kept from what lies below (core/php/fpm/outside.c). */
#define SC_FPM_OUTSIDE 0x80000000u
/* And from here on: of a pool that several document roots share (core/php/fpm/share.h). */
#define SC_FPM_SHARED_POOL 0xc0000000u

#define SC_FPM_TAKEN_MAX 14u /* pools of one site; SC_ENTER_KEEP_MAX less what the entry needs */

struct sc_fpm_taken {
    unsigned id;
    uid_t uid;
    uint32_t number; /* in the record's name; it stays */
    char *file, *pool;
    char *listen; /* as sc_fpm_listen() */
    char *exe;    /* the master that the pool had */
    char *main;   /* its main configuration file */
    uid_t owner;  /* of the socket file */
    gid_t group;
    mode_t mode;
    int backlog;
    char *text; /* the pool's exact text */
    size_t text_len;
    bool leaving; /* it is being put back */
};

#define SC_FPM_RECORD_MAX 96

/* The path of the record; `leaving`: while the pool is being put back. */
void sc_fpm_record_path(const struct sc_fpm_taken *t, bool leaving, char out[SC_FPM_RECORD_MAX]);

struct sc_fpm_taken_list {
    struct sc_fpm_taken *v;
    size_t n;
};

void sc_fpm_taken_done(struct sc_fpm_taken *t);
void sc_fpm_taken_list_done(struct sc_fpm_taken_list *l);

struct sc_fpm_known;
/* The record is of this pool, at this address. */
bool sc_fpm_known_is(const struct sc_fpm_known *k, const struct sc_fpm_taken *t);

uint32_t sc_fpm_hash(const char *file, const char *pool);

/* Where the masters of routed sites listen (core/php/fpm/route.h): only root and the web server's
 * group may pass the directory (core/web/apache/ask.h). Behind it the site's id. */
#define SC_FPM_ROUTE_DIR SC_RUN_DIR "/web"
#define SC_FPM_ROUTE_AT  SC_FPM_ROUTE_DIR "/fpm-"

/* The record is of a routed site: its pool stays where it is, and gives the settings alone. */
bool sc_fpm_is_routed(const struct sc_fpm_taken *t);

/* Some account has such a site, or it cannot be said. */
bool sc_fpm_any_routed(void);

/* Records of the account's site `id` (0: of all its sites; uid 0: of all accounts), by id. A record that is
 * damaged is passed over (*ret_bad counts it; may be NULL). SC_E_SYS, SC_E_NOMEM. */
int sc_fpm_taken_load(uid_t uid, unsigned id, struct sc_fpm_taken_list *ret, unsigned *ret_bad,
                      struct sc_error *err);

/* Whose records there are: each account once. The caller frees *ret. SC_E_SYS, SC_E_NOMEM. */
int sc_fpm_taken_uids(uid_t **ret, size_t *ret_n, struct sc_error *err);
int sc_fpm_taken_save(const struct sc_fpm_taken *t, struct sc_error *err);
int sc_fpm_taken_remove(const struct sc_fpm_taken *t, struct sc_error *err);

/* t becomes the record of that pool, at the address that it has; to be saved. */
int sc_fpm_taken_set(struct sc_fpm_taken *t, const struct sc_fpm_known *k, struct sc_error *err);

/* "/dir/.<name>.sitecage-<what>", beside a Unix socket: "new", the supervisor's before it takes the
 * name; "old", the shared master's while it lives; "back", the supervisor's that has given the name
 * back. Where that is too long for a socket, a shorter name, one for each pool. A socket keeps the
 * name that it was bound at: one that went back to the shared master is still known by "new". `out`
 * has 128 bytes. */
void sc_fpm_beside(const struct sc_fpm_taken *t, const char *what, char *out);

#endif
