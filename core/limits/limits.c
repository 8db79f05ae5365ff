/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/limits/limits.h"

#include <stdio.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/paths.h"
#include "core/limits/cgroups.h"
#include "core/limits/device.h"
#include "core/limits/private.h"

/* What shows that the limit can be held, in a group below the root. */
static const struct {
    enum sc_limit limit;
    enum sc_ctrl ctrl;
    const char *file[2], *no_file;
} needs[] = {
    {SC_LIMIT_CPU,
     SC_CTRL_CPU,
     {"cpu.cfs_quota_us", "cpu.max"},
     "the kernel's cpu controller has no bandwidth control (CONFIG_CFS_BANDWIDTH)"},
    {SC_LIMIT_PMEM,
     SC_CTRL_MEMORY,
     {"memory.limit_in_bytes", "memory.max"},
     "the kernel's memory controller has no limit"},
    {SC_LIMIT_NPROC, SC_CTRL_PIDS, {"pids.max", "pids.max"}, "the pids controller has no limit"},
    {SC_LIMIT_IO,
     SC_CTRL_IO,
     {"blkio.throttle.read_bps_device", "io.max"},
     "the kernel's block controller has no throttling (CONFIG_BLK_DEV_THROTTLING)"},
    {SC_LIMIT_IOPS,
     SC_CTRL_IO,
     {"blkio.throttle.read_iops_device", "io.max"},
     "the kernel's block controller has no throttling (CONFIG_BLK_DEV_THROTTLING)"},
};

static const char *const no_controller[SC_CTRL_COUNT] = {
    [SC_CTRL_CPU] = "the control group controller cpu is not available",
    [SC_CTRL_MEMORY] = "the control group controller memory is not available",
    [SC_CTRL_PIDS] = "the control group controller pids is not available",
    [SC_CTRL_IO] = "the control group controller io (blkio) is not available",
};

/* NULL, or what is missing. */
static const char *missing(const struct sc_cgroups *cg, size_t need)
{
    enum sc_ctrl ctrl = needs[need].ctrl;
    if (!cg->version[ctrl])
        return no_controller[ctrl];
    /* Handing it down from the root fails in a container that was not given it. */
    if (sc_cgroup_make(cg, ctrl, cg->base, NULL) < 0)
        return no_controller[ctrl];
    SC_FREE char *path =
        sc_cgroup_path(cg, ctrl, cg->base, needs[need].file[cg->version[ctrl] - 1]);
    return path && access(path, W_OK) == 0 ? NULL : needs[need].no_file;
}

int sc_limits_probe(const struct sc_cgroups *cg, struct sc_limits_caps *ret, struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    int rc = sc_cgroup_lock(&lock, err);
    if (rc < 0)
        return rc;
    struct sc_limits_caps caps = {.held = 1u << SC_LIMIT_EP | 1u << SC_LIMIT_VMEM};
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        caps.missing[needs[i].limit] = missing(cg, i);
        if (!caps.missing[needs[i].limit])
            caps.held |= 1u << needs[i].limit;
    }
    sc_limits_drop_root(cg);
    *ret = caps;
    return 0;
}

/* The disk of the home; 1 when there is none (why is in `why`). */
static int disk(const char *home, char out[SC_DEVICE_MAX], struct sc_error *why,
                struct sc_error *err)
{
    int rc = sc_device_of(home, out, why);
    if (rc == SC_E_UNSUPPORTED)
        return 1;
    if (rc < 0 && err)
        *err = *why;
    return rc;
}

int sc_limits_check(const struct sc_cgroups *cg, const char *home, const struct sc_limits *limits,
                    unsigned *ret_bad, struct sc_error *err)
{
    unsigned bad = 0, active = sc_limits_active(limits) & SC_LIMITS_OF_GROUPS;
    int rc = 0;
    if (active) {
        struct sc_setting settings[SC_SETTINGS_MAX];
        size_t n;
        struct sc_limits_caps caps;
        rc = sc_limits_settings(limits, cg->version, NULL, settings, &n, err);
        if (rc == 0)
            rc = sc_limits_probe(cg, &caps, err);
        struct sc_error why = SC_ERROR_INIT;
        char device[SC_DEVICE_MAX];
        int no_disk = 0;
        if (rc == 0 && (active & (1u << SC_LIMIT_IO | 1u << SC_LIMIT_IOPS)))
            rc = no_disk = disk(home, device, &why, err);
        if (rc < 0)
            return rc;
        rc = 0;
        for (unsigned i = 0; i < SC_LIMIT_COUNT; i++) {
            bool io = i == SC_LIMIT_IO || i == SC_LIMIT_IOPS;
            const char *reason = !(active >> i & 1)      ? NULL
                                 : !(caps.held >> i & 1) ? caps.missing[i]
                                 : io && no_disk         ? why.text
                                                         : NULL;
            if (!reason)
                continue;
            bad |= 1u << i;
            if (rc == 0)
                rc = sc_error_set(err, SC_E_UNSUPPORTED,
                                  "limit %s cannot be held on this server: %s", sc_limit_name(i),
                                  reason);
        }
    }
    if (ret_bad)
        *ret_bad = bad;
    return rc;
}
