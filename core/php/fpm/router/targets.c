/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the supervisor gives: the table, and the sockets of masters. */
#include "core/php/fpm/router/router.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/php/fpm/router/control.h"

/* ---- the table ---- */

/* Each change makes a new file, which takes the name: the one that is held has none then. */
static bool is_replaced(const struct sc_router *r)
{
    struct stat st;
    return r->table_fd >= 0 && (fstat(r->table_fd, &st) < 0 || st.st_nlink == 0);
}

bool sc_router_table_is_new(struct sc_router *r)
{
    if (r->table_known && !is_replaced(r))
        return true;
    if (!r->table_asked)
        r->table_asked = sc_router_send(SC_ROUTER_CONTROL, SC_ROUTER_OF_TABLE, 0, -1) == 0;
    return false;
}

/* Takes `fd`. False: it is none, and what was known does not count. */
static bool take_table(struct sc_router *r, int32_t status, int fd)
{
    struct sc_table t = {0};
    bool ok = status == 1 || (fd >= 0 && sc_table_map(fd, &t) == 0);
    sc_table_close(&r->table);
    sc_close(&r->table_fd);
    r->table = t;
    r->table_fd = ok ? fd : -EBADF;
    if (!ok)
        sc_close(&fd);
    r->table_known = ok;
    r->table_asked = false;
    return ok;
}

/* ---- the masters ---- */

static struct sc_router_target *target_of(struct sc_router *r, uint32_t what)
{
    for (size_t i = 0; i < r->n_targets; i++)
        if (r->targets[i].what == what)
            return &r->targets[i];
    return NULL;
}

static struct sc_router_target *new_target(struct sc_router *r, uint32_t what)
{
    if (r->n_targets == SC_ROUTER_TARGETS_MAX)
        return NULL;
    struct sc_router_target *t = &r->targets[r->n_targets++];
    *t = (struct sc_router_target){.what = what, .fd = -EBADF};
    return t;
}

void sc_router_target_lost(struct sc_router_target *t)
{
    sc_close(&t->fd);
}

/* connect(2) by the socket itself: its directory is root's. */
static int connect_to(int path_fd)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof(a.sun_path), "/proc/self/fd/%d", path_fd);
    SC_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0)
        return -errno;
    return sc_steal_fd(&fd);
}

int sc_router_connect(struct sc_router *r, uint32_t what, struct sc_router_target **ret)
{
    struct sc_router_target *t = target_of(r, what);
    if (!t)
        t = new_target(r, what);
    if (!t)
        return -ENFILE;
    if (t->fd < 0) {
        if (!t->asked)
            t->asked = sc_router_send(SC_ROUTER_CONTROL, what, 0, -1) == 0;
        return t->asked ? -EINPROGRESS : -EIO;
    }
    *ret = t;
    return t->conns >= SC_ROUTER_SHARE_MAX ? -EAGAIN : connect_to(t->fd);
}

/* ---- its words ---- */

static void take_target(struct sc_router *r, uint32_t what, int fd)
{
    struct sc_router_target *t = target_of(r, what);
    if (!t || fd < 0) {
        sc_close(&fd);
    } else {
        sc_close(&t->fd);
        t->fd = fd;
    }
    if (t)
        t->asked = false;
}

bool sc_router_hear(struct sc_router *r)
{
    struct sc_router_packet p;
    int fd, rc;
    while ((rc = sc_router_receive(SC_ROUTER_CONTROL, &p, &fd)) > 0) {
        bool ok = fd >= 0;
        if (p.what == SC_ROUTER_FINISH) {
            r->finishing = true;
            sc_close(&fd);
        } else if (p.what == SC_ROUTER_OF_TABLE) {
            ok = take_table(r, p.status, fd);
        } else {
            take_target(r, p.what, fd);
        }
        sc_router_conns_told(r, p.what, !ok);
    }
    return rc == 0;
}
