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
    const struct sc_cgroups *cg;
    char name[SC_CGROUP_NAME_MAX];
    int dirs
        [SC_CTRL_COUNT]; /* of the site's groups; -EBADF: none. Version 2 has one for all controllers */
    char text[16384];
};

static void reader_done(struct reader *r)
{
    for (unsigned i = 0; i < SC_CTRL_COUNT; i++) {
        for (unsigned k = i + 1; k < SC_CTRL_COUNT; k++)
            if (r->dirs[k] == r->dirs[i])
                r->dirs[k] = -EBADF;
        sc_close(&r->dirs[i]);
    }
}

/* The directory of another controller that is the same. */
static int known_dir(const struct reader *r, unsigned ctrl)
{
    for (unsigned i = 0; i < ctrl && r->cg->version[ctrl] == 2; i++)
        if (r->cg->version[i] == 2)
            return r->dirs[i];
    return -EBADF;
}

/* Opened once: each site has up to four files in it. True: it is there, or that cannot be said. */
static bool open_dir(struct reader *r, unsigned ctrl)
{
    if (r->cg->version[ctrl] == 0)
        return false;
    r->dirs[ctrl] = known_dir(r, ctrl);
    if (r->dirs[ctrl] >= 0)
        return true;
    SC_FREE char *path = sc_cgroup_path(r->cg, ctrl, r->name, NULL);
    if (path)
        r->dirs[ctrl] = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return r->dirs[ctrl] >= 0 || !sc_is_absent(errno);
}

/* One read gets all of such a file. */
static const char *look(struct reader *r, enum sc_ctrl ctrl, const char *v1, const char *v2)
{
    const char *file = r->cg->version[ctrl] == 1 ? v1 : v2;
    if (r->dirs[ctrl] < 0 || !file)
        return NULL;
    SC_FD int fd = openat(r->dirs[ctrl], file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
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
    SC_CLEANUP(reader_done) struct reader r;
    r.cg = cg;
    for (unsigned i = 0; i < SC_CTRL_COUNT; i++)
        r.dirs[i] = -EBADF;
    sc_cgroup_site_name(cg, uid, id, r.name);
    for (unsigned i = 0; i < SC_CTRL_COUNT; i++)
        if (open_dir(&r, i) &&
            !s.group) /* of version 2 its files say which controllers count in it */
            s.group = cg->version[i] == 1 || sc_cgroup_exists(cg, i, r.name);
    if (s.group) {
        time_t now = time(NULL);
        s.since = stat(path, &st) == 0 ? st.st_mtime : now;
        uint64_t age = now > s.since ? (uint64_t)(now - s.since) : 1; /* seconds */
        read_cpu(&r, &s, age);
        read_io(&r, &s, age);
        read_memory(&r, &s);
        read_pids(&r, &s);
    }
    *ret = s;
    return 0;
}
