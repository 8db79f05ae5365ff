/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real paths of many files, of which most lie beside each other. */
#ifndef SC_BASE_REAL_DIR_H
#define SC_BASE_REAL_DIR_H

#include <limits.h>
#include "core/base/error.h"

/* The directory that the last path lay in. */
struct sc_real_dir {
    char text[PATH_MAX], real[PATH_MAX]; /* "": none yet */
};

/* sc_real_path() (core/base/there.h), by one system call where that directory is known and the last name is
 * no link. */
int sc_real_path_in(struct sc_real_dir *up, const char *path, char **ret, struct sc_error *err);

#endif
