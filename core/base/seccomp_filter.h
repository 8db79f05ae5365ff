/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What filters of system calls that are written by hand have in common (seccomp(2)). The site's own is made by
 * libseccomp when Sitecage is built (core/enter/seccomp_gen.c); these belong to programs with libc only. */
#ifndef SC_BASE_SECCOMP_FILTER_H
#define SC_BASE_SECCOMP_FILTER_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

#if defined(__x86_64__)
#define SC_SECCOMP_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SC_SECCOMP_ARCH AUDIT_ARCH_AARCH64
#else
#error "say this machine's AUDIT_ARCH"
#endif

/* The first statements of a filter: system calls of another architecture end the process, and the number of
 * the call is loaded. */
#define SC_SECCOMP_BEGIN                                                                           \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),                       \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SC_SECCOMP_ARCH, 1, 0),                                \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),                                       \
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))

#define SC_SECCOMP_ALLOW(nr)                                                                       \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (nr), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

#endif
