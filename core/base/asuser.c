/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/asuser.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "core/base/cleanup.h"

/* The system call itself: glibc's setgroups() changes all threads, fsuid is a matter of one. */
static int thread_setgroups(int n, const gid_t *list)
{
#ifdef SYS_setgroups32
    return (int)syscall(SYS_setgroups32, n, list);
#else
    return (int)syscall(SYS_setgroups, n, list);
#endif
}

/* setfsuid(-1) changes nothing and returns what is. */
static uid_t now_fsuid(void)
{
    return (uid_t)setfsuid((uid_t)-1);
}

static gid_t now_fsgid(void)
{
    return (gid_t)setfsgid((gid_t)-1);
}

/* Whether any capability is in force that overrides permissions of files. capabilities(7): leaving
 * fsuid 0 takes them away, unless SECBIT_NO_SETUID_FIXUP is set. */
static int has_file_caps(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (syscall(SYS_capget, &head, data) < 0)
        return 1;
    const unsigned caps = 1u << CAP_CHOWN | 1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH |
                          1u << CAP_FOWNER | 1u << CAP_FSETID;
    return (data[0].effective & caps) != 0;
}

int sc_asuser_begin(struct sc_asuser *as, uid_t uid, gid_t gid, struct sc_error *err)
{
    *as = (struct sc_asuser)SC_ASUSER_INIT;
    uid_t me = geteuid();
    if (me != 0) {
        if (uid == me)
            return 0;
        return sc_error_set(err, SC_E_DENIED, "only root can act as uid %u", (unsigned)uid);
    }
    if (uid == 0 || uid == (uid_t)-1 || gid == (gid_t)-1)
        return sc_error_set(err, SC_E_INVAL, "uid %u, gid %u is not a hosting user", (unsigned)uid,
                            (unsigned)gid);
    int n = getgroups(0, NULL);
    SC_FREE gid_t *groups = n < 0 ? NULL : calloc((size_t)n + 1, sizeof(*groups));
    if (!groups)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the group list");
    n = n ? getgroups(n, groups) : 0;
    if (n < 0 || thread_setgroups(1, &gid) < 0)
        return sc_error_sys(err, errno, "cannot set the groups of uid %u", (unsigned)uid);
    as->groups = sc_steal_ptr(&groups);
    as->n_groups = n;
    as->active = 1;
    as->fsgid = (gid_t)setfsgid(gid); /* what was, whether it changed anything or not */
    as->fsuid = (uid_t)setfsuid(uid);
    if (now_fsuid() != uid || now_fsgid() != gid || has_file_caps()) {
        sc_asuser_end(as);
        return sc_error_sys(err, EPERM, "cannot take the rights of uid %u", (unsigned)uid);
    }
    return 0;
}

void sc_asuser_end(struct sc_asuser *as)
{
    if (!as->active)
        return;
    int saved = errno;
    setfsuid(as->fsuid);
    setfsgid(as->fsgid);
    if (now_fsuid() != as->fsuid || now_fsgid() != as->fsgid ||
        thread_setgroups(as->n_groups, as->groups) < 0)
        abort();
    free(as->groups);
    *as = (struct sc_asuser)SC_ASUSER_INIT;
    errno = saved;
}
