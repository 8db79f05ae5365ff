/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/limits/hierarchies.h"

#include <linux/magic.h>
#include <stdio.h>
#include <sys/vfs.h>

const char *const sc_cgroup_names[SC_CTRL_COUNT][2] = {
    [SC_CTRL_CPU] = {"cpu", "cpu"},          [SC_CTRL_CPUACCT] = {"cpuacct", NULL},
    [SC_CTRL_MEMORY] = {"memory", "memory"}, [SC_CTRL_PIDS] = {"pids", "pids"},
    [SC_CTRL_IO] = {"blkio", "io"},
};

const char *sc_cgroup_controller(const struct sc_cgroups *cg, enum sc_ctrl ctrl)
{
    return sc_cgroup_names[ctrl][cg->version[ctrl] == 2 ? 1 : 0];
}

int sc_cgroup_version_at(const char *mount)
{
    struct statfs fs;
    return statfs(mount, &fs) < 0 ? 0 : fs.f_type == CGROUP2_SUPER_MAGIC ? 2 : 1;
}

char *sc_cgroup_path(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                     const char *file)
{
    char *path;
    if (asprintf(&path, "%s/%s%s%s", cg->mount[ctrl], name, file ? "/" : "", file ? file : "") < 0)
        return NULL;
    return path;
}
