/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/boot.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/pidfd.h"

#define KILLED_MS 1000 /* for one that was killed */

struct job {
    pid_t pid;
    int pidfd; /* -EBADF: the place is free */
    uid_t uid;
    int64_t until;
};

static bool start(const struct sc_boot *how, struct job *j, uid_t uid)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(how->run(uid) == 0 ? 0 : 1);
    if (pid < 0)
        return false;
    *j = (struct job){pid, sc_pidfd_open(pid), uid, sc_clock_ms() + how->deadline_ms};
    if (j->pidfd >= 0)
        return true;
    (void)kill(pid, SIGKILL); /* our child, not yet waited for: the number is its own */
    (void)waitpid(pid, NULL, 0);
    j->pidfd = -EBADF;
    return false;
}

/* True: it has ended, or nobody waits for it any more. */
static bool is_over(struct job *j, size_t *bad)
{
    int status = -1;
    if (!sc_pidfd_wait(j->pidfd, 0)) {
        if (sc_clock_ms() < j->until)
            return false;
        sc_log("uid=%u: not made ready in time; the daemon goes on with it", (unsigned)j->uid);
        (void)sc_pidfd_signal(j->pidfd, SIGKILL);
        (void)sc_pidfd_wait(j->pidfd, KILLED_MS);
    }
    (void)waitpid(j->pid, &status, WNOHANG);
    *bad += status != 0;
    sc_close(&j->pidfd);
    return true;
}

/* Until one has ended, or is late. */
static void wait_for_one(const struct job *jobs, size_t n)
{
    struct pollfd *p = calloc(n, sizeof(*p));
    int64_t until = INT64_MAX;
    for (size_t i = 0; p && i < n; i++) {
        p[i] = (struct pollfd){.fd = jobs[i].pidfd, .events = POLLIN};
        if (jobs[i].pidfd >= 0 && jobs[i].until < until)
            until = jobs[i].until;
    }
    int64_t left = until - sc_clock_ms();
    if (p && left > 0)
        (void)poll(p, n, left < 1000 ? (int)left : 1000);
    else if (!p)
        sc_sleep_ms(10);
    free(p);
}

int sc_boot_each(const struct sc_boot *how, const uid_t *uids, size_t n, size_t *ret_bad,
                 struct sc_error *err)
{
    SC_FREE struct job *jobs = calloc(how->at_once, sizeof(*jobs));
    if (!jobs)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %zu accounts", n);
    size_t next = 0, running = 0, bad = 0;
    for (unsigned i = 0; i < how->at_once; i++)
        jobs[i].pidfd = -EBADF;
    do {
        for (unsigned i = 0; i < how->at_once; i++) {
            if (jobs[i].pidfd >= 0 && is_over(&jobs[i], &bad))
                running--;
            if (jobs[i].pidfd < 0 && next < n) {
                bool started = start(how, &jobs[i], uids[next++]);
                running += started;
                bad += !started;
            }
        }
        if (running)
            wait_for_one(jobs, how->at_once);
    } while (running || next < n);
    *ret_bad = bad;
    return 0;
}
