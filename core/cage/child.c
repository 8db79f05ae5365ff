/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"

struct report {
    int code;
    char text[512];
};

static _Noreturn void child(int (*work)(void *arg, struct sc_error *err), void *arg, void *answer,
                            size_t n, int says)
{
    struct report r = {0};
    struct sc_error e = SC_ERROR_INIT;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    alarm(SC_CHILD_S);
    r.code = work(arg, &e);
    snprintf(r.text, sizeof(r.text), "%.500s", e.text);
    struct iovec v[] = {{&r, sizeof(r)}, {answer, n}};
    _exit(writev(says, v, n ? 2 : 1) == (ssize_t)(sizeof(r) + n) ? 0 : 1);
}

int sc_child_run(int (*work)(void *arg, struct sc_error *err), void *arg, void *answer, size_t n,
                 struct sc_error *err)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return sc_error_sys(err, errno, "pipe");
    SC_FD int hears = fds[0];
    SC_FD int says = fds[1];
    pid_t pid = fork();
    if (pid < 0)
        return sc_error_sys(err, errno, "fork");
    if (pid == 0)
        child(work, arg, answer, n, says);
    sc_close(&says);
    struct report r = {0};
    struct iovec v[] = {{&r, sizeof(r)}, {answer, n}};
    ssize_t got;
    do
        got = readv(hears, v, n ? 2 : 1);
    while (got < 0 && errno == EINTR);
    (void)waitpid(pid, NULL, 0);
    if (got != (ssize_t)(sizeof(r) + n))
        return sc_error_set(err, SC_E_SYS, "the change of a view ended without a word");
    r.text[sizeof(r.text) - 1] = 0;
    return r.code < 0 ? sc_error_set(err, r.code, "%s", r.text) : r.code;
}
