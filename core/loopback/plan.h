/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may connect to which TCP ports of PHP-FPM (and of other programs that run what they are sent:
 * FastCGI, uwsgi, SCGI). Over loopback such a pool runs whatever it is told to, as its own user and
 * outside of every site. Pure. */
#ifndef SC_LOOPBACK_PLAN_H
#define SC_LOOPBACK_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"

#define SC_LOOPBACK_ANYBODY ((uid_t)-1) /* whose: several users', or nobody knows */

#define SC_LOOPBACK_WEB_MAX      64u
#define SC_LOOPBACK_ACCOUNTS_MAX 200000u
#define SC_LOOPBACK_RULES        10u /* of sc_loopback_script() */

struct sc_loopback_port {
    unsigned port;
    uid_t owner; /* whom what listens there runs as */
};

/* The table that stands for it in the kernel: what tells it from another one. */
struct sc_loopback_made {
    uint64_t handle; /* 0: none was made */
    unsigned rules;
};

struct sc_loopback {                /* {0} at first; each list sorted, and nothing twice */
    uid_t *web;                     /* whom the web servers run as: they may connect */
    uid_t *accounts;                /* with isolated sites */
    struct sc_loopback_port *ports; /* outside of cages */
    size_t n_web, n_accounts, n_ports;
    struct sc_loopback_made made;
    bool failed; /* the kernel did not take it */
    bool mixed;  /* web servers connect as accounts: nothing can be closed; not kept */
};

void sc_loopback_done(struct sc_loopback *l);

/* SC_E_TOOBIG, SC_E_NOMEM; SC_E_INVAL: no port. Root is no web server, and an unknown uid nobody:
 * both are passed over. A port of two owners is anybody's. */
int sc_loopback_add_web(struct sc_loopback *l, uid_t uid, struct sc_error *err);
int sc_loopback_add_account(struct sc_loopback *l, uid_t uid, struct sc_error *err);
int sc_loopback_add_port(struct sc_loopback *l, unsigned port, uid_t owner, struct sc_error *err);

void sc_loopback_drop_account(struct sc_loopback *l, uid_t uid);

bool sc_loopback_has_web(const struct sc_loopback *l, uid_t uid);
bool sc_loopback_has_account(const struct sc_loopback *l, uid_t uid);
const struct sc_loopback_port *sc_loopback_port_of(const struct sc_loopback *l, unsigned port);

/* Root and the web servers alone may connect: what listens there runs as an account with isolated
 * sites, as a web server, or as nobody knows whom. At the other ports only accounts with isolated
 * sites may not. */
bool sc_loopback_is_closed(const struct sc_loopback *l, const struct sc_loopback_port *p);

bool sc_loopback_same_ports(const struct sc_loopback *a, const struct sc_loopback *b);

/* Whether both want the same of the kernel. */
bool sc_loopback_same(const struct sc_loopback *a, const struct sc_loopback *b);

/* What nft(8) reads: `table` (inet) becomes so, in one transaction. With `gone` it is made and
 * removed again, which tells whether the kernel can hold it. Which account is a web server's user
 * may connect: see core/loopback/loopback.h. */
void sc_loopback_script(const struct sc_loopback *l, const char *table, bool gone,
                        struct sc_buf *out);

/* ---- as it is kept (docs/formats.md) ---- */

void sc_loopback_format(const struct sc_loopback *l, struct sc_buf *out);
/* SC_E_INVAL: damaged. */
int sc_loopback_parse(char *text, struct sc_loopback *ret, struct sc_error *err);

#endif
