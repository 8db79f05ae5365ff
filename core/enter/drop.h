/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Giving up what a program of a site must not have. There is no way back from a partial drop: all
 * of these abort when they fail. libc only. */
#ifndef SC_ENTER_DROP_H
#define SC_ENTER_DROP_H

#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SC_CAP_BIT(c) (UINT64_C(1) << (c))

/* Closes every descriptor but 0-2 and these, in any order, at most SC_DROP_KEEP_MAX. */
#define SC_DROP_KEEP_MAX 24
void sc_drop_fds(const int *keep, size_t n_keep);

void sc_drop_bounding(uint64_t keep);   /* capabilities that no program can ever get */
void sc_drop_caps(uint64_t keep);       /* those that this process has */
void sc_drop_ids(uid_t uid, gid_t gid); /* all of them, and proves that root cannot be had back */
void sc_drop_everything_else(void);     /* no_new_privs and the site's seccomp filter */

#endif
