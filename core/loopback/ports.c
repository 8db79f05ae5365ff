/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/loopback/ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/cleanup.h"
#include "core/base/users.h"
#include "core/web/apache/address.h"

/* ---- addresses ---- */

/* A socket can be bound to an address of this machine, and to no other. */
static bool is_bindable(const struct sockaddr *a, socklen_t len)
{
    SC_FD int fd = socket(a->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd < 0 || bind(fd, a, len) == 0 || errno != EADDRNOTAVAIL;
}

/* A name counts as this machine's: what it resolves to may change. */
static bool is_here(const char *host)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1)
        return is_bindable((const struct sockaddr *)&v4, sizeof(v4));
    if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1)
        return is_bindable((const struct sockaddr *)&v6, sizeof(v6));
    return true;
}

/* The host of "HOST:PORT", without brackets; "" of a bare port. */
static void host_of(const char *address, char *out, size_t size)
{
    const char *colon = strrchr(address, ':');
    size_t len = colon ? (size_t)(colon - address) : 0;
    if (len > 1 && address[0] == '[' && address[len - 1] == ']') {
        address++;
        len -= 2;
    }
    snprintf(out, size, "%.*s", (int)(len < size ? len : size - 1), address);
}

unsigned sc_loopback_port_in(const char *address)
{
    char name[PATH_MAX], host[256];
    if (!address || address[0] == '/' || !sc_web_address_of_text(address, name) || name[0] != '*')
        return 0;
    host_of(address, host, sizeof(host));
    return is_here(host) ? (unsigned)strtoul(name + 2, NULL, 10) : 0;
}

/* ---- pools ---- */

static int owner_of(const struct sc_fpm_known *k, uid_t *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_user_done) struct sc_user u = {0};
    char *end;
    unsigned long uid = k->user ? strtoul(k->user, &end, 10) : 0;
    *ret = SC_LOOPBACK_ANYBODY;
    if (!k->user)
        return 0;
    if (*k->user && *end == 0) {
        *ret = uid ? (uid_t)uid : SC_LOOPBACK_ANYBODY;
        return 0;
    }
    int rc = sc_user_by_name(k->user, &u, err);
    if (rc == 0 && u.uid)
        *ret = u.uid;
    return rc == SC_E_NOTFOUND ? 0 : rc;
}

static int add_pools(const struct sc_fpm_known_list *pools, struct sc_loopback *l,
                     struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < pools->n; i++) {
        uid_t owner;
        unsigned port = sc_loopback_port_in(pools->v[i].listen);
        if (port == 0)
            continue;
        rc = owner_of(&pools->v[i], &owner, err);
        if (rc == 0)
            rc = sc_loopback_add_port(l, port, owner, err);
    }
    return rc;
}

/* ---- hosts ---- */

/* Root's sockets are given to whom nobody can tell. */
static uid_t listener_of(const struct sc_tcp_listeners *ls, unsigned port)
{
    uid_t is = SC_LOOPBACK_ANYBODY;
    for (size_t i = 0; i < ls->n; i++) {
        if (ls->v[i].port != port)
            continue;
        if (ls->v[i].uid == 0 || (is != SC_LOOPBACK_ANYBODY && is != ls->v[i].uid))
            return SC_LOOPBACK_ANYBODY;
        is = ls->v[i].uid;
    }
    return is;
}

static int add_host(const struct sc_vhost *h, const struct sc_tcp_listeners *ls,
                    struct sc_loopback *l, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < h->ways.n; i++) {
        unsigned port = sc_loopback_port_in(h->ways.v[i].address);
        if (port && !sc_loopback_port_of(l, port))
            rc = sc_loopback_add_port(l, port, listener_of(ls, port), err);
    }
    return rc;
}

int sc_loopback_named(const struct sc_fpm_known_list *pools, const struct sc_vhosts *hosts,
                      const struct sc_tcp_listeners *ls, struct sc_loopback *l,
                      struct sc_error *err)
{
    int rc = add_pools(pools, l, err);
    for (size_t i = 0; rc == 0 && i < hosts->n; i++)
        rc = add_host(&hosts->v[i], ls, l, err);
    return rc;
}
