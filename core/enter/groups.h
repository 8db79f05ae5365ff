/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control groups of a site's limits, on the hot path: core/limits makes them. libc only. */
#ifndef SC_ENTER_GROUPS_H
#define SC_ENTER_GROUPS_H

#include "core/enter/table.h"
#include "core/enter/why.h"

/* Opened before the site is joined: nothing of the outside's control groups is seen inside. */
struct sc_groups {
    int fds[SC_SITE_GROUPS_MAX]; /* the child writes itself to these */
    unsigned n;
    int born;    /* or is born in this directory */
    int current; /* with nproc: says how many processes there are */
    bool counts; /* they limit nothing: nothing fails for want of them */
};

#define SC_OVER_NPROC "the site has as many processes as its limit allows"

/* Opens those of a site of `uid`, made again first when they are not there. Where they only count and cannot be
 * had, there are none. 0, or -SC_EXIT_CANNOT_ENTER with *why. Needs root. The caller closes *ret, in both
 * cases. */
int sc_groups_open(uid_t uid, const struct sc_site_limits *limits, struct sc_groups *ret,
                   struct sc_enter_why *why);
void sc_groups_close(struct sc_groups *g);

/* fork(), into the site's version 2 group where there is one. */
pid_t sc_groups_fork(struct sc_groups *g);

/* The child: joins the others, counts where there is a limit of processes, limits its addresses. 0,
 * or a negative errno with what it could not do in *ret_what (a constant). */
int sc_groups_join(const struct sc_groups *g, const struct sc_site_limits *limits,
                   const char **ret_what);

#endif
