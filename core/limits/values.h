/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What limits are in the words of control group files, and what such files say. Pure. */
#ifndef SC_LIMITS_VALUES_H
#define SC_LIMITS_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/error.h"
#include "core/config/domains_config.h"

enum sc_ctrl {
    SC_CTRL_CPU,
    SC_CTRL_CPUACCT, /* version 1 only: 2 counts in cpu */
    SC_CTRL_MEMORY,
    SC_CTRL_PIDS,
    SC_CTRL_IO,
    SC_CTRL_COUNT
};

/* The limits that need a group. */
#define SC_LIMITS_OF_GROUPS                                                                        \
    (1u << SC_LIMIT_CPU | 1u << SC_LIMIT_PMEM | 1u << SC_LIMIT_IO | 1u << SC_LIMIT_IOPS |          \
     1u << SC_LIMIT_NPROC)

/* Those of `limits` that limit something: set, and not 0. */
unsigned sc_limits_active(const struct sc_limits *limits);

/* One line to be in one file. */
struct sc_setting {
    enum sc_limit limit;
    enum sc_ctrl ctrl;
    const char *file;
    char value[128];
    bool limits;    /* else the value means "no limit" */
    bool optional;  /* where the file is not there, so be it (swap may be off) */
    bool by_device; /* the file has a line for each limited device, none for others */
};
#define SC_SETTINGS_MAX 12

/* All settings for control group files, of limits that are not active too, in the order in which
 * they are written. version[]: 1, 2, or 0 where the controller is not there (then it has none).
 * `device` is "MAJOR:MINOR", NULL: no settings of io and iops. Values beyond what the kernel takes
 * are cut to the most that it takes. SC_E_INVAL: a cpu limit below what it can hold. */
int sc_limits_settings(const struct sc_limits *limits, const int version[SC_CTRL_COUNT],
                       const char *device, struct sc_setting out[SC_SETTINGS_MAX], size_t *ret_n,
                       struct sc_error *err);

/* Whether the file's text says what the setting wants. */
bool sc_setting_holds(const struct sc_setting *s, const char *text);

/* The next line of `text` (from *at) about another device than the setting's: writes to `out` what
 * takes that device's limit away. False when there is none left. */
bool sc_setting_foreign(const struct sc_setting *s, const char **at, char *out, size_t size);

/* "KEY NUMBER" lines (cpu.stat, memory.events, memory.oom_control, pids.events). */
bool sc_stat_key(const char *text, const char *key, uint64_t *ret);

/* A number alone; "max" is none. */
bool sc_stat_number(const char *text, uint64_t *ret);

/* Version 1's blkio.throttle.io_service_bytes, io_serviced: the Total lines of all devices. */
uint64_t sc_stat_blkio(const char *text);

/* Version 2's io.stat: the sum of rbytes and wbytes, and of rios and wios. */
void sc_stat_io(const char *text, uint64_t *ret_bytes, uint64_t *ret_ops);

#endif
