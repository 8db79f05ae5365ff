/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-fpm UID ID: the supervisor of one isolated site's PHP-FPM master. Started by the pass
 * (core/php/fpm/apply.h); root, outside of the site. It holds the listening sockets of the site's
 * pools, enters the site, and starts php-fpm there with them, as the site's user. Signals: SIGUSR2
 * reads SC_FPM_RUN/<id>.run again and changes to a new master, on the same sockets, before the old
 * one ends; SIGTERM ends all, gracefully, and nothing but requests that are there is served from then on. An ID from SC_FPM_OUTSIDE on is no isolated site: its
 * php-fpm runs outside of every site (outside.c). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/daemon.h"
#include "core/base/clock.h"
#include "core/base/own_group.h"
#include "core/php/fpm/supervisor/own.h"

#define DRAIN_MS 10000 /* for connections that wait when everything is to end */

struct sc_fpm_me me = {
    .lock = -EBADF,
    .sig = -EBADF,
    .notify = -EBADF,
    .shared = -EBADF,
    .router = {.control = -EBADF, .inner = -EBADF, .inner_at = -EBADF, .said = {.err = -EBADF}}};

/* ---- what happens ---- */

void sc_fpm_change_master(void)
{
    struct sc_error err = SC_ERROR_INIT;
    me.fails = 0;
    me.answer_by = 0;
    if (sc_fpm_pools_load(&err) < 0)
        sc_fpm_own_failed(err.text);
    else if (sc_fpm_own_start(&err) < 0)
        sc_fpm_own_failed(err.text);
    sc_fpm_router_table_changed();
    sc_fpm_router_start();
    sc_fpm_watch_shared();
}

static void read_notify(void)
{
    _Alignas(struct inotify_event) char buf[8192];
    ssize_t n = read(me.notify, buf, sizeof(buf));
    for (ssize_t at = 0; at + (ssize_t)sizeof(struct inotify_event) <= n;) {
        const struct inotify_event *e = (const void *)(buf + at);
        if (e->len && !me.stop)
            sc_fpm_pool_file_changed(e->wd, e->name);
        at += (ssize_t)(sizeof(*e) + e->len);
    }
}

static void read_signal(void)
{
    struct signalfd_siginfo si;
    if (read(me.sig, &si, sizeof(si)) != (ssize_t)sizeof(si))
        return;
    if (si.ssi_signo == SIGUSR2 && !me.stop)
        sc_fpm_change_master();
    if (si.ssi_signo == SIGTERM && !me.stop) {
        me.stop = true;
        me.stop_at = sc_clock_ms() + DRAIN_MS;
        me.given = false; /* its records are another one's from now on */
        sc_close(&me.shared);
    }
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        if (!sc_fpm_router_ended(pid))
            sc_fpm_own_ended(pid, status);
}

/* Nobody listens there: an error at once is better than a wait. */
static void turn_away(int fd)
{
    int c = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    sc_close(&c);
}

/* Connections that were made before the name went to somebody else. */
static bool backlog_is_empty(void)
{
    for (size_t i = 0; i < me.n; i++) {
        struct pollfd p[] = {{.fd = me.pools[i].fd, .events = POLLIN},
                             {.fd = sc_fpm_held_fd(&me.pools[i]), .events = POLLIN}};
        if (poll(p, 2, 0) > 0)
            return false;
    }
    return true;
}

/* True when all is over. */
static bool go_on_stopping(void)
{
    static int quiet;
    bool left = false;
    quiet = backlog_is_empty() ? quiet + 1 : 0;
    bool serves = me.now && me.now->ready;
    if (quiet < 3 && serves && sc_clock_ms() < me.stop_at)
        return false;
    if (!sc_fpm_router_finish(me.stop_at))
        return false;
    for (size_t i = 0; i < SC_FPM_OWN_MAX; i++)
        if (me.masters[i].pid) {
            sc_fpm_own_end(&me.masters[i]);
            left = true;
        }
    return !left;
}

static void timers(void)
{
    long long now = sc_clock_ms();
    struct sc_error err = SC_ERROR_INIT;
    for (size_t i = 0; i < SC_FPM_OWN_MAX; i++) {
        struct sc_fpm_own *m = &me.masters[i];
        if (m->pid && m->kill_at && now >= m->kill_at)
            sc_fpm_own_kill(m);
    }
    sc_fpm_own_answer();
    sc_fpm_go_on_giving();
    if (!me.stop && me.router.start_at && now >= me.router.start_at)
        sc_fpm_router_start();
    bool starting = me.now && !me.now->ready;
    if (!me.stop && !starting && me.start_at && now >= me.start_at && sc_fpm_own_start(&err) < 0)
        sc_fpm_own_failed(err.text);
}

/* Milliseconds until a master is started once more; -1: none is. */
static int until_start(void)
{
    long long left = me.start_at - sc_clock_ms();
    return !me.start_at ? -1 : left > 0 ? (int)left : 0;
}

static int serve(void)
{
    for (;;) {
        struct pollfd p[5 + SC_FPM_OWN_MAX + SC_FPM_TAKEN_MAX];
        nfds_t n = 0;
        p[n++] = (struct pollfd){.fd = me.sig, .events = POLLIN};
        p[n++] = (struct pollfd){.fd = me.notify, .events = POLLIN};
        bool any = false;
        for (size_t i = 0; i < SC_FPM_OWN_MAX; i++) {
            any |= me.masters[i].pid != 0;
            p[n++] =
                (struct pollfd){.fd = me.masters[i].pid ? me.masters[i].err : -1, .events = POLLIN};
        }
        bool refuse = me.refuse && !(me.now && me.now->ready);
        for (size_t i = 0; refuse && i < me.n; i++)
            p[n++] = (struct pollfd){.fd = sc_fpm_held_fd(&me.pools[i]), .events = POLLIN};
        nfds_t shared = n;
        p[n++] = (struct pollfd){.fd = me.shared, .events = POLLIN};
        p[n++] = (struct pollfd){.fd = me.router.control, .events = POLLIN};
        p[n++] = (struct pollfd){.fd = me.router.said.err, .events = POLLIN};
        bool settled = any && me.now && me.now->ready && !me.router.start_at;
        int wait = me.stop || me.answer_by ? 20 : me.given ? 100 : settled ? until_start() : 100;
        for (size_t i = 0; i < SC_FPM_OWN_MAX; i++)
            if (me.masters[i].pid && me.masters[i].kill_at && wait < 0)
                wait = 500;
        if (poll(p, n, wait) < 0 && errno != EINTR)
            return 1;
        for (size_t i = 0; i < SC_FPM_OWN_MAX; i++)
            if (me.masters[i].pid && p[2 + i].fd >= 0 && p[2 + i].revents)
                sc_fpm_own_hear(&me.masters[i]);
        if (p[0].revents)
            read_signal();
        if (p[1].revents)
            read_notify();
        if (p[shared].revents)
            sc_fpm_shared_ended();
        if (p[shared + 1].revents)
            sc_fpm_router_asks();
        if (p[shared + 2].revents)
            sc_fpm_own_hear(&me.router.said);
        for (nfds_t i = 2 + SC_FPM_OWN_MAX; refuse && i < shared; i++)
            if (p[i].revents)
                turn_away(p[i].fd);
        timers();
        if (me.stop && go_on_stopping())
            return 0;
    }
}

/* Who told us to end gave our lock another name (core/php/fpm/supervisor.h). */
static void remove_lock(void)
{
    char self[40], path[128];
    snprintf(self, sizeof(self), "/proc/self/fd/%d", me.lock);
    ssize_t n = readlink(self, path, sizeof(path) - 1);
    if (n <= 0)
        return;
    path[n] = 0;
    if (strstr(path, ".ending."))
        (void)unlink(path);
}

static int run(int ready, void *arg)
{
    (void)arg;
    struct sc_error err = SC_ERROR_INIT;
    char path[64];
    snprintf(path, sizeof(path), SC_FPM_RUN "/%u.lock", me.id);
    for (size_t i = 0; i < SC_FPM_OWN_MAX; i++)
        me.masters[i].err = -EBADF;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGHUP);
    int rc = sc_daemon_lock(SC_FPM_RUN, path, &me.lock, &err);
    if (rc == 0) {
        (void)sigprocmask(SIG_SETMASK, &set, NULL);
        me.sig = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        me.notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        if (me.sig < 0 || me.notify < 0)
            rc = sc_error_sys(&err, errno, "prepare");
    }
    if (rc == 0)
        rc = sc_fpm_pools_load(&err);
    if (rc < 0) {
        fprintf(stderr, "site %u: %s\n", me.id, err.text);
        return 1;
    }
    sc_daemon_ready(ready); /* the pass waits for the answer */
    sc_fpm_end_orphans();
    if (sc_fpm_own_start(&err) < 0)
        sc_fpm_own_failed(err.text);
    sc_fpm_router_start();
    sc_fpm_watch_shared();
    rc = serve();
    remove_lock();
    return rc;
}

int main(int argc, char **argv)
{
    char *end;
    unsigned long uid = argc == 3 ? strtoul(argv[1], &end, 10) : 0;
    unsigned long id = uid && !*end ? strtoul(argv[2], &end, 10) : 0;
    if (getuid() != 0 || uid == 0 || uid >= UINT_MAX || id == 0 || id >= UINT_MAX || *end) {
        fprintf(stderr, "usage: sitecage-fpm UID SITE   (started by the engine)\n");
        return 2;
    }
    me.uid = (uid_t)uid;
    me.id = (unsigned)id;
    if (sc_daemon_clean() < 0)
        return 1;
    sc_leave_callers_group();
    return sc_daemon_background(run, NULL);
}
