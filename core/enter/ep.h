/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting the entries of a site that run at once (the limit `ep`). Each entry holds a POSIX lock
 * on a byte of its own of SC_RUN_DIR/<uid>/<site>.ep. The kernel drops it when the process that
 * entered ends in whatever way, so nothing can be counted that is no more. libc only. */
#ifndef SC_ENTER_EP_H
#define SC_ENTER_EP_H

#include <stdint.h>
#include <sys/types.h>

struct sc_ep {
    uint64_t now, peak, faults; /* running; the most at once; entries refused */
};

/* Takes a place among `limit`. Returns a descriptor that this process must keep for as long as the
 * entry lasts, and must not open the file again meanwhile (closing any descriptor of it gives the
 * place up). -EUSERS when all places are taken (and counts that), another negative errno on
 * failure. Needs root. */
int sc_ep_take(uid_t uid, unsigned site, uint64_t limit);

/* What the file says, without taking a place. All zero when the site never had this limit. 0, or a
 * negative errno. Needs root. */
int sc_ep_look(uid_t uid, unsigned site, struct sc_ep *ret);

#endif
