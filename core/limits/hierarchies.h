/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where this machine's control groups are, and the names that we have in them. Pure, but for sc_cgroup_base_find(). */
#ifndef SC_LIMITS_HIERARCHIES_H
#define SC_LIMITS_HIERARCHIES_H

#include "core/limits/values.h"

#define SC_CGROUP_ROOT      "sitecage"
#define SC_CGROUP_NAME_MAX  96
#define SC_CGROUP_MOUNT_MAX 255   /* of the path of a hierarchy */
#define SC_CGROUP_FILE_MAX  65536 /* bytes that we read of a control file */

struct sc_cgroups {
    int version[SC_CTRL_COUNT]; /* 1, 2, 0: not there */
    char *mount[SC_CTRL_COUNT];
    const char *base; /* the group above all of ours: SC_CGROUP_ROOT or SC_SITES_GROUP */
    bool delegated;   /* systemd made it, and it alone writes there and above; all below is ours */
    struct sc_libcgroup *lib; /* cgroups_lib.c; NULL: the files are written to directly */
};

/* The kernel's names of a controller: [0] in version 1, [1] in version 2; NULL: it has none there. */
extern const char *const sc_cgroup_names[SC_CTRL_COUNT][2];

/* The kernel's name of the controller: "cpu", "blkio" or "io", … */
const char *sc_cgroup_controller(const struct sc_cgroups *cg, enum sc_ctrl ctrl);

/* Sets base and delegated: SC_SITES_GROUP where all controllers are in one hierarchy of version 2 and systemd has
 * handed that group of it over; else SC_CGROUP_ROOT. Needs root. */
void sc_cgroup_base_find(struct sc_cgroups *cg);

/* The path of a group, or of a file of it. The caller frees it; NULL: no memory. */
char *sc_cgroup_path(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                     const char *file);

#endif
