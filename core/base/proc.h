/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading /proc. A process is its directory there: the descriptor stays that process's, also when
 * its number is given again (and serves sc_pidfd_signal()). libc only. */
#ifndef SC_BASE_PROC_H
#define SC_BASE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct sc_proc_list {
    void *dir; /* DIR */
};

/* Begins a walk over the processes of this pid namespace (`keeper` 0), or over those of a site,
 * seen through its keeper's root. 0, or a negative errno; -ENOENT, -ESRCH: the keeper has ended. */
int sc_proc_list_open(pid_t keeper, struct sc_proc_list *ret);
/* The same over a /proc that is open: the list's from here on, unless it fails. */
int sc_proc_list_take(int procfs, struct sc_proc_list *ret);
void sc_proc_list_close(struct sc_proc_list *l); /* fine twice */

/* The next process but the first of its namespace, with its directory (O_CLOEXEC; the caller closes
 * it). 0: that was the last. A negative errno: it could not be asked. */
pid_t sc_proc_next(struct sc_proc_list *l, int *ret_procfd);

/* The same, of those alone whose name (struct sc_proc_stat) is wanted: the others cost a third. The name is that
 * of this moment: who asks the process for more asks for its name again. */
pid_t sc_proc_next_named(struct sc_proc_list *l, bool (*wanted)(const char *name), int *ret_procfd);

/* Whether the error that a look at a process gave (`procfd`: its directory) means that it has
 * ended. The links of one that ends at that moment say EACCES. */
bool sc_proc_has_ended(int procfd, int errnum);

/* The same as an answer to a question about the process: 0, it has ended; else -errnum. */
int sc_proc_no_answer(int procfd, int errnum);

/* Whether a process (its directory) is root's for certain, for a title can be chosen by anybody; and this server's:
 * a container's may be called the same. 1, 0, or a negative errno. */
int sc_proc_is_servers(int procfd);

/* The directory of one process; -1 with errno. */
int sc_proc_open(pid_t pid);

struct sc_proc_stat {
    char name[17]; /* as the kernel has it: at most 15 bytes */
    char state;    /* 'R', 'S', …; 'Z' and 'X': it has ended */
    pid_t parent, session;
    unsigned long long
        started; /* since the boot, in the kernel's ticks: no other process of this number has it */
};

/* proc(5), /proc/PID/stat. 0, or a negative errno; -ESRCH: it has ended. */
int sc_proc_stat(int procfd, struct sc_proc_stat *ret);

/* A file of it, cut off at size - 1 bytes and ended with a NUL. How many, or a negative errno. */
ssize_t sc_proc_read(int procfd, const char *name, char *out, size_t size);

#endif
