/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/route.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/php/fpm/taken.h"

#define USERS_FROM 1000 /* uids of hosting accounts */

/* ---- whose settings ---- */

static bool is_of(const struct sc_fpm_known *k, const struct sc_fpm_asked *q)
{
    return sc_fpm_runs_as(k, q->user, q->uid);
}

/* www-data, apache, nobody: not another account, whose settings may hold secrets. */
static bool is_of_server(const struct sc_fpm_known *k)
{
    const struct passwd *pw = k->user ? getpwnam(k->user) : NULL;
    return pw && (pw->pw_uid < USERS_FROM || strcmp(pw->pw_name, "nobody") == 0);
}

static bool suits(const struct sc_fpm_known *k, const struct sc_fpm_asked *q)
{
    return k && !k->refusal && (is_of(k, q) || is_of_server(k));
}

static bool is_named_by(const struct sc_vhost *h, const char *listen)
{
    for (size_t i = 0; i < h->n_listens; i++)
        if (sc_fpm_same_address(h->listens[i], listen))
            return true;
    return false;
}

static bool is_named(const struct sc_vhosts *hosts, const char *listen)
{
    for (size_t i = 0; i < hosts->n; i++)
        if (is_named_by(&hosts->v[i], listen))
            return true;
    return false;
}

/* nginx runs the site's code there, and does not ask the module. */
static bool is_of_nginx(const struct sc_fpm_routing *how, const char *listen)
{
    for (size_t i = 0; i < how->hosts->n; i++) {
        const struct sc_vhost *h = &how->hosts->v[i];
        enum sc_host_stands is = h->nginx ? sc_host_stands(h, &how->asked->site) : SC_HOST_OTHER;
        if ((is == SC_HOST_SITE || is == SC_HOST_AROUND) && is_named_by(h, listen))
            return true;
    }
    return false;
}

static bool has_host(const struct sc_fpm_routing *how)
{
    for (size_t i = 0; i < how->hosts->n; i++)
        if (sc_host_stands(&how->hosts->v[i], &how->asked->site) == SC_HOST_SITE)
            return true;
    return false;
}

/* A host that makes document roots from names has the site, too, where another host has its name
 * and is the one that is asked. */
static const struct sc_fpm_known *of_uses(const struct sc_fpm_routing *how,
                                          const struct sc_fpm_use *uses, size_t n, bool patterns)
{
    for (size_t i = 0; i < n; i++)
        if ((patterns || !uses[i].host->pattern) && suits(uses[i].pool, how->asked))
            return uses[i].pool;
    return NULL;
}

/* The site's hosts name addresses, at which no pool is any more, and another site's name this one: it may have that
 * site's secrets (env[…]), and who removed the site's own pool wants it to have no PHP. */
static bool is_anothers(const struct sc_fpm_routing *how, size_t n, const char *listen)
{
    return n > 0 && is_named(how->hosts, listen);
}

static const struct sc_fpm_known *settings(const struct sc_fpm_routing *how,
                                           const struct sc_fpm_use *uses, size_t n)
{
    const struct sc_fpm_known_list *pools = how->pools;
    const struct sc_fpm_known *used = of_uses(how, uses, n, false);
    if (!used)
        used = of_uses(how, uses, n, true);
    if (used)
        return used;
    for (size_t i = 0; i < pools->n; i++)
        if (is_of(&pools->v[i], how->asked) && suits(&pools->v[i], how->asked) &&
            !is_anothers(how, n, pools->v[i].listen))
            return &pools->v[i];
    for (size_t i = 0; n == 0 && !has_host(how) && i < pools->n; i++)
        if (is_named(how->hosts, pools->v[i].listen) && suits(&pools->v[i], how->asked))
            return &pools->v[i];
    return NULL;
}

const struct sc_fpm_known *sc_fpm_route_mark(const struct sc_fpm_routing *how,
                                             struct sc_fpm_use *uses, size_t n)
{
    const struct sc_fpm_known *pool = settings(how, uses, n);
    for (size_t i = 0; pool && i < n; i++)
        if (!is_of_nginx(how, uses[i].listen))
            uses[i].how = SC_FPM_ROUTED;
    return pool;
}

/* ---- the site's own address ---- */

/* Its PHP is not run by something else. */
static bool may_be_fpm(const struct sc_fpm_routing *how)
{
    for (size_t i = 0; i < how->hosts->n; i++) {
        const struct sc_vhost *h = &how->hosts->v[i];
        if (h->handlers && sc_host_stands(h, &how->asked->site) == SC_HOST_SITE)
            return (h->handlers & SC_HANDLER_FPM) && !h->nginx;
    }
    return true;
}

bool sc_fpm_route_wanted(const struct sc_fpm_routing *how, const struct sc_fpm_use *uses, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (uses[i].how == SC_FPM_ROUTED)
            return true;
    return n == 0 && may_be_fpm(how);
}

int sc_fpm_route_add(const struct sc_fpm_known *pool, unsigned id, struct sc_fpm_use **uses,
                     size_t *n, struct sc_error *err)
{
    struct sc_fpm_use *more = realloc(*uses, (*n + 1) * sizeof(*more));
    if (!more)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
    struct sc_fpm_use *u = &more[(*n)++];
    *uses = more;
    *u = (struct sc_fpm_use){
        .how = id ? SC_FPM_COVERED : SC_FPM_ROUTED, .listen = pool->listen, .pool = pool};
    snprintf(u->route, sizeof(u->route), SC_FPM_ROUTE_AT "%u", id);
    return 0;
}
