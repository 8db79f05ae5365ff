/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The groups of one site. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/paths.h"
#include "core/limits/cgroups.h"
#include "core/limits/device.h"
#include "core/limits/limits.h"
#include "core/limits/private.h"

#define NO_DEVICE                                                                                  \
    "0:0" /* a disk that does not exist: every line of a file is about another one, and goes */
#define BUSY_TRIES 25
#define BUSY_MS    20

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

/* Version 1's hierarchies that count what nobody else does: processes are counted in the view, and blkio sees no
 * buffered writing. */
static unsigned counting(const struct sc_cgroups *cg)
{
    const unsigned v1 = 1u << SC_CTRL_CPUACCT | 1u << SC_CTRL_MEMORY;
    unsigned ret = 0;
    for (unsigned i = 0; i < SC_CTRL_COUNT; i++)
        if (cg->version[i] == 2 || (cg->version[i] == 1 && (v1 >> i & 1)))
            ret |= 1u << i;
    return ret;
}

/* Of those, the ones that have no group of the site. */
static unsigned missing(const struct sc_cgroups *cg, const char *name, unsigned wanted)
{
    for (unsigned i = 0; i < SC_CTRL_COUNT; i++)
        if (!cg->version[i] || ((wanted >> i & 1) && sc_cgroup_exists(cg, i, name)))
            wanted &= ~(1u << i);
    return wanted;
}

/* All sites together, against the machine's services, which version 2 and systemd put in a group of the default
 * weight, 100: as much as one of four of them. Where the kernel does not weigh, nothing is lost. What systemd made
 * has its weight from core/boot/sitecage.slice. */
static void weigh(const struct sc_cgroups *cg, enum sc_ctrl ctrl)
{
    if (cg->delegated)
        return;
    if (cg->version[ctrl] == 2 && ctrl == SC_CTRL_CPU)
        (void)sc_cgroup_write(cg, ctrl, cg->base, "cpu.weight", "33", NULL);
    if (cg->version[ctrl] == 2 && ctrl == SC_CTRL_IO)
        (void)sc_cgroup_write(cg, ctrl, cg->base, "io.weight", "default 33", NULL);
}

/* Those of `needed` must be. */
static int make_groups(const struct sc_cgroups *cg, const char *name, unsigned wanted,
                       unsigned needed, bool *ret_fresh, struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    unsigned todo = missing(cg, name, wanted);
    int rc = todo ? sc_cgroup_lock(&lock, err) : 0;
    for (unsigned i = 0; rc == 0 && i < SC_CTRL_COUNT; i++) {
        struct sc_error why = SC_ERROR_INIT;
        if (!(todo >> i & 1))
            continue;
        bool was = sc_cgroup_exists(cg, i, cg->base);
        int made = sc_cgroup_make(cg, i, cg->base, &why);
        if (made == 0 && !was)
            weigh(cg, i);
        if (made == 0)
            made = sc_cgroup_make(cg, i, name, &why);
        *ret_fresh |= made == 0;
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

/* Its directory, once: controllers may be mounted together, and all of version 2 are. */
static void add_dir(struct sc_limits_made *m, char **dir)
{
    for (size_t k = 0; k < m->n_groups; k++)
        if (strcmp(m->groups[k], *dir) == 0)
            return;
    m->groups[m->n_groups++] = sc_steal_ptr(dir);
}

/* Those of `wanted` that are there. */
static int collect_dirs(const struct sc_cgroups *cg, const char *name, unsigned wanted,
                        struct sc_limits_made *m, struct sc_error *err)
{
    for (unsigned i = 0; i < SC_CTRL_COUNT; i++) {
        if (!(wanted >> i & 1) || !sc_cgroup_exists(cg, i, name))
            continue;
        SC_FREE char *dir = sc_cgroup_path(cg, i, name, NULL);
        if (!dir)
            return no_memory(err);
        add_dir(m, &dir);
    }
    return 0;
}

/* Of which controllers these directories are. */
static int note_ctrls(const struct sc_cgroups *cg, const char *name, struct sc_limits_made *m,
                      struct sc_error *err)
{
    for (unsigned i = 0; i < SC_CTRL_COUNT; i++) {
        SC_FREE char *dir = cg->version[i] ? sc_cgroup_path(cg, i, name, NULL) : NULL;
        if (cg->version[i] && !dir)
            return no_memory(err);
        for (size_t k = 0; dir && k < m->n_groups; k++)
            if (strcmp(m->groups[k], dir) == 0)
                m->ctrls |= 1u << i;
    }
    return 0;
}

/* What the files are to say: also that nothing is limited (any more). */
static int settings_of(const struct sc_cgroups *cg, const char *home,
                       const struct sc_limits *limits, struct sc_setting out[SC_SETTINGS_MAX],
                       size_t *ret_n, struct sc_error *err)
{
    char device[SC_DEVICE_MAX];
    unsigned io = sc_limits_active(limits) & (1u << SC_LIMIT_IO | 1u << SC_LIMIT_IOPS);
    bool on_disk = io && sc_device_of(home, device, NULL) == 0;
    return sc_limits_settings(limits, cg->version, on_disk ? device : NO_DEVICE, out, ret_n, err);
}

static int note_nproc(const struct sc_cgroups *cg, const char *name, const struct sc_limits *limits,
                      struct sc_limits_made *m, struct sc_error *err)
{
    if (!(sc_limits_active(limits) >> SC_LIMIT_NPROC & 1))
        return 0;
    m->nproc = limits->value[SC_LIMIT_NPROC];
    m->current = sc_cgroup_path(cg, SC_CTRL_PIDS, name, "pids.current");
    return m->current ? 0 : no_memory(err);
}

static unsigned needed_of(const struct sc_setting *settings, size_t n)
{
    unsigned needed = 0;
    for (size_t i = 0; i < n; i++)
        needed |= settings[i].limits ? 1u << settings[i].ctrl : 0;
    return needed;
}

/* Memory that a program has just given back may be counted for a moment. */
static int write_settings(const struct sc_cgroups *cg, const char *name,
                          const struct sc_setting *settings, size_t n, struct sc_error *ret_late,
                          struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    int rc = SC_E_BUSY;
    for (int i = 0; rc == SC_E_BUSY && i < BUSY_TRIES; i++) {
        if (i)
            sc_sleep_ms(BUSY_MS);
        rc = sc_limits_write(cg, name, settings, n, &why);
    }
    if (rc == SC_E_BUSY)
        *ret_late = why;
    else if (rc < 0 && err)
        *err = why;
    return rc == SC_E_BUSY ? 0 : rc;
}

int sc_limits_make(const struct sc_cgroups *cg, uid_t uid, unsigned id, const char *home,
                   const struct sc_limits *limits, struct sc_limits_made *ret, struct sc_error *err)
{
    unsigned active = sc_limits_active(limits);
    SC_CLEANUP(sc_limits_made_done) struct sc_limits_made m = {0};
    m.ep = active >> SC_LIMIT_EP & 1 ? limits->value[SC_LIMIT_EP] : 0;
    m.vmem = active >> SC_LIMIT_VMEM & 1 ? limits->value[SC_LIMIT_VMEM] : 0;
    m.held = active & SC_LIMITS_OF_GROUPS;
    char name[SC_CGROUP_NAME_MAX];
    struct sc_setting settings[SC_SETTINGS_MAX];
    size_t n = 0;
    sc_cgroup_site_name(cg, uid, id, name);
    int rc = sc_limits_check(cg, home, limits, NULL, err);
    if (rc == 0)
        rc = settings_of(cg, home, limits, settings, &n, err);
    if (rc < 0)
        return rc;
    bool was = has_group(cg, name);
    unsigned needed = needed_of(settings, n), wanted = needed | counting(cg);
    rc = make_groups(cg, name, wanted, needed, &m.fresh, err);
    if (rc == 0 && (was || m.held))
        rc = write_settings(cg, name, settings, n, &m.late, err);
    if (rc == 0)
        rc = collect_dirs(cg, name, wanted, &m, err);
    if (rc == 0)
        rc = note_ctrls(cg, name, &m, err);
    if (rc == 0 && m.n_groups)
        rc = note_birth(uid, id, !was, err);
    if (rc == 0)
        rc = note_nproc(cg, name, limits, &m, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &m);
    return 0;
}

int sc_limits_count(const struct sc_cgroups *cg, uid_t uid, unsigned id, struct sc_error *err)
{
    char name[SC_CGROUP_NAME_MAX];
    sc_cgroup_site_name(cg, uid, id, name);
    bool was = has_group(cg, name), fresh = false;
    int rc = make_groups(cg, name, counting(cg), 0, &fresh, err);
    return rc < 0 || !has_group(cg, name) ? rc : note_birth(uid, id, !was, err);
}
