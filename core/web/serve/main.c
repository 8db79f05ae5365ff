/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-web [--daemon]: gives the web server the views of isolated sites, and has them built
 * when there are none. Who may ask is who may pass the socket's directory. This process only
 * answers; a build is waited for in a process of its own (builds.h), so one site's view delays no other's. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/daemon.h"
#include "core/base/file.h"
#include "core/base/clock.h"
#include "core/web/part.h"
#include "core/web/serve/builds.h"
#include "core/web/serve/handover.h"
#include "core/web/serve/place.h"
#include "core/web/serve/service.h"

#define CLIENTS_MAX 256
#define OWN_FDS     3
#define PATIENCE_S  2   /* for a question, when others want the place */
#define SETTLE_MS   100 /* a removal goes on for a while */

struct client {
    int fd;
    time_t since;
};

struct daemon {
    int lock, signals, listener;
    int removals;    /* what tells that something was removed from the directory */
    int64_t look_at; /* when whatever removes it has been quiet for a moment; 0: nothing was */
    struct client clients[CLIENTS_MAX];
    size_t n_clients;
    struct sc_web_builds builds;
    pid_t rebuild;      /* makes the state of all accounts again; 0: none does */
    bool rebuild_again; /* it was removed once more meanwhile */
    bool end;
};

static time_t now_s(void)
{
    return (time_t)(sc_clock_ms() / 1000);
}

/* ---- start ---- */

static int listen_at(const char *path, int *ret, struct sc_error *err)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    SC_FD int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
    if (unlink(path) < 0 && errno != ENOENT)
        return sc_error_sys(err, errno, "remove %s", path);
    /* the directory says who may ask */
    if (fd < 0 || bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) < 0 || chmod(path, 0666) < 0 ||
        listen(fd, 128) < 0)
        return sc_error_sys(err, errno, "listen at %s", path);
    *ret = sc_steal_fd(&fd);
    return 0;
}

/* Without a table the sites of the last one are answered 503. */
static void renew_table(void)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_web_table_renew(&err) < 0)
        fprintf(stderr, "sitecage-web: %s\n", err.text);
}

/* The directory, and what is ours in it. SC_E_BUSY: another one is at work. */
static int take_place(struct daemon *d, struct sc_error *err)
{
    int rc = sc_web_place_make(err);
    if (rc == 0)
        rc = sc_daemon_lock(SC_WEB_DIR, SC_WEB_LOCK, &d->lock, err);
    if (rc == 0)
        rc = sc_web_place_watch(&d->removals, err);
    if (rc == 0)
        rc = listen_at(SC_WEB_SOCKET, &d->listener, err);
    if (rc == 0)
        renew_table();
    return rc;
}

static int set_up(struct daemon *d, struct sc_error *err)
{
    static const int signals[] = {SIGCHLD, SIGTERM, SIGINT};
    struct rlimit files;
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        sigaddset(&set, signals[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    d->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (d->signals < 0)
        return sc_error_sys(err, errno, "prepare to listen");
    return 0;
}

/* ---- what runs beside ---- */

/* In a process of its own: somebody emptied /run. */
static void start_rebuild(struct daemon *d)
{
    d->rebuild_again = d->rebuild > 0;
    if (d->rebuild > 0)
        return;
    pid_t pid = fork();
    if (pid == 0) {
        struct sc_error why = SC_ERROR_INIT;
        sc_web_default_signals();
        if (sc_web_rebuild("--all", &why) < 0)
            fprintf(stderr, "sitecage-web: %s\n", why.text);
        _exit(0);
    }
    d->rebuild = pid > 0 ? pid : 0;
}

static void ended(struct daemon *d, pid_t pid)
{
    sc_web_builds_ended(&d->builds, pid);
    if (d->rebuild != pid)
        return;
    d->rebuild = 0;
    if (d->rebuild_again)
        start_rebuild(d);
}

static void read_signals(struct daemon *d)
{
    struct signalfd_siginfo si;
    while (read(d->signals, &si, sizeof(si)) == (ssize_t)sizeof(si))
        d->end |= si.ssi_signo == SIGTERM || si.ssi_signo == SIGINT;
    for (pid_t pid; (pid = waitpid(-1, NULL, WNOHANG)) > 0;)
        ended(d, pid);
}

/* ---- questions ---- */

/* False: it is no question. *ret_fd is what came along, the caller's to close. */
static bool hear(int sock, struct sc_web_question *q, int *ret_fd)
{
    _Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(int))];
    struct iovec part = {q, sizeof(*q)};
    struct msghdr m = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    if (recvmsg(sock, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != (ssize_t)sizeof(*q))
        return false;
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
        c->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(ret_fd, CMSG_DATA(c), sizeof(*ret_fd));
    return true;
}

static bool is_root(int sock)
{
    struct ucred who;
    socklen_t len = sizeof(who);
    return getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 && who.uid == 0;
}

/* An Apache that may not write has started. */
static void note_start(int sock, gid_t gid, int report)
{
    const struct sc_web_answer done = {0};
    struct sc_error why = SC_ERROR_INIT;
    if (!is_root(sock))
        return;
    if (sc_web_place_started(gid, report, &why) < 0)
        sc_web_turn_away(sock, &why);
    else
        (void)send(sock, &done, sizeof(done), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void answer(struct daemon *d, int sock)
{
    struct sc_web_question q;
    struct sc_error why = SC_ERROR_INIT;
    SC_FD int fd = -EBADF;
    if (!hear(sock, &q, &fd))
        return;
    if (q.magic == SC_WEB_START_MAGIC && fd >= 0)
        note_start(sock, q.uid, fd);
    if (q.magic != SC_WEB_ASK_MAGIC || q.uid == 0 || q.site == 0)
        return;
    int rc = sc_web_hand_over(sock, q.uid, q.site, &why);
    if (rc == SC_E_NOTFOUND)
        sc_web_builds_want(&d->builds, sock, &q);
    else if (rc < 0)
        sc_web_turn_away(sock, &why);
}

static void let_go(struct daemon *d, size_t i)
{
    sc_close(&d->clients[i].fd);
    d->clients[i] = d->clients[--d->n_clients];
}

static void take_clients(struct daemon *d)
{
    while (d->n_clients < CLIENTS_MAX) {
        int fd = accept4(d->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            return;
        d->clients[d->n_clients++] = (struct client){fd, now_s()};
    }
    for (size_t i = d->n_clients; i-- > 0;)
        if (now_s() - d->clients[i].since > PATIENCE_S)
            let_go(d, i);
}

/* ---- a directory that was removed ---- */

/* Makes it again, and all accounts' state, which was removed with it. */
static int heal(struct daemon *d, struct sc_error *err)
{
    d->look_at = 0;
    if (sc_web_place_is_whole(d->lock)) {
        renew_table(); /* it may be what was removed */
        return 0;
    }
    sc_close(&d->removals);
    sc_close(&d->listener);
    sc_close(&d->lock);
    int rc = take_place(d, err);
    d->end |= rc == SC_E_BUSY;
    if (rc == 0)
        start_rebuild(d);
    return rc == SC_E_BUSY ? 0 : rc;
}

static void hear_removals(struct daemon *d)
{
    sc_web_place_heard(d->removals);
    d->look_at = sc_clock_ms() + SETTLE_MS;
}

/* ---- the loop ---- */

static int wait_ms(const struct daemon *d)
{
    int turn = sc_web_builds_wait_ms(&d->builds);
    int64_t left = d->look_at - sc_clock_ms();
    if (d->look_at && left <= 0)
        return 0;
    int own = d->look_at ? (int)left : d->n_clients == CLIENTS_MAX ? 1000 : -1;
    return own < 0 || (turn >= 0 && turn < own) ? turn : own;
}

static int loop(struct daemon *d, struct sc_error *err)
{
    while (!d->end) {
        struct pollfd p[CLIENTS_MAX + OWN_FDS] = {{.fd = d->signals, .events = POLLIN},
                                                  {.fd = d->listener, .events = POLLIN},
                                                  {.fd = d->removals, .events = POLLIN}};
        size_t n = d->n_clients;
        for (size_t i = 0; i < n; i++)
            p[i + OWN_FDS] = (struct pollfd){.fd = d->clients[i].fd, .events = POLLIN};
        if (poll(p, n + OWN_FDS, wait_ms(d)) < 0 && errno != EINTR)
            return sc_error_sys(err, errno, "wait for questions");
        if (p[0].revents)
            read_signals(d);
        for (size_t i = n; i-- > 0;)
            if (p[i + OWN_FDS].revents) {
                answer(d, d->clients[i].fd);
                let_go(d, i);
            }
        if (p[1].revents)
            take_clients(d);
        if (p[2].revents)
            hear_removals(d);
        sc_web_builds_see_to(&d->builds);
        int rc = d->look_at && d->look_at <= sc_clock_ms() ? heal(d, err) : 0;
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int run(int ready, void *arg)
{
    (void)arg;
    struct daemon d = {.lock = -EBADF, .signals = -EBADF, .listener = -EBADF, .removals = -EBADF};
    struct sc_error err = SC_ERROR_INIT;
    int rc = set_up(&d, &err);
    if (rc == 0)
        rc = take_place(&d, &err);
    if (rc == SC_E_BUSY && ready >= 0) {
        sc_daemon_ready(ready); /* somebody else was faster */
        return 0;
    }
    if (rc == 0) {
        sc_daemon_ready(ready);
        rc = loop(&d, &err);
    }
    if (rc < 0)
        fprintf(stderr, "sitecage-web: %s\n", err.text);
    return rc < 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
    bool background = argc == 2 && strcmp(argv[1], "--daemon") == 0;
    if (geteuid() != 0 || argc > 2 || (argc == 2 && !background)) {
        fprintf(stderr, "usage: sitecage-web [--daemon]   (as root)\n");
        return 2;
    }
    if (sc_daemon_clean() < 0)
        return 1;
    return background ? sc_daemon_background(run, NULL) : run(-1, NULL);
}
