/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"

/* linux/fcntl.h; glibc has it behind _GNU_SOURCE from 2.33 */
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

struct sc_mounter sc_mounter_make(void)
{
    const char *force = secure_getenv("SITECAGE_CLASSIC_MOUNT");
    bool classic = force && strcmp(force, "1") == 0;
    /* An impossible call tells whether the kernel has it: EBADF, or EINVAL, but not ENOSYS (or a
     * sandbox's EPERM). */
    if (!classic) {
        struct mount_attr none = {0};
        if (syscall(SYS_mount_setattr, -1, "", AT_EMPTY_PATH, &none, sizeof(none)) < 0 &&
            (errno == ENOSYS || errno == EPERM))
            classic = true;
        if (!classic && syscall(SYS_open_tree, -1, "x", 0) < 0 &&
            (errno == ENOSYS || errno == EPERM))
            classic = true;
    }
    return (struct sc_mounter){.classic = classic, .fd_paths = "/proc/self/fd/"};
}

static uint64_t attributes(int flags)
{
    uint64_t a = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    if (flags & SC_MNT_RO)
        a |= MOUNT_ATTR_RDONLY;
    if (flags & SC_MNT_NOEXEC)
        a |= MOUNT_ATTR_NOEXEC;
    return a;
}

static int set_attributes(int fd, int flags)
{
    struct mount_attr attr = {.attr_set = attributes(flags),
                              .attr_clr = flags & SC_MNT_RO ? 0 : MOUNT_ATTR_RDONLY};
    unsigned at = AT_EMPTY_PATH | (flags & SC_MNT_RECURSIVE ? AT_RECURSIVE : 0U);
    return (int)syscall(SYS_mount_setattr, fd, "", at, &attr, sizeof(attr));
}

static int bind_new(int src, int dst, int flags, struct sc_error *err)
{
    unsigned how = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH |
                   (flags & SC_MNT_RECURSIVE ? (unsigned)AT_RECURSIVE : 0U);
    SC_FD int tree = (int)syscall(SYS_open_tree, src, "", how);
    if (tree < 0)
        return sc_error_sys(err, errno, "open_tree");
    if (set_attributes(tree, flags) < 0)
        return sc_error_sys(err, errno, "mount_setattr");
    if (syscall(SYS_move_mount, tree, "", dst, "",
                MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
        return sc_error_sys(err, errno, "move_mount");
    return 0;
}

static void context_free(struct libmnt_context **c)
{
    mnt_free_context(*c);
}

/* One libmount operation, with all of its looking around switched off: it must not read fstab, the
 * mount table or links, because everything was decided before. */
static int mount_by_context(const char *source, const char *target, const char *type,
                            const char *options, struct sc_error *err)
{
    SC_CLEANUP(context_free) struct libmnt_context *c = mnt_new_context();
    if (!c)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a mount");
    if (mnt_context_disable_canonicalize(c, 1) || mnt_context_disable_helpers(c, 1) ||
        mnt_context_disable_mtab(c, 1) || mnt_context_disable_swapmatch(c, 1) ||
        mnt_context_set_optsmode(c, MNT_OMODE_NOTAB) || mnt_context_set_target(c, target) ||
        mnt_context_set_options(c, options) || (source && mnt_context_set_source(c, source)) ||
        (type && mnt_context_set_fstype(c, type)))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a mount");
    int rc = mnt_context_mount(c);
    if (rc == 0 && mnt_context_get_status(c) == 1)
        return 0;
    int sys =
        mnt_context_syscall_called(c) ? mnt_context_get_syscall_errno(c) : (rc < 0 ? -rc : EIO);
    return sc_error_sys(err, sys ? sys : EIO, "mount (%s)", options);
}

static void fd_path(const struct sc_mounter *m, int fd, char out[64])
{
    snprintf(out, 64, "%s%d", m->fd_paths, fd);
}

static const char *flag_words(int flags)
{
    if (flags & SC_MNT_RO)
        return flags & SC_MNT_NOEXEC ? "ro,nosuid,nodev,noexec" : "ro,nosuid,nodev";
    return flags & SC_MNT_NOEXEC ? "rw,nosuid,nodev,noexec" : "rw,nosuid,nodev";
}

/* The classic API sets flags of one mount at a time: those below `target` are found in the mount
 * table. */
static int remount_below(const struct sc_mounter *m, const char *target, int flags,
                         struct sc_error *err)
{
    if (m->fd_paths[0] == 0)
        return 0; /* a live change binds single mounts only */
    char *top = realpath(target, NULL);
    struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
    struct libmnt_iter *it = mnt_new_iter(MNT_ITER_FORWARD);
    struct libmnt_fs *fs;
    int rc = 0;
    if (!top || !table || !it)
        rc = sc_error_set(err, SC_E_NOMEM, "cannot read the mount table");
    while (rc == 0 && mnt_table_next_fs(table, it, &fs) == 0) {
        const char *where = mnt_fs_get_target(fs);
        size_t len = strlen(top);
        if (!where || strncmp(where, top, len) != 0 || where[len] != '/')
            continue;
        char options[64];
        snprintf(options, sizeof(options), "remount,bind,%s", flag_words(flags));
        rc = mount_by_context(NULL, where, NULL, options, err);
    }
    mnt_free_iter(it);
    mnt_unref_table(table);
    free(top);
    return rc;
}

int sc_mnt_flags(const struct sc_mounter *m, int dst, int flags, struct sc_error *err)
{
    if (!m->classic)
        return set_attributes(dst, flags) < 0 ? sc_error_sys(err, errno, "mount_setattr") : 0;
    char target[64], options[64];
    fd_path(m, dst, target);
    snprintf(options, sizeof(options), "remount,bind,%s", flag_words(flags));
    return mount_by_context(NULL, target, NULL, options, err);
}

int sc_mnt_bind(const struct sc_mounter *m, int src, int dst, int flags, struct sc_error *err)
{
    if (!m->classic)
        return bind_new(src, dst, flags, err);
    char source[64], target[64];
    fd_path(m, src, source);
    fd_path(m, dst, target);
    SC_FREE char *where = m->fd_paths[0] ? realpath(target, NULL) : NULL;
    int rc =
        mount_by_context(source, target, NULL, flags & SC_MNT_RECURSIVE ? "rbind" : "bind", err);
    if (rc < 0)
        return rc;
    /* `dst` still is the directory underneath: the new mount is reached by its path alone */
    SC_FD int top = -EBADF;
    if (where) {
        top = open(where, O_PATH | O_CLOEXEC | O_NOFOLLOW);
    } else {
        char real[PATH_MAX];
        ssize_t n = readlink(target, real, sizeof(real) - 1);
        if (n > 0) {
            real[n] = 0;
            top = open(real, O_PATH | O_CLOEXEC | O_NOFOLLOW);
        }
    }
    if (top < 0)
        return sc_error_sys(err, errno, "cannot find the new mount");
    rc = sc_mnt_flags(m, top, flags, err);
    if (rc == 0 && (flags & SC_MNT_RECURSIVE) && where)
        rc = remount_below(m, where, flags, err);
    return rc;
}

int sc_mnt_fs(const struct sc_mounter *m, const char *type, const char *options, int dst,
              struct sc_error *err)
{
    char target[64];
    fd_path(m, dst, target);
    return mount_by_context("sitecage", target, type, options, err);
}

int sc_mnt_detach(const struct sc_mounter *m, int dst, struct sc_error *err)
{
    char target[64];
    fd_path(m, dst, target);
    if (umount2(target, MNT_DETACH) < 0)
        return sc_error_sys(err, errno, "umount");
    return 0;
}
