/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which directory it is, whatever its path: its inode and when it was made. The file system gives an
 * inode number again, but not with the same time, and nobody sets that time. It stays where a
 * directory is renamed within its file system; a copy is another one. */
#ifndef SC_BASE_DIR_ID_H
#define SC_BASE_DIR_ID_H

#include "core/base/error.h"

#define SC_DIR_ID_MAX 56 /* bytes, with the closing NUL */

/* Of an open directory (O_PATH will do). "": the file system does not say when it was made. SC_E_SYS. */
int sc_dir_id(int fd, char out[SC_DIR_ID_MAX], struct sc_error *err);

/* Of a domain; NULL: not known. */
struct sc_dir_ids {
    char *docroot; /* its document root */
    char *own;     /* the directory that the panel keeps for it alone */
};

void sc_dir_ids_done(struct sc_dir_ids *ids); /* frees what it holds; accepts {0} */

#endif
