/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entering a site: the product's hot path and its wall. libc only; linked statically into the
 * setuid programs. sc_enter() holds the whole order; nothing else in the house joins a site's
 * namespaces to run somebody's program. */
#ifndef SC_ENTER_ENTER_H
#define SC_ENTER_ENTER_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/enter/table.h"
#include "core/enter/why.h"

#define SC_ENTER_KEEP_MAX 16

struct sc_enter {
    uid_t uid;           /* owner of the site */
    gid_t gid;           /* primary group to run with; not used when as_root */
    unsigned site;       /* site id from the table */
    const char *cwd;     /* where to be inside; NULL: docroot */
    const char *docroot; /* where to be when cwd is not there (unless cwd_must) */
    bool cwd_must;       /* refuse to run anywhere else than in cwd */
    bool as_root;        /* for suexec, which drops by itself: uid 0, few capabilities */
    bool hold_output;    /* standard output stays open until this process ends (mod_cgid) */
    bool unwatched;      /* when the entry is killed, what the program started goes on (php-fpm) */
    const struct sc_site_limits *limits; /* from the table */
    const int *keep; /* further descriptors that the program gets, at their numbers (3 and above),
                        not O_CLOEXEC; NULL: none. The waiting parent closes them. */
    size_t n_keep;   /* at most SC_ENTER_KEEP_MAX */
    const char *exe; /* program; searched in PATH when it has no slash */
    char *const *argv;
    char *const *envp;
};

/* Enters and runs. Needs euid 0 (setuid); real ids stay the caller's until they are dropped.
 * On a terminal the program gets one of the site's own (terminal.h), but not as_root.
 * Returns the exit status (128+N after signal N) once the program has ended. When the program did
 * not run: the negative of the exit status to end with (-126, -127 for a program that is not there,
 * -75 when the site has as many entries as its limit allows), with *why set. This process has given
 * its privileges up by then, so it can only report and end. */
int sc_enter(const struct sc_enter *req, struct sc_enter_why *why);

/* Opens /dev/null for each of descriptors 0-2 that the caller left closed. Ends the process when it
 * cannot. */
void sc_enter_guard_fds(void);

#endif
