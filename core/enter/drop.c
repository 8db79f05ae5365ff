/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/drop.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/enter/site_filter.h" /* made at build time by seccomp_gen */

void sc_drop_fds(const int *keep, size_t n_keep)
{
    int fds[SC_DROP_KEEP_MAX];
    if (n_keep > SC_DROP_KEEP_MAX)
        abort();
    for (size_t i = 0; i < n_keep; i++) {
        size_t at = i;
        for (; at > 0 && fds[at - 1] > keep[i]; at--)
            fds[at] = fds[at - 1];
        fds[at] = keep[i];
    }
    unsigned from = 3;
    for (size_t i = 0; i < n_keep; i++) {
        unsigned fd = (unsigned)fds[i];
        if (fd > from && syscall(SYS_close_range, from, fd - 1, 0) < 0)
            abort();
        if (fd >= from)
            from = fd + 1;
    }
    if (syscall(SYS_close_range, from, ~0U, 0) < 0)
        abort();
}

void sc_drop_caps(uint64_t keep)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {
        {.effective = (uint32_t)keep, .permitted = (uint32_t)keep},
        {.effective = (uint32_t)(keep >> 32), .permitted = (uint32_t)(keep >> 32)},
    };
    if (syscall(SYS_capset, &head, data) < 0)
        abort();
}

void sc_drop_bounding(uint64_t keep)
{
    for (int cap = 0; cap < 64; cap++) {
        if ((keep >> cap) & 1)
            continue;
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0) {
            if (errno == EINVAL && cap > CAP_AUDIT_READ)
                break; /* past this kernel's last capability */
            abort();
        }
    }
    /* absent before 4.3: then nothing to clear */
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

void sc_drop_ids(uid_t uid, gid_t gid)
{
    if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
        abort();
    uid_t r, e, s;
    gid_t gr, ge, gs;
    if (getresuid(&r, &e, &s) < 0 || getresgid(&gr, &ge, &gs) < 0 || r != uid || e != uid ||
        s != uid || gr != gid || ge != gid || gs != gid || setuid(0) == 0 || seteuid(0) == 0)
        abort();
}

void sc_drop_everything_else(void)
{
    struct sock_fprog prog = {.len = sizeof(site_filter) / sizeof(site_filter[0]),
                              .filter = (struct sock_filter *)(uintptr_t)site_filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) < 0)
        abort();
}
