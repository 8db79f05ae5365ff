/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who listens at TCP ports of this machine: the kernel's word (proc(5): /proc/net/tcp and tcp6). */
#ifndef SC_LOOPBACK_LISTENERS_H
#define SC_LOOPBACK_LISTENERS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/error.h"

struct sc_tcp_listener {
    unsigned port;
    uid_t uid; /* who made the socket */
    uint64_t inode;
};

struct sc_tcp_listeners {
    struct sc_tcp_listener *v;
    size_t n;
};

void sc_tcp_listeners_done(struct sc_tcp_listeners *l);

/* Of the caller's network. SC_E_SYS, SC_E_NOMEM. A kernel without IPv6 has no tcp6. */
int sc_tcp_listeners_read(struct sc_tcp_listeners *ret, struct sc_error *err);

/* A number that differs when root's listeners do: those that PHP-FPM's masters have. Pure. */
uint64_t sc_tcp_listeners_digest(const struct sc_tcp_listeners *l);

/* One line of these files: 1 with *ret, 0: another state, or the head; -1: it is none. Pure. */
int sc_tcp_listeners_line(const char *line, struct sc_tcp_listener *ret);

#endif
