/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an entry is to do. libc only. */
#ifndef SC_ENTER_REQUEST_H
#define SC_ENTER_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/enter/table.h"

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
    bool outside;        /* this is done for a caller who may not (outside.h) */
    bool unwatched;      /* when the entry is killed, what the program started goes on (php-fpm) */
    const struct sc_site_limits *limits; /* from the table */
    const int *keep; /* further descriptors that the program gets, at their numbers (3 and above),
                        not O_CLOEXEC; NULL: none. The waiting parent closes them. */
    size_t n_keep;   /* at most SC_ENTER_KEEP_MAX */
    const char *exe; /* program; searched in PATH when it has no slash */
    char *const *argv;
    char *const *envp;
};

#endif
