/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mounting by descriptor: what is mounted and where are opened by the caller (who decides how links
 * and races are handled), so no path is resolved a second time here, and no library comes between
 * (libmount 2.39 and later cannot mount on /proc/self/fd/N). Everything needs root.
 *
 *   bind         open_tree(CLONE), mount_setattr, move_mount
 *   file system  fsopen, fsconfig, fsmount, move_mount
 *   flags        mount_setattr
 *
 * The kernel floor is Linux 5.12, for mount_setattr; sc_platform_check() probes. There is no way
 * back to mount(2). */
#ifndef SC_CAGE_MOUNTS_H
#define SC_CAGE_MOUNTS_H

#include "core/base/error.h"

/* nosuid is always set. */
enum sc_mnt_flags {
    SC_MNT_RO = 1,
    SC_MNT_NOEXEC = 2,
    SC_MNT_RECURSIVE = 4, /* with everything mounted below */
    SC_MNT_DEV = 8,       /* device nodes are devices; else nodev */
    SC_MNT_AS_IS = 16,    /* what is read-only stays so; else that goes without SC_MNT_RO */
    SC_MNT_ATIME = 32     /* each access counts, as with the mount option strictatime */
};

/* Binds what `src` refers to onto what `dst` refers to (both O_PATH; both directories, or
 * neither). */
int sc_mnt_bind(int src, int dst, int flags, struct sc_error *err);

/* The first half of it: a mount that lies nowhere yet. It can be put into another mount namespace
 * with sc_mnt_move(), and vanishes when *ret_fd is closed before. */
int sc_mnt_clone(int src, int flags, int *ret_fd, struct sc_error *err);

/* Mounts a new file system of `type` on `dst`. `options`: "KEY=VALUE,..." of that file system,
 * without commas or blanks in a value, or NULL. SC_MNT_RECURSIVE means nothing here. */
int sc_mnt_fs(const char *type, const char *options, int flags, int dst, struct sc_error *err);

/* Moves the mount whose root `from` is onto `to`. */
int sc_mnt_move(int from, int to, struct sc_error *err);

/* Sets the flags of the mount whose root `dst` is. */
int sc_mnt_flags(int dst, int flags, struct sc_error *err);

/* Makes the mount whose root `dst` is, and all below it, private: nothing that is mounted or
 * unmounted there shows elsewhere. */
int sc_mnt_private(int dst, struct sc_error *err);

/* Takes away the mount whose root `dst` is, with what is mounted below it. The kernel takes only a
 * path here: the working directory must be /proc/self/fd of a /proc that knows this process. */
int sc_mnt_detach(int dst, struct sc_error *err);

/* Takes this process, which should be a child that ends afterwards, into the view that the keeper behind
 * `pidfd` holds, and to the working directory that sc_mnt_detach() needs. *ret_root is its root, the caller's
 * to close. SC_E_SYS. */
int sc_mnt_join(int pidfd, int *ret_root, struct sc_error *err);

#endif
