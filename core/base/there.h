/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Is it there?" has three answers: yes, no, and "it could not be asked". Only ENOENT and ENOTDIR
 * mean no. Whatever else the kernel says (no descriptor or memory left, a broken disk, a directory
 * that may not be entered) is an error: who asks because something must be closed closes it, or
 * fails. For what follows a user's links or lies below a home: core/base/beneath.h, resolve.h. */
#ifndef SC_BASE_THERE_H
#define SC_BASE_THERE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include "core/base/error.h"

#define SC_ABSENT 0
#define SC_THERE  1

/* Whether this errno value means that the thing does not exist. */
static inline bool sc_is_absent(int errnum)
{
    return errnum == ENOENT || errnum == ENOTDIR;
}

/* lstat(2): SC_THERE with *ret_st filled (may be NULL), SC_ABSENT, or SC_E_SYS. */
int sc_there(const char *path, struct stat *ret_st, struct sc_error *err);

/* The same through symbolic links: one that leads nowhere is SC_ABSENT. */
int sc_there_followed(const char *path, struct stat *ret_st, struct sc_error *err);

/* Whether a directory is there, links not followed: SC_THERE; SC_ABSENT also for another kind of
 * file; SC_E_SYS. */
int sc_dir_there(const char *path, struct sc_error *err);

/* The same for what sc_open_beneath_mounts() (core/base/beneath.h) finds at `rel` below `dirfd`, a
 * link itself being found: SC_THERE and *ret_fd, O_PATH, and *ret_st (may be NULL); SC_ABSENT; its
 * errors, and SC_E_SYS. */
int sc_there_beneath_mounts(int dirfd, const char *rel, int *ret_fd, struct stat *ret_st,
                            struct sc_error *err);

/* realpath(3): SC_THERE and *ret, which the caller frees; SC_ABSENT, also for a link that leads
 * nowhere; SC_E_SYS, SC_E_NOMEM. */
int sc_real_path(const char *path, char **ret, struct sc_error *err);

#endif
