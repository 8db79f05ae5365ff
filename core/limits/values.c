/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/limits/values.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* kernel/sched/core.c: quotas from 1 ms, periods from 1 ms to 1 s. 100 ms is its default. */
#define QUOTA_MIN_US   1000u
#define PERIOD_US      100000u
#define PERIOD_LONG_US 1000000u
#define CPU_WHOLE      10000u     /* hundredths of a percent in one core */
#define CPU_MOST       100000000u /* ten thousand cores */
#define PAGE           4096u      /* the smallest; the kernel rounds down to its own */
#define PMEM_MOST      (SC_LIMIT_VALUE_MAX)
#define NPROC_MOST     4194304u    /* PID_MAX_LIMIT */
#define IOPS_MOST      4294967294u /* kept in an unsigned int, of which the last is "none" */
#define NO_LIMIT_V1    (UINT64_C(1) << 62) /* memory: what is beyond is "none" rounded to pages */

unsigned sc_limits_active(const struct sc_limits *limits)
{
    unsigned active = 0;
    for (unsigned i = 0; i < SC_LIMIT_COUNT; i++)
        if ((limits->set >> i & 1) && limits->value[i])
            active |= 1u << i;
    return active;
}

struct making {
    const struct sc_limits *limits;
    unsigned active;
    struct sc_setting *out;
    size_t n;
};

static uint64_t value(const struct making *m, enum sc_limit limit, uint64_t most)
{
    uint64_t v = m->limits->value[limit];
    return v < most ? v : most;
}

static struct sc_setting *add(struct making *m, enum sc_limit limit, enum sc_ctrl ctrl,
                              const char *file)
{
    struct sc_setting *s = &m->out[m->n++];
    *s = (struct sc_setting){
        .limit = limit, .ctrl = ctrl, .file = file, .limits = m->active >> limit & 1};
    return s;
}

static void set_number(struct sc_setting *s, uint64_t v, const char *none)
{
    if (s->limits)
        snprintf(s->value, sizeof(s->value), "%" PRIu64, v);
    else
        snprintf(s->value, sizeof(s->value), "%s", none);
}

static int add_cpu(struct making *m, int version, struct sc_error *err)
{
    bool on = m->active >> SC_LIMIT_CPU & 1;
    uint64_t v = value(m, SC_LIMIT_CPU, CPU_MOST), period = PERIOD_US;
    uint64_t quota = v * (PERIOD_US / CPU_WHOLE);
    if (on && quota < QUOTA_MIN_US) {
        period = PERIOD_LONG_US;
        quota = v * (PERIOD_LONG_US / CPU_WHOLE);
    }
    if (on && quota < QUOTA_MIN_US)
        return sc_error_set(err, SC_E_INVAL,
                            "limit cpu: %" PRIu64 " is too little; the least is %u (0.1 %% of a "
                            "core), 0 takes the limit away",
                            v, QUOTA_MIN_US / (PERIOD_LONG_US / CPU_WHOLE));
    if (version == 1) {
        struct sc_setting *s = add(m, SC_LIMIT_CPU, SC_CTRL_CPU, "cpu.cfs_period_us");
        snprintf(s->value, sizeof(s->value), "%" PRIu64, period);
        set_number(add(m, SC_LIMIT_CPU, SC_CTRL_CPU, "cpu.cfs_quota_us"), quota, "-1");
    } else if (version == 2) {
        struct sc_setting *s = add(m, SC_LIMIT_CPU, SC_CTRL_CPU, "cpu.max");
        if (on)
            snprintf(s->value, sizeof(s->value), "%" PRIu64 " %" PRIu64, quota, period);
        else
            snprintf(s->value, sizeof(s->value), "max %" PRIu64, period);
    }
    return 0;
}

static void add_memory(struct making *m, int version)
{
    uint64_t v = value(m, SC_LIMIT_PMEM, PMEM_MOST);
    v = (v + PAGE - 1) / PAGE * PAGE;
    if (version == 1) {
        set_number(add(m, SC_LIMIT_PMEM, SC_CTRL_MEMORY, "memory.limit_in_bytes"), v, "-1");
        struct sc_setting *s = add(m, SC_LIMIT_PMEM, SC_CTRL_MEMORY, "memory.memsw.limit_in_bytes");
        set_number(s, v, "-1");
        s->optional = true;
    } else if (version == 2) {
        struct sc_setting *s = add(m, SC_LIMIT_PMEM, SC_CTRL_MEMORY, "memory.swap.max");
        set_number(s, 0, "max");
        s->optional = true;
        set_number(add(m, SC_LIMIT_PMEM, SC_CTRL_MEMORY, "memory.max"), v, "max");
    }
}

static void add_device_line(struct making *m, enum sc_limit limit, const char *file,
                            const char *device, uint64_t v)
{
    struct sc_setting *s = add(m, limit, SC_CTRL_IO, file);
    s->by_device = true;
    snprintf(s->value, sizeof(s->value), "%s %" PRIu64, device, s->limits ? v : 0);
}

static void add_io(struct making *m, int version, const char *device)
{
    uint64_t bps = value(m, SC_LIMIT_IO, SC_LIMIT_VALUE_MAX) * 1024;
    uint64_t iops = value(m, SC_LIMIT_IOPS, IOPS_MOST);
    if (version == 1) {
        add_device_line(m, SC_LIMIT_IO, "blkio.throttle.read_bps_device", device, bps);
        add_device_line(m, SC_LIMIT_IO, "blkio.throttle.write_bps_device", device, bps);
        add_device_line(m, SC_LIMIT_IOPS, "blkio.throttle.read_iops_device", device, iops);
        add_device_line(m, SC_LIMIT_IOPS, "blkio.throttle.write_iops_device", device, iops);
    } else if (version == 2) {
        bool io = m->active >> SC_LIMIT_IO & 1, ops = m->active >> SC_LIMIT_IOPS & 1;
        struct sc_setting *s = add(m, io ? SC_LIMIT_IO : SC_LIMIT_IOPS, SC_CTRL_IO, "io.max");
        s->by_device = true;
        s->limits = io || ops;
        char b[21] = "max", o[21] = "max"; /* the longest number has 20 digits */
        if (io)
            snprintf(b, sizeof(b), "%" PRIu64, bps);
        if (ops)
            snprintf(o, sizeof(o), "%" PRIu64, iops);
        /* in the kernel's own order, so that it can be compared with what the file says */
        snprintf(s->value, sizeof(s->value), "%.20s rbps=%s wbps=%s riops=%s wiops=%s", device, b,
                 b, o, o);
    }
}

int sc_limits_settings(const struct sc_limits *limits, const int version[SC_CTRL_COUNT],
                       const char *device, struct sc_setting out[SC_SETTINGS_MAX], size_t *ret_n,
                       struct sc_error *err)
{
    struct making m = {limits, sc_limits_active(limits), out, 0};
    int rc = add_cpu(&m, version[SC_CTRL_CPU], err);
    if (rc < 0)
        return rc;
    add_memory(&m, version[SC_CTRL_MEMORY]);
    if (version[SC_CTRL_PIDS])
        set_number(add(&m, SC_LIMIT_NPROC, SC_CTRL_PIDS, "pids.max"),
                   value(&m, SC_LIMIT_NPROC, NPROC_MOST), "max");
    if (device)
        add_io(&m, version[SC_CTRL_IO], device);
    *ret_n = m.n;
    return 0;
}

static size_t line_len(const char *line)
{
    return strcspn(line, "\n");
}

static const char *next(const char *line)
{
    line += line_len(line);
    return *line ? line + 1 : line;
}

/* The length of the "MAJOR:MINOR" that begins a line or a value. */
static size_t device_len(const char *line)
{
    return strspn(line, "0123456789:");
}

static bool same_device(const char *a, const char *b)
{
    size_t n = device_len(a);
    return n == device_len(b) && memcmp(a, b, n) == 0;
}

bool sc_setting_holds(const struct sc_setting *s, const char *text)
{
    size_t len = strlen(s->value);
    if (s->by_device) {
        for (const char *line = text; *line; line = next(line))
            if (same_device(line, s->value))
                return s->limits && line_len(line) == len && memcmp(line, s->value, len) == 0;
        return !s->limits;
    }
    if (strcmp(s->value, "-1") == 0 && s->ctrl == SC_CTRL_MEMORY)
        return strtoull(text, NULL, 10) > NO_LIMIT_V1;
    return line_len(text) == len && memcmp(text, s->value, len) == 0;
}

bool sc_setting_foreign(const struct sc_setting *s, const char **at, char *out, size_t size)
{
    for (const char *line = *at; *line; line = next(line)) {
        size_t n = device_len(line);
        if (n == 0 || n > 20 || same_device(line, s->value))
            continue;
        const char *none =
            strcmp(s->file, "io.max") == 0 ? "rbps=max wbps=max riops=max wiops=max" : "0";
        snprintf(out, size, "%.*s %s", (int)n, line, none);
        *at = next(line);
        return true;
    }
    return false;
}

bool sc_stat_number(const char *text, uint64_t *ret)
{
    if (text[0] < '0' || text[0] > '9')
        return false;
    *ret = strtoull(text, NULL, 10);
    return true;
}

bool sc_stat_key(const char *text, const char *key, uint64_t *ret)
{
    size_t len = strlen(key);
    for (const char *line = text; *line; line = next(line))
        if (strncmp(line, key, len) == 0 && line[len] == ' ')
            return sc_stat_number(line + len + 1, ret);
    return false;
}

uint64_t sc_stat_blkio(const char *text)
{
    uint64_t sum = 0, v;
    for (const char *line = text; *line; line = next(line)) {
        size_t n = device_len(line); /* the last line, of all devices, has none */
        if (n && strncmp(line + n, " Total ", 7) == 0 && sc_stat_number(line + n + 7, &v))
            sum += v;
    }
    return sum;
}

void sc_stat_io(const char *text, uint64_t *ret_bytes, uint64_t *ret_ops)
{
    static const struct {
        const char *key;
        bool bytes;
    } keys[] = {{" rbytes=", true}, {" wbytes=", true}, {" rios=", false}, {" wios=", false}};
    uint64_t bytes = 0, ops = 0, v;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        for (const char *p = text; (p = strstr(p, keys[i].key)) != NULL;) {
            p += strlen(keys[i].key);
            if (sc_stat_number(p, &v))
                *(keys[i].bytes ? &bytes : &ops) += v;
        }
    *ret_bytes = bytes;
    *ret_ops = ops;
}
