/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dpkg-divert(1): where dpkg puts a package's file in place of its own name. Need root. Without dpkg,
 * of a file that is no package's, and of one that somebody else diverts, nothing is done. */
#ifndef SC_WEB_DIVERSION_H
#define SC_WEB_DIVERSION_H

#include "core/base/error.h"

/* From now on dpkg writes the file `path` of a package to `to`. No file is moved. */
int sc_divert(const char *path, const char *to, struct sc_error *err);

/* No more. */
int sc_undivert(const char *path, const char *to, struct sc_error *err);

#endif
