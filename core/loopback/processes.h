/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What processes say: whom the web servers of this machine run as, and at which TCP ports masters
 * of PHP-FPM listen whose configuration nobody knows. */
#ifndef SC_LOOPBACK_PROCESSES_H
#define SC_LOOPBACK_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/loopback/listeners.h"
#include "core/loopback/plan.h"

#define SC_SYSTEM_USERS_END 1000 /* uids of hosting accounts begin here, or above */

/* Adds the users of web servers, and the ports of masters that are root's. A port is its master's
 * only worker's; where those are several, or none, anybody's. One that l has already stays as it
 * is. Needs root. SC_E_SYS, SC_E_NOMEM. */
int sc_loopback_processes(const struct sc_tcp_listeners *ls, struct sc_loopback *l,
                          struct sc_error *err);

/* ---- pure ---- */

enum sc_process_kind {
    SC_PROCESS_OTHER,
    SC_PROCESS_WEB,
    SC_PROCESS_FPM
};

/* By the name that the kernel has of it. */
enum sc_process_kind sc_process_kind(const char *name);

struct sc_process {
    pid_t pid, parent;
    uid_t uid;
    enum sc_process_kind kind;
};

/* Whether v[at], a web server's, may connect for it: its parent is root's and a web server's, too,
 * or it runs as a user of the system's. Anybody can run one. */
bool sc_process_is_web(const struct sc_process *v, size_t n, size_t at);

/* Whom the workers of the master v[at] run as. */
uid_t sc_process_workers(const struct sc_process *v, size_t n, size_t at);

/* "socket:[INODE]"; 0: another file. */
uint64_t sc_process_inode(const char *link);

/* The fourth word of "Uid:" in /proc/PID/status: whom the kernel takes its sockets for. -1: none. */
long long sc_process_fsuid(const char *status);

#endif
