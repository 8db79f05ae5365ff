/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/monitor/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/pidfd.h"

#define LINES_MAX (8u << 20) /* bytes that have come in one turn, and of a line */
#define HIGH_FD   (SC_WORKER_FIRST_FD + SC_WORKER_FDS_MAX)
#define READS_MAX 64 /* of 64 KiB, in one turn */

/* ---- the child ---- */

/* To numbers where none is in another's way, then down to their own. */
static bool give_fds(const int *fds, size_t n)
{
    int up[SC_WORKER_FDS_MAX];
    for (size_t i = 0; i < n; i++)
        if ((up[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, HIGH_FD)) < 0)
            return false;
    for (size_t i = 0; i < n; i++)
        if (dup2(up[i], SC_WORKER_FIRST_FD + (int)i) < 0)
            return false;
    return true;
}

static _Noreturn void become(const struct sc_worker_spec *spec, int out, pid_t parent)
{
    char fds[16];
    snprintf(fds, sizeof(fds), "%zu", spec->n_fds);
    const char *const argv[] = {
        "sitecage-monitor", "--chore", spec->job, "--descriptors", fds, "--", spec->argument, NULL};
    sigset_t none;
    sigemptyset(&none);
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || !give_fds(spec->fds, spec->n_fds) ||
        prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent ||
        sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        _exit(1);
    (void)syscall(SYS_close_range, SC_WORKER_FIRST_FD + (unsigned)spec->n_fds, ~0U, 0);
    (void)execv("/proc/self/exe", (char *const *)(uintptr_t)argv);
    _exit(1);
}

/* ---- the daemon ---- */

int sc_worker_start(struct sc_worker *w, const struct sc_worker_spec *spec, int64_t now,
                    struct sc_error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return sc_error_sys(err, errno, "make a pipe");
    SC_FD int in = ends[0];
    SC_FD int out = ends[1];
    (void)fcntl(out, F_SETFL, 0); /* the program writes as to any pipe */
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return sc_error_sys(err, errno, "fork");
    if (pid == 0)
        become(spec, out, parent);
    int pidfd = sc_pidfd_open(pid);
    if (pidfd < 0) {
        int e = errno;
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0); /* it has not done anything yet that could keep it */
        return sc_error_sys(err, e, "watch a worker");
    }
    *w = (struct sc_worker){.pid = pid,
                            .pidfd = pidfd,
                            .fd = sc_steal_fd(&in),
                            .text = {.limit = LINES_MAX},
                            .began = now};
    return 0;
}

/* Reads what has come; gives the lines that are whole. */
static void take_lines(struct sc_worker *w, void (*line)(char *text, void *arg), void *arg)
{
    char bytes[65536];
    ssize_t n;
    for (int i = 0; i < READS_MAX && (n = read(w->fd, bytes, sizeof(bytes))) > 0; i++)
        sc_buf_add(&w->text, bytes, (size_t)n);
    char *from = w->text.data, *nl;
    size_t left = w->text.len;
    while (left && (nl = memchr(from, '\n', left)) != NULL) {
        *nl = 0;
        left -= (size_t)(nl + 1 - from);
        line(from, arg);
        from = nl + 1;
    }
    if (from != w->text.data && left)
        memmove(w->text.data, from, left);
    w->text.len = left;
}

bool sc_worker_hear(struct sc_worker *w, void (*line)(char *text, void *arg), void *arg,
                    int *ret_status)
{
    siginfo_t si = {0};
    /* first: what it wrote before its end is there then */
    bool ended =
        waitid(P_PID, (id_t)w->pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0 && si.si_pid == w->pid;
    take_lines(w, line, arg); /* a pipe that nobody writes to holds less than one turn takes */
    if (w->text.failed)
        sc_worker_kill(w, "it printed too much");
    if (!ended)
        return false;
    (void)waitpid(w->pid, ret_status, 0); /* it is a zombie: this does not wait */
    const struct sc_worker was = *w;
    sc_worker_drop(w);
    w->killed = was.killed;
    w->began = was.began;
    return true;
}

void sc_worker_kill(struct sc_worker *w, const char *why)
{
    if (w->pid <= 0)
        return;
    if (!w->killed)
        w->killed = why;
    (void)sc_pidfd_signal(w->pidfd, SIGKILL);
}

void sc_worker_drop(struct sc_worker *w)
{
    sc_close(&w->fd);
    sc_close(&w->pidfd);
    sc_buf_free(&w->text);
    *w = (struct sc_worker)SC_WORKER_INIT;
}

int64_t sc_worker_cpu(const struct sc_worker *w)
{
    clockid_t id;
    struct timespec ts;
    if (w->pid <= 0 || clock_getcpuclockid(w->pid, &id) != 0 || clock_gettime(id, &ts) != 0)
        return 0;
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
