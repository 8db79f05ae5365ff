/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/policy/lists.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"

#define LOCK ".site-isolation.lock"

void sc_policy_close(struct sc_policy *p)
{
    sc_close(&p->lock); /* the lock goes with it */
    sc_close(&p->etc);
}

/* User names become file names. */
int sc_policy_check_user(const char *user, struct sc_error *err)
{
    size_t len = strlen(user);
    int ok = len >= 1 && len <= SC_POLICY_USER_MAX && strcmp(user, ".") && strcmp(user, "..");
    for (const char *p = user; ok && *p; p++)
        ok = *p > 0x20 && *p < 0x7f && *p != '/';
    if (!ok)
        return sc_error_set(err, SC_E_INVAL, "'%.*s' is not a user name", SC_POLICY_USER_MAX, user);
    return 0;
}

/* 1 and *ret_fd (O_RDONLY), or 0 when there is no such directory. */
int sc_policy_open_list(const struct sc_policy *p, const char *name, int *ret_fd,
                        struct sc_error *err)
{
    SC_FD int fd = openat(p->etc, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
        return sc_error_set(err, SC_E_INVAL, "%s/%s is not a directory: remove it",
                            p->paths->etc_dir, name);
    if (fd < 0)
        return sc_error_sys(err, errno, "cannot open %s/%s", p->paths->etc_dir, name);
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", p->paths->etc_dir, name);
    int rc = sc_check_owned_fd(fd, path, p->paths->owner, err);
    if (rc < 0)
        return rc;
    *ret_fd = sc_steal_fd(&fd);
    return 1;
}

/* The mode, and in *ret_fd the open list of its exceptions (-EBADF when unset). */
int sc_policy_find_mode(const struct sc_policy *p, enum sc_policy_mode *mode, int *ret_fd,
                        struct sc_error *err)
{
    *mode = SC_MODE_DENY_ALL;
    int rc = sc_policy_open_list(p, SC_LIST_ALLOWED, ret_fd, err);
    if (rc)
        return rc < 0 ? rc : 0;
    rc = sc_policy_open_list(p, SC_LIST_DENIED, ret_fd, err);
    if (rc < 0)
        return rc;
    *mode = SC_MODE_ALLOW_ALL;
    if (rc)
        return 0;
    /* Neither; but a reader may have looked while a toggle passed between its two looks. */
    *mode = SC_MODE_DENY_ALL;
    rc = sc_policy_open_list(p, SC_LIST_ALLOWED, ret_fd, err);
    if (rc == 0)
        *mode = SC_MODE_UNSET;
    return rc < 0 ? rc : 0;
}

/* 1 when <etc> is open, 0 when it does not exist. */
int sc_policy_open_etc(struct sc_policy *p, const struct sc_policy_paths *paths,
                       struct sc_error *err)
{
    p->paths = paths;
    p->etc = open(paths->etc_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p->etc < 0 && errno == ENOENT)
        return 0;
    if (p->etc < 0)
        return sc_error_sys(err, errno, "cannot open %s", paths->etc_dir);
    int rc = sc_check_owned_fd(p->etc, paths->etc_dir, paths->owner, err);
    return rc < 0 ? rc : 1;
}

static int sync_etc(const struct sc_policy *p, struct sc_error *err)
{
    if (fsync(p->etc) < 0)
        return sc_error_sys(err, errno, "cannot sync %s", p->paths->etc_dir);
    return 0;
}

/* Opens <etc>, making it where it is missing, and takes the lock. The lock is a file that only root
 * can open: any user can flock() a directory that he can read. */
int sc_policy_begin_change(struct sc_policy *p, const struct sc_policy_paths *paths,
                           struct sc_error *err)
{
    int rc = sc_mkdir_p(paths->etc_dir, 0755, err);
    if (rc == 0)
        rc = sc_policy_open_etc(p, paths, err);
    if (rc <= 0)
        return rc < 0 ? rc : sc_error_sys(err, ENOENT, "cannot open %s", paths->etc_dir);
    p->lock = openat(p->etc, LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (p->lock < 0)
        return sc_error_sys(err, errno, "cannot open %s/%s", paths->etc_dir, LOCK);
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    for (int i = 0; flock(p->lock, LOCK_EX | LOCK_NB) < 0; i++) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return sc_error_sys(err, errno, "cannot lock %s/%s", paths->etc_dir, LOCK);
        if (i >= SC_POLICY_LOCK_SECONDS * 50)
            return sc_error_set(
                err, SC_E_BUSY,
                "another command has been changing %s for %d seconds: try again later",
                paths->etc_dir, SC_POLICY_LOCK_SECONDS);
        nanosleep(&pause, NULL);
    }
    return 0;
}

/* The single steps. Each is durable when it returns. */

int sc_policy_make_list(const struct sc_policy *p, const char *name, struct sc_error *err)
{
    if (mkdirat(p->etc, name, 0700) < 0 && errno != EEXIST)
        return sc_error_sys(err, errno, "cannot create %s/%s", p->paths->etc_dir, name);
    return sync_etc(p, err);
}

int sc_policy_remove_list(const struct sc_policy *p, const char *name, struct sc_error *err)
{
    int rc = sc_remove_tree_beneath(p->etc, name, err);
    if (rc < 0) {
        sc_error_wrap(err, "%s/%s", p->paths->etc_dir, name);
        return rc;
    }
    return sync_etc(p, err);
}

static int rename_list(const struct sc_policy *p, const char *from, const char *to,
                       struct sc_error *err)
{
    if (renameat(p->etc, from, p->etc, to) < 0)
        return sc_error_sys(err, errno, "cannot rename %s/%s", p->paths->etc_dir, from);
    return sync_etc(p, err);
}

/* *ret_changed (may be NULL) says whether the entry was not there before. */
int sc_policy_add_entry(int list, const char *user, bool *ret_changed, struct sc_error *err)
{
    SC_FD int fd = openat(list, user, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno != EEXIST)
        return sc_error_sys(err, errno, "cannot create the entry of user %s", user);
    if (ret_changed)
        *ret_changed = fd >= 0;
    return 0;
}

int sc_policy_remove_entry(int list, const char *user, bool *ret_changed, struct sc_error *err)
{
    int rc = unlinkat(list, user, 0);
    if (rc < 0 && errno != ENOENT)
        return sc_error_sys(err, errno, "cannot remove the entry of user %s", user);
    if (ret_changed)
        *ret_changed = rc == 0;
    return 0;
}

int sc_policy_sync_list(int list, struct sc_error *err)
{
    return fsync(list) < 0 ? sc_error_sys(err, errno, "cannot sync a list of users") : 0;
}

/* For each entry of the directory: removes it, or (to >= 0) adds it to `to`. */
static int each_entry(int list, int to, struct sc_error *err)
{
    int copy = openat(list, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SC_DIR DIR *d = copy < 0 ? NULL : fdopendir(copy);
    if (!d) {
        int saved = errno;
        sc_close(&copy);
        return sc_error_sys(err, saved, "cannot list users");
    }
    for (bool again = true; again;) {
        again = false;
        const struct dirent *e;
        while (errno = 0, (e = readdir(d)) != NULL) {
            if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
                continue;
            int rc = to >= 0 ? sc_policy_add_entry(to, e->d_name, NULL, err)
                             : sc_remove_tree_beneath(list, e->d_name, err);
            if (rc < 0)
                return rc;
            again = to < 0; /* listing a directory while it changes may skip entries */
        }
        if (errno)
            return sc_error_sys(err, errno, "cannot list users");
        rewinddir(d);
    }
    return sc_policy_sync_list(to >= 0 ? to : list, err);
}

int sc_policy_empty_list(int list, struct sc_error *err)
{
    return each_entry(list, -1, err);
}

/* `from`, if it exists, becomes `to`. Where both exist (made by hand) `to` gets the users of both:
 * for denied users more is the safe side. */
static int merge_denied(const struct sc_policy *p, const char *from, const char *to,
                        struct sc_error *err)
{
    SC_FD int a = -EBADF;
    SC_FD int b = -EBADF;
    int rc = sc_policy_open_list(p, from, &a, err);
    if (rc <= 0)
        return rc;
    rc = sc_policy_open_list(p, to, &b, err);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return rename_list(p, from, to, err);
    rc = each_entry(a, b, err);
    return rc < 0 ? rc : sc_policy_remove_list(p, from, err);
}

int sc_policy_restore_denied(const struct sc_policy *p, struct sc_error *err)
{
    int rc = merge_denied(p, SC_LIST_DENIED_SAVED, SC_LIST_DENIED, err);
    return rc < 0 ? rc : sc_policy_make_list(p, SC_LIST_DENIED, err);
}

int sc_policy_save_denied(const struct sc_policy *p, struct sc_error *err)
{
    return merge_denied(p, SC_LIST_DENIED, SC_LIST_DENIED_SAVED, err);
}

/* Of allowed users only the active list counts; a saved one next to it is stale. */
int sc_policy_save_allowed(const struct sc_policy *p, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    int rc = sc_policy_open_list(p, SC_LIST_ALLOWED, &fd, err);
    if (rc <= 0)
        return rc;
    rc = sc_policy_remove_list(p, SC_LIST_ALLOWED_SAVED, err);
    return rc < 0 ? rc : rename_list(p, SC_LIST_ALLOWED, SC_LIST_ALLOWED_SAVED, err);
}

int sc_policy_restore_allowed(const struct sc_policy *p, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    int rc = sc_policy_open_list(p, SC_LIST_ALLOWED_SAVED, &fd, err);
    if (rc < 0)
        return rc;
    return rc ? rename_list(p, SC_LIST_ALLOWED_SAVED, SC_LIST_ALLOWED, err)
              : sc_policy_make_list(p, SC_LIST_ALLOWED, err);
}

/* Makes the switch durable in the flag's directory. */
int sc_policy_set_flag(const struct sc_policy *p, bool on, struct sc_error *err)
{
    const char *flag = p->paths->flag;
    const char *slash = strrchr(flag, '/');
    SC_FREE char *dir = strndup(flag, slash ? (size_t)(slash - flag) : 0);
    if (!dir)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", flag);
    int rc = on ? sc_mkdir_p(dir, 0755, err) : 0;
    if (rc < 0)
        return rc;
    SC_FD int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dirfd < 0 && errno == ENOENT && !on)
        return 0;
    if (dirfd < 0)
        return sc_error_sys(err, errno, "cannot open %s", dir);
    if (on) {
        SC_FD int fd = openat(dirfd, slash + 1, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        if (fd < 0)
            return sc_error_sys(err, errno, "cannot create %s", flag);
    } else if (unlinkat(dirfd, slash + 1, 0) < 0 && errno != ENOENT) {
        return sc_error_sys(err, errno, "cannot remove %s", flag);
    }
    return fsync(dirfd) < 0 ? sc_error_sys(err, errno, "cannot sync %s", dir) : 0;
}
