/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The processes of a control group: `cgroup.procs` of versions 1 and 2. Version 2 does not list one
 * whose first thread ended before it was moved here; its other threads are in `cgroup.threads`,
 * which version 1 does not have. Need root. */
#ifndef SC_LIMITS_MEMBERS_H
#define SC_LIMITS_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"

struct sc_members {
    pid_t *v; /* rising */
    size_t n;
};

void sc_members_done(struct sc_members *m);

/* `dir`: of the group. Replaces what is in *m. SC_E_SYS, SC_E_NOTFOUND: there is no such group;
 * SC_E_NOMEM, SC_E_TOOBIG. */
int sc_members_read(const char *dir, struct sc_members *m, struct sc_error *err);

/* The same with the numbers of all threads. */
int sc_members_read_threads(const char *dir, struct sc_members *m, struct sc_error *err);

/* From text, for tests. SC_E_NOMEM. */
int sc_members_parse(const char *text, struct sc_members *m, struct sc_error *err);

bool sc_members_has(const struct sc_members *m, pid_t pid);

/* Moves a process (`pid`: of one of its threads), with all of them and what they are charged from
 * now on, to a group. 0 or -errno; -ESRCH: it has ended. The kernel waits for a grace period of
 * RCU, 8 ms measured, for the first of several in a row. */
int sc_member_move(const char *dir, pid_t pid);

/* The group that a process is in, below the hierarchy's mount, as in /proc/<pid>/cgroup.
 * `controller`: of version 1; NULL: version 2's. The caller frees *ret. SC_E_NOTFOUND: none that is
 * seen from here, or no such process; SC_E_SYS, SC_E_NOMEM. */
int sc_member_group(pid_t pid, const char *controller, char **ret, struct sc_error *err);

/* The parser of that file, for tests. NULL: no such line; the caller frees it. */
char *sc_member_group_parse(char *text, const char *controller);

/* Moves all processes of a group to another one of the same hierarchy, as far as the kernel lets
 * us: version 2 has hierarchies whose root takes none. */
void sc_members_send(const char *from, const char *to);

#endif
