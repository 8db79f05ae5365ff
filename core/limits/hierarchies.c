/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/limits/hierarchies.h"

#include <stdio.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/own_group.h"

const char *const sc_cgroup_names[SC_CTRL_COUNT][2] = {
    [SC_CTRL_CPU] = {"cpu", "cpu"},          [SC_CTRL_CPUACCT] = {"cpuacct", NULL},
    [SC_CTRL_MEMORY] = {"memory", "memory"}, [SC_CTRL_PIDS] = {"pids", "pids"},
    [SC_CTRL_IO] = {"blkio", "io"},
};

const char *sc_cgroup_controller(const struct sc_cgroups *cg, enum sc_ctrl ctrl)
{
    return sc_cgroup_names[ctrl][cg->version[ctrl] == 2 ? 1 : 0];
}

char *sc_cgroup_path(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                     const char *file)
{
    char *path;
    if (asprintf(&path, "%s/%s%s%s", cg->mount[ctrl], name, file ? "/" : "", file ? file : "") < 0)
        return NULL;
    return path;
}

/* The mount of the one hierarchy of version 2 that has what limits need; NULL: there is none. */
static const char *only_mount(const struct sc_cgroups *cg)
{
    const char *mount = cg->mount[SC_CTRL_CPU];
    for (unsigned i = 0; mount && i < SC_CTRL_COUNT; i++)
        if (cg->version[i] && (cg->version[i] != 2 || strcmp(cg->mount[i], mount) != 0))
            return NULL;
    return mount;
}

void sc_cgroup_base_find(struct sc_cgroups *cg)
{
    const char *mount = only_mount(cg);
    SC_FREE char *unit = mount ? sc_cgroup_path(cg, SC_CTRL_CPU, SC_SITES_GROUP, NULL) : NULL;
    cg->delegated = unit && sc_group_is_delegated(unit);
    cg->base = cg->delegated ? SC_SITES_GROUP : SC_CGROUP_ROOT;
}
