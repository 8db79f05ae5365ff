/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing to control groups by libcgroup, which is loaded for the first line that is to be written: most commands need none.
 * Where it is not installed core/limits/cgroups.c writes by the kernel's files. */
#ifndef SC_LIMITS_CGROUPS_LIB_H
#define SC_LIMITS_CGROUPS_LIB_H

#include "core/limits/hierarchies.h"

/* Nothing is loaded yet. The caller frees it; NULL: no memory. */
struct sc_libcgroup *sc_cgroups_lib_new(void);

/* As sc_cgroup_write(); also SC_E_PLATFORM: libcgroup is not installed, or finds no control groups. */
int sc_cgroups_lib_write(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                         const char *file, const char *value, struct sc_error *err);

#endif
