/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/boot.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/pidfd.h"

#define KILLED_MS 1000 /* for one that was killed */
#define LOOK_MS   1000 /* between looks at who is late */

/* What a worker is at, in memory that all share. */
struct at {
    atomic_size_t account; /* its place among the accounts, + 1; 0: at none */
    _Atomic int64_t until;
};

struct shared {
    atomic_size_t next; /* account that nobody has begun */
    atomic_size_t bad;
    struct at at[SC_BOOT_WORKERS_MAX];
};

struct worker {
    pid_t pid;
    int pidfd; /* -EBADF: there is none */
};

struct boot {
    const struct sc_boot *how;
    const uid_t *uids;
    size_t n;
    struct shared *shared;
    struct worker v[SC_BOOT_WORKERS_MAX];
    unsigned running;
};

static _Noreturn void work(const struct boot *b, struct at *at, pid_t parent)
{
    void *mine = NULL;
    size_t i;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    while (getppid() == parent && (i = atomic_fetch_add(&b->shared->next, 1)) < b->n) {
        atomic_store(&at->until, sc_clock_ms() + b->how->deadline_ms);
        atomic_store(&at->account, i + 1);
        if (b->how->run(b->uids[i], &mine, b->how->arg) != 0)
            atomic_fetch_add(&b->shared->bad, 1);
        atomic_store(&at->account, 0);
    }
    _exit(0);
}

static bool is_left(const struct boot *b)
{
    return atomic_load(&b->shared->next) < b->n;
}

static void start(struct boot *b, unsigned k)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        work(b, &b->shared->at[k], parent);
    if (pid < 0)
        return;
    b->v[k] = (struct worker){pid, sc_pidfd_open(pid)};
    if (b->v[k].pidfd >= 0) {
        b->running++;
        return;
    }
    (void)kill(pid, SIGKILL); /* our child, not yet waited for: the number is its own */
    (void)waitpid(pid, NULL, 0);
    b->v[k].pidfd = -EBADF;
}

static bool is_late(struct at *at)
{
    return atomic_load(&at->account) && sc_clock_ms() >= atomic_load(&at->until);
}

/* Ends the worker where it is over or late; the account that it was at was not done. */
static void look(struct boot *b, unsigned k)
{
    struct at *at = &b->shared->at[k];
    bool late = false;
    if (b->v[k].pidfd < 0)
        return;
    if (!sc_pidfd_wait(b->v[k].pidfd, 0)) {
        late = is_late(at);
        if (!late)
            return;
        (void)sc_pidfd_signal(b->v[k].pidfd, SIGKILL);
        (void)sc_pidfd_wait(b->v[k].pidfd, KILLED_MS);
    }
    (void)waitpid(b->v[k].pid, NULL, WNOHANG);
    sc_close(&b->v[k].pidfd);
    b->running--;
    size_t account = atomic_exchange(&at->account, 0);
    if (account == 0)
        return;
    atomic_fetch_add(&b->shared->bad, 1);
    sc_log("uid=%u: not made ready%s; the daemon goes on with it", (unsigned)b->uids[account - 1],
           late ? " in time" : "");
}

/* Until one has ended, or is late. */
static void wait_for_one(struct boot *b)
{
    struct pollfd p[SC_BOOT_WORKERS_MAX];
    int64_t until = sc_clock_ms() + LOOK_MS;
    for (unsigned k = 0; k < b->how->at_once; k++) {
        p[k] = (struct pollfd){.fd = b->v[k].pidfd, .events = POLLIN};
        int64_t his = atomic_load(&b->shared->at[k].until);
        if (b->v[k].pidfd >= 0 && atomic_load(&b->shared->at[k].account) && his < until)
            until = his;
    }
    int64_t left = until - sc_clock_ms();
    if (left > 0)
        (void)poll(p, b->how->at_once, (int)left);
}

static int run(struct boot *b, struct sc_error *err)
{
    for (unsigned k = 0; k < SC_BOOT_WORKERS_MAX; k++)
        b->v[k].pidfd = -EBADF;
    do {
        for (unsigned k = 0; k < b->how->at_once; k++) {
            look(b, k);
            if (b->v[k].pidfd < 0 && is_left(b))
                start(b, k);
        }
        if (!b->running && is_left(b))
            return sc_error_sys(err, errno, "cannot start a process");
        if (b->running)
            wait_for_one(b);
    } while (b->running || is_left(b));
    return 0;
}

int sc_boot_each(const struct sc_boot *how, const uid_t *uids, size_t n, size_t *ret_bad,
                 struct sc_error *err)
{
    struct boot b = {.how = how, .uids = uids, .n = n};
    b.shared =
        mmap(NULL, sizeof(*b.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (b.shared == MAP_FAILED)
        return sc_error_sys(err, errno, "cannot share memory");
    int rc = run(&b, err);
    if (rc == 0)
        *ret_bad = atomic_load(&b.shared->bad);
    (void)munmap(b.shared, sizeof(*b.shared));
    return rc;
}
