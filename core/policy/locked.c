/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users who may not be isolated less than they are. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/there.h"
#include "core/base/vec.h"
#include "core/policy/lists.h"
#include "core/policy/policy.h"

/* 1 and the open list, or 0 where nobody is locked. */
static int open_locked(struct sc_policy *p, const struct sc_policy_paths *paths, int *ret_list,
                       struct sc_error *err)
{
    int rc = sc_policy_open_etc(p, paths, err);
    return rc > 0 ? sc_policy_open_list(p, SC_LIST_LOCKED, ret_list, err) : rc;
}

/* 1 and the user's open file, or 0. */
static int open_entry(const struct sc_policy_paths *paths, const char *user, int *ret_fd,
                      struct sc_error *err)
{
    SC_CLEANUP(sc_policy_close) struct sc_policy p = SC_POLICY_INIT;
    SC_FD int list = -EBADF;
    int rc = sc_policy_check_user(user, err);
    if (rc == 0)
        rc = open_locked(&p, paths, &list, err);
    if (rc <= 0)
        return rc;
    SC_FD int fd = openat(list, user, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && sc_is_absent(errno))
        return 0;
    if (fd < 0)
        return sc_error_sys(err, errno, "cannot open %s/" SC_LIST_LOCKED "/%s", paths->etc_dir,
                            user);
    *ret_fd = sc_steal_fd(&fd);
    return 1;
}

int sc_policy_user_locked(const struct sc_policy_paths *paths, const char *user, bool *ret,
                          struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    int rc = open_entry(paths, user, &fd, err);
    if (rc < 0)
        return rc;
    *ret = rc > 0;
    return 0;
}

int sc_policy_lock_read(const struct sc_policy_paths *paths, const char *user, bool *ret_locked,
                        struct sc_buf *text, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    struct stat st;
    int rc = open_entry(paths, user, &fd, err);
    if (rc > 0 && fstat(fd, &st) < 0)
        rc = sc_error_sys(err, errno, "cannot look at the lock of user %s", user);
    if (rc > 0)
        rc = sc_read_regular(fd, &st, SC_POLICY_KEPT_MAX, "the lock of a user", text, err);
    else if (rc == 0) {
        *ret_locked = false;
        return 0;
    }
    if (rc < 0)
        return rc;
    *ret_locked = true;
    return 0;
}

int sc_policy_lock(const struct sc_policy_paths *paths, const char *user, const char *text,
                   size_t len, struct sc_error *err)
{
    SC_CLEANUP(sc_policy_close) struct sc_policy p = SC_POLICY_INIT;
    SC_FD int list = -EBADF;
    int rc = sc_policy_check_user(user, err);
    if (rc == 0 && len > SC_POLICY_KEPT_MAX)
        rc = sc_error_set(err, SC_E_TOOBIG, "the configuration of user %s is too long to be kept",
                          user);
    if (rc == 0)
        rc = sc_policy_begin_change(&p, paths, err);
    if (rc == 0)
        rc = sc_policy_make_list(&p, SC_LIST_LOCKED, err);
    if (rc == 0)
        rc = sc_policy_open_list(&p, SC_LIST_LOCKED, &list, err);
    if (rc < 0)
        return rc;
    return sc_replace_file_at(list, user, 0600, text, len, err);
}

int sc_policy_unlock(const struct sc_policy_paths *paths, const char *user, struct sc_error *err)
{
    SC_CLEANUP(sc_policy_close) struct sc_policy p = SC_POLICY_INIT;
    SC_FD int list = -EBADF;
    int rc = sc_policy_check_user(user, err);
    if (rc == 0)
        rc = sc_policy_begin_change(&p, paths, err);
    if (rc == 0)
        rc = sc_policy_open_list(&p, SC_LIST_LOCKED, &list, err);
    if (rc <= 0)
        return rc;
    rc = sc_policy_remove_entry(list, user, NULL, err);
    return rc < 0 ? rc : sc_policy_sync_list(list, err);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_names(int list, char ***names, size_t *n, struct sc_error *err)
{
    int copy = openat(list, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SC_DIR DIR *d = copy < 0 ? NULL : fdopendir(copy);
    if (!d) {
        int saved = errno;
        sc_close(&copy);
        return sc_error_sys(err, saved, "cannot list locked users");
    }
    const struct dirent *e;
    while (errno = 0, (e = readdir(d)) != NULL) {
        /* a temporary file of sc_replace_file_at() begins with a dot, and no user's name does */
        if (e->d_name[0] == '.')
            continue;
        if (!SC_VEC_ROOM(*names, *n) || !((*names)[*n] = strdup(e->d_name)))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for locked users");
        ++*n;
    }
    return errno ? sc_error_sys(err, errno, "cannot list locked users") : 0;
}

int sc_policy_locked_users(const struct sc_policy_paths *paths, char ***ret, size_t *ret_n,
                           struct sc_error *err)
{
    SC_CLEANUP(sc_policy_close) struct sc_policy p = SC_POLICY_INIT;
    SC_FD int list = -EBADF;
    char **names = NULL;
    size_t n = 0;
    int rc = open_locked(&p, paths, &list, err);
    if (rc > 0)
        rc = read_names(list, &names, &n, err);
    if (rc < 0) {
        sc_strings_free(names, n);
        return rc;
    }
    if (n)
        qsort(names, n, sizeof(*names), by_name);
    *ret = names;
    *ret_n = n;
    return 0;
}
