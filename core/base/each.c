/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/each.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"

static _Noreturn void child(const struct sc_each *e, size_t from, int says, pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    for (size_t i = from; i < e->n && getppid() == parent; i++) {
        char answer[SC_EACH_SIZE_MAX] = {0};
        e->ask(i, answer, e->arg);
        if (write(says, answer, e->size) != (ssize_t)e->size) /* below PIPE_BUF: all or nothing */
            break;
    }
    _exit(0);
}

/* All answers that are there, one at least; 0: none came in time. */
static size_t some_answers(const struct sc_each *e, int hears, char *answers, size_t max)
{
    struct pollfd p = {.fd = hears, .events = POLLIN};
    int got;
    do
        got = poll(&p, 1, e->ms);
    while (got < 0 && errno == EINTR);
    ssize_t n = got > 0 ? read(hears, answers, max * e->size) : 0; /* whole ones, as written */
    return n > 0 ? (size_t)n / e->size : 0;
}

/* How far a child came. */
static int ask(const struct sc_each *e, size_t from, size_t *ret, struct sc_error *err)
{
    char answers[8 * SC_EACH_SIZE_MAX];
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return sc_error_sys(err, errno, "make a pipe");
    SC_FD int hears = ends[0];
    SC_FD int says = ends[1];
    pid_t me = getpid(), pid = fork();
    if (pid < 0)
        return sc_error_sys(err, errno, "fork");
    if (pid == 0)
        child(e, from, says, me);
    sc_close(&says);
    size_t i = from, n = 1;
    while (n && i < e->n) {
        n = some_answers(e, hears, answers, sizeof(answers) / e->size);
        for (size_t k = 0; k < n && i < e->n; k++)
            e->hear(i++, answers + k * e->size, e->arg);
    }
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, i < e->n ? WNOHANG : 0); /* who hangs may not even end then */
    *ret = i;
    return 0;
}

int sc_each(const struct sc_each *e, struct sc_error *err)
{
    unsigned hung = 0;
    for (size_t i = 0; i < e->n;) {
        int rc = hung < e->hung_max ? ask(e, i, &i, err) : 0;
        if (rc < 0)
            return rc;
        if (i < e->n)
            e->hear(i++, NULL, e->arg);
        hung++;
    }
    return 0;
}
