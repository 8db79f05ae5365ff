/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/faults/calls.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

/* Looking, opening, reading: no descriptors, no memory, a broken disk, no permission. Making and
 * writing: a full disk, too. Left out is what only fails when its arguments are wrong. */
#define LOOKS                                                                                      \
    {                                                                                              \
        ENOMEM, EIO, EACCES                                                                        \
    }
#define OPENS                                                                                      \
    {                                                                                              \
        EMFILE, ENOMEM, EIO, EACCES, ENOSPC                                                        \
    }
#define READS                                                                                      \
    {                                                                                              \
        EIO, ENOMEM                                                                                \
    }
#define WRITES                                                                                     \
    {                                                                                              \
        ENOSPC, EIO                                                                                \
    }
#define CHANGES                                                                                    \
    {                                                                                              \
        ENOSPC, EIO, EACCES, ENOMEM                                                                \
    }
#define MAKES_FD                                                                                   \
    {                                                                                              \
        EMFILE, ENOMEM                                                                             \
    }
#define STARTS                                                                                     \
    {                                                                                              \
        ENOMEM, EACCES                                                                             \
    }
#define MOUNTS                                                                                     \
    {                                                                                              \
        ENOMEM, EACCES, EIO                                                                        \
    }

static const struct call calls[] = {
    {SYS_openat, "openat", OPENS, 1},
    {SYS_open, "open", OPENS, 0},
    {SYS_openat2, "openat2", OPENS, 1},
    {SYS_newfstatat, "newfstatat", LOOKS, 1},
    {SYS_stat, "stat", LOOKS, 0},
    {SYS_lstat, "lstat", LOOKS, 0},
    {SYS_fstat, "fstat", LOOKS, -1},
    {SYS_statx, "statx", LOOKS, 1},
    {SYS_statfs, "statfs", LOOKS, 0},
    {SYS_fstatfs, "fstatfs", LOOKS, -1},
    {SYS_access, "access", LOOKS, 0},
    {SYS_faccessat, "faccessat", LOOKS, 1},
    {SYS_faccessat2, "faccessat2", LOOKS, 1},
    {SYS_readlink, "readlink", LOOKS, 0},
    {SYS_readlinkat, "readlinkat", LOOKS, 1},
    {SYS_getdents64, "getdents64", READS, -1},
    {SYS_read, "read", READS, -1},
    {SYS_readv, "readv", READS, -1},
    {SYS_pread64, "pread64", READS, -1},
    {SYS_lseek, "lseek", {EIO}, -1},
    {SYS_write, "write", WRITES, -1},
    {SYS_writev, "writev", WRITES, -1},
    {SYS_pwrite64, "pwrite64", WRITES, -1},
    {SYS_ftruncate, "ftruncate", WRITES, -1},
    {SYS_fsync, "fsync", WRITES, -1},
    {SYS_fdatasync, "fdatasync", WRITES, -1},
    {SYS_rename, "rename", CHANGES, 1},
    {SYS_renameat, "renameat", CHANGES, 3},
    {SYS_renameat2, "renameat2", CHANGES, 3},
    {SYS_link, "link", CHANGES, 1},
    {SYS_linkat, "linkat", CHANGES, 3},
    {SYS_symlink, "symlink", CHANGES, 1},
    {SYS_symlinkat, "symlinkat", CHANGES, 2},
    {SYS_mkdir, "mkdir", CHANGES, 0},
    {SYS_mkdirat, "mkdirat", CHANGES, 1},
    {SYS_mknodat, "mknodat", CHANGES, 1},
    {SYS_rmdir, "rmdir", CHANGES, 0},
    {SYS_unlink, "unlink", CHANGES, 0},
    {SYS_unlinkat, "unlinkat", CHANGES, 1},
    {SYS_chmod, "chmod", CHANGES, 0},
    {SYS_fchmod, "fchmod", CHANGES, -1},
    {SYS_fchmodat, "fchmodat", CHANGES, 1},
    {SYS_chown, "chown", CHANGES, 0},
    {SYS_fchown, "fchown", CHANGES, -1},
    {SYS_fchownat, "fchownat", CHANGES, 1},
    {SYS_utimensat, "utimensat", CHANGES, 1},
    {SYS_flock, "flock", {ENOMEM, EIO}, -1},
    {SYS_fcntl, "fcntl", {EMFILE, ENOMEM, EIO}, -1},
    {SYS_dup, "dup", MAKES_FD, -1},
    {SYS_dup2, "dup2", {EMFILE}, -1},
    {SYS_dup3, "dup3", {EMFILE}, -1},
    {SYS_pipe2, "pipe2", MAKES_FD, -1},
    {SYS_socket, "socket", MAKES_FD, -1},
    {SYS_socketpair, "socketpair", MAKES_FD, -1},
    {SYS_connect, "connect", {ENOMEM, EACCES}, -1},
    {SYS_bind, "bind", {ENOSPC, EACCES}, -1},
    {SYS_sendmsg, "sendmsg", {ENOMEM, EIO}, -1},
    {SYS_sendto, "sendto", {ENOMEM, EIO}, -1},
    {SYS_recvmsg, "recvmsg", {EMFILE, ENOMEM}, -1},
    {SYS_recvfrom, "recvfrom", {ENOMEM, EIO}, -1},
    {SYS_memfd_create, "memfd_create", MAKES_FD, -1},
    {SYS_epoll_create1, "epoll_create1", MAKES_FD, -1},
    {SYS_epoll_ctl, "epoll_ctl", {ENOMEM, ENOSPC}, -1},
    {SYS_signalfd4, "signalfd4", MAKES_FD, -1},
    {SYS_inotify_init1, "inotify_init1", MAKES_FD, -1},
    {SYS_inotify_add_watch, "inotify_add_watch", {ENOSPC, ENOMEM, EACCES}, 1},
    {SYS_pidfd_open, "pidfd_open", MAKES_FD, -1},
    {SYS_pidfd_send_signal, "pidfd_send_signal", {EACCES}, -1},
    {SYS_ioctl, "ioctl", {EIO, ENOMEM}, -1},
    {SYS_fork, "fork", {ENOMEM}, -1},
    {SYS_vfork, "vfork", {ENOMEM}, -1},
    {SYS_clone, "clone", {ENOMEM}, -1},
    {SYS_clone3, "clone3", {ENOMEM}, -1},
    {SYS_execve, "execve", STARTS, 0},
    {SYS_execveat, "execveat", STARTS, 1},
    {SYS_chdir, "chdir", LOOKS, 0},
    {SYS_fchdir, "fchdir", LOOKS, -1},
    {SYS_chroot, "chroot", LOOKS, 0},
    {SYS_mmap, "mmap", {ENOMEM}, -1},
    {SYS_setns, "setns", {ENOMEM, EACCES}, -1},
    {SYS_unshare, "unshare", {ENOMEM}, -1},
    {SYS_mount, "mount", MOUNTS, 1},
    {SYS_umount2, "umount2", MOUNTS, 0},
    {SYS_pivot_root, "pivot_root", MOUNTS, -1},
    {SYS_open_tree, "open_tree", OPENS, 1},
    {SYS_move_mount, "move_mount", MOUNTS, -1},
    {SYS_fsopen, "fsopen", MAKES_FD, -1},
    {SYS_fsconfig, "fsconfig", {ENOMEM}, -1},
    {SYS_fsmount, "fsmount", MAKES_FD, -1},
    {SYS_mount_setattr, "mount_setattr", MOUNTS, -1},
    {SYS_setgroups, "setgroups", {ENOMEM}, -1},
    {SYS_setresuid, "setresuid", {EAGAIN}, -1},
    {SYS_setresgid, "setresgid", {EACCES}, -1},
    {SYS_prctl, "prctl", {EACCES}, -1},
    {SYS_capset, "capset", {EACCES}, -1},
};

const struct call *call_find(long nr)
{
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (calls[i].nr == nr)
            return &calls[i];
    return NULL;
}

static const struct {
    const char *name;
    int error;
} errors[] = {{"EMFILE", EMFILE}, {"ENOMEM", ENOMEM},      {"EIO", EIO},       {"EACCES", EACCES},
              {"ENOSPC", ENOSPC}, {"EAGAIN", EAGAIN},      {"ENFILE", ENFILE}, {"ELOOP", ELOOP},
              {"EINTR", EINTR},   {"ETIMEDOUT", ETIMEDOUT}};

int call_error(const char *name)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (strcmp(errors[i].name, name) == 0)
            return errors[i].error;
    return 0;
}

const char *call_error_name(int error)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (errors[i].error == error)
            return errors[i].name;
    return "?";
}
