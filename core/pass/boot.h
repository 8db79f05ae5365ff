/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many accounts, by a few processes: none of them is waited for for ever. */
#ifndef SC_PASS_BOOT_H
#define SC_PASS_BOOT_H

#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"

#define SC_BOOT_WORKERS_MAX 8

struct sc_boot {
    /* In a worker's process; 0: done. *mine is the worker's own: NULL at first, and gone with it. */
    int (*run)(uid_t uid, void **mine, void *arg);
    void *arg;
    unsigned at_once; /* workers, from 1 to SC_BOOT_WORKERS_MAX */
    int deadline_ms; /* for one account; then its worker is killed, and another one goes on behind it */
};

/* *ret_bad: how many accounts were not done. Returns when the last one has ended or was killed; one that cannot
 * be killed (a home that hangs) is not waited for. SC_E_SYS: no worker can be started. */
int sc_boot_each(const struct sc_boot *how, const uid_t *uids, size_t n, size_t *ret_bad,
                 struct sc_error *err);

#endif
