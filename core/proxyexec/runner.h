/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs one program for a caller, and watches over it until it has ended. */
#ifndef SC_PROXYEXEC_RUNNER_H
#define SC_PROXYEXEC_RUNNER_H

#include <sys/types.h>
#include "core/proxyexec/protocol.h"

/* A part of the daemon that does a program's work without starting it. Runs in a process of its
 * own, as root, with the caller's descriptors as 0-2; returns the exit status. */
typedef int sc_proxy_inline(char *const *args, uid_t caller, unsigned site);

struct sc_proxy_run {
    const char *path;  /* absolute */
    char *const *argv; /* argv[0] is the path */
    char *const *env;
    const char *user; /* whom to become, with all his groups */
    uid_t uid;
    gid_t gid;
    uid_t caller; /* whose rights it takes to go to cwd, where uid is root's */
    gid_t caller_gid;
    unsigned site;
    const char *cwd;       /* "" for none */
    const char *other_cwd; /* where cwd is not there, or is another directory inside the site */
    const int *fds;        /* SC_PROXY_FDS; closed in this process once the program has them */
    sc_proxy_inline *instead;
};

#define SC_PROXY_GRACE_MS 10000 /* from a caller's end to SIGKILL */

/* Runs it to its end. `sock` is the caller: his signals are passed on; when he has ended the
 * program gets SIGHUP and SIGTERM, and SIGKILL after the grace. Fills *ret with the answer. Needs
 * root. */
void sc_proxy_run(const struct sc_proxy_run *r, int sock, struct sc_proxy_answer *ret);

#endif
