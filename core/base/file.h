/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files in places that only root writes (/etc, /var/lib, /run). For anything below a user's home
 * use core/base/beneath.h: these functions follow symbolic links. */
#ifndef SC_BASE_FILE_H
#define SC_BASE_FILE_H

#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"

/* Reads all of a regular file of at most `max` bytes; *out's content is replaced, and data is never
 * NULL afterwards. Never blocks on a FIFO. SC_E_NOTFOUND when there is none, SC_E_INVAL when it is
 * not a regular file, SC_E_TOOBIG, SC_E_SYS. */
int sc_read_file(const char *path, size_t max, struct sc_buf *out, struct sc_error *err);

/* As sc_read_file, but SC_E_DENIED unless the file passes sc_check_owned_fd. For configuration that
 * commands of root obey. */
int sc_read_trusted_file(const char *path, uid_t owner, size_t max, struct sc_buf *out,
                         struct sc_error *err);

/* Reads all of an open file as sc_read_file() does; `st` is what fstat(2) just said of it. */
int sc_read_regular(int fd, const struct stat *st, size_t max, const char *path, struct sc_buf *out,
                    struct sc_error *err);

/* Reads what is left of `fd`, at most `max` bytes. `what` names it in errors. */
int sc_read_fd(int fd, size_t max, const char *what, struct sc_buf *out, struct sc_error *err);

/* Writes the file again, so that after a crash there is the old or the new content, on disk when
 * this returns: `.<name>.new` in the same directory, fsync, rename, fsync of the directory. The
 * temporary name is fixed, so that a crash leaves at most one file, which the next write removes;
 * two writers of one file must therefore hold one lock. `mode` is exact, whatever the umask. On a
 * file system in memory nothing is synced. */
int sc_replace_file(const char *path, mode_t mode, const void *data, size_t len,
                    struct sc_error *err);

/* The same for `name` (one component) in the directory `dirfd`. */
int sc_replace_file_at(int dirfd, const char *name, mode_t mode, const void *data, size_t len,
                       struct sc_error *err);

/* Creates the directory (`mode` less the umask) and what is missing above it (the same, and
 * passable for all). One that exists is left as it is. */
int sc_mkdir_p(const char *path, mode_t mode, struct sc_error *err);

/* SC_E_DENIED unless `path` belongs to `owner` (0; tests give geteuid()) and nobody else may write
 * it. */
int sc_check_owned(const char *path, uid_t owner, struct sc_error *err);
int sc_check_owned_fd(int fd, const char *what, uid_t owner, struct sc_error *err);

/* Opens the file, made (0600) where it is missing, and waits for its lock (flock(2), exclusive), which
 * the caller gives back by closing *ret_fd. No link is followed. SC_E_SYS. */
int sc_lock_file(const char *path, int *ret_fd, struct sc_error *err);

/* The same, `how` being LOCK_EX or LOCK_SH of flock(2), for `wait_ms` at most: SC_E_BUSY. `what` may
 * have it, for the text: "another change". */
int sc_lock_file_within(const char *path, int how, int wait_ms, const char *what, int *ret_fd,
                        struct sc_error *err);

#endif
