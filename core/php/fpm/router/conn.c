/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection of the web server's: one request, whatever it asked for. FCGI_KEEP_CONN is taken out
 * of what the master reads, so it closes behind the answer, and the next request is looked at again. */
#include "core/php/fpm/router/router.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/php/fpm/router/control.h"
#include "core/php/fpm/router/decide.h"

#define BEGIN_MS  30000 /* for all parameters of a request */
#define WAIT_MS   5000  /* for the supervisor */
#define REST_MS   30000 /* for the rest of a request that was answered */
#define IN        8192u /* what a request's buffer begins with */
#define TRIES     3u    /* a master's socket may be another by now */
#define FLAGS_AT  (SC_FCGI_HEAD + 2)
#define KEEP_CONN 1u

/* ---- epoll ---- */

static void watch(struct sc_router *r, struct sc_router_end *e, bool want, uint32_t events)
{
    struct epoll_event ev = {.events = events, .data.ptr = e};
    if (!want && e->watched)
        (void)epoll_ctl(r->epoll, EPOLL_CTL_DEL, e->fd, NULL);
    else if (want && (!e->watched || e->events != events))
        (void)epoll_ctl(r->epoll, e->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, e->fd, &ev);
    e->watched = want;
    e->events = events;
}

/* A master that has closed says so as long as it is asked: not while its answer waits. */
static void watch_both(struct sc_router *r, struct sc_router_conn *c)
{
    bool reads = c->state == SC_ROUTER_READS || c->state == SC_ROUTER_ANSWERED ||
                 (c->state == SC_ROUTER_GOES && c->in_len == 0 && !c->in_end);
    uint32_t out = c->state == SC_ROUTER_GOES && c->out_free > 0 ? EPOLLOUT : 0;
    watch(r, &c->client, c->state != SC_ROUTER_DEAD, (reads ? EPOLLIN : 0) | out);
    uint32_t master = (c->out_free == 0 && !c->out_end ? EPOLLIN : 0) |
                      (c->in_len > 0 && !c->in_told ? EPOLLOUT : 0);
    watch(r, &c->master, c->state == SC_ROUTER_GOES && master, master);
}

/* ---- its end ---- */

static void leave_master(struct sc_router *r, struct sc_router_conn *c)
{
    watch(r, &c->master, false, 0);
    sc_close(&c->master.fd);
    if (c->target)
        c->target->conns--;
    c->target = NULL;
}

static void drop(struct sc_router *r, struct sc_router_conn *c)
{
    leave_master(r, c);
    watch(r, &c->client, false, 0);
    sc_close(&c->client.fd);
    if (c->state == SC_ROUTER_READS || c->state == SC_ROUTER_WAITS)
        r->begins -= c->in_size;
    c->state = SC_ROUTER_DEAD;
}

/* What is still sent must not become a reset, which could take the answer with it. */
static void answered(struct sc_router *r, struct sc_router_conn *c)
{
    leave_master(r, c);
    if (c->state == SC_ROUTER_READS || c->state == SC_ROUTER_WAITS)
        r->begins -= c->in_size;
    (void)shutdown(c->client.fd, SHUT_WR);
    c->state = SC_ROUTER_ANSWERED;
    c->until = sc_clock_ms() + REST_MS;
}

/* As a line of a log: what a request says may hold anything. */
static void say(const struct sc_fcgi_said *said, const char *status, const char *why)
{
    char line[900];
    int n = snprintf(line, sizeof(line), "%s: %s (SCRIPT_FILENAME=%.300s DOCUMENT_ROOT=%.300s)",
                     status, why, said->script, said->docroot);
    for (int i = 0; i < n && i < (int)sizeof(line); i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            line[i] = '?';
    dprintf(2, "%s\n", line);
}

static void refuse(struct sc_router *r, struct sc_router_conn *c, const char *status,
                   const char *why)
{
    unsigned char page[SC_ROUTER_ANSWER_MAX];
    size_t n = sc_router_refusal(c->id, status, page);
    say(&r->said, status, why);
    (void)!send(c->client.fd, page, n, MSG_NOSIGNAL);
    answered(r, c);
}

/* ---- its beginning ---- */

static void goes(struct sc_router *r, struct sc_router_conn *c)
{
    r->begins -= c->in_size;
    c->state = SC_ROUTER_GOES;
    c->until = 0;
    if (!sc_router_move(c))
        drop(r, c);
    else if (sc_router_is_done(c))
        answered(r, c);
}

static void waits(struct sc_router_conn *c, uint32_t what)
{
    if (c->state != SC_ROUTER_WAITS)
        c->until = sc_clock_ms() + WAIT_MS;
    c->state = SC_ROUTER_WAITS;
    c->waits_for = what;
}

static void go_to(struct sc_router *r, struct sc_router_conn *c, uint32_t what)
{
    struct sc_router_target *t = NULL;
    int fd = sc_router_connect(r, what, &t);
    if (fd == -EINPROGRESS) {
        waits(c, what);
    } else if (fd < 0 && fd != -EAGAIN && t && ++c->tries < TRIES) {
        sc_router_target_lost(t);
        go_to(r, c, what);
    } else if (fd < 0) {
        refuse(r, c, "503 Service Unavailable",
               fd == -EAGAIN ? "its PHP has more requests than it takes" : "its PHP does not run");
    } else {
        c->master.fd = fd;
        c->target = t;
        t->conns++;
        c->out = malloc(SC_ROUTER_OUT);
        if (c->out)
            goes(r, c);
        else
            drop(r, c);
    }
}

static ssize_t read_link(void *arg, const char *path, char *out, size_t size)
{
    (void)arg;
    return readlink(path, out, size);
}

/* The whole request's parameters are in the buffer; `said` has what they say. */
static void decide(struct sc_router *r, struct sc_router_conn *c)
{
    static const struct sc_router_links links = {read_link, NULL};
    struct sc_router_answer a;
    c->id = r->said.id;
    if (!sc_router_table_is_new(r)) {
        waits(c, SC_ROUTER_OF_TABLE);
        return;
    }
    c->in[FLAGS_AT] &= (unsigned char)~KEEP_CONN;
    sc_router_decide(&r->table, &r->said, &links, &a);
    if (a.whose == SC_ROUTER_NOBODY)
        refuse(r, c, "403 Forbidden", a.why);
    else
        go_to(r, c, a.whose == SC_ROUTER_SITE ? a.id : SC_ROUTER_OF_REST);
}

/* Room for more of the request. */
static bool grow(struct sc_router *r, struct sc_router_conn *c)
{
    size_t size = c->in_size ? 2 * c->in_size : IN;
    if (c->in_len < c->in_size)
        return true;
    if (size > SC_ROUTER_BEGIN_MAX || r->begins + size - c->in_size > SC_ROUTER_BEGINS_MAX)
        return false;
    unsigned char *more = realloc(c->in, size);
    if (!more)
        return false;
    r->begins += size - c->in_size;
    c->in = more;
    c->in_size = size;
    return true;
}

static void read_begin(struct sc_router *r, struct sc_router_conn *c)
{
    for (;;) {
        if (!grow(r, c)) {
            dprintf(2, "a request has too many parameters\n");
            drop(r, c);
            return;
        }
        ssize_t n = read(c->client.fd, c->in + c->in_len, c->in_size - c->in_len);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            drop(r, c);
            return;
        }
        c->in_len += (size_t)n;
        int rc = sc_fcgi_said_last(c->in, c->in_len, r->params, &r->said);
        if (rc == 0)
            continue;
        if (rc > 0)
            decide(r, c);
        else
            drop(r, c);
        return;
    }
}

static void read_rest(struct sc_router *r, struct sc_router_conn *c)
{
    unsigned char rest[4096];
    ssize_t n = read(c->client.fd, rest, sizeof(rest));
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        drop(r, c);
}

/* ---- what happens ---- */

void sc_router_conn_new(struct sc_router *r, int fd)
{
    struct sc_router_conn *c = calloc(1, sizeof(*c));
    if (!c) {
        close(fd);
        return;
    }
    c->client = (struct sc_router_end){.fd = fd, .c = c};
    c->master = (struct sc_router_end){.fd = -EBADF, .c = c};
    c->until = sc_clock_ms() + BEGIN_MS;
    c->next = r->conns;
    if (c->next)
        c->next->prev = c;
    r->conns = c;
    r->n_conns++;
    read_begin(r, c);
    watch_both(r, c);
}

void sc_router_conn_event(struct sc_router *r, struct sc_router_end *e, uint32_t events)
{
    struct sc_router_conn *c = e->c;
    if (c->state == SC_ROUTER_DEAD)
        return;
    /* nobody waits for an answer */
    bool over = e == &c->client && (events & (EPOLLHUP | EPOLLERR));
    if (!over && c->state == SC_ROUTER_GOES)
        over = !sc_router_move(c);
    if (over)
        drop(r, c);
    else if (c->state == SC_ROUTER_READS)
        read_begin(r, c);
    else if (c->state == SC_ROUTER_ANSWERED)
        read_rest(r, c);
    else if (c->state == SC_ROUTER_GOES && sc_router_is_done(c))
        answered(r, c);
    if (c->state != SC_ROUTER_DEAD)
        watch_both(r, c);
}

void sc_router_conns_told(struct sc_router *r, uint32_t what, bool failed)
{
    for (struct sc_router_conn *c = r->conns; c; c = c->next) {
        if (c->state != SC_ROUTER_WAITS || c->waits_for != what)
            continue;
        if (sc_fcgi_said_last(c->in, c->in_len, r->params, &r->said) != 1)
            drop(r, c);
        else if (failed)
            refuse(r, c, "503 Service Unavailable",
                   what == SC_ROUTER_OF_TABLE ? "the table of sites cannot be read"
                                              : "its PHP does not run");
        else
            decide(r, c);
        if (c->state != SC_ROUTER_DEAD)
            watch_both(r, c);
    }
}

long long sc_router_conns_late(struct sc_router *r, long long now)
{
    long long next = 0;
    for (struct sc_router_conn *c = r->conns; c; c = c->next) {
        if (!c->until || c->state == SC_ROUTER_DEAD)
            continue;
        if (c->until <= now)
            drop(r, c);
        else if (!next || c->until < next)
            next = c->until;
    }
    return next;
}

void sc_router_conns_sweep(struct sc_router *r)
{
    for (struct sc_router_conn *c = r->conns, *next; c; c = next) {
        next = c->next;
        if (c->state != SC_ROUTER_DEAD)
            continue;
        if (c->prev)
            c->prev->next = next;
        else
            r->conns = next;
        if (next)
            next->prev = c->prev;
        free(c->in);
        free(c->out);
        free(c);
        r->n_conns--;
    }
}
