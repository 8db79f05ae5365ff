/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/loopback/plan.h"
#include "core/base/cleanup.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/vec.h"

#define PORT_MAX 65535u

void sc_loopback_done(struct sc_loopback *l)
{
    SC_FREE_ALL(l->web, l->accounts, l->ports);
    *l = (struct sc_loopback){0};
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the ports of PHP-FPM");
}

/* ---- sorted lists ---- */

/* Where `uid` is, or would be. */
static size_t place(const uid_t *v, size_t n, uid_t uid)
{
    size_t from = 0;
    while (from < n) {
        size_t middle = from + (n - from) / 2;
        if (v[middle] < uid)
            from = middle + 1;
        else
            n = middle;
    }
    return from;
}

static bool has(const uid_t *v, size_t n, uid_t uid)
{
    size_t at = place(v, n, uid);
    return at < n && v[at] == uid;
}

static int add(uid_t **v, size_t *n, size_t max, uid_t uid, struct sc_error *err)
{
    if (uid == 0 || uid == SC_LOOPBACK_ANYBODY || has(*v, *n, uid))
        return 0;
    if (*n >= max)
        return sc_error_set(err, SC_E_TOOBIG,
                            "more than %zu users for whom PHP-FPM's ports are open or closed", max);
    if (!SC_VEC_ROOM(*v, *n))
        return no_memory(err);
    size_t at = place(*v, *n, uid);
    memmove(*v + at + 1, *v + at, (*n - at) * sizeof(**v));
    (*v)[at] = uid;
    ++*n;
    return 0;
}

int sc_loopback_add_web(struct sc_loopback *l, uid_t uid, struct sc_error *err)
{
    return add(&l->web, &l->n_web, SC_LOOPBACK_WEB_MAX, uid, err);
}

int sc_loopback_add_account(struct sc_loopback *l, uid_t uid, struct sc_error *err)
{
    return add(&l->accounts, &l->n_accounts, SC_LOOPBACK_ACCOUNTS_MAX, uid, err);
}

void sc_loopback_drop_account(struct sc_loopback *l, uid_t uid)
{
    size_t at = place(l->accounts, l->n_accounts, uid);
    if (at == l->n_accounts || l->accounts[at] != uid)
        return;
    memmove(l->accounts + at, l->accounts + at + 1, (--l->n_accounts - at) * sizeof(*l->accounts));
}

bool sc_loopback_has_web(const struct sc_loopback *l, uid_t uid)
{
    return has(l->web, l->n_web, uid);
}

bool sc_loopback_has_account(const struct sc_loopback *l, uid_t uid)
{
    return has(l->accounts, l->n_accounts, uid);
}

/* ---- ports ---- */

static size_t place_port(const struct sc_loopback *l, unsigned port)
{
    size_t from = 0, to = l->n_ports;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (l->ports[middle].port < port)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

const struct sc_loopback_port *sc_loopback_port_of(const struct sc_loopback *l, unsigned port)
{
    size_t at = place_port(l, port);
    return at < l->n_ports && l->ports[at].port == port ? &l->ports[at] : NULL;
}

int sc_loopback_add_port(struct sc_loopback *l, unsigned port, uid_t owner, struct sc_error *err)
{
    if (port == 0 || port > PORT_MAX)
        return sc_error_set(err, SC_E_INVAL, "%u is no TCP port", port);
    size_t at = place_port(l, port);
    if (at < l->n_ports && l->ports[at].port == port) {
        if (l->ports[at].owner != owner)
            l->ports[at].owner = SC_LOOPBACK_ANYBODY;
        return 0;
    }
    if (!SC_VEC_ROOM(l->ports, l->n_ports))
        return no_memory(err);
    memmove(l->ports + at + 1, l->ports + at, (l->n_ports++ - at) * sizeof(*l->ports));
    l->ports[at] = (struct sc_loopback_port){port, owner};
    return 0;
}

bool sc_loopback_is_closed(const struct sc_loopback *l, const struct sc_loopback_port *p)
{
    return p->owner == SC_LOOPBACK_ANYBODY || sc_loopback_has_account(l, p->owner) ||
           sc_loopback_has_web(l, p->owner);
}

static bool same_uids(const uid_t *a, size_t n, const uid_t *b, size_t m)
{
    return n == m && (n == 0 || memcmp(a, b, n * sizeof(*a)) == 0);
}

bool sc_loopback_same_ports(const struct sc_loopback *a, const struct sc_loopback *b)
{
    bool same = a->n_ports == b->n_ports;
    for (size_t i = 0; same && i < a->n_ports; i++)
        same = a->ports[i].port == b->ports[i].port && a->ports[i].owner == b->ports[i].owner;
    return same;
}

bool sc_loopback_same(const struct sc_loopback *a, const struct sc_loopback *b)
{
    return same_uids(a->web, a->n_web, b->web, b->n_web) &&
           same_uids(a->accounts, a->n_accounts, b->accounts, b->n_accounts) &&
           sc_loopback_same_ports(a, b);
}

/* ---- nft's language ---- */

/* An empty list of elements is none in it. */
static void add_set(struct sc_buf *out, const char *name, const char *type)
{
    sc_buf_fmt(out, "  set %s {\n    type %s\n", name, type);
}

static void add_element(struct sc_buf *out, bool *any, unsigned value)
{
    sc_buf_fmt(out, "%s%u", *any ? ", " : "    elements = { ", value);
    *any = true;
}

static void end_set(struct sc_buf *out, bool any)
{
    sc_buf_str(out, any ? " }\n  }\n" : "  }\n");
}

static void add_uids(struct sc_buf *out, const char *name, bool root, const uid_t *v, size_t n)
{
    bool any = false;
    add_set(out, name, "uid");
    if (root)
        add_element(out, &any, 0);
    for (size_t i = 0; i < n; i++)
        add_element(out, &any, (unsigned)v[i]);
    end_set(out, any);
}

static void add_ports(struct sc_buf *out, const char *name, const struct sc_loopback *l,
                      bool closed)
{
    bool any = false;
    add_set(out, name, "inet_service");
    for (size_t i = 0; i < l->n_ports; i++)
        if (sc_loopback_is_closed(l, &l->ports[i]) == closed)
            add_element(out, &any, l->ports[i].port);
    end_set(out, any);
}

/* Before and behind the translation of addresses: what a container publishes is a local address
 * before it, what somebody redirects is one behind it. Only a connection's first packet is looked
 * at, so nothing else can meet a port by chance. A packet of which the kernel cannot say whose it
 * is, is refused. */
static const char chains[] = "  chain closed {\n"
                             "    fib daddr type != local return\n"
                             "    meta skuid @web return\n"
                             "    meta l4proto tcp reject with tcp reset\n"
                             "  }\n"
                             "  chain others {\n"
                             "    fib daddr type != local return\n"
                             "    meta skuid != @accounts return\n"
                             "    meta l4proto tcp reject with tcp reset\n"
                             "  }\n"
                             "  chain ports {\n"
                             "    tcp dport @closed jump closed\n"
                             "    tcp dport @others jump others\n"
                             "  }\n"
                             "  chain before {\n"
                             "    type filter hook output priority -150; policy accept;\n"
                             "    tcp flags & (syn | ack) == syn jump ports\n"
                             "  }\n"
                             "  chain behind {\n"
                             "    type filter hook output priority 150; policy accept;\n"
                             "    tcp flags & (syn | ack) == syn jump ports\n"
                             "  }\n";

void sc_loopback_script(const struct sc_loopback *l, const char *table, bool gone,
                        struct sc_buf *out)
{
    sc_buf_fmt(out, "add table inet %s\ndelete table inet %s\ntable inet %s {\n", table, table,
               table);
    add_uids(out, "web", true, l->web, l->n_web);
    add_uids(out, "accounts", false, l->accounts, l->n_accounts);
    add_ports(out, "closed", l, true);
    add_ports(out, "others", l, false);
    sc_buf_str(out, chains);
    sc_buf_str(out, "}\n");
    if (gone)
        sc_buf_fmt(out, "delete table inet %s\n", table);
}
