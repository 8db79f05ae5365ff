/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/enter/ep.h"
#include "core/base/paths.h"
#include "core/limits/cgroups.h"
#include "core/limits/limits.h"

#define BIT(limit) (1u << (limit))

/* Reading a figure that this kernel does not have is no error: it stays unknown. */
struct reader {
    const struct sc_cgroups *cg;
    char name[SC_CGROUP_NAME_MAX];
    struct sc_buf text;
};

static const char *look(struct reader *r, enum sc_ctrl ctrl, const char *v1, const char *v2)
{
    const char *file = r->cg->version[ctrl] == 1 ? v1 : v2;
    if (!r->cg->version[ctrl] || !file)
        return NULL;
    return sc_cgroup_read(r->cg, ctrl, r->name, file, &r->text, NULL) == 0 ? r->text.data : NULL;
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

static void read_cpu(struct reader *r, struct sc_limits_stats *s, uint64_t age)
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
    if (known)
        put(&s->has_usage, s->usage, SC_LIMIT_CPU, s->cpu_usec / 100 / age);
}

static void read_io(struct reader *r, struct sc_limits_stats *s, uint64_t age)
{
    const char *text = look(r, SC_CTRL_IO, "blkio.throttle.io_service_bytes", "io.stat");
    if (!text)
        return;
    if (r->cg->version[SC_CTRL_IO] == 2) {
        sc_stat_io(text, &s->io_bytes, &s->io_ops);
    } else {
        s->io_bytes = sc_stat_blkio(text);
        text = look(r, SC_CTRL_IO, "blkio.throttle.io_serviced", NULL);
        s->io_ops = text ? sc_stat_blkio(text) : 0;
    }
    put(&s->has_usage, s->usage, SC_LIMIT_IO, s->io_bytes / 1024 / age);
    put(&s->has_usage, s->usage, SC_LIMIT_IOPS, s->io_ops / age);
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

int sc_limits_stats(const struct sc_cgroups *cg, uid_t uid, unsigned id,
                    struct sc_limits_stats *ret, struct sc_error *err)
{
    struct sc_limits_stats s = {0};
    struct sc_ep ep;
    int rc = sc_ep_look(uid, id, &ep);
    if (rc < 0)
        return sc_error_sys(err, -rc, "read the entry counter of site %u", id);
    put(&s.has_usage, s.usage, SC_LIMIT_EP, ep.now);
    put(&s.has_peak, s.peak, SC_LIMIT_EP, ep.peak);
    put(&s.has_faults, s.faults, SC_LIMIT_EP, ep.faults);

    char path[64];
    struct stat st;
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/%u.group", (unsigned)uid, id);
    struct reader r = {.cg = cg};
    sc_cgroup_site_name(cg, uid, id, r.name);
    for (unsigned i = 0; i < SC_CTRL_COUNT && !s.group; i++)
        s.group = sc_cgroup_exists(cg, i, r.name);
    if (s.group) {
        time_t now = time(NULL);
        s.since = stat(path, &st) == 0 ? st.st_mtime : now;
        uint64_t age = now > s.since ? (uint64_t)(now - s.since) : 1; /* seconds */
        read_cpu(&r, &s, age);
        read_io(&r, &s, age);
        read_memory(&r, &s);
        read_pids(&r, &s);
    }
    sc_buf_free(&r.text);
    *ret = s;
    return 0;
}
