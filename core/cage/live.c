/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/live.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/base/beneath.h"
#include "core/base/lock.h"
#include "core/cage/child.h"
#include "core/cage/holders.h"
#include "core/cage/homeview.h"
#include "core/cage/keeper_start.h"
#include "core/cage/learning.h"
#include "core/cage/masks.h"
#include "core/cage/mounts.h"
#include "core/cage/mounttable.h"
#include "core/cage/ownhome.h"
#include "core/cage/phpbinds.h"
#include "core/cage/services.h"
#include "core/cage/shownbinds.h"
#include "core/enter/keeper_find.h"

struct inside {
    struct sc_homeview hv;
    const struct sc_planfile *plan;
    int rootfd;
};

/* The home as the site sees it at this moment. */
static int open_home(const struct inside *in, int *ret_fd, struct sc_error *err)
{
    return sc_open_beneath_mounts(in->rootfd, in->plan->home + 1, O_PATH | O_DIRECTORY, 0, ret_fd,
                                  err);
}

static int mount_entries(const struct inside *in, const struct sc_live_step *s, size_t from,
                         int basefd, const char *base_rel, struct sc_error *err)
{
    size_t skip = strlen(base_rel);
    for (size_t i = from; i < s->n; i++) {
        const struct sc_plan_entry *e = &in->plan->entries.v[s->entry + i];
        const char *rel = e->rel + skip;
        while (*rel == '/')
            rel++;
        int rc = sc_homeview_mount(&in->hv, e, basefd, rel, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* What the step puts at its place: the first entry, or the home's own directory. */
static int first_mount(const struct inside *in, const struct sc_live_step *s, int basefd,
                       const char *rel, struct sc_error *err)
{
    struct sc_plan_entry reopened = {.kind = s->own  ? SC_ENTRY_OWN
                                             : s->ro ? SC_ENTRY_RO
                                                     : SC_ENTRY_RW,
                                     .rel = (char *)(uintptr_t)s->rel};
    const struct sc_plan_entry *e =
        s->op == SC_LIVE_REOPEN ? &reopened : &in->plan->entries.v[s->entry];
    return sc_homeview_mount(&in->hv, e, basefd, rel, err);
}

/* Out of the site's sight first, then moved into place in one step. */
static int mount_whole(const struct inside *in, const struct sc_live_step *s, int homefd,
                       struct sc_error *err)
{
    SC_FD int stage_under = openat(in->hv.masksfd, SC_CAGE_STAGE, O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (stage_under < 0)
        return sc_error_sys(err, errno, "open " SC_CAGE_STAGE);
    SC_FD int place = -EBADF;
    int rc = sc_homeview_open(&in->hv, homefd, s->rel, &place, err);
    if (rc < 0)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    struct stat st;
    if (fstat(place, &st) < 0 ||
        !S_ISDIR(st.st_mode)) /* a file has nothing below it: no stage needed */
        return first_mount(in, s, homefd, s->rel, err);
    rc = first_mount(in, s, stage_under, "", err);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    SC_FD int stage = openat(in->hv.masksfd, SC_CAGE_STAGE, O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (stage < 0)
        return sc_error_sys(err, errno, "open " SC_CAGE_STAGE);
    rc = mount_entries(in, s, s->op == SC_LIVE_REOPEN ? 0 : 1, stage, s->rel, err);
    if (rc == 0 && (rc = sc_mnt_move(stage, place, err)) < 0)
        sc_error_wrap(err, "%s", s->rel);
    if (rc < 0)
        (void)sc_mnt_detach(stage, NULL);
    return rc;
}

static int do_step(const struct inside *in, const struct sc_live_step *s, struct sc_error *err)
{
    SC_FD int home = -EBADF;
    int rc = open_home(in, &home, err);
    if (rc < 0)
        return rc;
    if (s->op == SC_LIVE_UMOUNT) {
        SC_FD int top = -EBADF;
        rc = sc_homeview_open(&in->hv, home, s->rel, &top, err);
        return rc == SC_E_NOTFOUND ? 0 : rc < 0 ? rc : sc_mnt_detach(top, err);
    }
    /* more than one mount appears in the site at once, also where one after the other would expose
     * nothing: what is open below a new shell must not be away even for a moment */
    if (s->whole || s->n > (s->op == SC_LIVE_REOPEN ? 0u : 1u))
        return mount_whole(in, s, home, err);
    rc = first_mount(in, s, home, s->rel, err);
    return rc < 0 ? rc : 0;
}

/* One round of changes. */
struct round {
    const struct sc_planfile *plan;
    int pidfd;
    pid_t keeper;
    struct sc_mounttable table; /* how the view is */
    struct sc_live_steps steps; /* … what is to be done about it */
    bool php;                   /* … and about its PHP */
    struct {
        bool changed;
        bool again; /* one more is needed */
    } answer;
};

static void forget_look(struct round *r)
{
    sc_live_steps_done(&r->steps);
    sc_mounttable_done(&r->table);
}

/* Nothing here asks the home, or waits: most views are as they should be, and need no process. 1: there is
 * something to do. */
static int look(struct round *r, struct sc_error *err)
{
    const struct sc_planfile *plan = r->plan;
    forget_look(r);
    int rc = sc_mounttable_read(r->keeper, plan, &r->table, err);
    if (rc == 0)
        rc = sc_live_plan(r->table.rows, r->table.n, &plan->entries,
                          (const char *const *)r->table.keys, &r->steps, err);
    r->php = sc_phpbinds_differ(r->keeper, plan);
    return rc < 0 ? rc : r->steps.n || r->php;
}

/* In a process of its own, which joins the site's mount namespace. */
static int change(void *arg, struct sc_error *err)
{
    struct round *r = arg;
    const struct sc_planfile *plan = r->plan;
    struct inside in = {.plan = plan};
    /* The view's /proc does not know us: sc_mnt_detach() goes through the server's, kept as the
     * working directory. */
    SC_FD int fd_dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd_dir < 0)
        return sc_error_sys(err, errno, "open /proc");
    if (setns(r->pidfd, CLONE_NEWNS) < 0)
        return sc_error_sys(err, errno, "join the site");
    SC_FD int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SC_FD int masks = open("/" SC_CAGE_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    SC_FD int whole =
        open("/" SC_CAGE_DIR "/" SC_CAGE_HOME, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (root < 0 || masks < 0 || whole < 0 || fchdir(fd_dir) < 0)
        return sc_error_sys(err, errno, "open the site's own directory");
    in.rootfd = root;
    in.hv = (struct sc_homeview){masks, whole, plan->uid, plan->gid, plan->token};
    r->answer.changed = true;
    int rc = sc_ownhome_places(&in.hv, plan, err);
    for (size_t i = 0; rc >= 0 && i < r->steps.n; i++)
        rc = do_step(&in, &r->steps.v[i], err);
    if (rc < 0)
        return rc;
    r->answer.again = r->steps.again;
    return r->php ? sc_phpbinds_change(root, masks, plan, err) : 0;
}

/* Is the document root that the view was built with still the directory at its path? The mount at
 * that path cannot tell: it goes along when the directory is renamed, and what is seen there then
 * is the new one already. */
static bool docroot_moved(const struct sc_planfile *plan, pid_t keeper)
{
    char there[64];
    SC_FREE char *here = NULL;
    struct stat a, b;
    snprintf(there, sizeof(there), "/proc/%d/root/" SC_CAGE_DIR "/" SC_CAGE_DOCROOT, (int)keeper);
    if (asprintf(&here, "%s/%s", plan->home, plan->docroot) < 0)
        return false;
    if (lstat(here, &b) < 0 || lstat(there, &a) < 0)
        return true;
    return a.st_dev != b.st_dev || a.st_ino != b.st_ino;
}

/* A site that cannot be changed in place must not go on with what it sees. */
static int end_instead(const struct sc_planfile *plan, int *lock, const char *why,
                       enum sc_live_result *ret, struct sc_error *err)
{
    if (why)
        sc_log("site %s of %s: its processes end, because %s", plan->docroot, plan->user, why);
    sc_close(lock);
    int rc = sc_keeper_end(plan->uid, plan->id, err);
    if (rc == 0)
        *ret = SC_LIVE_ENDED;
    return rc;
}

static int change_until_done(const struct sc_planfile *plan, int pidfd, pid_t keeper,
                             bool *ret_changed, struct sc_error *err)
{
    SC_CLEANUP(forget_look)
    struct round r = {.plan = plan, .pidfd = pidfd, .keeper = keeper, .answer = {.again = true}};
    for (int round = 0; r.answer.again; round++) {
        if (round == SC_LIVE_MAX_ROUNDS)
            return sc_error_set(err, SC_E_BUSY, "its mounts do not settle");
        memset(&r.answer, 0, sizeof(r.answer));
        int rc = look(&r, err);
        if (rc > 0)
            rc = sc_child_run(change, &r, &r.answer, sizeof(r.answer), err);
        if (rc < 0)
            return rc;
        *ret_changed |= r.answer.changed;
    }
    return *ret_changed ? sc_holders_end(plan, keeper, err) : 0;
}

/* A place of the server's that cannot be shown is no reason to end a site. */
static void see_to_services(const struct sc_planfile *plan, int pidfd, pid_t keeper,
                            bool *ret_changed)
{
    struct sc_error why = SC_ERROR_INIT;
    int shown = sc_shownbinds_change(plan, pidfd, keeper, &why);
    int rc = shown < 0 ? shown : sc_services_change(plan, pidfd, keeper, &why);
    if (rc < 0)
        sc_log("site %s of %s: places of the system: %s", plan->docroot, plan->user, why.text);
    *ret_changed |= rc > 0 || shown > 0;
}

int sc_live_apply(const struct sc_planfile *plan, bool touched, enum sc_live_result *ret,
                  struct sc_error *err)
{
    SC_FD int pidfd = -EBADF;
    SC_FD int lock = -EBADF;
    int rc = sc_keeper_find(plan->uid, plan->id, &pidfd, &lock);
    if (rc == -ESRCH) {
        *ret = SC_LIVE_NOT_RUNNING;
        return 0;
    }
    if (rc < 0)
        return sc_error_sys(err, -rc, "look for the keeper of site %u", plan->id);
    pid_t keeper = sc_lock_holder(lock);
    if (keeper < 0)
        return sc_error_sys(err, -keeper, "look for the keeper of site %u", plan->id);
    if (docroot_moved(plan, keeper))
        return end_instead(plan, &lock, NULL, ret, err);
    if (sc_learning_differs(plan, keeper))
        return end_instead(plan, &lock, "it learns no more, or only now", ret, err);
    bool changed = touched;
    struct sc_error why = SC_ERROR_INIT;
    sc_learning_record(plan); /* where whoever did has been killed */
    if (change_until_done(plan, pidfd, keeper, &changed, &why) < 0)
        return end_instead(plan, &lock, why.text, ret, err);
    see_to_services(plan, pidfd, keeper, &changed);
    *ret = changed ? SC_LIVE_CHANGED : SC_LIVE_AS_IT_WAS;
    return 0;
}
