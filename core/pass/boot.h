/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many accounts, each in a process of its own: several at once, none of them for ever. */
#ifndef SC_PASS_BOOT_H
#define SC_PASS_BOOT_H

#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"

struct sc_boot {
    int (*run)(uid_t uid); /* in its process; 0: done */
    unsigned at_once;      /* processes, from 1 */
    int deadline_ms;       /* for one account; then its process is killed, and the others go on */
};

/* *ret_bad: how many accounts were not done. Returns when the last one has ended or was killed; one that cannot
 * be killed (a home that hangs) is not waited for. SC_E_NOMEM. */
int sc_boot_each(const struct sc_boot *how, const uid_t *uids, size_t n, size_t *ret_bad,
                 struct sc_error *err);

#endif
