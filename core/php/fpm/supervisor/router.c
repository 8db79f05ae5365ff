/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The router of a pool that several sites share (core/php/fpm/router): a process that has the pool's
 * address, runs as the pool's user, and is given what it may not open. The master of the other sites
 * listens at a socket of our own behind it. */
#include "core/php/fpm/supervisor/own.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/enter/drop.h"
#include "core/enter/state.h"
#include "core/php/fpm/router/control.h"

#define FILES_MAX  16384 /* descriptors: two of a connection, one of a master */
#define BACKOFF_MS 5000

#define INNER SC_FPM_RUN "/inner.sock"

const char *sc_fpm_held_at(const struct sc_fpm_held *p)
{
    return me.run.router ? INNER : p->t.listen;
}

int sc_fpm_held_fd(const struct sc_fpm_held *p)
{
    return me.run.router ? me.router.inner : p->fd;
}

/* Has a name for a moment, in a directory that only root passes: another supervisor of the pool may
 * make its own while this one ends. */
int sc_fpm_router_listen(struct sc_error *err)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (me.router.inner >= 0)
        return 0;
    snprintf(a.sun_path, sizeof(a.sun_path), SC_FPM_RUN "/%u.%d.sock", me.id, (int)getpid());
    SC_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    SC_FD int at = -EBADF;
    if (fd < 0 || (unlink(a.sun_path) < 0 && errno != ENOENT) ||
        bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || chmod(a.sun_path, 0666) < 0 ||
        listen(fd, me.pools[0].t.backlog) < 0 ||
        (at = open(a.sun_path, O_PATH | O_CLOEXEC | O_NOFOLLOW)) < 0 || unlink(a.sun_path) < 0)
        return sc_error_sys(err, errno, "make %s", a.sun_path);
    me.router.inner = sc_steal_fd(&fd);
    me.router.inner_at = sc_steal_fd(&at);
    return 0;
}

/* ---- the process ---- */

static _Noreturn void become_router(int listener, int control, int err_fd, pid_t parent)
{
    static const int keep[] = {SC_ROUTER_LISTENER, SC_ROUTER_CONTROL};
    struct rlimit files = {FILES_MAX, FILES_MAX};
    int fds[] = {listener, control, err_fd};
    for (size_t i = 0; i < 3; i++) /* out of the way of what they become */
        if ((fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 10)) < 0)
            _exit(SC_EXIT_CANNOT_ENTER);
    sc_fpm_child_begins(fds[2]);
    if (dup2(fds[0], SC_ROUTER_LISTENER) < 0 || dup2(fds[1], SC_ROUTER_CONTROL) < 0 ||
        setrlimit(RLIMIT_NOFILE, &files) < 0)
        _exit(SC_EXIT_CANNOT_ENTER);
    sc_drop_fds(keep, 2);
    sc_drop_bounding(0);
    char exe[] = SC_FPM_ROUTER_EXE;
    char *argv[] = {exe, NULL}, *envp[] = {NULL};
    sc_fpm_user_exec(exe, argv, envp, parent);
}

static void give(uint32_t what, int32_t status, int fd)
{
    if (sc_router_send(me.router.control, what, status, fd) < 0)
        sc_log("uid=%u site=%u PHP-FPM: the router cannot be told: %s", (unsigned)me.uid, me.id,
               strerror(errno));
}

static void give_table(void)
{
    struct sc_table table = {0};
    struct sc_enter_why why = {{0}};
    int rc = sc_state_open(me.uid, &table, &why); /* makes a lost one again */
    sc_table_close(&table);
    SC_FD int fd = rc == 0 ? sc_table_fd(me.uid) : -EBADF;
    if (rc < 0)
        sc_log("uid=%u site=%u PHP-FPM: %s", (unsigned)me.uid, me.id, why.text);
    give(SC_ROUTER_OF_TABLE, rc == 1 ? 1 : fd < 0 ? -EIO : 0, fd);
}

static void give_master(uint32_t what)
{
    char path[64];
    if (what == SC_ROUTER_OF_REST) {
        give(what, 0, me.router.inner_at);
        return;
    }
    snprintf(path, sizeof(path), SC_FPM_ROUTE_AT "%u", what);
    SC_FD int fd = open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
    give(what, fd < 0 ? -errno : 0, fd);
}

void sc_fpm_router_start(void)
{
    int pair[2] = {-EBADF, -EBADF}, out[2] = {-EBADF, -EBADF};
    struct sc_fpm_router *r = &me.router;
    r->start_at = 0;
    if (!me.run.router || r->pid || me.n == 0)
        return;
    bool ok = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0 &&
              pipe2(out, O_CLOEXEC | O_NONBLOCK) == 0;
    pid_t parent = getpid(), pid = ok ? fork() : -1;
    if (pid == 0)
        become_router(me.pools[0].fd, pair[1], out[1], parent);
    sc_close(&pair[1]);
    sc_close(&out[1]);
    if (pid < 0) {
        sc_close(&pair[0]);
        sc_close(&out[0]);
        r->start_at = sc_clock_ms() + BACKOFF_MS;
        sc_log("uid=%u site=%u PHP-FPM: no router: %s", (unsigned)me.uid, me.id, strerror(errno));
        return;
    }
    r->pid = pid;
    r->control = pair[0];
    r->said.err = out[0];
    r->since = sc_clock_ms();
    give_table();
}

/* ---- what it asks and says ---- */

void sc_fpm_router_table_changed(void)
{
    if (me.router.pid && me.router.control >= 0)
        give_table();
}

void sc_fpm_router_asks(void)
{
    struct sc_router_packet p;
    int fd, rc;
    while ((rc = sc_router_receive(me.router.control, &p, &fd)) > 0) {
        sc_close(&fd);
        if (p.what == SC_ROUTER_OF_TABLE)
            give_table();
        else
            give_master(p.what);
    }
    if (rc < 0)
        sc_close(&me.router.control);
}

bool sc_fpm_router_ended(pid_t pid)
{
    struct sc_fpm_router *r = &me.router;
    if (!pid || pid != r->pid)
        return false;
    sc_fpm_own_hear(&r->said); /* its last words */
    sc_close(&r->said.err);
    sc_close(&r->control);
    long long lived = sc_clock_ms() - r->since;
    r->pid = 0;
    r->fails = lived > BACKOFF_MS ? 0 : r->fails + 1;
    if (me.stop)
        return true;
    sc_log("uid=%u site=%u PHP-FPM: the router ended, and is started again", (unsigned)me.uid,
           me.id);
    r->start_at = sc_clock_ms() + (r->fails < 3 ? 0 : BACKOFF_MS);
    return true;
}

bool sc_fpm_router_finish(long long until)
{
    struct sc_fpm_router *r = &me.router;
    if (!r->pid)
        return true;
    if (!r->finishing && r->control >= 0)
        give(SC_ROUTER_FINISH, 0, -1);
    r->finishing = true;
    if (sc_clock_ms() >= until)
        (void)kill(r->pid, SIGKILL);
    return false;
}
