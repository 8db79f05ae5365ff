/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/close_new.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/cage/child.h"
#include "core/cage/homeview.h"
#include "core/cage/keeper_start.h"
#include "core/cage/masks.h"
#include "core/enter/keeper_find.h"

#define AT_ONCE 32 /* sites of one child: each has three descriptors */
#define HANGS_S                                                                                    \
    2 /* a file system of the user's that does not answer: what follows waits for it, site by site */

struct one {
    struct sc_close_new *site;
    int build, keeper, lock;
};

struct some {
    struct one v[AT_ONCE];
    size_t n;
};

static int open_view(const struct sc_planfile *plan, struct sc_homeview *hv, int *ret_home,
                     struct sc_error *err)
{
    SC_FD int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    hv->masksfd = open("/" SC_CAGE_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    hv->wholefd =
        open("/" SC_CAGE_DIR "/" SC_CAGE_HOME, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (root < 0 || hv->masksfd < 0 || hv->wholefd < 0)
        return sc_error_sys(err, errno, "open the site's own directory");
    return sc_open_beneath_mounts(root, plan->home + 1, O_PATH | O_DIRECTORY, 0, ret_home, err);
}

static int close_in(const struct sc_close_new *site, int keeper, struct sc_error *err)
{
    const struct sc_planfile *plan = site->plan;
    struct sc_homeview hv = {-EBADF, -EBADF, plan->uid, plan->gid, plan->token};
    SC_FD int home = -EBADF;
    if (setns(keeper, CLONE_NEWNS) < 0)
        return sc_error_sys(err, errno, "join the site");
    int rc = open_view(plan, &hv, &home, err);
    for (size_t i = 0; rc >= 0 && i < site->n; i++) {
        const struct sc_plan_entry *e = &plan->entries.v[site->entries[i]];
        rc = sc_homeview_mount(&hv, e, home, e->rel, err);
    }
    sc_close(&hv.masksfd);
    sc_close(&hv.wholefd);
    return rc < 0 ? rc : 0;
}

/* In a process of its own. One site's trouble is not the others'. */
static int close_all(void *arg, struct sc_error *err)
{
    const struct some *l = arg;
    int rc = 0;
    (void)alarm(HANGS_S);
    for (size_t i = 0; i < l->n; i++) {
        int r = close_in(l->v[i].site, l->v[i].keeper, rc < 0 ? NULL : err);
        rc = rc < 0 ? rc : r;
    }
    return rc;
}

static void leave(struct one *o)
{
    sc_close(&o->keeper);
    sc_close(&o->lock);
    sc_close(&o->build);
}

static bool take(struct sc_close_new *site, struct one *ret)
{
    const struct sc_planfile *p = site->plan;
    struct one o = {site, -EBADF, -EBADF, -EBADF};
    if (sc_cage_lock(p->uid, p->id, false, 0, &o.build, NULL) < 0 ||
        sc_keeper_find(p->uid, p->id, &o.keeper, &o.lock) < 0) {
        leave(&o);
        return false;
    }
    site->tried = true;
    *ret = o;
    return true;
}

static void do_some(struct some *l)
{
    struct sc_error why = SC_ERROR_INIT;
    if (l->n && sc_child_run(close_all, l, NULL, 0, &why) < 0)
        sc_log_debug("what is new was not closed at once: %s", why.text);
    for (size_t i = 0; i < l->n; i++)
        leave(&l->v[i]);
    l->n = 0;
}

void sc_cage_close_new(struct sc_close_new *sites, size_t n)
{
    struct some l = {.n = 0};
    for (size_t i = 0; i < n; i++) {
        if (sites[i].n && take(&sites[i], &l.v[l.n]) && ++l.n == AT_ONCE)
            do_some(&l);
    }
    do_some(&l);
}
