/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/keeper_start.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/own_group.h"
#include "core/cage/learning.h"
#include "core/cage/view.h"
#include "core/enter/keeper_find.h"
#include "core/base/paths.h"
#include "core/base/clock.h"
#include "core/base/pidfd.h"

#define KEEPER_LOCK_FD  3 /* the keeper knows this number */
#define SITE_NAMESPACES (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC)

int sc_cage_lock(uid_t uid, unsigned site, bool make, int wait_ms, int *ret_fd,
                 struct sc_error *err)
{
    char path[64];
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/%u.build", (unsigned)uid, site);
    SC_FD int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (make ? O_CREAT : 0), 0600);
    if (fd < 0 && errno == ENOENT && !make)
        return sc_error_set(err, SC_E_NOTFOUND, "site %u is no isolated site any more", site);
    if (fd < 0)
        return sc_error_sys(err, errno, "open %s", path);
    for (int64_t end = sc_clock_ms() + wait_ms; flock(fd, LOCK_EX | LOCK_NB) < 0;) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return sc_error_sys(err, errno, "lock %s", path);
        if (sc_clock_ms() >= end)
            return sc_error_set(err, SC_E_BUSY,
                                "site %u is being changed by another process for too long (%s)",
                                site, path);
        (void)poll(NULL, 0, 5);
    }
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

/* Drops what a keeper never needs; uid 0 stays, so that no process of the site can touch it. */
static int drop_all_caps(void)
{
    for (int cap = 0; cap < 64; cap++)
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 && errno != EINVAL)
            return -1;
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    if (syscall(SYS_capset, &head, none) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return 0;
}

/* What the child reports when it fails; it says nothing when the keeper runs. */
struct report {
    int code;
    char text[512];
};

static _Noreturn void fail(int say, const struct sc_error *err)
{
    struct report r = {.code = err->code};
    snprintf(r.text, sizeof(r.text), "%.500s", err->text);
    ssize_t n = write(say, &r, sizeof(r));
    _exit(n == (ssize_t)sizeof(r) ? 1 : 2);
}

/* Pid 1 of the new namespaces: builds the view, then becomes the keeper. */
static _Noreturn void become_keeper(const struct sc_planfile *plan, int lockfd, int say,
                                    const struct sc_keeper_how *how)
{
    struct sc_error err = SC_ERROR_INIT;
    if (how->before && how->before(plan, &err) < 0)
        fail(say, &err);
    if (sc_view_build(plan, how->base, &err) < 0)
        fail(say, &err);
    /* A POSIX lock belongs to the process, survives exec and ends with it: "I live, and I am this
     * pid". */
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(lockfd, F_SETLK, &lock) < 0) {
        sc_error_sys(&err, errno, "lock the keeper's file");
        fail(say, &err);
    }
    /* nothing but the lock and the pipe, which closes with the exec */
    int pipe_fd = fcntl(say, F_DUPFD_CLOEXEC, 10);
    if (pipe_fd < 0 || (lockfd != KEEPER_LOCK_FD && dup2(lockfd, KEEPER_LOCK_FD) < 0) ||
        fcntl(KEEPER_LOCK_FD, F_SETFD, 0) < 0 || fcntl(KEEPER_LOCK_FD, F_SETLK, &lock) < 0) {
        sc_error_sys(&err, errno, "arrange the keeper's descriptors");
        fail(say, &err);
    }
    close(0);
    close(1);
    close(2);
    for (int fd = 4; fd < 1024; fd++)
        if (fd != pipe_fd)
            close(fd);
    /* closing any descriptor of the file gave the lock up: take it again, on the one that stays */
    if (fcntl(KEEPER_LOCK_FD, F_SETLK, &lock) < 0)
        _exit(3);
    (void)signal(SIGCHLD, SIG_IGN); /* the kernel reaps the site's orphans */
    /* The first process of a pid namespace gets only signals that it handles; a blocked one waits
     * for it, and it looks who sent it. */
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    (void)sigprocmask(SIG_SETMASK, &term, NULL);
    (void)prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
    char seconds[16];
    snprintf(seconds, sizeof(seconds), "%d", how->idle);
    char *argv[] = {(char *)(uintptr_t) "sitecage-keeper", seconds, plan->user, plan->docroot,
                    NULL};
    char *env[] = {NULL};
    if (drop_all_caps() == 0)
        execve(SC_KEEPER_EXE, argv, env);
    sc_error_sys(&err, errno, "start %s", SC_KEEPER_EXE);
    fail(pipe_fd, &err);
}

int sc_keeper_plan(uid_t uid, unsigned site, struct sc_planfile *ret, struct sc_error *err)
{
    char path[64];
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/%u.plan", (unsigned)uid, site);
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = sc_read_trusted_file(path, 0, SC_PLANFILE_MAX_BYTES, &text, err);
    if (rc == 0)
        rc = sc_planfile_parse(text.data, text.len, ret, err);
    if (rc == 0 && (ret->id != site || ret->uid != uid)) {
        sc_planfile_done(ret);
        rc = sc_error_set(err, SC_E_INVAL, "%s is another site's plan", path);
    }
    return rc;
}

/* systemd ends what is in the control group of a service or a login session, when that ends. A keeper outlives
 * the caller that started it, so it lives in the group of our unit (core/base/own_group.h), or, without it, in the
 * root of the hierarchies that systemd uses, at the places where systemd mounts them. Tried only: without systemd it
 * does not matter where it is. Returns a group of version 2, or -1. */
static int keepers_group(void)
{
    int own = sc_own_group_open();
    if (own >= 0)
        return own;
    SC_FD int tasks = open("/sys/fs/cgroup/systemd/tasks", O_WRONLY | O_CLOEXEC);
    if (tasks >= 0 && write(tasks, "0", 1) < 0)
        return -1;
    static const char *const mounts[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
    for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
        SC_FD int fd = open(mounts[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct statfs fs;
        if (fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC)
            return sc_steal_fd(&fd);
    }
    return -1;
}

/* As fork(), with new namespaces; no stack of its own, and no libc state to mend but the pid that
 * we never ask for. */
static pid_t fork_keeper(void)
{
    SC_FD int group = keepers_group();
    struct clone_args args = {.flags = SITE_NAMESPACES | CLONE_INTO_CGROUP,
                              .exit_signal = SIGCHLD,
                              .cgroup = (unsigned long long)group};
    pid_t child = group < 0 ? -1 : (pid_t)syscall(SYS_clone3, &args, sizeof(args));
    if (child >= 0)
        return child;
    /* no version 2, a kernel before 5.7, or a container that may not */
    return (pid_t)syscall(SYS_clone, (unsigned long)(SITE_NAMESPACES | SIGCHLD), NULL, NULL, NULL,
                          NULL);
}

/* Waits for the child's word: its silent end of the pipe is the keeper's start. */
static int hear(pid_t child, int fd, struct sc_error *err)
{
    struct report r;
    ssize_t n;
    do
        n = read(fd, &r, sizeof(r));
    while (n < 0 && errno == EINTR);
    if (n == 0) {
        int status;
        if (waitpid(child, &status, WNOHANG) == 0)
            return 0;
        return sc_error_set(err, SC_E_SYS, "the keeper ended at once");
    }
    (void)waitpid(child, NULL, 0);
    if (n != (ssize_t)sizeof(r))
        return sc_error_set(err, SC_E_SYS, "the keeper could not be started");
    r.text[sizeof(r.text) - 1] = 0;
    return sc_error_set(err, r.code < 0 ? r.code : SC_E_SYS, "%s", r.text);
}

int sc_keeper_launch(const struct sc_planfile *plan, int lockfd, const struct sc_keeper_how *how,
                     pid_t *ret_keeper, struct sc_error *err)
{
    int said[2];
    int rc = sc_mkdir_p(SC_CAGE_BASE, 0700, err);
    if (rc < 0)
        return rc;
    if (pipe2(said, O_CLOEXEC) < 0)
        return sc_error_sys(err, errno, "pipe");
    SC_FD int hears = said[0];
    SC_FD int says = said[1];
    pid_t child = fork_keeper();
    if (child < 0)
        return sc_error_sys(err, errno, "new namespaces");
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
            _exit(2);
        /* A parent that was killed before that call: nobody else reads the pipe, and its lock is
         * gone. */
        sc_close(&hears);
        struct pollfd reader = {.fd = says, .events = POLLOUT};
        if (poll(&reader, 1, 0) < 0 || (reader.revents & POLLERR))
            _exit(2);
        become_keeper(plan, lockfd, says, how);
    }
    sc_close(&says);
    rc = hear(child, hears, err);
    if (rc == 0)
        *ret_keeper = child;
    return rc;
}

int sc_keeper_start(uid_t uid, unsigned site, int idle, struct sc_error *err)
{
    SC_FD int pidfd = -EBADF;
    SC_FD int entry_lock = -EBADF;
    int rc = sc_keeper_find(uid, site, &pidfd, &entry_lock);
    if (rc == 0)
        return 0;
    if (rc != -ESRCH)
        return sc_error_sys(err, -rc, "look for the keeper of site %u", site);
    SC_CLEANUP(sc_planfile_done) struct sc_planfile plan = {0};
    rc = sc_keeper_plan(uid, site, &plan, err);
    if (rc < 0)
        return sc_error_wrap(err, "site %u", site);
    char path[64];
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/%u.keeper", (unsigned)uid, site);
    SC_FD int lockfd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lockfd < 0)
        return sc_error_sys(err, errno, "open %s", path);
    const struct sc_keeper_how how = {.base = SC_CAGE_BASE, .idle = idle};
    pid_t keeper;
    rc = sc_keeper_launch(&plan, lockfd, &how, &keeper, err);
    if (rc == 0)
        sc_learning_record(&plan); /* before anything runs in it */
    return rc < 0 ? sc_error_wrap(err, "site %s of %s cannot be built", plan.docroot, plan.user)
                  : 0;
}

int sc_keeper_end(uid_t uid, unsigned site, struct sc_error *err)
{
    SC_FD int pidfd = -EBADF;
    SC_FD int entry_lock = -EBADF;
    int rc = sc_keeper_find(uid, site, &pidfd, &entry_lock);
    if (rc == -ESRCH)
        return 0;
    if (rc < 0)
        return sc_error_sys(err, -rc, "look for the keeper of site %u", site);
    if (sc_pidfd_signal(pidfd, SIGKILL) < 0 && errno != ESRCH)
        return sc_error_sys(err, errno, "end site %u", site);
    struct pollfd gone = {.fd = pidfd, .events = POLLIN};
    int n;
    do
        n = poll(&gone, 1, 10000);
    while (n < 0 && errno == EINTR);
    return n == 1 ? 0 : sc_error_set(err, SC_E_BUSY, "the processes of site %u do not end", site);
}
