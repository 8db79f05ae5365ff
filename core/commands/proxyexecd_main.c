/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-proxyexecd [--daemon]: runs programs outside of cages for callers inside, the users'
 * commands that need root, and what entries may not do in the sandbox of a service. This process only accepts; each call is a process of its own, which
 * outlives a restart of this one. docs/proxyexec-protocol.md. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/daemon.h"
#include "core/base/file.h"
#include "core/base/debug.h"
#include "core/commands/mains.h"
#include "core/config/conf.h"
#include "core/commands/isolatectl.h"
#include "core/proxyexec/calls.h"
#include "core/proxyexec/entries.h"
#include "core/proxyexec/listeners.h"
#include "core/proxyexec/paths.h"
#include "core/proxyexec/serve.h"
#include "core/proxyexec/sites.h"

#define EVENTS           64
#define ACCEPTS_PER_TURN 32 /* then the others get their turn */

struct daemon {
    int lockfd, signals, notes;
    struct sc_listeners listeners;
    struct sc_entries entries;
    struct sc_calls calls;
    struct rlimit files; /* what the programs get */
    bool rescan, end, gone;
};

static const struct sc_proxy_builtin builtin = {
    .path = SC_ISOLATECTL_ROOT, .wants = sc_isolatectl_is_list, .run = sc_isolatectl_inline};

/* ---- start ---- */

static int watch_fd(struct daemon *d, int *fd, struct sc_error *err)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = fd};
    return *fd < 0 || epoll_ctl(d->listeners.epollfd, EPOLL_CTL_ADD, *fd, &e) < 0
               ? sc_error_sys(err, errno, "prepare to listen")
               : 0;
}

static int set_up(struct daemon *d, struct sc_error *err)
{
    sigset_t set;
    sigemptyset(&set);
    static const int signals[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        sigaddset(&set, signals[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)signal(SIGPIPE, SIG_IGN);
    if (getrlimit(RLIMIT_NOFILE, &d->files) == 0) { /* a descriptor for each site */
        struct rlimit more = {d->files.rlim_max, d->files.rlim_max};
        struct rlimit most = {1u << 20, 1u << 20};
        if (setrlimit(RLIMIT_NOFILE, &most) < 0)
            (void)setrlimit(RLIMIT_NOFILE, &more);
    }
    d->listeners.epollfd = epoll_create1(EPOLL_CLOEXEC);
    d->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    d->notes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    int rc = watch_fd(d, &d->signals, err);
    if (rc == 0)
        rc = watch_fd(d, &d->notes, err);
    if (rc == 0 && inotify_add_watch(d->notes, SC_PROXY_NOTES,
                                     IN_CREATE | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_ONLYDIR) < 0)
        rc = sc_error_sys(err, errno, "watch " SC_PROXY_NOTES);
    if (rc == 0)
        rc = sc_entries_open(&d->entries, err);
    if (rc == 0 && d->entries.fd >= 0)
        rc = watch_fd(d, &d->entries.fd, err);
    if (rc == 0)
        rc = sc_listeners_account(&d->listeners, err);
    if (rc == 0)
        sc_listeners_scan_all(&d->listeners); /* after the watch: nothing falls in between */
    return rc;
}

/* ---- calls ---- */

static void turn_away(int sock, unsigned char type, int status, const char *text)
{
    struct sc_proxy_answer a = {.type = type, .value = (unsigned char)status};
    snprintf(a.text, sizeof(a.text), "%s", text);
    (void)sc_proxy_answer_send(sock, &a);
}

/* A process for one call. It keeps nothing of the daemon's but the connection. */
static _Noreturn void handle(const struct daemon *d, int sock, const struct sc_proxy_peer *peer)
{
    (void)setrlimit(RLIMIT_NOFILE, &d->files);
    if (dup3(sock, 3, O_CLOEXEC) < 0 && sock != 3)
        _exit(1);
    if (syscall(SYS_close_range, 4U, ~0U, 0) < 0)
        _exit(1);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    sc_proxy_serve(3, peer, &builtin);
    _exit(0);
}

static void take_call(struct daemon *d, const struct sc_listener *l, int sock)
{
    struct ucred who;
    socklen_t len = sizeof(who);
    if (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0 || len != sizeof(who))
        return;
    if (who.uid == 0 || (l->site && who.uid != l->uid)) {
        turn_away(sock, SC_PROXY_ERROR, SC_PROXY_EXIT_REFUSED,
                  who.uid == 0 ? "Cannot be run as root" : "this is another user's site");
        return;
    }
    if (!sc_calls_free(&d->calls, who.uid, l->site)) {
        turn_away(sock, SC_PROXY_BUSY, SC_PROXY_EXIT_BUSY, "too many calls at once");
        return;
    }
    struct sc_proxy_peer peer = {who.uid, who.gid, l->site};
    pid_t pid = fork();
    if (pid == 0)
        handle(d, sock, &peer);
    if (pid > 0)
        sc_calls_add(&d->calls, pid, who.uid, l->site);
    else
        turn_away(sock, SC_PROXY_BUSY, SC_PROXY_EXIT_BUSY, "the server is short of memory");
}

static void accept_calls(struct daemon *d, const struct sc_listener *l)
{
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        SC_FD int sock = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
        if (sock >= 0) {
            take_call(d, l, sock);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            if (errno != EAGAIN)
                (void)poll(NULL, 0, 50); /* out of descriptors or memory: not in circles */
            return;
        }
    }
}

static void accept_entries(struct daemon *d)
{
    for (int i = 0; i < ACCEPTS_PER_TURN; i++)
        if (sc_entries_accept(&d->entries, &d->files) < 0) {
            if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
                (void)poll(NULL, 0, 50); /* out of descriptors or memory: not in circles */
            return;
        }
}

/* ---- what else happens ---- */

static void read_signals(struct daemon *d)
{
    struct signalfd_siginfo si;
    while (read(d->signals, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
        d->end |= si.ssi_signo == SIGTERM || si.ssi_signo == SIGINT;
        d->rescan |= si.ssi_signo == SIGHUP;
    }
    pid_t pid;
    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
        if (!sc_calls_remove(&d->calls, pid) && d->entries.n > 0)
            d->entries.n--;
}

static void read_notes(struct daemon *d)
{
    union {
        char bytes[16384];
        struct inotify_event align;
    } in;
    ssize_t n;
    while ((n = read(d->notes, in.bytes, sizeof(in.bytes))) > 0)
        for (char *p = in.bytes; p < in.bytes + n;) {
            const struct inotify_event *e = (const struct inotify_event *)p;
            d->rescan |= (e->mask & IN_Q_OVERFLOW) != 0;
            d->gone |= (e->mask & (IN_DELETE_SELF | IN_IGNORED)) != 0;
            uid_t uid = e->len ? sc_proxy_number(e->name, "") : 0;
            char path[64];
            snprintf(path, sizeof(path), SC_PROXY_NOTES "/%u", (unsigned)uid);
            /* removed first: a note that comes now is an event again */
            if (uid && unlink(path) == 0)
                sc_listeners_scan(&d->listeners, uid);
            p += sizeof(*e) + e->len;
        }
}

static void loop(struct daemon *d)
{
    while (!d->end && !d->gone) {
        struct epoll_event e[EVENTS];
        bool notes = false;
        int n = epoll_wait(d->listeners.epollfd, e, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            if (e[i].data.ptr == &d->signals)
                read_signals(d);
            else if (e[i].data.ptr == &d->notes)
                notes = true;
            else if (e[i].data.ptr == &d->entries.fd)
                accept_entries(d);
            else
                accept_calls(d, e[i].data.ptr);
        }
        /* last: listeners that e still points to may be freed */
        if (notes)
            read_notes(d);
        if (d->rescan)
            sc_listeners_scan_all(&d->listeners);
        d->rescan = false;
    }
}

/* Runs until it is told to end. `ready` (or -1) gets a byte when callers are answered; what hinders
 * that goes to stderr. */
static int run(int ready, void *arg)
{
    (void)arg;
    struct daemon d = {
        .lockfd = -EBADF, .signals = -EBADF, .notes = -EBADF, .entries = {.fd = -EBADF}};
    struct sc_error err = SC_ERROR_INIT;
    struct sc_conf conf;
    if (sc_conf_load(SC_CONF_PATH, 0, &conf, NULL) == 0) /* cagefsctl complains of a wrong one */
        sc_debug_configured(conf.debug);
    int rc = sc_daemon_lock(SC_PROXY_DIR, SC_PROXY_LOCK, &d.lockfd, &err);
    if (rc == SC_E_BUSY && ready >= 0) {
        (void)!write(ready, "", 1);
        return 0; /* somebody else was faster */
    }
    if (rc == 0)
        rc = sc_mkdir_p(SC_PROXY_NOTES, 0700, &err);
    if (rc == 0)
        rc = set_up(&d, &err);
    if (rc < 0) {
        fprintf(stderr, "sitecage-proxyexecd: %s\n", err.text);
        return 1;
    }
    sc_daemon_ready(ready);
    loop(&d);
    sc_entries_close(&d.entries);
    sc_listeners_done(&d.listeners);
    return d.end ? 0 : 1;
}

int sc_proxyexecd_main(int argc, char **argv)
{
    sc_debug_switch(&argc, argv);
    bool background = argc == 2 && strcmp(argv[1], "--daemon") == 0;
    if (geteuid() != 0 || argc > 2 || (argc == 2 && !background)) {
        fprintf(stderr, "usage: sitecage-proxyexecd [--daemon] [-v]   (as root)\n");
        return 2;
    }
    if (sc_daemon_clean() < 0)
        return 1;
    return background ? sc_daemon_background(run, NULL) : run(-1, NULL);
}
