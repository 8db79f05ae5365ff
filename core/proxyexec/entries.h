/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries that may not do something in the sandbox that they are called in ask by a socket of root's
 * alone. Each call is a process of its own: core/enter/sitecage-outside.c. */
#ifndef SC_PROXYEXEC_ENTRIES_H
#define SC_PROXYEXEC_ENTRIES_H

#include <sys/resource.h>
#include "core/base/error.h"

#define SC_ENTRIES_MAX 4096u /* at once */

struct sc_entries {
    int fd;     /* the socket; negative: there is none */
    unsigned n; /* calls under way */
};

/* Makes the socket and the note that says which namespaces are the machine's. Where this process is
 * itself confined to others (its mount namespace is not the first process's), it does neither: then
 * ret->fd stays negative, and 0 is returned. Needs root. */
int sc_entries_open(struct sc_entries *ret, struct sc_error *err);

/* Accepts one call and starts its process, which gets the limit of descriptors `files`.
 * Returns its pid; 0 when the call was turned away; -1 with errno when there is none to accept. */
int sc_entries_accept(struct sc_entries *e, const struct rlimit *files);

/* At the daemon's end: nobody shall wait for it. */
void sc_entries_close(struct sc_entries *e);

#endif
