/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking limits and groups away. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/lock.h"
#include "core/base/paths.h"
#include "core/enter/keeper_find.h"
#include "core/limits/cgroups.h"
#include "core/limits/limits.h"
#include "core/limits/members.h"
#include "core/limits/private.h"

void sc_limits_drop_root(const struct sc_cgroups *cg)
{
    bool left;
    for (unsigned i = 0; i < SC_CTRL_COUNT; i++)
        if (cg->version[i])
            (void)sc_cgroup_remove(cg, i, SC_CGROUP_ROOT, &left, NULL);
}

/* What is left with processes in it must hold them back no longer. */
static int lift(const struct sc_cgroups *cg, const char *name, struct sc_error *err)
{
    static const struct sc_limits none;
    struct sc_setting settings[SC_SETTINGS_MAX];
    size_t n;
    /* a disk that does not exist: every line of a file is about another one, and goes */
    int rc = sc_limits_settings(&none, cg->version, "0:0", settings, &n, err);
    return rc < 0 ? rc : sc_limits_write(cg, name, settings, n, err);
}

/* Its keeper's pid, 0: none lives; or an error. */
static pid_t keeper_of(uid_t uid, unsigned id, struct sc_error *err)
{
    SC_FD int pidfd = -EBADF;
    SC_FD int lock = -EBADF;
    int rc = sc_keeper_find(uid, id, &pidfd, &lock);
    pid_t pid = rc == 0 ? sc_lock_holder(lock) : rc == -ESRCH ? 0 : rc;
    return pid < 0 ? sc_error_sys(err, -pid, "look for the keeper of site %u", id) : pid;
}

/* Processes that run go to where their keeper is, out of every limit; without one, to the root.
 * Where the kernel lets none in there, they stay, and hold the group. */
static void send_back(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                      pid_t keeper)
{
    SC_FREE char *from = sc_cgroup_path(cg, ctrl, name, NULL), *group = NULL, *to = NULL;
    if (!from || (access(from, F_OK) < 0 && sc_is_absent(errno)))
        return;
    if (keeper > 0)
        (void)sc_member_group(
            keeper, cg->version[ctrl] == 1 ? sc_cgroup_controller(cg, ctrl) : NULL, &group, NULL);
    if (asprintf(&to, "%s%s", cg->mount[ctrl], group ? group : "") < 0) {
        to = NULL;
        return;
    }
    sc_members_send(from, to);
}

static int remove_site(const struct sc_cgroups *cg, uid_t uid, unsigned id, struct sc_error *err)
{
    char name[SC_CGROUP_NAME_MAX], path[64];
    sc_cgroup_site_name(uid, id, name);
    bool any_left = false;
    pid_t keeper = keeper_of(uid, id, err);
    int rc = keeper < 0 ? (int)keeper : 0;
    for (unsigned i = 0; rc == 0 && i < SC_CTRL_COUNT; i++) {
        bool left = cg->version[i] != 0;
        /* a process that was just ended may need a moment to leave */
        for (int tries = 0; rc == 0 && left && tries < 10; tries++) {
            if (tries)
                (void)poll(NULL, 0, 2);
            send_back(cg, i, name, keeper);
            rc = sc_cgroup_remove(cg, i, name, &left, err);
        }
        any_left |= left;
    }
    if (rc == 0 && any_left)
        rc = lift(cg, name, err);
    if (rc == 0 && !any_left) {
        snprintf(path, sizeof(path), SC_RUN_DIR "/%u/%u.group", (unsigned)uid, id);
        if (unlink(path) < 0 && errno != ENOENT && errno != ENOTDIR)
            rc = sc_error_sys(err, errno, "remove %s", path);
    }
    return rc;
}

/* The account's group and the top one, when nothing is below them. */
static int drop_parents(const struct sc_cgroups *cg, uid_t uid, struct sc_error *err)
{
    char name[SC_CGROUP_NAME_MAX];
    sc_cgroup_account_name(uid, name);
    int rc = 0;
    bool left;
    for (unsigned i = 0; rc == 0 && i < SC_CTRL_COUNT; i++)
        if (cg->version[i])
            rc = sc_cgroup_remove(cg, i, name, &left, err);
    sc_limits_drop_root(cg);
    return rc;
}

/* What cannot be looked at may be one. */
static bool account_has_groups(const struct sc_cgroups *cg, uid_t uid)
{
    char name[SC_CGROUP_NAME_MAX];
    sc_cgroup_account_name(uid, name);
    bool any = false;
    for (unsigned i = 0; i < SC_CTRL_COUNT && !any; i++) {
        SC_FREE char *dir = cg->version[i] ? sc_cgroup_path(cg, i, name, NULL) : NULL;
        any = cg->version[i] && !(dir && access(dir, F_OK) < 0 && sc_is_absent(errno));
    }
    return any;
}

int sc_limits_remove(const struct sc_cgroups *cg, uid_t uid, unsigned id, struct sc_error *err)
{
    if (!account_has_groups(cg, uid))
        return 0;
    SC_FD int lock = -EBADF;
    int rc = sc_cgroup_lock(&lock, err);
    if (rc == 0)
        rc = remove_site(cg, uid, id, err);
    return rc < 0 ? rc : drop_parents(cg, uid, err);
}

/* The groups of sites in the directory `path` of one hierarchy. */
static int sweep_in(const struct sc_cgroups *cg, uid_t uid, const char *path, const unsigned *keep,
                    size_t n, struct sc_error *err)
{
    SC_DIR DIR *d = opendir(path);
    if (!d)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "list %s", path);
    errno = 0;
    for (struct dirent *e; (e = readdir(d)) != NULL; errno = 0) {
        char *end;
        unsigned long id = strtoul(e->d_name, &end, 10);
        bool stays = e->d_type != DT_DIR || end == e->d_name || *end;
        for (size_t k = 0; k < n && !stays; k++)
            stays = keep[k] == id;
        int rc = stays ? 0 : remove_site(cg, uid, (unsigned)id, err);
        if (rc < 0)
            return rc;
    }
    return errno ? sc_error_sys(err, errno, "list %s", path) : 0;
}

int sc_limits_sweep(const struct sc_cgroups *cg, uid_t uid, const unsigned *keep, size_t n,
                    struct sc_error *err)
{
    if (!account_has_groups(cg, uid))
        return 0;
    SC_FD int lock = -EBADF;
    int rc = sc_cgroup_lock(&lock, err);
    char name[SC_CGROUP_NAME_MAX];
    sc_cgroup_account_name(uid, name);
    for (unsigned i = 0; rc == 0 && i < SC_CTRL_COUNT; i++) {
        SC_FREE char *path = cg->version[i] ? sc_cgroup_path(cg, i, name, NULL) : NULL;
        if (path)
            rc = sweep_in(cg, uid, path, keep, n, err);
    }
    return rc < 0 ? rc : drop_parents(cg, uid, err);
}

int sc_limits_remove_account(const struct sc_cgroups *cg, uid_t uid, struct sc_error *err)
{
    return sc_limits_sweep(cg, uid, NULL, 0, err);
}
