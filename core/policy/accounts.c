/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The exceptions of accounts that were renamed or removed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/policy/lists.h"
#include "core/policy/policy.h"

static const char *const lists[] = {SC_LIST_DENIED, SC_LIST_ALLOWED, SC_LIST_DENIED_SAVED,
                                    SC_LIST_ALLOWED_SAVED, SC_LIST_LOCKED};
#define N_LISTS (sizeof(lists) / sizeof(lists[0]))

static int has_entry(int list, const char *user, struct sc_error *err)
{
    struct stat st;
    if (fstatat(list, user, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return SC_THERE;
    return sc_is_absent(errno) ? SC_ABSENT
                               : sc_error_sys(err, errno, "look for user %s in a list", user);
}

/* NULL as new name: removes the entry. One rename(2) a list: it is never without either name. */
static int change(const struct sc_policy *p, const char *list, const char *old_name,
                  const char *new_name, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    int rc = sc_policy_open_list(p, list, &fd, err);
    if (rc > 0)
        rc = has_entry(fd, old_name, err);
    if (rc <= 0)
        return rc;
    if (!new_name)
        rc = sc_policy_remove_entry(fd, old_name, NULL, err);
    else if (renameat(fd, old_name, fd, new_name) < 0)
        rc = sc_error_sys(err, errno, "rename the entry of user %s in %s/%s", old_name,
                          p->paths->etc_dir, list);
    else
        rc = 0;
    return rc < 0 ? rc : sc_policy_sync_list(fd, err);
}

/* Whether any list has the user; the lock is taken only then. */
static int is_listed(const struct sc_policy_paths *paths, const char *user, bool *ret,
                     struct sc_error *err)
{
    SC_CLEANUP(sc_policy_close) struct sc_policy p = SC_POLICY_INIT;
    int rc = sc_policy_open_etc(&p, paths, err);
    for (size_t i = 0; rc > 0 && i < N_LISTS; i++) {
        SC_FD int fd = -EBADF;
        int found = sc_policy_open_list(&p, lists[i], &fd, err);
        if (found > 0)
            found = has_entry(fd, user, err);
        if (found < 0)
            return found;
        *ret |= found == SC_THERE;
    }
    return rc < 0 ? rc : 0;
}

static int change_all(const struct sc_policy_paths *paths, const char *old_name,
                      const char *new_name, struct sc_error *err)
{
    bool listed = false;
    int rc = sc_policy_check_user(old_name, err);
    if (rc == 0 && new_name)
        rc = sc_policy_check_user(new_name, err);
    if (rc == 0)
        rc = is_listed(paths, old_name, &listed, err);
    if (rc < 0 || !listed)
        return rc;
    SC_CLEANUP(sc_policy_close) struct sc_policy p = SC_POLICY_INIT;
    rc = sc_policy_begin_change(&p, paths, err);
    for (size_t i = 0; rc == 0 && i < N_LISTS; i++)
        rc = change(&p, lists[i], old_name, new_name, err);
    return rc;
}

int sc_policy_user_renamed(const struct sc_policy_paths *paths, const char *old_name,
                           const char *new_name, struct sc_error *err)
{
    return strcmp(old_name, new_name) == 0 ? 0 : change_all(paths, old_name, new_name, err);
}

int sc_policy_user_gone(const struct sc_policy_paths *paths, const char *user, struct sc_error *err)
{
    return change_all(paths, user, NULL, err);
}
