/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/look/look.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/asuser.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/io.h"
#include "core/look/gather.h"

#define GRACE_MS   1000         /* for the process, beyond its budget */
#define TEXT_MAX   (256u << 10) /* of all lines */
#define PIPE_BYTES (1 << 20)    /* so that it need not wait for its reader */

/* ---- the process ---- */

static int by_number(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return x < y ? -1 : x > y;
}

/* Closes all descriptors but those; 0-2 lead nowhere. */
static int keep_only(int *fds, size_t n)
{
    unsigned from = 3;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0)
        return -1;
    for (int i = 0; i < 3; i++)
        if (dup2(null, i) < 0)
            return -1;
    qsort(fds, n, sizeof(*fds), by_number);
    for (size_t i = 0; i < n; i++) {
        unsigned fd = (unsigned)fds[i];
        if (fd > from && syscall(SYS_close_range, from, fd - 1, 0) < 0)
            return -1;
        from = fd + 1 > from ? fd + 1 : from;
    }
    return (int)syscall(SYS_close_range, from, ~0U, 0);
}

static int let_go(const struct sc_look_one *sites, size_t n, int out)
{
    SC_FREE int *fds = calloc(n + 1, sizeof(*fds));
    if (!fds)
        return -1;
    for (size_t i = 0; i < n; i++)
        fds[i] = sites[i].a->homefd;
    fds[n] = out;
    return keep_only(fds, n + 1);
}

static void look_at_all(const struct sc_look_one *sites, size_t n, int64_t until, int out)
{
    SC_BUF struct sc_buf text = {.limit = TEXT_MAX};
    struct sc_look_budget budget = {.until = until};
    for (size_t i = 0; i < n; i++) {
        SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
        if (sc_asuser_begin(&as, sites[i].a->uid, sites[i].a->gid, NULL) < 0 ||
            sc_look_gather(&sites[i], &budget, &text, NULL) < 0)
            break;
    }
    if (text.len)
        (void)sc_write_all(out, text.data, text.len);
}

static _Noreturn void be_process(const struct sc_look_one *sites, size_t n, int64_t until, int out,
                                 pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() == parent && let_go(sites, n, out) == 0)
        look_at_all(sites, n, until, out);
    _exit(0);
}

/* ---- its parent ---- */

int sc_look_begin(const struct sc_look_one *sites, size_t n, struct sc_look *ret,
                  struct sc_error *err)
{
    int ends[2];
    if (n == 0)
        return 0;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return sc_error_sys(err, errno, "make a pipe");
    SC_FD int in = ends[0];
    SC_FD int out = ends[1];
    (void)fcntl(out, F_SETPIPE_SZ, PIPE_BYTES);
    int64_t until = sc_clock_ms() + SC_LOOK_MS;
    pid_t me = getpid(), pid = fork();
    if (pid < 0)
        return sc_error_sys(err, errno, "fork");
    if (pid == 0)
        be_process(sites, n, until, out, me);
    *ret = (struct sc_look){.pid = pid, .fd = sc_steal_fd(&in), .until = until + GRACE_MS};
    return 0;
}

/* All that it says until its end, or the time's: then false. */
static bool hear(const struct sc_look *l, struct sc_buf *text)
{
    char part[4096];
    for (;;) {
        int64_t left = l->until - sc_clock_ms();
        struct pollfd p = {.fd = l->fd, .events = POLLIN};
        int ready = poll(&p, 1, left > 0 ? (int)left : 0);
        if (ready < 0 && errno == EINTR)
            continue;
        ssize_t n = ready > 0 ? read(l->fd, part, sizeof(part)) : -1;
        if (n <= 0)
            return n == 0;
        sc_buf_add(text, part, (size_t)n);
    }
}

void sc_look_end(struct sc_look *l, void (*say)(const char *line, void *arg), void *arg)
{
    SC_BUF struct sc_buf text = {.limit = TEXT_MAX};
    char *save = NULL;
    if (l->pid == 0)
        return;
    bool ended = hear(l, &text);
    for (char *line = text.len ? strtok_r(text.data, "\n", &save) : NULL; line;
         line = strtok_r(NULL, "\n", &save))
        say(line, arg);
    if (!ended)
        say("what the sites use outside of what they own is not known: the home does not answer",
            arg);
    sc_look_done(l);
}

void sc_look_done(struct sc_look *l)
{
    if (l->pid == 0)
        return;
    (void)kill(l->pid, SIGKILL);
    sc_close(&l->fd);
    /* who hangs may not even end then */
    for (int i = 0; i < 100 && waitpid(l->pid, NULL, WNOHANG) == 0; i++)
        sc_sleep_ms(1);
    l->pid = 0;
}
