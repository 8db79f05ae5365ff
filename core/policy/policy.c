/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/policy/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "core/base/cleanup.h"
#include "core/policy/lists.h"

const char *sc_policy_mode_name(enum sc_policy_mode mode)
{
    switch (mode) {
    case SC_MODE_ALLOW_ALL:
        return "allow_all";
    case SC_MODE_DENY_ALL:
        return "deny_all";
    default:
        return "unset";
    }
}

int sc_policy_enabled(const struct sc_policy_paths *paths, bool *ret, struct sc_error *err)
{
    struct stat st;
    if (lstat(paths->flag, &st) == 0)
        *ret = true;
    else if (errno == ENOENT) /* not ENOTDIR: not knowing is not "off" */
        *ret = false;
    else
        return sc_error_sys(err, errno, "cannot look at %s", paths->flag);
    return 0;
}

int sc_policy_mode(const struct sc_policy_paths *paths, enum sc_policy_mode *ret,
                   struct sc_error *err)
{
    SC_CLEANUP(sc_policy_close) struct sc_policy p = SC_POLICY_INIT;
    SC_FD int list = -EBADF;
    enum sc_policy_mode mode = SC_MODE_UNSET;
    int rc = sc_policy_open_etc(&p, paths, err);
    if (rc > 0)
        rc = sc_policy_find_mode(&p, &mode, &list, err);
    if (rc < 0)
        return rc;
    *ret = mode;
    return 0;
}

int sc_policy_user_allowed(const struct sc_policy_paths *paths, const char *user, bool *ret,
                           struct sc_error *err)
{
    SC_CLEANUP(sc_policy_close) struct sc_policy p = SC_POLICY_INIT;
    SC_FD int list = -EBADF;
    enum sc_policy_mode mode = SC_MODE_UNSET;
    int rc = sc_policy_check_user(user, err);
    if (rc == 0)
        rc = sc_policy_open_etc(&p, paths, err);
    if (rc > 0)
        rc = sc_policy_find_mode(&p, &mode, &list, err);
    if (rc < 0)
        return rc;
    if (mode == SC_MODE_UNSET) {
        *ret = false;
        return 0;
    }
    struct stat st;
    bool listed = fstatat(list, user, &st, AT_SYMLINK_NOFOLLOW) == 0;
    if (!listed && errno != ENOENT)
        return sc_error_sys(err, errno, "cannot look up user %s in %s", user, paths->etc_dir);
    *ret = mode == SC_MODE_DENY_ALL ? listed : !listed;
    return 0;
}

int sc_policy_allow_all(const struct sc_policy_paths *paths, struct sc_error *err)
{
    SC_CLEANUP(sc_policy_close) struct sc_policy p = SC_POLICY_INIT;
    int rc = sc_policy_begin_change(&p, paths, err);
    if (rc == 0)
        rc = sc_policy_restore_denied(&p, err);
    if (rc == 0)
        rc = sc_policy_save_allowed(&p, err);
    return rc < 0 ? rc : sc_policy_set_flag(&p, true, err);
}

int sc_policy_deny_all(const struct sc_policy_paths *paths, struct sc_error *err)
{
    SC_CLEANUP(sc_policy_close) struct sc_policy p = SC_POLICY_INIT;
    SC_FD int list = -EBADF;
    int rc = sc_policy_begin_change(&p, paths, err);
    if (rc == 0)
        rc = sc_policy_open_list(&p, SC_LIST_ALLOWED, &list, err);
    if (rc < 0)
        return rc;
    rc = rc ? sc_policy_empty_list(list, err) : sc_policy_make_list(&p, SC_LIST_ALLOWED, err);
    if (rc == 0)
        rc = sc_policy_remove_list(&p, SC_LIST_ALLOWED_SAVED, err);
    if (rc == 0)
        rc = sc_policy_save_denied(&p, err);
    return rc < 0 ? rc : sc_policy_set_flag(&p, false, err);
}

/* Before an exception is changed: the mode's list, alone and whole. */
static int open_mode(const struct sc_policy *p, enum sc_policy_mode *mode, int *ret_list,
                     struct sc_error *err)
{
    SC_FD int list = -EBADF;
    int rc = sc_policy_find_mode(p, mode, &list, err);
    if (rc < 0)
        return rc;
    if (*mode == SC_MODE_ALLOW_ALL) {
        rc = sc_policy_restore_denied(
            p, err); /* no-op but where a saved list lies beside the active one */
    } else {
        if (*mode == SC_MODE_UNSET) {
            rc = sc_policy_make_list(p, SC_LIST_ALLOWED, err);
            *mode = SC_MODE_DENY_ALL;
            sc_close(&list);
            rc = rc < 0 ? rc : sc_policy_open_list(p, SC_LIST_ALLOWED, &list, err);
        }
        if (rc >= 0)
            rc = sc_policy_remove_list(p, SC_LIST_ALLOWED_SAVED, err);
        if (rc == 0)
            rc = sc_policy_save_denied(p, err);
    }
    if (rc < 0)
        return rc;
    *ret_list = sc_steal_fd(&list);
    return 0;
}

int sc_policy_allow_users(const struct sc_policy_paths *paths, const char *const *users, size_t n,
                          struct sc_error *err)
{
    SC_CLEANUP(sc_policy_close) struct sc_policy p = SC_POLICY_INIT;
    SC_FD int list = -EBADF;
    SC_FREE bool *changed = calloc(n + 1, sizeof(*changed));
    if (!changed)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %zu users", n);
    enum sc_policy_mode mode = SC_MODE_UNSET;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = sc_policy_check_user(users[i], err);
    if (rc == 0)
        rc = sc_policy_begin_change(&p, paths, err);
    if (rc == 0)
        rc = open_mode(&p, &mode, &list, err);
    if (rc < 0)
        return rc;
    bool add = mode == SC_MODE_DENY_ALL;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = (add ? sc_policy_add_entry : sc_policy_remove_entry)(list, users[i], &changed[i], err);
    if (rc == 0)
        rc = sc_policy_sync_list(list, err);
    if (rc == 0)
        rc = sc_policy_set_flag(&p, true, err);
    for (size_t i = 0; rc < 0 && i < n; i++)
        if (changed[i]) /* all or none */
            (void)(add ? sc_policy_remove_entry : sc_policy_add_entry)(list, users[i], NULL, NULL);
    return rc;
}

int sc_policy_deny_users(const struct sc_policy_paths *paths, const char *const *users, size_t n,
                         struct sc_error *err)
{
    SC_CLEANUP(sc_policy_close) struct sc_policy p = SC_POLICY_INIT;
    SC_FD int list = -EBADF;
    enum sc_policy_mode mode = SC_MODE_UNSET;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = sc_policy_check_user(users[i], err);
    bool on = false;
    if (rc == 0)
        rc = sc_policy_enabled(paths, &on, err);
    if (rc == 0 && !on)
        rc = sc_error_set(err, SC_E_NOTENABLED, "CloudLinux Isolates is not enabled");
    if (rc == 0)
        rc = sc_policy_begin_change(&p, paths, err);
    if (rc == 0)
        rc = open_mode(&p, &mode, &list, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = mode == SC_MODE_DENY_ALL ? sc_policy_remove_entry(list, users[i], NULL, err)
                                      : sc_policy_add_entry(list, users[i], NULL, err);
    return rc < 0 ? rc : sc_policy_sync_list(list, err);
}

int sc_policy_toggle(const struct sc_policy_paths *paths, enum sc_policy_mode *ret_mode,
                     struct sc_error *err)
{
    SC_CLEANUP(sc_policy_close) struct sc_policy p = SC_POLICY_INIT;
    SC_FD int list = -EBADF;
    enum sc_policy_mode mode = SC_MODE_UNSET;
    int rc = sc_policy_begin_change(&p, paths, err);
    if (rc == 0)
        rc = sc_policy_find_mode(&p, &mode, &list, err);
    if (rc < 0)
        return rc;
    if (mode == SC_MODE_ALLOW_ALL) {
        rc = sc_policy_restore_allowed(&p, err);
        if (rc == 0)
            rc = sc_policy_save_denied(&p, err);
    } else {
        rc = sc_policy_restore_denied(&p, err);
        if (rc == 0)
            rc = sc_policy_save_allowed(&p, err);
        if (rc == 0 && mode == SC_MODE_UNSET)
            rc = sc_policy_set_flag(&p, true, err);
    }
    if (rc < 0)
        return rc;
    *ret_mode = mode == SC_MODE_ALLOW_ALL ? SC_MODE_DENY_ALL : SC_MODE_ALLOW_ALL;
    return 0;
}
