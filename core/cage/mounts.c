/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"

/* linux/fcntl.h; glibc has it behind _GNU_SOURCE from 2.33 */
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

static uint64_t attributes(int flags)
{
    uint64_t a = MOUNT_ATTR_NOSUID;
    if (flags & SC_MNT_RO)
        a |= MOUNT_ATTR_RDONLY;
    if (flags & SC_MNT_NOEXEC)
        a |= MOUNT_ATTR_NOEXEC;
    if (!(flags & SC_MNT_DEV))
        a |= MOUNT_ATTR_NODEV;
    return a;
}

int sc_mnt_flags(int dst, int flags, struct sc_error *err)
{
    struct mount_attr attr = {.attr_set = attributes(flags),
                              .attr_clr =
                                  flags & (SC_MNT_RO | SC_MNT_AS_IS) ? 0 : MOUNT_ATTR_RDONLY};
    if (flags & SC_MNT_DEV)
        attr.attr_clr |= MOUNT_ATTR_NODEV;
    if (flags & SC_MNT_ATIME) {
        attr.attr_set |= MOUNT_ATTR_STRICTATIME;
        attr.attr_clr |= MOUNT_ATTR__ATIME;
    }
    unsigned at = AT_EMPTY_PATH | (flags & SC_MNT_RECURSIVE ? AT_RECURSIVE : 0U);
    if (syscall(SYS_mount_setattr, dst, "", at, &attr, sizeof(attr)) < 0)
        return sc_error_sys(err, errno, "mount_setattr");
    return 0;
}

int sc_mnt_private(int dst, struct sc_error *err)
{
    struct mount_attr attr = {.propagation = MS_PRIVATE};
    if (syscall(SYS_mount_setattr, dst, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)) < 0)
        return sc_error_sys(err, errno, "mount_setattr (private)");
    return 0;
}

int sc_mnt_move(int from, int to, struct sc_error *err)
{
    if (syscall(SYS_move_mount, from, "", to, "",
                MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
        return sc_error_sys(err, errno, "move_mount");
    return 0;
}

int sc_mnt_clone(int src, int flags, int *ret_fd, struct sc_error *err)
{
    unsigned how = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH |
                   (flags & SC_MNT_RECURSIVE ? (unsigned)AT_RECURSIVE : 0U);
    SC_FD int tree = (int)syscall(SYS_open_tree, src, "", how);
    if (tree < 0)
        return sc_error_sys(err, errno, "open_tree");
    int rc = sc_mnt_flags(tree, flags, err);
    if (rc == 0)
        *ret_fd = sc_steal_fd(&tree);
    return rc;
}

int sc_mnt_bind(int src, int dst, int flags, struct sc_error *err)
{
    SC_FD int tree = -EBADF;
    int rc = sc_mnt_clone(src, flags, &tree, err);
    return rc < 0 ? rc : sc_mnt_move(tree, dst, err);
}

static int set_string(int fs, const char *key, const char *value, struct sc_error *err)
{
    if (syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, key, value, 0) < 0)
        return sc_error_sys(err, errno, "fsconfig %s=%s", key, value);
    return 0;
}

static int set_options(int fs, const char *options, struct sc_error *err)
{
    SC_FREE char *copy = strdup(options ? options : "");
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a mount");
    char *rest = NULL;
    for (char *key = strtok_r(copy, ",", &rest); key; key = strtok_r(NULL, ",", &rest)) {
        char *value = strchr(key, '=');
        if (!value)
            return sc_error_set(err, SC_E_INVAL, "the mount option %s has no value", key);
        *value++ = 0;
        int rc = set_string(fs, key, value, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* A new file system of `type`, mounted nowhere yet. */
static int make_fs(const char *type, const char *options, int flags, int *ret_fd,
                   struct sc_error *err)
{
    SC_FD int fs = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
    if (fs < 0)
        return sc_error_sys(err, errno, "fsopen");
    int rc = set_string(fs, "source", "sitecage", err);
    if (rc == 0)
        rc = set_options(fs, options, err);
    if (rc < 0)
        return rc;
    if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return sc_error_sys(err, errno, "fsconfig");
    int made = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attributes(flags));
    if (made < 0)
        return sc_error_sys(err, errno, "fsmount");
    *ret_fd = made;
    return 0;
}

int sc_mnt_fs(const char *type, const char *options, int flags, int dst, struct sc_error *err)
{
    SC_FD int made = -EBADF;
    int rc = make_fs(type, options, flags, &made, err);
    if (rc == 0)
        rc = sc_mnt_move(made, dst, err);
    return rc < 0 ? sc_error_wrap(err, "mount %s", type) : 0;
}

int sc_mnt_detach(int dst, struct sc_error *err)
{
    char number[16];
    snprintf(number, sizeof(number), "%d", dst);
    if (umount2(number, MNT_DETACH) < 0)
        return sc_error_sys(err, errno, "umount");
    return 0;
}

int sc_mnt_join(int pidfd, int *ret_root, struct sc_error *err)
{
    SC_FD int fd_dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd_dir < 0 || setns(pidfd, CLONE_NEWNS) < 0)
        return sc_error_sys(err, errno, "join the site");
    SC_FD int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0 || fchdir(fd_dir) < 0)
        return sc_error_sys(err, errno, "open the root of the view");
    *ret_root = sc_steal_fd(&root);
    return 0;
}
