/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs at build time: prints the seccomp filter of a site as an array of BPF instructions, so that
 * an entry loads it with one system call and no library (a libseccomp compilation cost crun 39 ms a
 * start).
 *
 * The filter is a list of what is refused (EPERM); everything else is allowed, because sites run
 * anything. Each group says which way out it closes. */
#include <errno.h>
#include <linux/filter.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* asm-generic/ioctls.h; TIOCLINUX also pastes into a console */
#ifndef TIOCSTI
#define TIOCSTI 0x5412
#endif
#ifndef TIOCLINUX
#define TIOCLINUX 0x541C
#endif

#define NAMESPACE_FLAGS                                                                            \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |  \
     CLONE_NEWNET)

static const char *const refused[] = {
    /* other views: namespaces and mounts; each needs a privilege that a site has not, refused all
       the same */
    "unshare",
    "setns",
    "mount",
    "umount",
    "umount2",
    "pivot_root",
    "chroot",
    "open_tree",
    "move_mount",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "open_tree_attr",
    "name_to_handle_at",
    "open_by_handle_at",
    /* keyrings belong to the uid, not to the site: a channel between siblings */
    "add_key",
    "request_key",
    "keyctl",
    /* kernel attack surface that no site needs */
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "acct",
    "swapon",
    "swapoff",
    "reboot",
    "syslog",
    "quotactl",
    "quotactl_fd",
    "lookup_dcookie",
    "vhangup",
    "nfsservctl",
    "settimeofday",
    "clock_settime",
    "clock_adjtime",
    "adjtimex",
    "sethostname",
    "setdomainname",
    "iopl",
    "ioperm",
    /* other processes by way of a debugger's calls; a pid namespace already hides the siblings' */
    "process_madvise",
    "kcmp",
    "pidfd_getfd",
};

static void must(int rc, const char *what)
{
    if (rc < 0) {
        fprintf(stderr, "seccomp_gen: %s: error %d\n", what, rc);
        exit(1);
    }
}

int main(void)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    if (!ctx)
        return 1;
    must(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "bad arch");
    /* The same rules for the machine's 32-bit programs. x32, which hardly any kernel has switched
     * on, is a bad architecture: a third of the filter's length, and of its cost in every entry,
     * for programs that nobody has. */
    if (seccomp_arch_native() == SCMP_ARCH_X86_64) {
        must(seccomp_arch_add(ctx, SCMP_ARCH_X86), "x86");
    } else if (seccomp_arch_native() == SCMP_ARCH_AARCH64) {
        must(seccomp_arch_add(ctx, SCMP_ARCH_ARM), "arm");
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        int nr = seccomp_syscall_resolve_name(refused[i]);
        if (nr == __NR_SCMP_ERROR)
            continue; /* this libseccomp does not know it yet */
        must(seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), nr, 0), refused[i]);
    }
    /* clone(2) with any namespace flag; clone3(2) hides its flags in memory: ENOSYS makes libc use
     * clone */
    for (unsigned long flag = 1; flag != 0 && flag <= 0x80000000UL; flag <<= 1)
        if (NAMESPACE_FLAGS & flag)
            must(seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag)),
                 "clone");
    must(seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0), "clone3");
    /* typing on the caller's terminal; the kernel looks at 32 bits of the request only */
    const unsigned long typing[] = {TIOCSTI, TIOCLINUX};
    for (size_t i = 0; i < 2; i++)
        must(seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
                              SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffUL, typing[i])),
             "ioctl");
    must(seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2), "optimize");

    int fd = memfd_create("filter", MFD_CLOEXEC);
    if (fd < 0)
        return 1;
    must(seccomp_export_bpf(ctx, fd), "export");
    seccomp_release(ctx);
    lseek(fd, 0, SEEK_SET);
    struct sock_filter f;
    printf("/* made by core/enter/seccomp_gen.c */\nstatic const struct sock_filter site_filter[] "
           "= {\n");
    while (read(fd, &f, sizeof(f)) == (ssize_t)sizeof(f))
        printf("    {0x%04x, %u, %u, 0x%08x},\n", f.code, f.jt, f.jf, f.k);
    printf("};\n");
    close(fd);
    return 0;
}
