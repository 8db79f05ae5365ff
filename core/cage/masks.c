/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/masks.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/digest.h"
#include "core/cage/mounts.h"

/* Only root's directories are in it: a user cannot make it grow. */
#define CAGE_OPTIONS "mode=0700,size=20m,nr_inodes=120k"

static int make_dir(int dirfd, const char *name, mode_t mode, struct sc_error *err)
{
    if (mkdirat(dirfd, name, 0700) < 0 && errno != EEXIST)
        return sc_error_sys(err, errno, "mkdir %s in the cage", name);
    if (fchmodat(dirfd, name, mode, 0) < 0)
        return sc_error_sys(err, errno, "chmod %s in the cage", name);
    return 0;
}

static int open_dir(int at, const char *name, int flags, int *ret_fd, struct sc_error *err)
{
    *ret_fd = openat(at, name, flags | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return *ret_fd < 0 ? sc_error_sys(err, errno, "open %s in the cage", name) : 0;
}

static int make_content(int fd, struct sc_error *err)
{
    static const struct {
        const char *name;
        mode_t mode;
    } dirs[] = {
        {SC_CAGE_CLOSED_DIR, 0}, {SC_CAGE_SHELLS, 0700}, {SC_CAGE_OVERS, 0700},
        {SC_CAGE_HOME, 0700},    {SC_CAGE_STAGE, 0700},  {SC_CAGE_DOCROOT, 0700},
        {SC_CAGE_ROOT, 0755},    {SC_CAGE_DEV, 0755},    {SC_CAGE_ROOT "/" SC_CAGE_DIR, 0700}};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof(dirs) / sizeof(dirs[0]); i++)
        rc = make_dir(fd, dirs[i].name, dirs[i].mode, err);
    if (rc < 0)
        return rc;
    SC_FD int file = openat(fd, SC_CAGE_CLOSED_FILE, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
    return file < 0 ? sc_error_sys(err, errno, "create " SC_CAGE_CLOSED_FILE) : 0;
}

/* The directory `name` becomes a mount: what is a view's root has to be one. */
static int make_mount(int at, const char *name, int *ret_fd, struct sc_error *err)
{
    SC_FD int dir = -EBADF;
    int rc = open_dir(at, name, O_PATH, &dir, err);
    if (rc == 0)
        rc = sc_mnt_bind(dir, dir, 0, err);
    return rc == 0 ? open_dir(at, name, O_RDONLY, ret_fd, err) : rc;
}

int sc_masks_make(const char *base, int *ret_root, int *ret_fd, struct sc_error *err)
{
    SC_FD int under = -EBADF;
    SC_FD int whole = -EBADF;
    SC_FD int root = -EBADF;
    SC_FD int place = -EBADF;
    int rc = open_dir(AT_FDCWD, base, O_PATH, &under, err);
    if (rc == 0)
        rc = sc_mnt_fs("tmpfs", CAGE_OPTIONS, 0, under, err);
    if (rc == 0)
        rc = open_dir(AT_FDCWD, base, O_RDONLY, &whole, err);
    if (rc == 0)
        rc = make_content(whole, err);
    if (rc == 0)
        rc = make_mount(whole, SC_CAGE_ROOT, &root, err);
    if (rc == 0)
        rc = open_dir(root, SC_CAGE_DIR, O_PATH, &place, err);
    if (rc == 0)
        rc = sc_mnt_bind(whole, place, SC_MNT_NOEXEC, err);
    if (rc == 0)
        rc = open_dir(root, SC_CAGE_DIR, O_RDONLY, ret_fd, err);
    if (rc < 0)
        return sc_error_wrap(err, "the cage's own file system");
    *ret_root = sc_steal_fd(&root);
    return 0;
}

void sc_shell_key(const struct sc_plan_entry *shell, char out[SC_SHELL_KEY])
{
    uint64_t h = SC_DIGEST_BEGIN;
    for (size_t i = 0; i < shell->n_holes; i++)
        h = sc_digest_text(h, shell->holes[i]);
    snprintf(out, SC_SHELL_KEY, "%016" PRIx64, h);
}

/* Makes `path` below the shell: directories that can be walked through but not listed, and at the
 * end a mount point of the right kind. */
static int make_hole(int shellfd, const char *path, bool is_dir, struct sc_error *err)
{
    const char *slash = strrchr(path, '/');
    SC_FD int parent = -EBADF;
    int at = shellfd;
    if (slash) {
        SC_FREE char *dir = strndup(path, (size_t)(slash - path));
        if (!dir)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for a shell");
        int rc = sc_mkdirs_beneath(shellfd, dir, 0711, &parent, err);
        if (rc < 0)
            return rc;
        at = parent;
    }
    const char *name = slash ? slash + 1 : path;
    if (is_dir) {
        if (mkdirat(at, name, 0711) < 0 && errno != EEXIST)
            return sc_error_sys(err, errno, "mkdir in a shell");
        return 0;
    }
    SC_FD int file = openat(at, name, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0);
    return file < 0 ? sc_error_sys(err, errno, "create in a shell") : 0;
}

static int hole_is_dir(int homefd, const char *rel, const char *hole, bool *ret,
                       struct sc_error *err)
{
    SC_FREE char *path = NULL;
    if (asprintf(&path, "%s%s%s", rel, rel[0] ? "/" : "", hole) < 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a shell");
    SC_FD int fd = -EBADF;
    struct stat st;
    int rc = sc_open_beneath_mounts(homefd, path, O_PATH | O_NOFOLLOW, 0, &fd, err);
    if (rc == 0 && fstat(fd, &st) < 0)
        rc = sc_error_sys(err, errno, "cannot look at %s", path);
    *ret = rc < 0 || S_ISDIR(st.st_mode);
    return rc == SC_E_NOTFOUND ? 0 : rc;
}

int sc_masks_shell(int masksfd, int homefd, const struct sc_plan_entry *entry, int *ret_fd,
                   struct sc_error *err)
{
    char key[SC_SHELL_KEY], name[sizeof(SC_CAGE_SHELLS) + SC_SHELL_KEY];
    sc_shell_key(entry, key);
    snprintf(name, sizeof(name), SC_CAGE_SHELLS "/%s", key);
    mode_t old = umask(0);
    int rc = make_dir(masksfd, name, 0711, err);
    SC_FD int fd =
        rc < 0 ? -EBADF : openat(masksfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (rc == 0 && fd < 0)
        rc = sc_error_sys(err, errno, "open a shell");
    for (size_t i = 0; rc == 0 && i < entry->n_holes; i++) {
        bool dir = true;
        rc = hole_is_dir(homefd, entry->rel, entry->holes[i], &dir, err);
        if (rc == 0)
            rc = make_hole(fd, entry->holes[i], dir, err);
    }
    umask(old);
    if (rc < 0)
        return rc;
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}
