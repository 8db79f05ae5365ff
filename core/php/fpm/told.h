/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What PHP-FPM has for an account, told to whom it concerns. */
#ifndef SC_PHP_FPM_TOLD_H
#define SC_PHP_FPM_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/php/pools/known.h"

/* A site's own master, and the address that it is reached by, as sc_fpm_listen() gives it. */
struct sc_fpm_own {
    unsigned id;
    char *address;
};

struct sc_fpm_told {
    char **pools; /* addresses of all pools that run as the account, in any master */
    size_t n_pools;
    struct sc_fpm_own *own;
    size_t n_own;
    bool routed;
};

void sc_fpm_told_done(struct sc_fpm_told *t);

/* `known`: the server's pools (sc_fpm_known_all()), where they were read already; NULL.
 * `routed`: which of its addresses counts while a site changes from one kind to the other: that of
 * core/php/fpm/route.h, or that of its pool. SC_E_NOMEM, SC_E_SYS. Needs root. */
int sc_fpm_tell(uid_t uid, const char *user, bool routed, const struct sc_fpm_known_list *known,
                struct sc_fpm_told *ret, struct sc_error *err);

#endif
