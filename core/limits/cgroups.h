/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The few things that we do with control groups: by the kernel's files, and what is written to them by libcgroup where that
 * is installed, and built in (SC_LIBCGROUP). `name` is a group's path in its hierarchy, "sitecage/1000/60001". Below systemd's
 * unit it is the files alone: libcgroup writes to each level above, too. */
#ifndef SC_LIMITS_CGROUPS_H
#define SC_LIMITS_CGROUPS_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/limits/hierarchies.h"

/* Where this machine's hierarchies are: a machine without control groups has none. SC_E_NOMEM, SC_E_SYS. */
int sc_cgroups_open(struct sc_cgroups **ret, struct sc_error *err);
void sc_cgroups_free(struct sc_cgroups *cg); /* accepts NULL */
void sc_cgroups_freep(struct sc_cgroups **cg);

void sc_cgroup_account_name(const struct sc_cgroups *cg, uid_t uid, char out[SC_CGROUP_NAME_MAX]);
void sc_cgroup_site_name(const struct sc_cgroups *cg, uid_t uid, unsigned id,
                         char out[SC_CGROUP_NAME_MAX]);

/* Held while groups are made or removed: another account's pass must not remove the common parent
 * in between. The caller closes *ret_fd. */
int sc_cgroup_lock(int *ret_fd, struct sc_error *err);

/* Whether the group is there with this controller. */
bool sc_cgroup_exists(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name);

/* Makes it where it is not. Version 2: also hands the controller down to it. */
int sc_cgroup_make(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                   struct sc_error *err);

/* Removes it when nothing is in it. *ret_left: it is still there. */
int sc_cgroup_remove(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                     bool *ret_left, struct sc_error *err);

/* Reads a file of it; data is never NULL afterwards. SC_E_NOTFOUND when it is not there. */
int sc_cgroup_read(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                   const char *file, struct sc_buf *out, struct sc_error *err);

/* Writes one line. errno of the failure is in err->sys. */
int sc_cgroup_write(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                    const char *file, const char *value, struct sc_error *err);

#endif
