/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/cage/mounts.h"
#include "core/cage/view.h"

#define TRIAL_VIEW SC_CAGE_BASE "/view"

/* The keeper ends by itself after that many seconds when we were killed before we ended it. */
#define TRIAL_IDLE 2

static int make_dir(const char *path, uid_t owner, struct sc_error *err)
{
    if (mkdir(path, 0711) < 0 && errno != EEXIST)
        return sc_error_sys(err, errno, "make %s", path);
    return chown(path, owner, owner) < 0 ? sc_error_sys(err, errno, "chown %s", path) : 0;
}

static int make_places(const struct sc_planfile *plan, struct sc_error *err)
{
    int rc = make_dir(TRIAL_VIEW, 0, err);
    if (rc == 0)
        rc = make_dir(SC_TRIAL_HOME, plan->uid, err);
    for (size_t i = 0; rc == 0 && i < plan->entries.n; i++) {
        SC_FREE char *path = NULL;
        if (asprintf(&path, SC_TRIAL_HOME "/%s", plan->entries.v[i].rel) < 0)
            rc = sc_error_set(err, SC_E_NOMEM, "out of memory");
        else
            rc = make_dir(path, plan->uid, err);
    }
    return rc;
}

/* In the new namespaces. */
static int make_home(const struct sc_planfile *plan, struct sc_error *err)
{
    int rc = sc_view_private(err);
    SC_FD int base = -EBADF;
    if (rc == 0 && (base = open(SC_CAGE_BASE, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
        rc = sc_error_sys(err, errno, "open " SC_CAGE_BASE);
    if (rc == 0)
        rc = sc_mnt_fs("tmpfs", "mode=0711,size=1m,nr_inodes=1k", 0, base, err);
    if (rc == 0)
        rc = make_places(plan, err);
    return rc < 0 ? sc_error_wrap(err, "a home to try with") : 0;
}

int sc_cage_trial(const struct sc_planfile *plan, struct sc_error *err)
{
    static const struct sc_keeper_how how = {
        .base = TRIAL_VIEW, .idle = TRIAL_IDLE, .before = make_home};
    if (plan->uid != SC_TRIAL_UID || strcmp(plan->home, SC_TRIAL_HOME) != 0)
        return sc_error_set(err, SC_E_INVAL, "this plan is a real site's");
    SC_FD int lockfd = memfd_create("sitecage-trial", MFD_CLOEXEC);
    if (lockfd < 0)
        return sc_error_sys(err, errno, "memfd_create");
    pid_t keeper;
    int rc = sc_keeper_launch(plan, lockfd, &how, &keeper, err);
    if (rc < 0)
        return rc;
    int status;
    (void)kill(keeper, SIGKILL);
    if (waitpid(keeper, &status, 0) != keeper || !WIFSIGNALED(status))
        return sc_error_set(err, SC_E_SYS, "the keeper does not live");
    return 0;
}
