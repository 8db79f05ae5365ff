/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/run_private.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static int become(const struct sc_run_ids *ids)
{
    if (geteuid() == 0) {
        if (setgroups(ids->n_groups, ids->groups) < 0 ||
            setresgid(ids->gid, ids->gid, ids->gid) < 0 ||
            setresuid(ids->uid, ids->uid, ids->uid) < 0)
            return -1;
    }
    uid_t ru, eu, su;
    gid_t rg, eg, sg;
    if (getresuid(&ru, &eu, &su) < 0 || getresgid(&rg, &eg, &sg) < 0)
        return -1;
    bool same = ru == ids->uid && eu == ids->uid && su == ids->uid && rg == ids->gid &&
                eg == ids->gid && sg == ids->gid;
    if (!same || (ids->uid != 0 && setuid(0) == 0)) {
        errno = EPERM;
        return -1;
    }
    return 0;
}

static _Noreturn void give_up(int fail, enum sc_run_stage stage)
{
    struct sc_run_report r = {.stage = stage, .sys = errno};
    ssize_t ignored = write(fail, &r, sizeof(r));
    (void)ignored;
    _exit(127);
}

_Noreturn void sc_run_child(const struct sc_run_spec *spec, const char *program,
                            const char *const *env, const int fds[5])
{
    close(fds[3]);
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL);
    /* The caller may have had 0-2 closed, so that a pipe's end is one of them: all move up
     * first. */
    int up[3];
    int fail = fcntl(fds[4], F_DUPFD_CLOEXEC, 3);
    if (fail < 0)
        _exit(127);
    for (int i = 0; i < 3; i++) {
        up[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
        if (up[i] < 0)
            give_up(fail, SC_RUN_STAGE_SETUP);
    }
    for (int i = 0; i < 3; i++) {
        if (dup2(up[i], i) < 0)
            give_up(fail, SC_RUN_STAGE_SETUP);
    }
    umask(022);
    if (close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) < 0 || setsid() < 0 || chdir("/") < 0)
        give_up(fail, SC_RUN_STAGE_SETUP);
    if (spec->drop && become(spec->drop) < 0)
        give_up(fail, SC_RUN_STAGE_IDS);
    /* After the change of ids, which clears it. A parent that died before has left the pipe. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        give_up(fail, SC_RUN_STAGE_SETUP);
    struct pollfd parent = {.fd = fail};
    if (poll(&parent, 1, 0) > 0 && (parent.revents & POLLERR))
        _exit(127);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(program, (char *const *)spec->argv, (char *const *)env);
    give_up(fail, SC_RUN_STAGE_EXEC);
}
