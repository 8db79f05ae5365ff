/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A php-fpm for a site that is not isolated, and has isolated document roots below its own. */
#include "core/php/fpm/supervisor/own.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/lock.h"
#include "core/base/proc.h"
#include "core/base/pidfd.h"
#include "core/enter/enter.h"
#include "core/enter/hide.h"
#include "core/enter/keeper_find.h"
#include "core/enter/state.h"

bool sc_fpm_is_outside(void)
{
    return me.id >= SC_FPM_OUTSIDE;
}

/* Nothing is hidden from sites that share a pool: the router lets none of them run a closed one's code.
 * The namespace is a mark for who looks for orphans. */
static void mark(void)
{
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        sc_fpm_refuse_to_run("it has no mount namespace");
}

/* Anything between a site that was never isolated and one that is: nothing to hide, or refuse. */
static void hide(void)
{
    struct sc_table table = {0};
    struct sc_enter_why why = {{0}};
    int rc = sc_state_open(me.uid, &table, &why);
    if (rc < 0)
        sc_fpm_refuse_to_run(why.text);
    if (rc > 0) /* no site of the account is isolated any more */
        return;
    struct sc_site_ref site = sc_table_docroot(&table, me.run.docroot);
    if (site.state != SC_SITE_OPEN)
        sc_fpm_refuse_to_run("its document root is none that is not isolated now");
    if (sc_enter_hide(&table, &site, me.uid, &why) < 0)
        sc_fpm_refuse_to_run(why.text);
    sc_table_close(&table);
}

static bool has_capabilities(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &head, data) < 0)
        return true;
    return data[0].permitted | data[1].permitted | data[0].effective | data[1].effective;
}

/* The whole drop, or nothing runs. Groups are those that php-fpm gives the pool's user. */
static void become_user(void)
{
    uid_t u = me.run.uid, r, e, s;
    gid_t g = me.run.gid, gr, ge, gs;
    gid_t groups[SC_FPM_GROUPS_MAX];
    if (u == 0 || u != me.uid || g == 0 ||
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
        setgroups(me.run.n_groups, me.run.groups) < 0 || setresgid(g, g, g) < 0 ||
        setresuid(u, u, u) < 0)
        sc_fpm_refuse_to_run("root's rights cannot be dropped");
    int n = getgroups(SC_FPM_GROUPS_MAX, groups);
    if (getresuid(&r, &e, &s) < 0 || r != u || e != u || s != u || getresgid(&gr, &ge, &gs) < 0 ||
        gr != g || ge != g || gs != g || n < 0 || (size_t)n != me.run.n_groups ||
        has_capabilities() || setuid(0) == 0)
        sc_fpm_refuse_to_run("root's rights were not dropped");
}

_Noreturn void sc_fpm_user_exec(const char *exe, char *const *argv, char *const *envp, pid_t parent)
{
    become_user();
    /* a change of ids takes this away */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
        sc_fpm_refuse_to_run("its supervisor is gone");
    for (int sig = 1; sig < 32; sig++)
        (void)signal(sig, SIG_DFL);
    if (chdir("/") == 0)
        (void)execve(exe, argv, envp);
    char text[256];
    snprintf(text, sizeof(text), "%s: %s", exe, strerror(errno));
    sc_fpm_refuse_to_run(text);
}

_Noreturn void sc_fpm_outside_exec(const char *exe, char *const *argv, char *const *envp,
                                   pid_t parent)
{
    (void)setpgid(0, 0);
    if (me.run.router)
        mark();
    else
        hide();
    sc_fpm_user_exec(exe, argv, envp, parent);
}

/* The site's first process, which is the parent of what has none any more; 0: the site does not run. */
static pid_t keeper(void)
{
    SC_FD int pidfd = -EBADF;
    SC_FD int lockfd = -EBADF;
    return sc_keeper_find(me.uid, me.id, &pidfd, &lockfd) < 0 ? 0 : sc_lock_holder(lockfd);
}

/* Outside a mount namespace that is not ours tells it from the shared master's workers. */
static bool is_orphan(int procfd, pid_t parent)
{
    struct sc_proc_stat p;
    struct stat st, theirs, ours;
    if (sc_proc_stat(procfd, &p) < 0 || p.parent != parent || strncmp(p.name, "php-fpm", 7) != 0)
        return false;
    return parent != 1 || (fstat(procfd, &st) == 0 && st.st_uid == me.uid &&
                           fstatat(procfd, "ns/mnt", &theirs, 0) == 0 &&
                           stat("/proc/self/ns/mnt", &ours) == 0 && theirs.st_ino != ours.st_ino);
}

void sc_fpm_end_orphans(void)
{
    SC_CLEANUP(sc_proc_list_close) struct sc_proc_list l = {0};
    pid_t parent = sc_fpm_is_outside() ? 1 : keeper();
    int rc = parent > 0 ? sc_proc_list_open(0, &l) : -ESRCH;
    while (rc >= 0) {
        SC_FD int fd = -EBADF;
        if (sc_proc_next(&l, &fd) <= 0)
            return;
        if (is_orphan(fd, parent))
            (void)sc_pidfd_signal(fd, SIGQUIT);
    }
}
