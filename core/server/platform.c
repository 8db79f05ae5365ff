/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/server/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/pidfd.h"

#define NOT_AVAILABLE "CloudLinux Isolates feature is not available on this platform"

/* The kernel is asked by harmless calls, never by its version. */

static bool has_namespaces(void)
{
    return access("/proc/self/ns/mnt", F_OK) == 0 && access("/proc/self/ns/pid", F_OK) == 0 &&
           access("/proc/self/ns/ipc", F_OK) == 0;
}

static bool has_pidfd(void)
{
    SC_FD int fd = sc_pidfd_open(getpid());
    return fd >= 0;
}

/* setns(pidfd) came with 5.8; joining one's own network namespace through it changes nothing. */
static bool has_setns_pidfd(void)
{
    SC_FD int fd = sc_pidfd_open(getpid());
    return fd >= 0 && setns(fd, CLONE_NEWNET) == 0;
}

static bool has_close_range(void)
{
    return syscall(SYS_close_range, ~0U, ~0U, 0) == 0;
}

/* An impossible call: where it is there, it minds the arguments. */
static bool has_openat2(void)
{
    return syscall(SYS_openat2, -1, "", NULL, 0) < 0 && errno == EINVAL;
}

static bool is_missing(long rc)
{
    return rc < 0 && (errno == ENOSYS || errno == EPERM); /* EPERM: a sandbox's filter */
}

/* What core/cage/mounts.c is made of: impossible calls fail in another way where they are there. */
static bool has_mount_calls(void)
{
    struct mount_attr none = {0};
    return !is_missing(syscall(SYS_mount_setattr, -1, "", AT_EMPTY_PATH, &none, sizeof(none))) &&
           !is_missing(syscall(SYS_fsopen, "", 0)) &&
           !is_missing(syscall(SYS_move_mount, -1, "", -1, "", MOVE_MOUNT_F_EMPTY_PATH));
}

static bool has_seccomp(void)
{
    unsigned action = SECCOMP_RET_ERRNO;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

/* All that is missing, in one line; ret[0] is 0 where nothing is. */
static void list_missing(char *ret, size_t size)
{
    static const struct {
        bool (*has)(void);
        const char *what;
    } needed[] = {{has_namespaces, "mount, pid and ipc namespaces"},
                  {has_pidfd, "pidfd_open (Linux 5.3)"},
                  {has_openat2, "openat2 (Linux 5.6)"},
                  {has_setns_pidfd, "setns with a pidfd (Linux 5.8)"},
                  {has_close_range, "close_range (Linux 5.9)"},
                  {has_mount_calls, "fsopen and mount_setattr (Linux 5.12)"},
                  {has_seccomp, "seccomp filters"}};
    size_t at = 0;
    ret[0] = 0;
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (at < size && !needed[i].has())
            at += (size_t)snprintf(ret + at, size - at, "%s%s", at ? ", " : "", needed[i].what);
}

int sc_platform_check(struct sc_error *err)
{
    char missing[256];
    list_missing(missing, sizeof(missing));
    return missing[0] ? sc_error_set(err, SC_E_PLATFORM,
                                     NOT_AVAILABLE ": the kernel lacks %s; Linux 5.12 has it, "
                                                   "unless a container or a filter of system "
                                                   "calls forbids it",
                                     missing)
                      : 0;
}

int sc_lsapi_check(const struct sc_vhosts *hosts, struct sc_error *err)
{
    if (!hosts->per_user_at)
        return 0;
    return sc_error_set(
        err, SC_E_PLATFORM,
        "%s: lsapi_per_user On is incompatible with CloudLinux Isolates. In per-user mode, a "
        "single "
        "lsphp master process handles all virtual hosts for a user, making per-domain isolation "
        "architecturally impossible. Switch to lsapi_per_user Off (the default) before enabling "
        "isolation.",
        hosts->per_user_at);
}
