/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/proxyexec/client.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/proxyexec/paths.h"
#include "core/base/clock.h"

enum {
    RESTART_MS = 1000, /* how long a restart of the daemon may take */
    BUSY_MS = 10000    /* how long a place among the calls is waited for */
};

bool sc_proxy_guard_fds(void)
{
    for (;;) {
        int fd = open("/dev/null", O_RDWR);
        if (fd < 0)
            return false;
        if (fd > 2)
            return close(fd) == 0;
    }
}

bool sc_proxy_guard_answer(void)
{
    const bool closed = fcntl(STDOUT_FILENO, F_GETFD) < 0;
    if (!sc_proxy_guard_fds())
        return false;
    if (!closed)
        return true;
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0;
    return good && close(fd) == 0;
}

static void say(struct sc_proxy_outcome *o, int status, const char *text)
{
    o->status = status;
    snprintf(o->text, sizeof(o->text), "%s", text);
}

/* In a site the directory has the site's socket alone, for everybody to see; outside it is
 * closed. */
static bool in_site(void)
{
    return access(SC_PROXY_DIR, R_OK) == 0;
}

/* A descriptor, or -errno. */
static int connect_once(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    strcpy(a.sun_path, in_site() ? SC_PROXY_INSIDE : SC_PROXY_SOCKET);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    /* a full queue makes connect() wait */
    struct timeval wait = {.tv_sec = BUSY_MS / 1000};
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
    if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
        int e = errno;
        close(fd);
        return -e;
    }
    return fd;
}

static int connect_daemon(struct sc_proxy_outcome *o)
{
    int64_t end = sc_clock_ms() + RESTART_MS;
    int fd;
    /* Refused: the socket of a daemon that has ended; one that restarts is back at once. In a new
     * site the daemon may be just about to make the socket. */
    while (((fd = connect_once()) == -ECONNREFUSED || (fd == -ENOENT && in_site())) &&
           sc_clock_ms() < end)
        (void)poll(NULL, 0, 20);
    if (fd >= 0)
        return fd;
    if (fd == -EAGAIN) {
        say(o, SC_PROXY_EXIT_BUSY, "too many calls at once; try again later");
        return -1;
    }
    o->no_socket = fd == -ENOENT || fd == -ECONNREFUSED;
    say(o, SC_PROXY_EXIT_NO_SERVICE,
        o->no_socket
            ? "the proxyexec service does not run; the administrator starts it with: cagefsctl "
              "--site-isolation-regenerate USER"
            : "the proxyexec service cannot be reached");
    return -1;
}

static int write_request(const struct sc_proxy_call *call, char **ret, size_t *ret_len)
{
    char cwd[PATH_MAX], *env[SC_PROXY_ENV_MAX];
    struct sc_proxy_request r = {.kind = call->kind,
                                 .cwd = getcwd(cwd, sizeof(cwd)) && cwd[0] == '/' ? cwd : "",
                                 .name = (char *)(uintptr_t)call->name,
                                 .args = (char **)(uintptr_t)call->args,
                                 .n_args = call->n_args,
                                 .env = env};
    for (char *const *e = call->envp; e && *e && r.n_env < SC_PROXY_ENV_MAX; e++)
        if (sc_proxy_env_passes(*e))
            env[r.n_env++] = *e;
    return sc_proxy_request_write(&r, ret, ret_len);
}

/* Waits for the answer and passes signals on. */
static int wait_answer(int sock, int signals, struct sc_proxy_answer *a)
{
    struct pollfd p[2] = {{.fd = sock, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    for (;;) {
        if (poll(p, 2, -1) < 0) {
            if (errno == EINTR)
                continue;
            return -errno;
        }
        if (p[0].revents)
            return sc_proxy_answer_receive(sock, a);
        struct signalfd_siginfo si;
        if (read(signals, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
            const char out[2] = {SC_PROXY_SIGNAL, (char)si.ssi_signo};
            (void)!send(sock, out, sizeof(out), MSG_NOSIGNAL | MSG_DONTWAIT);
        }
    }
}

/* One attempt. False: the daemon is busy, nothing was done. */
static bool attempt(const char *message, size_t len, int signals, struct sc_proxy_outcome *o)
{
    int sock = connect_daemon(o);
    if (sock < 0)
        return true;
    int cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (cwd < 0)
        cwd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    const int fds[SC_PROXY_FDS] = {0, 1, 2, cwd};
    int rc = sc_proxy_send(sock, message, len, fds);
    if (cwd >= 0)
        close(cwd);
    struct sc_proxy_answer a = {0};
    /* one that refuses at once may have closed before it had read all: its reason is there */
    if (rc == 0 || rc == -EPIPE || rc == -ECONNRESET)
        rc = wait_answer(sock, signals, &a);
    close(sock);
    if (rc < 0) {
        say(o, SC_PROXY_EXIT_NO_SERVICE,
            rc == -ENODATA ? "the proxyexec service ended meanwhile: whether the command was done "
                             "is not known"
                           : "the proxyexec service gave no answer");
        return true;
    }
    if (a.type == SC_PROXY_BUSY)
        return false;
    o->status = a.type == SC_PROXY_KILLED ? 128 + a.value : a.value;
    o->signal = a.type == SC_PROXY_KILLED ? a.value : 0;
    if (a.type == SC_PROXY_ERROR)
        say(o, a.value, a.text[0] ? a.text : "refused");
    return true;
}

void sc_proxy_call(const struct sc_proxy_call *call, struct sc_proxy_outcome *ret)
{
    *ret = (struct sc_proxy_outcome){0};
    sigset_t set;
    sigemptyset(&set);
    for (int sig = 1; sig < NSIG; sig++)
        if (sc_proxy_signal_passes(sig))
            sigaddset(&set, sig);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int signals = signalfd(-1, &set, SFD_CLOEXEC);
    char *message = NULL;
    size_t len = 0;
    int rc = signals < 0 ? -errno : write_request(call, &message, &len);
    if (rc < 0) {
        say(ret, SC_PROXY_EXIT_PROTOCOL,
            rc == -E2BIG ? "the arguments are too long" : "the request cannot be made");
    } else {
        int64_t end = sc_clock_ms() + BUSY_MS;
        int pause = 10;
        bool done;
        while (!(done = attempt(message, len, signals, ret)) && sc_clock_ms() < end) {
            (void)poll(NULL, 0, pause);
            pause = pause < 200 ? pause * 2 : 200;
        }
        if (!done)
            say(ret, SC_PROXY_EXIT_BUSY, "too many calls at once; try again later");
    }
    if (signals >= 0)
        close(signals);
    free(message);
}

_Noreturn void sc_proxy_end(const struct sc_proxy_outcome *o)
{
    if (o->signal > 0 && o->signal < NSIG) {
        const struct rlimit none = {0, 0}; /* the core would be this program's */
        sigset_t all;
        sigfillset(&all);
        sigdelset(&all, o->signal);
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)signal(o->signal, SIG_DFL);
        sigprocmask(SIG_SETMASK, &all, NULL);
        (void)raise(o->signal);
    }
    _exit(o->status);
}
