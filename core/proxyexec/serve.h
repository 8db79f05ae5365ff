/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One call, from the connection to the answer. */
#ifndef SC_PROXYEXEC_SERVE_H
#define SC_PROXYEXEC_SERVE_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/proxyexec/runner.h"

/* Who calls: the kernel's word, and which socket it was. */
struct sc_proxy_peer {
    uid_t uid;     /* not 0 */
    gid_t gid;     /* PROXYEXEC_GID */
    unsigned site; /* 0: the account-wide socket */
};

/* A program whose work the daemon can do itself for some arguments. */
struct sc_proxy_builtin {
    const char *path;
    bool (*wants)(char *const *args, size_t n);
    sc_proxy_inline *run;
};

/* Receives the request, runs the program, sends the answer. Reads /etc/cagefs again each time, so
 * that changes count at once. Refusals by filters and mistakes in files go to syslog, the caller
 * gets no more than he needs. Needs root; for a process of its own. */
void sc_proxy_serve(int sock, const struct sc_proxy_peer *peer,
                    const struct sc_proxy_builtin *builtin);

#endif
