/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/enter/ep.h"
#include "core/base/paths.h"
#include "core/base/there.h"
#include "core/limits/cgroups.h"
#include "core/limits/limits.h"

#define BIT(limit) (1u << (limit))

/* Reading a figure that this kernel does not have is no error: it stays unknown. */
struct reader {
    const struct sc_limits_account *a;
    unsigned id;
    bool there; /* a file of the site's groups is, or that cannot be said */
    char text[16384];
};

/* The directory of another controller that is the same. */
static int known_dir(const struct sc_limits_account *a, unsigned ctrl)
{
    for (unsigned i = 0; i < ctrl && a->cg->version[ctrl] == 2; i++)
        if (a->cg->version[i] == 2)
            return a->dirs[i];
    return -EBADF;
}

static int open_dir(const struct sc_limits_account *a, unsigned ctrl, const char *name)
{
    int known = known_dir(a, ctrl);
    SC_FREE char *path =
        a->cg->version[ctrl] == 0 || known >= 0 ? NULL : sc_cgroup_path(a->cg, ctrl, name, NULL);
    return path ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW) : known;
}

void sc_limits_account_look(const struct sc_cgroups *cg, uid_t uid, struct sc_limits_account *ret)
{
    char name[SC_CGROUP_NAME_MAX];
    *ret = (struct sc_limits_account){.cg = cg, .uid = uid};
    sc_cgroup_account_name(cg, uid, name);
    for (unsigned i = 0; i < SC_CTRL_COUNT; i++) {
        ret->dirs[i] = open_dir(ret, i, name);
        ret->doubted |= ret->dirs[i] < 0 && cg->version[i] && !sc_is_absent(errno);
    }
}

void sc_limits_account_done(struct sc_limits_account *a)
{
    for (unsigned i = 0; i < SC_CTRL_COUNT && a->cg; i++) {
        for (unsigned k = i + 1; k < SC_CTRL_COUNT; k++)
            if (a->dirs[k] == a->dirs[i])
                a->dirs[k] = -EBADF;
        sc_close(&a->dirs[i]);
    }
    a->cg = NULL;
}

/* One read gets all of such a file. */
static const char *look(struct reader *r, enum sc_ctrl ctrl, const char *v1, const char *v2)
{
    const char *file = r->a->cg->version[ctrl] == 1 ? v1 : v2;
    char path[64];
    if (r->a->dirs[ctrl] < 0 || !file)
        return NULL;
    snprintf(path, sizeof(path), "%u/%s", r->id, file);
    SC_FD int fd = openat(r->a->dirs[ctrl], path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    r->there |= fd >= 0 || !sc_is_absent(errno);
    ssize_t n = fd < 0 ? -1 : read(fd, r->text, sizeof(r->text) - 1);
    if (n < 0 || (size_t)n == sizeof(r->text) - 1)
        return NULL;
    r->text[n] = 0;
    return r->text;
}

static void put(unsigned *has, uint64_t *values, enum sc_limit limit, uint64_t v)
{
    *has |= BIT(limit);
    values[limit] = v;
}

static void number(struct reader *r, enum sc_ctrl ctrl, const char *v1, const char *v2,
                   unsigned *has, uint64_t *values, enum sc_limit limit)
{
    uint64_t v;
    const char *text = look(r, ctrl, v1, v2);
    if (text && sc_stat_number(text, &v))
        put(has, values, limit, v);
}

static void read_cpu(struct reader *r, struct sc_limits_stats *s)
{
    uint64_t v;
    const char *text = look(r, SC_CTRL_CPU, "cpu.stat", "cpu.stat");
    if (text && sc_stat_key(text, "nr_throttled", &v))
        put(&s->has_faults, s->faults, SC_LIMIT_CPU, v);
    bool known = text && sc_stat_key(text, "usage_usec", &s->cpu_usec);
    if (!known && (text = look(r, SC_CTRL_CPUACCT, "cpuacct.usage", NULL)) != NULL &&
        sc_stat_number(text, &v)) {
        s->cpu_usec = v / 1000;
        known = true;
    }
    s->has_usage |= known ? BIT(SC_LIMIT_CPU) : 0;
}

static void read_io(struct reader *r, struct sc_limits_stats *s)
{
    const char *text = look(r, SC_CTRL_IO, "blkio.throttle.io_service_bytes", "io.stat");
    if (!text)
        return;
    if (r->a->cg->version[SC_CTRL_IO] == 2) {
        sc_stat_io(text, &s->io_bytes, &s->io_ops);
    } else {
        s->io_bytes = sc_stat_blkio(text);
        text = look(r, SC_CTRL_IO, "blkio.throttle.io_serviced", NULL);
        s->io_ops = text ? sc_stat_blkio(text) : 0;
    }
    s->has_usage |= BIT(SC_LIMIT_IO) | BIT(SC_LIMIT_IOPS);
}

static void read_memory(struct reader *r, struct sc_limits_stats *s)
{
    uint64_t v;
    number(r, SC_CTRL_MEMORY, "memory.usage_in_bytes", "memory.current", &s->has_usage, s->usage,
           SC_LIMIT_PMEM);
    number(r, SC_CTRL_MEMORY, "memory.max_usage_in_bytes", "memory.peak", &s->has_peak, s->peak,
           SC_LIMIT_PMEM);
    const char *text = look(r, SC_CTRL_MEMORY, "memory.oom_control", "memory.events");
    if (text && sc_stat_key(text, "oom_kill", &v))
        put(&s->has_faults, s->faults, SC_LIMIT_PMEM, v);
}

static void read_pids(struct reader *r, struct sc_limits_stats *s)
{
    uint64_t v;
    number(r, SC_CTRL_PIDS, "pids.current", "pids.current", &s->has_usage, s->usage,
           SC_LIMIT_NPROC);
    number(r, SC_CTRL_PIDS, "pids.peak", "pids.peak", &s->has_peak, s->peak, SC_LIMIT_NPROC);
    const char *text = look(r, SC_CTRL_PIDS, "pids.events", "pids.events");
    if (text && sc_stat_key(text, "max", &v))
        put(&s->has_faults, s->faults, SC_LIMIT_NPROC, v);
}

/* Of what was counted since then. */
static void take_averages(struct sc_limits_stats *s, uint64_t age)
{
    s->usage[SC_LIMIT_CPU] = s->cpu_usec / 100 / age;
    s->usage[SC_LIMIT_IO] = s->io_bytes / 1024 / age;
    s->usage[SC_LIMIT_IOPS] = s->io_ops / age;
}

/* Files of version 2 are there without the controller that counts in them. */
static bool has_group(const struct reader *r)
{
    char name[SC_CGROUP_NAME_MAX];
    bool other = r->a->doubted, there = false;
    sc_cgroup_site_name(r->a->cg, r->a->uid, r->id, name);
    for (unsigned i = 0; i < SC_CTRL_COUNT; i++)
        other |= r->a->cg->version[i] == 1 && r->a->dirs[i] >= 0;
    for (unsigned i = 0; !there && i < SC_CTRL_COUNT; i++)
        there = r->a->cg->version[i] == 2 && sc_cgroup_exists(r->a->cg, i, name);
    return there || (other && r->there);
}

static void read_groups(struct reader *r, struct sc_limits_stats *s)
{
    char path[64];
    struct stat st;
    struct sc_limits_stats none = *s;
    read_cpu(r, s);
    read_io(r, s);
    read_memory(r, s);
    read_pids(r, s);
    s->group = has_group(r);
    if (!s->group) {
        *s = none;
        return;
    }
    time_t now = time(NULL);
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/%u.group", (unsigned)r->a->uid, r->id);
    s->since = stat(path, &st) == 0 ? st.st_mtime : now;
    take_averages(s, now > s->since ? (uint64_t)(now - s->since) : 1);
}

int sc_limits_stats_in(const struct sc_limits_account *a, unsigned id, struct sc_limits_stats *ret,
                       struct sc_error *err)
{
    struct sc_limits_stats s = {0};
    struct reader r = {.a = a, .id = id, .there = a->doubted};
    struct sc_ep ep;
    int rc = sc_ep_look(a->uid, id, &ep);
    if (rc < 0)
        return sc_error_sys(err, -rc, "read the entry counter of site %u", id);
    put(&s.has_usage, s.usage, SC_LIMIT_EP, ep.now);
    put(&s.has_peak, s.peak, SC_LIMIT_EP, ep.peak);
    put(&s.has_faults, s.faults, SC_LIMIT_EP, ep.faults);
    read_groups(&r, &s);
    *ret = s;
    return 0;
}

int sc_limits_stats(const struct sc_cgroups *cg, uid_t uid, unsigned id,
                    struct sc_limits_stats *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_limits_account_done) struct sc_limits_account a;
    sc_limits_account_look(cg, uid, &a);
    return sc_limits_stats_in(&a, id, ret, err);
}
