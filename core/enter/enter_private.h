/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An entry under way: what enter.c and the waiting parent (go_between.c) share. */
#ifndef SC_ENTER_ENTER_PRIVATE_H
#define SC_ENTER_ENTER_PRIVATE_H

#include <signal.h>

#include "core/enter/enter.h"
#include "core/enter/failures.h"
#include "core/enter/groups.h"
#include "core/enter/terminal.h"
#include "core/enter/watch.h"

struct sc_entry {
    const struct sc_enter *req;
    int place;        /* descriptor; sc_ep_take() */
    bool foreign;     /* keepers cannot be seen from here */
    sigset_t signals; /* that the waiting parent takes */
    int keeper;       /* descriptors: the process, */
    int keeper_lock;  /* and its file, locked until the child is inside */
    struct sc_groups groups;
    int self;      /* this process, for the child to see its end */
    int failed[2]; /* a pipe: why the child could not run the program */
    struct sc_watch *watch;
    int record;         /* core/enter/failures.h; negative: there is none */
    unsigned failed_as; /* what a failure from here on is: enum sc_failure_kind */
    struct sc_terminal terminal;
    pid_t leader; /* the child's parent, where there is a terminal; in the site's numbers */
};

/* What the child says on the pipe when it could not run the program; silence means that it did. */
struct sc_entry_failure {
    int status;
    unsigned kind; /* enum sc_failure_kind */
    char text[256];
};

#endif
