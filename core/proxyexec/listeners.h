/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's sockets: the account-wide one and one for each site, kept as the sites' directories
 * are. */
#ifndef SC_PROXYEXEC_LISTENERS_H
#define SC_PROXYEXEC_LISTENERS_H

#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"

struct sc_listener {
    int fd;
    uid_t uid;
    unsigned site; /* 0: account-wide */
    ino_t ino;     /* of its socket file */
    unsigned seen; /* the scan that found it last */
};

struct sc_listeners {
    struct sc_listener **v;
    size_t n;
    unsigned scan;
    int epollfd; /* each is in it with its pointer */
};

void sc_listeners_done(struct sc_listeners *l);

/* Opens SC_PROXY_SOCKET. */
int sc_listeners_account(struct sc_listeners *l, struct sc_error *err);

/* Makes the sockets of one account be as its directories: opens what is new, closes what was
 * removed. What cannot be opened is left out; the next scan tries again. */
void sc_listeners_scan(struct sc_listeners *l, uid_t uid);
void sc_listeners_scan_all(struct sc_listeners *l);

#endif
