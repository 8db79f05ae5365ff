/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resource limits of sites, held by the kernel's control groups, version 1, 2 or both side by side.
 * Each isolated site has the group
 *
 *     sitecage/<uid>/<site id>
 *
 * (below systemd's unit: sitecage.slice/sitecage-sites.service/<uid>/<site id>; core/limits/unit.h)
 * where what it uses is counted, with or without limits: in version 2, which has it for nothing more than a
 * birth in another group (CLONE_INTO_CGROUP); in version 1, where each hierarchy costs each entry 35 µs, of
 * cpuacct and memory. In a further hierarchy of version 1 (cpu, pids, blkio) it has one while a limit of the
 * site is held there. `vmem` and `ep` need no group: the hot path (core/enter) holds them. A value of 0
 * is no limit.
 *
 * What is held, and how (version 1 / version 2):
 *     cpu    cpu.cfs_quota_us per cpu.cfs_period_us / cpu.max
 *     pmem   memory.limit_in_bytes, memory.memsw.limit_in_bytes / memory.max, memory.swap.max 0:
 *            what does not fit ends a process, it does not swap
 *     nproc  pids.max
 *     io     blkio.throttle.{read,write}_bps_device / io.max rbps, wbps: of the disk that the home
 *            lies on, for reading and for writing each. Version 1 does not see buffered writing.
 *     iops   blkio.throttle.{read,write}_iops_device / io.max riops, wiops
 *
 * What can be held is found out by trying, not from a version: a group is made, and its files are
 * looked for. All functions need root. Whoever changes an account's groups holds its lock. */
#ifndef SC_LIMITS_LIMITS_H
#define SC_LIMITS_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include "core/base/error.h"
#include "core/config/domains_config.h"
#include "core/limits/cgroups.h"

struct sc_limits_caps {
    unsigned held;                       /* 1u << enum sc_limit for each that can be held here */
    const char *missing[SC_LIMIT_COUNT]; /* of each other one: what is missing, static text */
};

/* What this machine can hold. io and iops also depend on the home: see sc_limits_check(). */
int sc_limits_probe(const struct sc_cgroups *cg, struct sc_limits_caps *ret, struct sc_error *err);

/* Whether all of `limits` can be held for sites below `home`. SC_E_UNSUPPORTED names the first that
 * cannot be and what is missing; *ret_bad (may be NULL) is then the set of all such ones.
 * SC_E_INVAL: a value that makes no sense (cpu from 1 to 9: less than a thousandth of a core). */
int sc_limits_check(const struct sc_cgroups *cg, const char *home, const struct sc_limits *limits,
                    unsigned *ret_bad, struct sc_error *err);

#define SC_LIMITS_GROUPS_MAX 8
#define SC_JOIN_MS           2000 /* join.h */

/* What the table for the hot path has to say of a site (core/runtime). */
struct sc_limits_made {
    uint64_t ep, vmem, nproc;           /* 0: none */
    char *groups[SC_LIMITS_GROUPS_MAX]; /* directories that each process must be put in */
    size_t n_groups;
    char *current;  /* with nproc: the file that says how many processes there are */
    unsigned ctrls; /* 1u << enum sc_ctrl for each that one of these directories is of */
    bool held;  /* they hold limits; else they count, and the site starts without them if need be */
    bool fresh; /* one was made just now: what runs already is not in it */
    struct sc_error late; /* SC_E_BUSY: a limit that does not hold yet, and why; all else does */
};
void sc_limits_made_done(struct sc_limits_made *m);

/* Makes the site's group hold exactly `limits`, writing only what differs. A group of a hierarchy in which
 * nothing of it is held any more, or counted, has no limits, is not among ret->groups, and goes with the
 * next sc_limits_sweep(). A group that only counts and cannot be made is left out.
 * ret->late: the site uses more memory than the new pmem, and the kernel cannot take it away (version 1; version
 * 2 ends processes). SC_E_UNSUPPORTED and SC_E_INVAL as above, with nothing changed. SC_RUN_DIR/<uid> must be
 * there. */
int sc_limits_make(const struct sc_cgroups *cg, uid_t uid, unsigned id, const char *home,
                   const struct sc_limits *limits, struct sc_limits_made *ret,
                   struct sc_error *err);

/* Makes the groups that count, where they are missing: somebody removed them, or the machine has just
 * started. Changes no limit. */
int sc_limits_count(const struct sc_cgroups *cg, uid_t uid, unsigned id, struct sc_error *err);

/* A site, and the controllers of which its groups stay (1u << enum sc_ctrl). */
struct sc_limits_keep {
    unsigned id, ctrls;
};
#define SC_CTRLS_ALL ((1u << SC_CTRL_COUNT) - 1)

/* Removes the groups of the account's sites that are not among `keep`, and the account's own when
 * none is left. Processes in them go to where the site's keeper is; those that the kernel does not let go
 * hold the group, which then has no limits any more. With n 0: everything of the account. Below systemd's unit also
 * all of the account's groups that were made before, without it; what is in them goes to the site's group. */
int sc_limits_sweep(const struct sc_cgroups *cg, uid_t uid, const struct sc_limits_keep *keep,
                    size_t n, struct sc_error *err);

/* Figures in the units of the limits (enum sc_limit). Which of them are known is in the masks:
 * without a group only ep's; in version 1 io, iops and nproc only where a limit of them is held. Usage of cpu, io and iops is the average since `since`; of the others
 * what is used now. A peak is the highest since the group was made; cpu, io and iops have none.
 * Faults: cpu: periods in which the site was held back; pmem: processes ended for want of memory;
 * nproc: forks refused; ep: entries refused. */
struct sc_limits_stats {
    bool group;
    time_t
        since; /* when the group was made, and the sums began at 0 (a boot does that); 0 without */
    unsigned has_usage, has_peak, has_faults;
    uint64_t usage[SC_LIMIT_COUNT], peak[SC_LIMIT_COUNT], faults[SC_LIMIT_COUNT];
    uint64_t cpu_usec, io_bytes, io_ops; /* sums since the group was made */
};

int sc_limits_stats(const struct sc_cgroups *cg, uid_t uid, unsigned id,
                    struct sc_limits_stats *ret, struct sc_error *err);

/* For who asks for many of an account's sites: where its groups are is looked up once. */
struct sc_limits_account {
    const struct sc_cgroups *cg;
    uid_t uid;
    int dirs
        [SC_CTRL_COUNT]; /* of its groups; negative: none. Version 2 has one for all controllers */
    bool doubted;        /* one of them may be there, and cannot be opened */
};
void sc_limits_account_look(const struct sc_cgroups *cg, uid_t uid, struct sc_limits_account *ret);
void sc_limits_account_done(struct sc_limits_account *a);
int sc_limits_stats_in(const struct sc_limits_account *a, unsigned id, struct sc_limits_stats *ret,
                       struct sc_error *err);

#endif
