/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/pools/which.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/web/apache/path.h"

/* ---- addresses ---- */

/* One spelling of a path: single slashes, no "/./"; Debian's /var/run is /run. */
static bool clean_path(const char *text, char out[PATH_MAX])
{
    char clean[PATH_MAX];
    if (sc_web_path_clean(text, clean) == 0)
        return false;
    snprintf(out, PATH_MAX, "%s", clean + (strncmp(clean, "/var/run/", 9) == 0 ? 4 : 0));
    return true;
}

/* Names of one machine's own address. */
static bool is_loopback(const char *host, size_t len)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strlen(names[i]) == len && strncmp(names[i], host, len) == 0)
            return true;
    return false;
}

/* Listens at, or asks for, every address. */
static bool is_any(const char *host, size_t len)
{
    return len == 0 || (len == 1 && *host == '*') || strncmp(host, "0.0.0.0:", 8) == 0 ||
           strncmp(host, "[::]:", 5) == 0;
}

static const char *port_of(const char *address, size_t *ret_len)
{
    const char *colon = strrchr(address, ':');
    *ret_len = colon ? (size_t)(colon - address) : 0;
    return colon ? colon + 1 : address;
}

bool sc_fpm_same_address(const char *a, const char *b)
{
    char x[PATH_MAX], y[PATH_MAX];
    if (*a == '/' || *b == '/')
        return *a == *b && clean_path(a, x) && clean_path(b, y) && strcmp(x, y) == 0;
    size_t n, m;
    const char *p = port_of(a, &n), *q = port_of(b, &m);
    if (!*p || strcmp(p, q) != 0)
        return false;
    return (n == m && strncmp(a, b, n) == 0) || is_any(a, n) || is_any(b, m) ||
           (is_loopback(a, n) && is_loopback(b, m));
}

/* One socket by two names of its directory. */
static bool is_one_socket(const char *a, const char *b, const struct sc_web_whose *site)
{
    struct stat x, y;
    return *a == '/' && *b == '/' && strcmp(strrchr(a, '/'), strrchr(b, '/')) == 0 &&
           !sc_roots_may_hang(a, site) && !sc_roots_may_hang(b, site) && stat(a, &x) == 0 &&
           stat(b, &y) == 0 && S_ISSOCK(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* ---- which ---- */

bool sc_fpm_runs_as(const struct sc_fpm_known *k, const char *user, uid_t uid)
{
    char number[24];
    snprintf(number, sizeof(number), "%lu", (unsigned long)uid);
    return k->user && (strcmp(k->user, user) == 0 || (uid != 0 && strcmp(k->user, number) == 0));
}

static const struct sc_way *way_of(const struct sc_vhost *h, const char *listen)
{
    for (size_t i = 0; i < h->ways.n; i++)
        if (h->ways.v[i].address && strcmp(h->ways.v[i].address, listen) == 0)
            return &h->ways.v[i];
    return NULL;
}

/* A host with this pool that serves something besides the site. */
static const struct sc_vhost *other_of(const struct sc_vhosts *hosts, const struct sc_fpm_asked *q,
                                       const char *listen)
{
    for (size_t i = 0; i < hosts->n; i++) {
        const struct sc_vhost *h = &hosts->v[i];
        bool uses = false;
        for (size_t k = 0; k < h->n_listens && !uses; k++)
            uses = sc_fpm_same_address(h->listens[k], listen) ||
                   is_one_socket(h->listens[k], listen, &q->site);
        if (uses && sc_host_serves_more(h, &q->site))
            return h;
    }
    return NULL;
}

static void judge(const struct sc_vhosts *hosts, const struct sc_fpm_known_list *pools,
                  const struct sc_fpm_asked *q, struct sc_fpm_use *u)
{
    for (size_t i = 0; i < pools->n && !u->pool; i++)
        if (sc_fpm_same_address(u->listen, pools->v[i].listen))
            u->pool = &pools->v[i];
    for (size_t i = 0; i < pools->n && !u->pool; i++)
        if (is_one_socket(u->listen, pools->v[i].listen, &q->site))
            u->pool = &pools->v[i];
    u->how = SC_FPM_FOREIGN;
    if (!u->pool)
        return;
    u->other = other_of(hosts, q, u->pool->listen);
    u->how = u->other                                    ? SC_FPM_SHARED
             : u->pool->refusal                          ? SC_FPM_REFUSED
             : !sc_fpm_runs_as(u->pool, q->user, q->uid) ? SC_FPM_USER
                                                         : SC_FPM_COVERED;
}

static bool is_there(const struct sc_fpm_use *v, size_t n, const struct sc_fpm_use *u)
{
    for (size_t i = 0; i < n; i++) /* or another way to write one address */
        if (strcmp(v[i].listen, u->listen) == 0 || (u->pool && v[i].pool == u->pool))
            return true;
    return false;
}

int sc_fpm_which(const struct sc_vhosts *hosts, const struct sc_fpm_known_list *pools,
                 const struct sc_fpm_asked *q, struct sc_fpm_use **ret, size_t *n_ret,
                 struct sc_error *err)
{
    SC_FREE struct sc_fpm_use *v = NULL;
    size_t n = 0;
    for (size_t i = 0; i < hosts->n; i++) {
        const struct sc_vhost *h = &hosts->v[i];
        if (h->n_listens == 0 || sc_host_stands(h, &q->site) != SC_HOST_SITE)
            continue;
        for (size_t k = 0; k < h->n_listens; k++) {
            struct sc_fpm_use u = {.listen = h->listens[k],
                                   .host = h,
                                   .way = way_of(h, h->listens[k]),
                                   .web_user = h->nginx ? hosts->nginx_user : NULL};
            if (is_there(v, n, &u))
                continue;
            if (!SC_VEC_ROOM(v, n))
                return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
            judge(hosts, pools, q, &u);
            if (!is_there(v, n, &u))
                v[n++] = u;
        }
    }
    *ret = sc_steal_ptr(&v);
    *n_ret = n;
    return 0;
}

/* Why requests at the pool's address cannot be told apart (core/php/fpm/share.c). */
static const char *why_no_router(const struct sc_fpm_known *k)
{
    if (k->listen[0] != '/')
        return "listens at a port";
    if (k->refusal)
        return "has a chroot or includes another file";
    return k->own_root ? "sets doc_root or user_dir" : "";
}

static const char *user_of(const struct sc_fpm_use *u, const char *otherwise)
{
    return u->pool && u->pool->user ? u->pool->user : otherwise;
}

/* To be read after "whose PHP-FPM " or, of a pool, "its PHP-FPM ". */
static void say_what(const struct sc_fpm_use *u, char *out, size_t size)
{
    const char *pool = u->pool ? u->pool->pool : "";
    switch (u->how) {
    case SC_FPM_FOREIGN:
        snprintf(out, size, "is at %s, where no pool of this server listens", u->listen);
        break;
    case SC_FPM_SHARED:
        snprintf(out, size, "pool %s serves %s too", pool,
                 u->other && u->other->n_names ? u->other->names[0] : "another host");
        break;
    case SC_FPM_USER:
        snprintf(out, size, "pool %s runs as %s", pool, user_of(u, "nobody"));
        break;
    case SC_FPM_PLACE:
        snprintf(out, size, "pool %s listens at %s, in a directory that users can change", pool,
                 u->listen);
        break;
    case SC_FPM_PORT:
        snprintf(out, size, "pool %s listens at the port %s", pool, u->listen);
        break;
    default:
        snprintf(out, size, "pool %s has a chroot or includes another file", pool);
    }
}

static const char *name_of(const struct sc_fpm_use *u, const char *otherwise)
{
    return u->host && u->host->n_names ? u->host->names[0] : otherwise;
}

/* The lines to write; "" where no pool is known. A pool at a port need not have said who may
 * connect. */
static void say_where(const struct sc_fpm_use *u, char *out, size_t size)
{
    char owner[80] = "";
    *out = 0;
    if (!u->pool || !u->pool->file)
        return;
    if (!u->pool->owner && !u->pool->owner_group)
        snprintf(owner, sizeof(owner), " and `listen.owner = %s`",
                 u->web_user ? u->web_user : "USER-OF-THE-WEB-SERVER");
    snprintf(out, size,
             ": `listen = /run/php-%s.sock`%s in %s, and unix:/run/php-%s.sock where the web "
             "server's configuration names %s",
             u->pool->pool, owner, u->pool->file, u->pool->pool, u->listen);
}

void sc_fpm_use_text(const struct sc_fpm_use *u, char *out, size_t size)
{
    char what[400], where[500], why[1000] = "";
    const char *no_router = u->pool ? why_no_router(u->pool) : "";
    say_what(u, what, sizeof(what));
    say_where(u, where, sizeof(where));
    switch (u->how) {
    case SC_FPM_FOREIGN:
        snprintf(why, sizeof(why),
                 "no PHP-FPM pool of this server listens at %s; give the site a pool of its own",
                 u->listen);
        break;
    case SC_FPM_SHARED:
        snprintf(why, sizeof(why), "its PHP-FPM %s%s%s; give each document root a pool of its own",
                 what, *no_router ? ", and " : "", no_router);
        break;
    case SC_FPM_REFUSED:
        if (u->pool)
            snprintf(why, sizeof(why), "the PHP-FPM pool %s %s", u->pool->pool, u->pool->refusal);
        break;
    case SC_FPM_USER:
        snprintf(why, sizeof(why),
                 "its PHP-FPM %s; give the site a pool of its own with the account as `user`",
                 what);
        break;
    case SC_FPM_PLACE:
        snprintf(why, sizeof(why), "its PHP-FPM %s; move the socket below /run%s", what, where);
        break;
    case SC_FPM_PORT:
        snprintf(why, sizeof(why),
                 "its PHP-FPM %s, and without mod_sitecage only sockets can be taken over; give it "
                 "a Unix socket%s",
                 what, where);
        break;
    case SC_FPM_ANSWERED:
        snprintf(why, sizeof(why),
                 "at %s answers a process outside of the site; run cagefsctl "
                 "--site-isolation-regenerate %s",
                 u->listen, user_of(u, "USER"));
        break;
    case SC_FPM_MANY:
        snprintf(why, sizeof(why),
                 "the account has as many sites with PHP-FPM as it may, so this one is answered "
                 "503; switch isolation of another one off, or raise fpm_sites in "
                 "/etc/sitecage.conf");
        break;
    default:
        break;
    }
    if (*why)
        snprintf(out, size, "the PHP of %s is not %s: %s", name_of(u, "the site"),
                 u->how == SC_FPM_MANY ? "served" : "isolated", why);
    else if (size)
        *out = 0;
}

void sc_fpm_around_text(const struct sc_fpm_use *u, const char *docroot, char *out, size_t size)
{
    const char *name = name_of(u, "another host");
    char what[400];
    say_what(u, what, sizeof(what));
    snprintf(out, size,
             "the PHP of %s is not isolated when it is asked for by the name %s: its document root "
             "lies inside that of %s, whose PHP-FPM %s; give %s a pool of its own",
             docroot, name, name, what, name);
}
