/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/proxyexec/runner.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/asuser.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/pidfd.h"
#include "core/proxyexec/paths.h"

#define CWD_SECONDS 5 /* a user's file system that never answers */

struct failure {
    int status;
    char text[256];
};

static _Noreturn void fail(int pipe_fd, int status, const char *what, int errnum)
{
    struct failure f = {.status = status};
    snprintf(f.text, sizeof(f.text), "%s: %s", what, strerror(errnum));
    ssize_t n = write(pipe_fd, &f, sizeof(f)); /* fits a pipe: never blocks */
    _exit(n == (ssize_t)sizeof(f) ? status : SC_PROXY_EXIT_NOT_RUN);
}

/* To the directory that the caller is in: his path leads, and his descriptor proves, that it is the
 * same one. Inside a site some paths mean other directories than outside. */
static void go_to(const struct sc_proxy_run *r, int cwd_fd)
{
    struct stat want, have;
    (void)alarm(CWD_SECONDS);
    if (!(r->cwd[0] == '/' && fstat(cwd_fd, &want) == 0 && chdir(r->cwd) == 0 &&
          stat(".", &have) == 0 && want.st_dev == have.st_dev && want.st_ino == have.st_ino) &&
        chdir(r->other_cwd) < 0 && chdir("/") < 0)
        _exit(SC_PROXY_EXIT_NOT_RUN);
    (void)alarm(0);
}

static void become(const struct sc_proxy_run *r, int pipe_fd)
{
    uid_t u[3];
    gid_t g[3];
    if (initgroups(r->user, r->gid) < 0 || setresgid(r->gid, r->gid, r->gid) < 0 ||
        setresuid(r->uid, r->uid, r->uid) < 0)
        fail(pipe_fd, SC_PROXY_EXIT_NOT_RUN, "cannot become the user", errno);
    if (getresuid(&u[0], &u[1], &u[2]) < 0 || getresgid(&g[0], &g[1], &g[2]) < 0)
        _exit(SC_PROXY_EXIT_NOT_RUN);
    for (int i = 0; i < 3; i++)
        if (u[i] != r->uid || g[i] != r->gid)
            _exit(SC_PROXY_EXIT_NOT_RUN);
    if (r->uid != 0 && (setuid(0) == 0 || seteuid(0) == 0))
        _exit(SC_PROXY_EXIT_NOT_RUN);
}

/* The caller's descriptors as 0-2, his directory as 4, the pipe as 3, nothing else. */
static void arrange(const int *fds, int pipe_fd)
{
    int high[SC_PROXY_FDS + 1];
    for (unsigned i = 0; i <= SC_PROXY_FDS; i++)
        if ((high[i] = fcntl(i < SC_PROXY_FDS ? fds[i] : pipe_fd, F_DUPFD_CLOEXEC, 16)) < 0)
            _exit(SC_PROXY_EXIT_NOT_RUN);
    for (int i = 0; i < 3; i++)
        if (dup2(high[i], i) < 0)
            _exit(SC_PROXY_EXIT_NOT_RUN);
    if (dup3(high[4], 3, O_CLOEXEC) < 0 || dup3(high[3], 4, O_CLOEXEC) < 0 ||
        syscall(SYS_close_range, 5U, ~0U, 0) < 0)
        _exit(SC_PROXY_EXIT_NOT_RUN);
}

static _Noreturn void child(const struct sc_proxy_run *r, int pipe_fd)
{
    sigset_t none;
    sigemptyset(&none);
    /* no terminal of its own: one can type into one's own terminal */
    if (setsid() < 0)
        _exit(SC_PROXY_EXIT_NOT_RUN);
    for (int sig = 1; sig < NSIG; sig++)
        (void)signal(sig, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    (void)umask(022);
    arrange(r->fds, pipe_fd);
    if (r->uid == 0) {
        SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
        if (sc_asuser_begin(&as, r->caller, r->caller_gid, NULL) < 0)
            _exit(SC_PROXY_EXIT_NOT_RUN);
        go_to(r, 4);
    }
    become(r, 3);
    if (r->uid != 0)
        go_to(r, 4);
    close(4);
    if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) < 0)
        _exit(SC_PROXY_EXIT_NOT_RUN);
    if (r->instead) {
        close(3);
        _exit(r->instead(r->argv + 1, r->caller, r->site));
    }
    execve(r->path, r->argv, r->env);
    fail(3, errno == ENOENT ? SC_PROXY_EXIT_UNKNOWN : SC_PROXY_EXIT_NOT_RUN, r->path, errno);
}

/* What the caller sends: pairs of 'S' and a number. False when he has ended, or sends anything
 * else. */
static bool pass_signals(int sock, pid_t pid)
{
    unsigned char in[64];
    ssize_t n = recv(sock, in, sizeof(in), MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    for (ssize_t i = 0; i + 1 < n; i += 2) {
        if (in[i] != SC_PROXY_SIGNAL)
            return false;
        if (sc_proxy_signal_passes(in[i + 1]))
            (void)kill(-pid, in[i + 1]);
    }
    return n > 0 && n % 2 == 0;
}

/* Until the program has ended. */
static void watch(int sock, int pidfd, pid_t pid)
{
    int64_t kill_at = 0; /* 0: the caller is there */
    for (;;) {
        struct pollfd p[2] = {{.fd = pidfd, .events = POLLIN},
                              {.fd = kill_at ? -1 : sock, .events = POLLIN}};
        int64_t left = kill_at - sc_clock_ms();
        int n = poll(p, 2, kill_at ? (left > 0 ? (int)left : 0) : -1);
        if (n < 0 && errno != EINTR)
            return;
        if (p[0].revents)
            return;
        if (n > 0 && p[1].revents && !pass_signals(sock, pid)) {
            (void)kill(-pid, SIGHUP);
            (void)kill(-pid, SIGTERM);
            (void)kill(-pid, SIGCONT);
            kill_at = sc_clock_ms() + SC_PROXY_GRACE_MS;
        }
        if (n == 0 && kill_at) {
            (void)kill(-pid, SIGKILL);
            return;
        }
    }
}

static void refuse(struct sc_proxy_answer *ret, int status, const char *text)
{
    *ret = (struct sc_proxy_answer){.type = SC_PROXY_ERROR, .value = (unsigned char)status};
    snprintf(ret->text, sizeof(ret->text), "%.1000s", text);
}

void sc_proxy_run(const struct sc_proxy_run *r, int sock, struct sc_proxy_answer *ret)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        refuse(ret, SC_PROXY_EXIT_NOT_RUN, strerror(errno));
        return;
    }
    pid_t pid = fork();
    if (pid < 0) {
        refuse(ret, SC_PROXY_EXIT_NOT_RUN, strerror(errno));
        close(ends[0]);
        close(ends[1]);
        return;
    }
    if (pid == 0)
        child(r, ends[1]);
    close(ends[1]);
    SC_FD int pidfd = sc_pidfd_open(pid);
    for (unsigned i = 0; i < SC_PROXY_FDS; i++)
        close(r->fds[i]); /* a reader must see the program's end of file */
    struct failure f;
    ssize_t n;
    do
        n = read(ends[0], &f, sizeof(f)); /* ends with its exec, or with it */
    while (n < 0 && errno == EINTR);
    close(ends[0]);
    if (n != (ssize_t)sizeof(f) && pidfd >= 0)
        watch(sock, pidfd, pid);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (n == (ssize_t)sizeof(f)) {
        f.text[sizeof(f.text) - 1] = 0;
        refuse(ret, f.status, f.text);
    } else if (WIFSIGNALED(status)) {
        *ret = (struct sc_proxy_answer){SC_PROXY_KILLED, (unsigned char)WTERMSIG(status), ""};
    } else {
        *ret = (struct sc_proxy_answer){SC_PROXY_EXITED, (unsigned char)WEXITSTATUS(status), ""};
    }
}
