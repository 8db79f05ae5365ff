/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control groups by the kernel's files. core/limits/cgroups.c has what else is looked at: nothing is made that is
 * there. Parameters as in cgroups.h. */
#ifndef SC_LIMITS_CGROUPS_FILES_H
#define SC_LIMITS_CGROUPS_FILES_H

#include "core/base/buf.h"
#include "core/limits/hierarchies.h"

/* Sets mount and version; a controller belongs to one hierarchy, in a mixed set-up each may be in one of
 * either kind. */
int sc_cgroups_files_open(struct sc_cgroups *cg, struct sc_error *err);

int sc_cgroups_files_make(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                          struct sc_error *err);

/* What is not empty stays, and is no error. */
int sc_cgroups_files_remove(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                            struct sc_error *err);

/* Adds to `text`, which has a limit. SC_E_NOTFOUND. */
int sc_cgroups_files_read(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                          const char *file, struct sc_buf *text, struct sc_error *err);

int sc_cgroups_files_write(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                           const char *file, const char *value, struct sc_error *err);

#endif
