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
#include "core/base/own_group.h"
#include "core/base/paths.h"
#include "core/enter/keeper_find.h"
#include "core/limits/cgroups.h"
#include "core/limits/limits.h"
#include "core/limits/members.h"
#include "core/limits/private.h"
#include "core/limits/unit.h"

void sc_limits_drop_root(const struct sc_cgroups *cg)
{
    bool left;
    for (unsigned i = 0; i < SC_CTRL_COUNT; i++)
        if (cg->version[i] && !cg->delegated)
            (void)sc_cgroup_remove(cg, i, cg->base, &left, NULL);
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

struct sweep {
    const struct sc_cgroups *cg;
    const struct sc_cgroups *now; /* where groups are made now: cg, or another base */
    uid_t uid;
    const struct sc_limits_keep *keep;
    size_t n;
    bool looks; /* only whether there is something to do */
    bool any;   /* there is: something goes, or nothing is left in the account's group */
    bool found; /* a group of the account */
};

/* The group that a process is in, as a directory. NULL: no memory. */
static char *group_dir(const struct sc_cgroups *cg, enum sc_ctrl ctrl, pid_t pid)
{
    SC_FREE char *group = NULL;
    char *dir;
    if (pid > 0)
        (void)sc_member_group(pid, cg->version[ctrl] == 1 ? sc_cgroup_controller(cg, ctrl) : NULL,
                              &group, NULL);
    return asprintf(&dir, "%s%s", cg->mount[ctrl], group ? group : "") < 0 ? NULL : dir;
}

/* Below systemd's unit: the site's group, where it has one there now; else that of our own processes. */
static char *group_in_unit(const struct sweep *s, enum sc_ctrl ctrl, unsigned id)
{
    char name[SC_CGROUP_NAME_MAX];
    sc_cgroup_site_name(s->now, s->uid, id, name);
    bool moved = s->now != s->cg && sc_cgroup_exists(s->now, ctrl, name);
    SC_FD int own = sc_own_group_open(); /* makes it */
    (void)own;
    return sc_cgroup_path(s->now, ctrl, moved ? name : SC_OWN_GROUP, NULL);
}

/* Processes that run go to where their keeper is, out of every limit; without one, to the root.
 * Where the kernel lets none in there, they stay, and hold the group. */
static void send_back(const struct sweep *s, enum sc_ctrl ctrl, const char *name, unsigned id,
                      pid_t keeper)
{
    SC_FREE char *from = sc_cgroup_path(s->cg, ctrl, name, NULL);
    if (!from || (access(from, F_OK) < 0 && sc_is_absent(errno)))
        return;
    SC_FREE char *to =
        s->now->delegated ? group_in_unit(s, ctrl, id) : group_dir(s->cg, ctrl, keeper);
    if (to)
        sc_members_send(from, to);
}

/* Its groups of these controllers. */
static int remove_site(const struct sweep *s, unsigned id, unsigned ctrls, struct sc_error *err)
{
    const struct sc_cgroups *cg = s->cg;
    uid_t uid = s->uid;
    char name[SC_CGROUP_NAME_MAX], path[64];
    sc_cgroup_site_name(cg, uid, id, name);
    bool any_left = false;
    pid_t keeper = keeper_of(uid, id, err);
    int rc = keeper < 0 ? (int)keeper : 0;
    for (unsigned i = 0; rc == 0 && i < SC_CTRL_COUNT; i++) {
        bool left = cg->version[i] != 0 && (ctrls >> i & 1);
        /* a process that was just ended may need a moment to leave */
        for (int tries = 0; rc == 0 && left && tries < 10; tries++) {
            if (tries)
                (void)poll(NULL, 0, 2);
            send_back(s, i, name, id, keeper);
            rc = sc_cgroup_remove(cg, i, name, &left, err);
        }
        any_left |= left;
    }
    if (rc == 0 && any_left)
        rc = lift(cg, name, err);
    if (rc == 0 && !any_left && ctrls == SC_CTRLS_ALL && s->now == cg) {
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
    sc_cgroup_account_name(cg, uid, name);
    int rc = 0;
    bool left;
    for (unsigned i = 0; rc == 0 && i < SC_CTRL_COUNT; i++)
        if (cg->version[i])
            rc = sc_cgroup_remove(cg, i, name, &left, err);
    sc_limits_drop_root(cg);
    return rc;
}

/* Of which controllers the group of a site (a directory's name) in the hierarchy of `ctrl` is to go: all, when
 * the site is not kept; 0: it stays. */
static unsigned to_go(const char *name, enum sc_ctrl ctrl, const struct sc_limits_keep *keep,
                      size_t n, unsigned *ret_id)
{
    char *end;
    unsigned long id = strtoul(name, &end, 10);
    if (end == name || *end)
        return 0;
    *ret_id = (unsigned)id;
    for (size_t k = 0; k < n; k++)
        if (keep[k].id == id)
            return keep[k].ctrls >> ctrl & 1 ? 0 : 1u << ctrl;
    return SC_CTRLS_ALL;
}

/* The groups of sites in the directory `path` of one hierarchy. */
static int sweep_in(struct sweep *s, enum sc_ctrl ctrl, const char *path, struct sc_error *err)
{
    SC_DIR DIR *d = opendir(path);
    if (!d)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "list %s", path);
    bool stays = false;
    s->found = true;
    errno = 0;
    for (struct dirent *e; (e = readdir(d)) != NULL; errno = 0) {
        unsigned id = 0;
        unsigned ctrls = e->d_type == DT_DIR ? to_go(e->d_name, ctrl, s->keep, s->n, &id) : 0;
        stays |= id && !ctrls;
        s->any |= ctrls != 0;
        int rc = ctrls && !s->looks ? remove_site(s, id, ctrls, err) : 0;
        if (rc < 0)
            return rc;
    }
    s->any |= !stays;
    return errno ? sc_error_sys(err, errno, "list %s", path) : 0;
}

static int sweep_all(struct sweep *s, struct sc_error *err)
{
    char name[SC_CGROUP_NAME_MAX];
    int rc = 0;
    sc_cgroup_account_name(s->cg, s->uid, name);
    for (unsigned i = 0; rc == 0 && i < SC_CTRL_COUNT; i++) {
        SC_FREE char *path = s->cg->version[i] ? sc_cgroup_path(s->cg, i, name, NULL) : NULL;
        if (path)
            rc = sweep_in(s, i, path, err);
    }
    return rc;
}

static int sweep_base(struct sweep *s, struct sc_error *err)
{
    s->looks = true;
    int rc = sweep_all(s, err);
    if (rc < 0 || !s->any)
        return rc;
    SC_FD int lock = -EBADF;
    s->looks = false;
    rc = sc_cgroup_lock(&lock, err);
    if (rc == 0)
        rc = sweep_all(s, err);
    return rc < 0 ? rc : drop_parents(s->cg, s->uid, err);
}

int sc_limits_sweep(const struct sc_cgroups *cg, uid_t uid, const struct sc_limits_keep *keep,
                    size_t n, struct sc_error *err)
{
    struct sweep s = {.cg = cg, .now = cg, .uid = uid, .keep = keep, .n = n};
    int rc = sweep_base(&s, err);
    if (rc < 0 || !cg->delegated)
        return rc;
    /* what was made while systemd's unit did not run, or by a version that did not have it */
    struct sc_cgroups before = *cg;
    before.base = SC_CGROUP_ROOT;
    before.delegated = false;
    s = (struct sweep){.cg = &before, .now = cg, .uid = uid};
    rc = sweep_base(&s, err);
    if (rc == 0 && s.found)
        sc_sites_unit_adopt();
    return rc;
}
