/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening, writing and removing below a directory that a hostile user controls (a home), for code
 * that runs as root or with the user's file rights (core/base/asuser.h).
 *
 * All functions take the directory's fd and a path relative to it. They never follow a symbolic
 * link, never leave the directory, never block on a FIFO, device or lease, and never enter a FUSE
 * file system that a user mounted (its owner could let root wait for ever). Paths are bytes; "."
 * and empty components are skipped; ".." and absolute paths are SC_E_INVAL. To follow links on
 * purpose there is core/base/resolve.h.
 *
 * Errors of all: SC_E_NOTFOUND (a component is missing), SC_E_DENIED (a symbolic link, or a mount
 * that may not be entered, lies on the way), SC_E_INVAL (a path or a kind of file that cannot be
 * meant), SC_E_SYS. The kernel's openat2(2) does the work; where it is missing (before 5.6) a walk
 * by O_PATH descriptors does the same. */
#ifndef SC_BASE_BENEATH_H
#define SC_BASE_BENEATH_H

#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"

/* open(2) beneath `dirfd`. `rel` may be "." and may lead into mounts that are not a user's FUSE.
 * Always O_CLOEXEC, O_NOCTTY, O_NONBLOCK. With O_PATH | O_NOFOLLOW a final symbolic link is opened
 * itself. `mode` counts with O_CREAT, less the umask. The caller closes *ret_fd. */
int sc_open_beneath(int dirfd, const char *rel, int flags, mode_t mode, int *ret_fd,
                    struct sc_error *err);

/* The same for a tree that Sitecage itself has mounted: enters every mount without asking, and so
 * without reading /proc/self/mountinfo, which takes long where there are thousands of mounts. */
int sc_open_beneath_mounts(int dirfd, const char *rel, int flags, mode_t mode, int *ret_fd,
                           struct sc_error *err);

/* Opens a regular file of at most `max` bytes for reading, on the same mount as `dirfd`. Owner,
 * mode and link count are in *ret_st (may be NULL) for the caller to judge. SC_E_TOOBIG when it is
 * larger. */
int sc_open_regular_beneath(int dirfd, const char *rel, size_t max, int *ret_fd,
                            struct stat *ret_st, struct sc_error *err);

/* The same, and reads it all. *out's content is replaced, data is never NULL afterwards. */
int sc_read_file_beneath(int dirfd, const char *rel, size_t max, struct sc_buf *out,
                         struct stat *ret_st, struct sc_error *err);

/* Creates the directories of `rel` that are missing (`mode` less the umask), on the mount of
 * `dirfd`. *ret_fd, if not NULL, is the last one opened O_RDONLY. */
int sc_mkdirs_beneath(int dirfd, const char *rel, mode_t mode, int *ret_fd, struct sc_error *err);

/* sc_replace_file_at (core/base/file.h) in the directory `dir_rel`, which must exist. */
int sc_replace_file_beneath(int dirfd, const char *dir_rel, const char *name, mode_t mode,
                            const void *data, size_t len, struct sc_error *err);

/* rm -rf: removes the file or tree. Links in it are removed, not followed; a mount point in it is
 * SC_E_DENIED. What is missing, or vanishes meanwhile, is no error. Directories get u+rwx where
 * that is needed. Any depth; SC_E_BUSY after SC_REMOVE_MAX entries (somebody fills the tree
 * meanwhile). */
#define SC_REMOVE_MAX 4000000u
int sc_remove_tree_beneath(int dirfd, const char *rel, struct sc_error *err);

#endif
