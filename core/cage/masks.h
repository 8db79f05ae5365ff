/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cage's own small file system, mounted at SC_CAGE_DIR inside a site's view and closed to
 * everybody but root: what hides things (an unreadable directory, an unreadable file, shells that
 * can be walked through) and an unmasked bind of the home, from which a running cage is changed.
 * The view's root and its /dev are directories of it, bound: a file system of their own would cost
 * each running site about 5 KiB of the kernel's memory. */
#ifndef SC_CAGE_MASKS_H
#define SC_CAGE_MASKS_H

#include "core/base/error.h"
#include "core/plan/entries.h"

#define SC_CAGE_DIR         ".sitecage" /* in the view's root, mode 0700 */
#define SC_CAGE_CLOSED_DIR  "closed"
#define SC_CAGE_CLOSED_FILE "closed-file"
#define SC_CAGE_SHELLS      "shell" /* below it one directory per shell key */
#define SC_CAGE_OVERS       "over"  /* directories laid over system directories */
#define SC_CAGE_HOME        "home"  /* the home, live and whole */
#define SC_CAGE_ROOT        "root"  /* the view's root */
#define SC_CAGE_DEV         "dev"   /* its /dev */
#define SC_CAGE_STAGE       "stage" /* where a live change puts things together out of sight */
#define SC_CAGE_DOCROOT                                                                            \
    "docroot" /* the document root that the view was built with, wherever it is moved */

#define SC_CAGE_LEARNS "learns" /* there when the site was to learn: core/cage/learning.h */

#define SC_SHELL_KEY 17 /* hex digits and NUL */

/* Mounts it on `base`, makes what it consists of, and mounts it at SC_CAGE_DIR of the view's root, too.
 * *ret_root is that root, a mount; *ret_fd is its SC_CAGE_DIR. The caller closes both. SC_E_SYS. */
int sc_masks_make(const char *base, int *ret_root, int *ret_fd, struct sc_error *err);

/* What tells shells with other holes apart: a hash of the sorted holes. */
void sc_shell_key(const struct sc_plan_entry *shell, char out[SC_SHELL_KEY]);

/* Opens (O_PATH) the shell directory of `entry`, made when missing. A hole is a file where
 * `homefd`/rel/hole is none of a directory. */
int sc_masks_shell(int masksfd, int homefd, const struct sc_plan_entry *entry, int *ret_fd,
                   struct sc_error *err);

#endif
