/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The opener behind core/base/beneath.h and resolve.h; also for their tests. */
#ifndef SC_BASE_BENEATH_PRIVATE_H
#define SC_BASE_BENEATH_PRIVATE_H

#include <sys/types.h>
#include "core/base/error.h"

enum {
    SC_BENEATH_NO_XDEV = 1,  /* cross no mount at all */
    SC_BENEATH_WALK = 2,     /* use the walk even where openat2 would do */
    SC_BENEATH_ANY_MOUNT = 4 /* enter any mount without asking what it is */
};

/* An fd, or a negative errno: -ENOENT, -ELOOP (a link), -EXDEV (a mount that may not be entered, or
 * a path that leaves), … `rel` is not checked for "..": openat2 confines it, the walk refuses
 * it. */
int sc_beneath_open(int dirfd, const char *rel, int flags, mode_t mode, int how);

/* The error for sc_beneath_open's negative result on `rel`. */
int sc_beneath_error(int negative_errno, const char *rel, struct sc_error *err);

#endif
