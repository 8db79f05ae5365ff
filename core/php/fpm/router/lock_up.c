/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/router/router.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "core/base/seccomp_filter.h"

/* Memory, time, what it has open, and reading links: it opens nothing and starts nothing. */
bool sc_router_lock_up(void)
{
    struct sock_filter code[] = {
        SC_SECCOMP_BEGIN,
#ifdef SYS_epoll_wait
        SC_SECCOMP_ALLOW(SYS_epoll_wait),
        SC_SECCOMP_ALLOW(SYS_readlink),
#endif
        SC_SECCOMP_ALLOW(SYS_epoll_pwait),
        SC_SECCOMP_ALLOW(SYS_epoll_ctl),
        SC_SECCOMP_ALLOW(SYS_read),
        SC_SECCOMP_ALLOW(SYS_write),
        SC_SECCOMP_ALLOW(SYS_writev),
        SC_SECCOMP_ALLOW(SYS_sendto),
        SC_SECCOMP_ALLOW(SYS_sendmsg),
        SC_SECCOMP_ALLOW(SYS_recvmsg),
        SC_SECCOMP_ALLOW(SYS_accept4),
        SC_SECCOMP_ALLOW(SYS_socket),
        SC_SECCOMP_ALLOW(SYS_connect),
        SC_SECCOMP_ALLOW(SYS_shutdown),
        SC_SECCOMP_ALLOW(SYS_close),
        SC_SECCOMP_ALLOW(SYS_readlinkat),
        SC_SECCOMP_ALLOW(SYS_fstat),
        SC_SECCOMP_ALLOW(SYS_newfstatat),
        SC_SECCOMP_ALLOW(SYS_mmap),
        SC_SECCOMP_ALLOW(SYS_munmap),
        SC_SECCOMP_ALLOW(SYS_mremap),
        SC_SECCOMP_ALLOW(SYS_mprotect),
        SC_SECCOMP_ALLOW(SYS_madvise),
        SC_SECCOMP_ALLOW(SYS_brk),
        SC_SECCOMP_ALLOW(SYS_fcntl),
        SC_SECCOMP_ALLOW(SYS_clock_gettime),
        SC_SECCOMP_ALLOW(SYS_rt_sigreturn),
        SC_SECCOMP_ALLOW(SYS_exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
    struct sock_fprog prog = {.len = sizeof(code) / sizeof(code[0]), .filter = code};
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) == 0;
}
