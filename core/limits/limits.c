/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/limits/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/paths.h"
#include "core/limits/cgroups.h"
#include "core/limits/device.h"
#include "core/limits/private.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for a site's limits");
}

void sc_limits_made_done(struct sc_limits_made *m)
{
    for (size_t i = 0; i < m->n_groups; i++)
        free(m->groups[i]);
    free(m->current);
    *m = (struct sc_limits_made){0};
}

/* ---- what can be held ---- */

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
    if (sc_cgroup_make(cg, ctrl, SC_CGROUP_ROOT, NULL) < 0)
        return no_controller[ctrl];
    SC_FREE char *path =
        sc_cgroup_path(cg, ctrl, SC_CGROUP_ROOT, needs[need].file[cg->version[ctrl] - 1]);
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

/* ---- one group ---- */

/* 1: holds, or nothing to do; 0: not yet. */
static int setting_holds(const struct sc_cgroups *cg, const char *name, const struct sc_setting *s,
                         struct sc_buf *text, struct sc_error *err)
{
    int rc = sc_cgroup_read(cg, s->ctrl, name, s->file, text, err);
    if (rc == SC_E_NOTFOUND && (s->optional || !s->limits))
        return 1;
    return rc < 0 ? rc : sc_setting_holds(s, text->data);
}

/* Limits of disks that the home was on before. */
static int drop_foreign(const struct sc_cgroups *cg, const char *name, const struct sc_setting *s,
                        const char *text, struct sc_error *err)
{
    char value[96];
    int rc = 0;
    while (rc == 0 && s->by_device && text && sc_setting_foreign(s, &text, value, sizeof(value)))
        rc = sc_cgroup_write(cg, s->ctrl, name, s->file, value, err);
    return rc;
}

static int write_setting(const struct sc_cgroups *cg, const char *name, const struct sc_setting *s,
                         struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    if (!sc_cgroup_exists(cg, s->ctrl, name))
        return s->limits ? sc_error_set(err, SC_E_SYS, "there is no control group %s for limit %s",
                                        name, sc_limit_name(s->limit))
                         : 0;
    int rc = setting_holds(cg, name, s, &text, err);
    if (rc == 0)
        rc = sc_cgroup_write(cg, s->ctrl, name, s->file, s->value, err);
    return rc < 0 ? rc : drop_foreign(cg, name, s, text.data, err);
}

static int too_full(const struct sc_setting *s, const char *name, struct sc_error *err)
{
    if (err && s->ctrl == SC_CTRL_MEMORY && err->sys == EBUSY)
        return sc_error_set(
            err, SC_E_BUSY,
            "limit pmem: the processes of the site (%s) use more than %s bytes now; "
            "end them, or set it again later",
            name, s->value);
    return sc_error_wrap(err, "limit %s", sc_limit_name(s->limit));
}

/* Writes twice where it must: memory.memsw.limit_in_bytes may never be below
 * memory.limit_in_bytes, so which one goes first depends on how they were. */
int sc_limits_write(const struct sc_cgroups *cg, const char *name,
                    const struct sc_setting *settings, size_t n, struct sc_error *err)
{
    for (size_t i = 0; i < n; i++)
        (void)write_setting(cg, name, &settings[i], NULL);
    for (size_t i = 0; i < n; i++) {
        struct sc_error why = SC_ERROR_INIT;
        int rc = write_setting(cg, name, &settings[i], &why);
        SC_BUF struct sc_buf text = SC_BUF_INIT;
        /* what the kernel made of it is what counts */
        if (rc == 0 && sc_cgroup_exists(cg, settings[i].ctrl, name))
            rc = setting_holds(cg, name, &settings[i], &text, &why) == 1
                     ? 0
                     : sc_error_set(&why, SC_E_SYS, "%s did not take %s", settings[i].file,
                                    settings[i].value);
        if (rc < 0) {
            rc = too_full(&settings[i], name, &why);
            if (err)
                *err = why;
            return rc;
        }
    }
    return 0;
}

/* The controllers for which each site with a limit has a group: all that count something. */
static int make_groups(const struct sc_cgroups *cg, const char *name, unsigned needed,
                       struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    int rc = sc_cgroup_lock(&lock, err);
    for (unsigned i = 0; rc == 0 && i < SC_CTRL_COUNT; i++) {
        struct sc_error why = SC_ERROR_INIT;
        if (!cg->version[i] || sc_cgroup_exists(cg, i, name))
            continue;
        /* The top one by itself: of libcgroup 2.0 only then does it hand the controller down from
         * the root. */
        int made = sc_cgroup_make(cg, i, SC_CGROUP_ROOT, &why);
        if (made == 0)
            made = sc_cgroup_make(cg, i, name, &why);
        if (made < 0 && (needed >> i & 1)) {
            rc = made;
            if (err)
                *err = why;
        }
    }
    return rc;
}

/* When the group was made, for averages. */
static int note_birth(uid_t uid, unsigned id, bool is_new, struct sc_error *err)
{
    char path[64];
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/%u.group", (unsigned)uid, id);
    if (!is_new && access(path, F_OK) == 0)
        return 0;
    SC_FD int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || futimens(fd, NULL) < 0)
        return sc_error_sys(err, errno, "write %s", path);
    return 0;
}

static bool has_group(const struct sc_cgroups *cg, const char *name)
{
    bool any = false;
    for (unsigned i = 0; i < SC_CTRL_COUNT && !any; i++)
        any = sc_cgroup_exists(cg, i, name);
    return any;
}

static int collect_dirs(const struct sc_cgroups *cg, const char *name, struct sc_limits_made *m,
                        struct sc_error *err)
{
    for (unsigned i = 0; i < SC_CTRL_COUNT; i++) {
        if (!sc_cgroup_exists(cg, i, name))
            continue;
        SC_FREE char *dir = sc_cgroup_path(cg, i, name, NULL);
        if (!dir)
            return no_memory(err);
        bool known = false; /* controllers that are mounted together, and all of version 2 */
        for (size_t k = 0; k < m->n_groups && !known; k++)
            known = strcmp(m->groups[k], dir) == 0;
        if (!known)
            m->groups[m->n_groups++] = sc_steal_ptr(&dir);
    }
    return 0;
}

int sc_limits_dirs(const struct sc_cgroups *cg, uid_t uid, unsigned id, struct sc_limits_made *ret,
                   struct sc_error *err)
{
    char name[SC_CGROUP_NAME_MAX];
    sc_cgroup_site_name(uid, id, name);
    SC_CLEANUP(sc_limits_made_done) struct sc_limits_made m = {0};
    int rc = collect_dirs(cg, name, &m, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &m);
    return 0;
}

int sc_limits_make(const struct sc_cgroups *cg, uid_t uid, unsigned id, const char *home,
                   const struct sc_limits *limits, struct sc_limits_made *ret, struct sc_error *err)
{
    unsigned active = sc_limits_active(limits);
    SC_CLEANUP(sc_limits_made_done) struct sc_limits_made m = {0};
    m.ep = active >> SC_LIMIT_EP & 1 ? limits->value[SC_LIMIT_EP] : 0;
    m.vmem = active >> SC_LIMIT_VMEM & 1 ? limits->value[SC_LIMIT_VMEM] : 0;
    int rc = 0;
    if (!(active & SC_LIMITS_OF_GROUPS)) {
        rc = sc_limits_remove(cg, uid, id, err);
    } else {
        char name[SC_CGROUP_NAME_MAX], device[SC_DEVICE_MAX];
        struct sc_setting settings[SC_SETTINGS_MAX];
        size_t n;
        unsigned needed = 0;
        sc_cgroup_site_name(uid, id, name);
        rc = sc_limits_check(cg, home, limits, NULL, err);
        if (rc < 0)
            return rc;
        bool on_disk = sc_device_of(home, device, NULL) == 0;
        rc = sc_limits_settings(limits, cg->version, on_disk ? device : NULL, settings, &n, err);
        if (rc < 0)
            return rc;
        for (size_t i = 0; i < n; i++)
            needed |= settings[i].limits ? 1u << settings[i].ctrl : 0;
        bool is_new = !has_group(cg, name);
        rc = make_groups(cg, name, needed, err);
        if (rc == 0)
            rc = sc_limits_write(cg, name, settings, n, err);
        if (rc == 0)
            rc = note_birth(uid, id, is_new, err);
        if (rc == 0)
            rc = collect_dirs(cg, name, &m, err);
        if (rc == 0 && (active >> SC_LIMIT_NPROC & 1)) {
            m.nproc = limits->value[SC_LIMIT_NPROC];
            m.current = sc_cgroup_path(cg, SC_CTRL_PIDS, name, "pids.current");
            rc = m.current ? 0 : no_memory(err);
        }
    }
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &m);
    return 0;
}
