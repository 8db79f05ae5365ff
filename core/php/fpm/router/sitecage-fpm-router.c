/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-fpm-router: at the address of a pool that several sites share, sends each FastCGI request
 * to the master of the site that it is for (decide.h). Started by the supervisor of that pool
 * (core/php/fpm/supervisor/router.c) as the pool's user, with the listening socket and a socket to
 * the supervisor (control.h). It ends with either. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/php/fpm/router/control.h"
#include "core/php/fpm/router/router.h"

#define EVENTS  64
#define ACCEPTS 32 /* at a time */

/* epoll's word for a descriptor that is no connection's. */
static struct sc_router_end listener = {.fd = SC_ROUTER_LISTENER};
static struct sc_router_end control = {.fd = SC_ROUTER_CONTROL};

static bool add(struct sc_router *r, struct sc_router_end *e, bool on)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = e};
    return epoll_ctl(r->epoll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, e->fd, &ev) == 0;
}

static void accept_some(struct sc_router *r)
{
    for (int i = 0; i < ACCEPTS && r->n_conns < SC_ROUTER_CONNS_MAX; i++) {
        int fd = accept4(SC_ROUTER_LISTENER, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return;
        sc_router_conn_new(r, fd);
    }
}

/* Who cannot be served now waits in the kernel. */
static void listen_or_not(struct sc_router *r)
{
    bool want = !r->finishing && r->n_conns < SC_ROUTER_CONNS_MAX;
    if (want != r->listening && add(r, &listener, want))
        r->listening = want;
}

static int wait_ms(struct sc_router *r)
{
    long long now = sc_clock_ms(), next = sc_router_conns_late(r, now);
    return !next ? -1 : next - now > 1000 ? 1000 : (int)(next - now);
}

static int serve(struct sc_router *r)
{
    struct epoll_event ev[EVENTS];
    while (!r->finishing || r->n_conns > 0) {
        int n = epoll_wait(r->epoll, ev, EVENTS, wait_ms(r));
        if (n < 0 && errno != EINTR)
            return 1;
        if (!sc_router_hear(r)) /* first of all: what the others go by */
            return 1;
        for (int i = 0; i < n; i++) {
            struct sc_router_end *e = ev[i].data.ptr;
            if (e == &listener)
                accept_some(r);
            else if (e != &control)
                sc_router_conn_event(r, e, ev[i].events);
        }
        sc_router_conns_sweep(r);
        listen_or_not(r);
    }
    return 0;
}

int main(void)
{
    struct sc_router *r = calloc(1, sizeof(*r));
    (void)signal(SIGPIPE, SIG_IGN);
    if (!r || getuid() == 0 || fcntl(SC_ROUTER_LISTENER, F_SETFL, O_NONBLOCK) < 0)
        return 2;
    r->table_fd = -EBADF;
    r->targets = calloc(SC_ROUTER_TARGETS_MAX, sizeof(*r->targets));
    r->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!r->targets || r->epoll < 0 || !sc_router_lock_up() || !add(r, &control, true))
        return 2;
    listen_or_not(r);
    return serve(r);
}
