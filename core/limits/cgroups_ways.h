/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two ways to control groups that core/limits/cgroups.c chooses from: libcgroup where it is installed (cgroups_lib.c),
 * the kernel's files where it is not (cgroups_files.c). What they have in common is done by it: nothing is made that
 * is there. Parameters as in cgroups.h. */
#ifndef SC_LIMITS_CGROUPS_WAYS_H
#define SC_LIMITS_CGROUPS_WAYS_H

#include "core/limits/cgroups.h"

/* The kernel's names of a controller: [0] in version 1, [1] in version 2; NULL: it has none there. */
extern const char *const sc_cgroup_names[SC_CTRL_COUNT][2];

/* 1, 2; 0: it cannot be looked at. */
int sc_cgroup_version_at(const char *mount);

/* Sets mount and version; a controller belongs to one hierarchy, in a mixed set-up each may be in one of
 * either kind. SC_E_PLATFORM: libcgroup is not installed. */
int sc_cgroups_lib_open(struct sc_cgroups *cg, struct sc_error *err);
int sc_cgroups_files_open(struct sc_cgroups *cg, struct sc_error *err);

int sc_cgroups_lib_make(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                        struct sc_error *err);
int sc_cgroups_files_make(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                          struct sc_error *err);

/* What is not empty stays, and is no error. */
int sc_cgroups_lib_remove(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                          struct sc_error *err);
int sc_cgroups_files_remove(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                            struct sc_error *err);

/* Adds to `text`, which has a limit. SC_E_NOTFOUND. */
int sc_cgroups_lib_read(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                        const char *file, struct sc_buf *text, struct sc_error *err);
int sc_cgroups_files_read(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                          const char *file, struct sc_buf *text, struct sc_error *err);

int sc_cgroups_lib_write(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                         const char *file, const char *value, struct sc_error *err);
int sc_cgroups_files_write(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                           const char *file, const char *value, struct sc_error *err);

#endif
