/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which PHP-FPM pools serve a site: the web server's configuration and the pools, joined. */
#ifndef SC_PHP_POOLS_WHICH_H
#define SC_PHP_POOLS_WHICH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/php/pools/known.h"
#include "core/web/roots.h"
#include "core/web/vhosts.h"

enum sc_fpm_how {
    SC_FPM_NONE, /* no host with that document root uses FPM */
    SC_FPM_COVERED,
    SC_FPM_FOREIGN, /* an address that no pool here listens at */
    SC_FPM_SHARED,  /* a pool that other document roots use too */
    SC_FPM_REFUSED, /* a pool that cannot run in a site */
    SC_FPM_USER,    /* a pool that runs as another user */
    SC_FPM_PLACE,   /* a socket where users can put things (found by core/php/fpm/apply.h) */
    SC_FPM_ANSWERED, /* somebody else listens at the address of a pool that was taken over (likewise) */
    SC_FPM_PORT,     /* a TCP port, which cannot be taken over (likewise) */
    SC_FPM_SPLIT, /* a pool that other document roots use too, with the router at its address (likewise) */
    SC_FPM_MANY,  /* the account has as many masters as it may (likewise): nobody serves it */
    SC_FPM_ROUTED /* whatever it is, Apache takes the requests to the site's own master */
};

struct sc_fpm_use {
    enum sc_fpm_how how;
    const char *listen;              /* of the host; of `pool` with `route` */
    const struct sc_fpm_known *pool; /* NULL with FOREIGN */
    /* with the pool's settings, at the site's own address (core/php/fpm/route.h); "" */
    char route[40];
    const struct sc_vhost *host;  /* the first that says so … */
    const struct sc_way *way;     /* … and where; NULL */
    const char *web_user;         /* who has to reach the pool, where that is known; NULL */
    const struct sc_vhost *other; /* with SHARED: one of the others */
};

/* A site, and who its pools have to run as. */
struct sc_fpm_asked {
    struct sc_web_whose site;
    const char *user;
    uid_t uid;
};

/* Which pools serve the hosts of a site: pure, but for a look at sockets that have one name in two
 * directories, which may be one. *ret (n_ret of them, each pool or address once; NULL
 * when there is none) points into the lists and is the caller's to free. SC_E_NOMEM. */
int sc_fpm_which(const struct sc_vhosts *hosts, const struct sc_fpm_known_list *pools,
                 const struct sc_fpm_asked *q, struct sc_fpm_use **ret, size_t *n_ret,
                 struct sc_error *err);

/* Two spellings of one address: pure. */
bool sc_fpm_same_address(const char *a, const char *b);

/* Whether the pool runs as this account: its name or its number. */
bool sc_fpm_runs_as(const struct sc_fpm_known *k, const char *user, uid_t uid);

/* One line for an administrator: why it is not covered and the way out. */
void sc_fpm_use_text(const struct sc_fpm_use *u, char *out, size_t size);

/* The same for a use of a document root around `docroot`, from which it cannot be kept. */
void sc_fpm_around_text(const struct sc_fpm_use *u, const char *docroot, char *out, size_t size);

#endif
