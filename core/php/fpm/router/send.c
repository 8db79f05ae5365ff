/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Both ways of a connection. The record that ends the request is held until the master has closed:
 * a web server that may use the connection again then sees at once that it cannot. */
#include "core/php/fpm/router/router.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_later(void)
{
    return errno == EAGAIN || errno == EINTR;
}

/* What the visitor sends. */
static void read_in(struct sc_router_conn *c)
{
    if (c->in_len > 0 || c->in_end)
        return;
    ssize_t n = read(c->client.fd, c->in, c->in_size);
    c->in_at = 0;
    c->in_len = n > 0 ? (size_t)n : 0;
    c->in_end = n == 0 || (n < 0 && !is_later());
}

/* That the master reads no more is no error: its answer may still come. */
static void write_in(struct sc_router_conn *c)
{
    ssize_t n = 0;
    if (c->in_len > 0)
        n = send(c->master.fd, c->in + c->in_at, c->in_len, MSG_NOSIGNAL);
    if (n > 0) {
        c->in_at += (size_t)n;
        c->in_len -= (size_t)n;
    } else if (n < 0 && !is_later()) {
        c->in_len = 0;
        c->in_end = c->in_told = true;
    }
    if (c->in_end && c->in_len == 0 && !c->in_told) {
        (void)shutdown(c->master.fd, SHUT_WR);
        c->in_told = true;
    }
}

static void read_out(struct sc_router_conn *c)
{
    if (c->out_end || c->out_free > 0)
        return;
    if (c->out_at > 0) /* what is held: at most one record's beginning */
        memmove(c->out, c->out + c->out_at, c->out_len);
    c->out_at = 0;
    ssize_t n = read(c->master.fd, c->out + c->out_len, SC_ROUTER_OUT - c->out_len);
    if (n > 0)
        c->out_len += (size_t)n;
    c->out_end = n == 0 || (n < 0 && !is_later());
    c->out_free = sc_router_before_end(&c->scan, c->out, c->out_len);
    if (c->out_end || c->out_len == SC_ROUTER_OUT)
        c->out_free = c->out_len;
}

static bool write_out(struct sc_router_conn *c)
{
    if (c->out_free == 0)
        return true;
    ssize_t n = send(c->client.fd, c->out + c->out_at, c->out_free, MSG_NOSIGNAL);
    if (n < 0)
        return is_later();
    c->out_at += (size_t)n;
    c->out_len -= (size_t)n;
    c->out_free -= (size_t)n;
    return true;
}

bool sc_router_move(struct sc_router_conn *c)
{
    read_in(c);
    write_in(c);
    read_out(c);
    return write_out(c);
}

bool sc_router_is_done(const struct sc_router_conn *c)
{
    return c->out_end && c->out_len == 0;
}
