/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of sitecage-fpm-router: one thread, no blocking call but those that read links. */
#ifndef SC_FPM_ROUTER_ROUTER_H
#define SC_FPM_ROUTER_ROUTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/enter/fcgi_params.h"
#include "core/enter/table.h"
#include "core/php/fpm/router/answer.h"

#define SC_ROUTER_CONNS_MAX   2048u        /* at once; more wait in the kernel, as for php-fpm */
#define SC_ROUTER_SHARE_MAX   640u         /* of one master: its backlog and its workers */
#define SC_ROUTER_BEGIN_MAX   (256u << 10) /* of one request's parameters */
#define SC_ROUTER_BEGINS_MAX  (32u << 20)  /* of all that are being read */
#define SC_ROUTER_OUT         16384u
#define SC_ROUTER_TARGETS_MAX 4096u

/* A master. */
struct sc_router_target {
    uint32_t what; /* control.h */
    int fd;        /* its socket, O_PATH; -EBADF: not known */
    bool asked;
    unsigned conns;
};

struct sc_router_conn;

/* One of a connection's two descriptors, as epoll knows it. */
struct sc_router_end {
    int fd;
    bool watched;
    uint32_t events;
    struct sc_router_conn *c;
};

enum sc_router_state {
    SC_ROUTER_READS,    /* its parameters */
    SC_ROUTER_WAITS,    /* for the supervisor's word */
    SC_ROUTER_GOES,     /* both ways */
    SC_ROUTER_ANSWERED, /* what still comes is dropped */
    SC_ROUTER_DEAD
};

struct sc_router_conn {
    struct sc_router_conn *next, *prev;
    enum sc_router_state state;
    struct sc_router_end client, master;
    struct sc_router_target *target;
    uint32_t waits_for;
    unsigned tries;
    long long until; /* sc_clock_ms(); 0: no limit */
    unsigned char *in, *out;
    size_t in_size, in_at, in_len;
    size_t out_at, out_len, out_free; /* of out_len these may go on */
    struct sc_router_scan scan;
    unsigned id; /* of the request */
    bool in_end, in_told, out_end;
};

struct sc_router {
    int epoll;
    bool listening, finishing;
    struct sc_table table;
    int table_fd;
    bool table_known, table_asked;
    struct sc_router_target *targets;
    size_t n_targets;
    struct sc_router_conn *conns;
    size_t n_conns;
    size_t begins; /* bytes of buffers of requests that are being read */
    struct sc_fcgi_said said;
    unsigned char params[SC_FCGI_BEGIN_MAX];
};

/* ---- conn.c ---- */

/* A connection that was accepted (it takes `fd`). */
void sc_router_conn_new(struct sc_router *r, int fd);
/* Something happened at one of its ends. */
void sc_router_conn_event(struct sc_router *r, struct sc_router_end *e, uint32_t events);
/* The supervisor has answered: those that wait for `what` go on; `failed`: without it. */
void sc_router_conns_told(struct sc_router *r, uint32_t what, bool failed);
/* Ends those that took too long. The next moment to be called, 0: none. */
long long sc_router_conns_late(struct sc_router *r, long long now);
/* Frees those that ended: nothing of epoll's may point to them. */
void sc_router_conns_sweep(struct sc_router *r);

/* ---- send.c: both ways of a connection that has its master ---- */

/* Moves what can be moved. False: it is over. */
bool sc_router_move(struct sc_router_conn *c);
/* All is answered, and the visitor was given all of it. */
bool sc_router_is_done(const struct sc_router_conn *c);

/* ---- targets.c ---- */

/* The table is the account's of now. False: it was asked for. */
bool sc_router_table_is_new(struct sc_router *r);
/* A connected socket to that master: its descriptor, with *ret; -EINPROGRESS: it was asked for;
 * -EAGAIN: it has more to do than it takes; another negative errno. */
int sc_router_connect(struct sc_router *r, uint32_t what, struct sc_router_target **ret);
/* Nobody listens there any more. */
void sc_router_target_lost(struct sc_router_target *t);
/* The supervisor said something. False: it has ended. */
bool sc_router_hear(struct sc_router *r);

/* ---- lock_up.c ---- */

/* No new rights, no other way to any than the descriptors that the process has. False: it could not
 * be done, and nothing may run. */
bool sc_router_lock_up(void);

#endif
