/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever may take long (a pass over an account, asking the panel, looking into a home) is done by
 * a process of its own, so that the daemon's loop never waits: the same program, started with
 * --chore JOB, which prints lines (jobs.h). Started and not only forked: an SQLite database that
 * the parent has open cannot be opened by its child. It ends when the daemon does. */
#ifndef SC_HOOKS_MONITOR_WORKER_H
#define SC_HOOKS_MONITOR_WORKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"

#define SC_WORKER_FIRST_FD 3 /* there the descriptors that it is given begin */
#define SC_WORKER_FDS_MAX  32

struct sc_worker {
    pid_t pid; /* 0: none */
    int pidfd; /* readable when it has ended */
    int fd;    /* its lines */
    struct sc_buf text;
    int64_t began;
    const char *killed; /* why we ended it: static; NULL */
};

#define SC_WORKER_INIT                                                                             \
    {                                                                                              \
        .pidfd = -9, .fd = -9                                                                      \
    }

struct sc_worker_spec {
    const char *job, *argument; /* which may be NULL */
    int fds[SC_WORKER_FDS_MAX]; /* it finds them from SC_WORKER_FIRST_FD on */
    size_t n_fds;
};

/* `now` is of the caller's clock. SC_E_SYS. *w must be as SC_WORKER_INIT says. */
int sc_worker_start(struct sc_worker *w, const struct sc_worker_spec *spec, int64_t now,
                    struct sc_error *err);

/* Gives the lines that have come to `line`, which may change them. True: the worker has ended, all
 * of its lines were given, *ret_status is as waitpid() gives it, and *w is as SC_WORKER_INIT says
 * but for `killed` and `began`. Never waits. */
bool sc_worker_hear(struct sc_worker *w, void (*line)(char *text, void *arg), void *arg,
                    int *ret_status);

/* Ends one that runs. It has ended when sc_worker_hear() says so: one that hangs in the kernel
 * (a home of a server that is away) stays for as long as that lasts. `why` is kept. */
void sc_worker_kill(struct sc_worker *w, const char *why);

/* Gives it up: closes what we have of it. */
void sc_worker_drop(struct sc_worker *w);

/* The processor's time that it has used by itself, in milliseconds; 0 when that is not known. */
int64_t sc_worker_cpu(const struct sc_worker *w);

#endif
