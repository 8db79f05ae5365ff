/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mounting by descriptor: what is mounted and where are opened by the caller (who decides how links
 * and races are handled), so no path is resolved a second time here.
 *
 *   operation       new API (5.2 / 5.12)                           classic
 *   bind            open_tree(CLONE) + mount_setattr + move_mount  libmount: mount(BIND), remount
 * for flags fs              –                                              libmount: mount(type)
 *   flags of a      mount_setattr                                  libmount: remount,bind
 *   mount
 *
 * The new calls are probed, never assumed from a version; SITECAGE_CLASSIC_MOUNT=1 in the
 * environment of a root command forces the old path, and the tests run it. */
#ifndef SC_CAGE_MOUNTS_H
#define SC_CAGE_MOUNTS_H

#include <stdbool.h>
#include "core/base/error.h"

enum sc_mnt_flags {
    SC_MNT_RO = 1,
    SC_MNT_NOEXEC = 2,
    SC_MNT_RECURSIVE = 4 /* with everything mounted below; nosuid and nodev are always set */
};

struct sc_mounter {
    bool classic;         /* do not use the new calls */
    const char *fd_paths; /* "/proc/self/fd/", or "" when the working directory is that of a /proc
                             left behind */
};

struct sc_mounter sc_mounter_make(void);

/* Binds what `src` refers to onto what `dst` refers to (both O_PATH; both directories, or neither). */
int sc_mnt_bind(const struct sc_mounter *m, int src, int dst, int flags, struct sc_error *err);

/* Mounts a new file system of `type` with libmount options (e.g. "nosuid,nodev,mode=0755") on
 * `dst`. */
int sc_mnt_fs(const struct sc_mounter *m, const char *type, const char *options, int dst,
              struct sc_error *err);

/* Takes away the mount whose root `dst` is, with what is mounted below it. */
int sc_mnt_detach(const struct sc_mounter *m, int dst, struct sc_error *err);

/* Sets the flags of the mount whose root `dst` is. */
int sc_mnt_flags(const struct sc_mounter *m, int dst, int flags, struct sc_error *err);

#endif
