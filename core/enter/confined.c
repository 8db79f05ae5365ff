/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/confined.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/enter/drop.h"

/* Joining namespaces of a root process from a setuid program, reaching its files, becoming the user
 * with an empty bounding set, and signalling him. */
#define NEEDED                                                                                     \
    (SC_CAP_BIT(CAP_SYS_ADMIN) | SC_CAP_BIT(CAP_SYS_CHROOT) | SC_CAP_BIT(CAP_SYS_PTRACE) |         \
     SC_CAP_BIT(CAP_SETUID) | SC_CAP_BIT(CAP_SETGID) | SC_CAP_BIT(CAP_SETPCAP) |                   \
     SC_CAP_BIT(CAP_DAC_OVERRIDE) | SC_CAP_BIT(CAP_DAC_READ_SEARCH) | SC_CAP_BIT(CAP_KILL))

/* "MOUNT-NAMESPACE PID-NAMESPACE": inode numbers. */
static bool read_note(unsigned long long *mnt, unsigned long long *pid)
{
    char text[64];
    int fd = open(SC_OUTSIDE_NOTE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return false;
    text[n] = 0;
    char *end;
    *mnt = strtoull(text, &end, 10);
    *pid = strtoull(end, &end, 10);
    return *end == '\n' && *mnt && *pid;
}

bool sc_in_machine(void)
{
    unsigned long long mnt, pid;
    struct stat mine, first;
    if (stat("/proc/self/ns/mnt", &mine) < 0)
        return false;
    if (read_note(&mnt, &pid))
        return mine.st_ino == mnt;
    return stat("/proc/1/ns/mnt", &first) == 0 && first.st_dev == mine.st_dev &&
           first.st_ino == mine.st_ino;
}

bool sc_foreign_pids(void)
{
    unsigned long long mnt, pid;
    struct stat mine;
    return read_note(&mnt, &pid) && (stat("/proc/self/ns/pid", &mine) < 0 || mine.st_ino != pid);
}

static bool has_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}};
    if (syscall(SYS_capget, &head, data) < 0)
        return false;
    uint64_t has = data[0].effective | (uint64_t)data[1].effective << 32;
    return (has & NEEDED) == NEEDED;
}

static bool is_read_only(const char *path)
{
    struct statvfs fs;
    return statvfs(path, &fs) == 0 && (fs.f_flag & ST_RDONLY) != 0;
}

const char *sc_confined(const struct sc_site_limits *limits)
{
    if (!has_capabilities())
        return "its capabilities are bounded (CapabilityBoundingSet=)";
    /* a filter answers before the kernel looks at the descriptor */
    if (setns(-1, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC) < 0 && errno != EBADF)
        return "it may not join namespaces (RestrictNamespaces=, SystemCallFilter=)";
    if (limits->ep && is_read_only(SC_RUN_DIR))
        return "/run is read-only (ProtectSystem=, ReadOnlyPaths=)";
    if (limits->n_groups && !limits->counts && is_read_only(limits->group[0]))
        return "control groups are read-only (ProtectControlGroups=)";
    return NULL;
}
