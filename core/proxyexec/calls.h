/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many calls may run at once, so that nobody takes the others' places: neither one account
 * another's, nor a site its account's. */
#ifndef SC_PROXYEXEC_CALLS_H
#define SC_PROXYEXEC_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SC_CALLS_MAX         1024u /* of everybody */
#define SC_CALLS_ACCOUNT_MAX 64u   /* of one uid through the account-wide socket */
#define SC_CALLS_SITE_MAX    16u   /* of one site */
#define SC_CALLS_SITES_MAX   64u   /* of all sites of one uid */

struct sc_calls {
    struct {
        pid_t pid;
        uid_t uid;
        unsigned site;
    } v[SC_CALLS_MAX];
    size_t n;
};

/* Whether there is a place for one more. */
bool sc_calls_free(const struct sc_calls *c, uid_t uid, unsigned site);

/* Only after sc_calls_free(). */
void sc_calls_add(struct sc_calls *c, pid_t pid, uid_t uid, unsigned site);

/* False: it is none of these. */
bool sc_calls_remove(struct sc_calls *c, pid_t pid);

#endif
