/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/enter.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/enter/ep.h"
#include "core/enter/keeper_find.h"
#include "core/base/paths.h"
#include "core/base/pidfd.h"
#include "core/enter/site_filter.h" /* made at build time by seccomp_gen */

#define OVER_NPROC      "the site has as many processes as its limit allows"
#define SITE_NAMESPACES (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC)

/* What suexec needs to check, to log and to drop; a capability beyond these is never in its
 * bounding set. */
#define CAP_BIT(c) (UINT64_C(1) << (c))
#define SUEXEC_CAPS                                                                                \
    (CAP_BIT(CAP_SETUID) | CAP_BIT(CAP_SETGID) | CAP_BIT(CAP_DAC_OVERRIDE) |                       \
     CAP_BIT(CAP_DAC_READ_SEARCH))

int sc_why(struct sc_enter_why *why, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why->text, sizeof(why->text), fmt, ap);
    va_end(ap);
    return -SC_EXIT_CANNOT_ENTER;
}

void sc_enter_guard_fds(void)
{
    for (;;) {
        int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (fd < 0)
            _exit(SC_EXIT_CANNOT_ENTER);
        if (fd > 2) {
            close(fd);
            return;
        }
        (void)fcntl(fd, F_SETFD, 0);
    }
}

/* A keeper, started when none lives. */
static int keeper(const struct sc_enter *req, int *ret_pidfd, int *ret_lockfd,
                  struct sc_enter_why *why)
{
    int rc = -ESRCH;
    /* Between our start of it and our second look it may be replaced (the site is being disabled
     * and enabled): try again, not for ever. */
    for (int i = 0; i < 3; i++) {
        rc = sc_keeper_find(req->uid, req->site, ret_pidfd, ret_lockfd);
        if (rc != -ESRCH)
            break;
        char uid[16], site[16], exe[] = SC_BUILD_EXE;
        snprintf(uid, sizeof(uid), "%u", (unsigned)req->uid);
        snprintf(site, sizeof(site), "%u", req->site);
        char *argv[] = {exe, uid, site, NULL};
        int started = sc_enter_helper(argv, why);
        if (started < 0)
            return started;
    }
    return rc == 0 ? 0 : sc_why(why, "no keeper of the site: %s", strerror(-rc));
}

/* Opened before the site is joined: nothing of the outside's control groups is seen inside. */
struct groups {
    int fds[SC_SITE_GROUPS_MAX]; /* the child writes itself to these */
    unsigned n;
    int born;    /* or is born in this directory */
    int current; /* with nproc: says how many processes there are */
};

static void close_groups(struct groups *g)
{
    for (unsigned i = 0; i < g->n; i++)
        close(g->fds[i]);
    if (g->born >= 0)
        close(g->born);
    if (g->current >= 0)
        close(g->current);
    *g = (struct groups){.born = -EBADF, .current = -EBADF};
}

/* Moving a process takes a kernel-wide lock, and with it a grace period of RCU: milliseconds. Two
 * ways around it: version 1's tasks takes one thread, which is all that our child is, and a child
 * of clone3() is born in a version 2 group. */
static int open_group(const char *dir, struct groups *g)
{
    char path[SC_SITE_GROUP_PATH + 8];
    snprintf(path, sizeof(path), "%s/tasks", dir);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        g->fds[g->n++] = fd;
        return 0;
    }
    if (errno != ENOENT || g->born >= 0) /* there is but one version 2 hierarchy */
        return -errno;
    g->born = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return g->born < 0 ? -errno : 0;
}

static int open_groups(const struct sc_site_limits *limits, struct groups *g)
{
    *g = (struct groups){.born = -EBADF, .current = -EBADF};
    int rc = 0;
    for (unsigned i = 0; rc == 0 && i < limits->n_groups; i++)
        rc = open_group(limits->group[i], g);
    if (rc == 0 && limits->nproc) {
        g->current = open(limits->current, O_RDONLY | O_CLOEXEC);
        rc = g->current < 0 ? -errno : 0;
    }
    return rc;
}

/* fork(), into the site's version 2 group where there is one. */
static pid_t fork_into(struct groups *g)
{
    if (g->born < 0)
        return fork();
    struct clone_args args = {
        .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (unsigned long long)g->born};
    /* no memory is shared and there is no other thread: nothing of libc's to mend but the thread
     * id that abort() uses, which ends the child either way */
    pid_t child = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
    if (child >= 0 || (errno != ENOSYS && errno != EINVAL && errno != E2BIG && errno != EPERM))
        return child;
    /* before 5.7, or forbidden by a container's filter: the slow way */
    int fd = openat(g->born, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    g->fds[g->n++] = fd;
    return fork();
}

/* The site's groups, made again when somebody removed them. */
static int groups(const struct sc_enter *req, struct groups *g, struct sc_enter_why *why)
{
    int rc = open_groups(req->limits, g);
    if (rc == -ENOENT) {
        char uid[16], exe[] = SC_REBUILD_EXE;
        snprintf(uid, sizeof(uid), "%u", (unsigned)req->uid);
        char *argv[] = {exe, uid, NULL};
        close_groups(g);
        int done = sc_enter_helper(argv, why);
        if (done < 0)
            return done;
        rc = open_groups(req->limits, g);
    }
    return rc == 0 ? 0 : sc_why(why, "the site's control groups: %s", strerror(-rc));
}

/* Everything but 0-2, these two, and what the caller wants kept. */
static void close_others(int a, int b, const int *keep, size_t n_keep)
{
    int fds[SC_ENTER_KEEP_MAX + 2];
    size_t n = 0;
    if (n_keep > SC_ENTER_KEEP_MAX)
        abort();
    for (size_t i = 0; i < n_keep + 2; i++) {
        int fd = i < n_keep ? keep[i] : i == n_keep ? a : b;
        size_t at = n++;
        for (; at > 0 && fds[at - 1] > fd; at--)
            fds[at] = fds[at - 1];
        fds[at] = fd;
    }
    unsigned from = 3;
    for (size_t i = 0; i < n; i++) {
        unsigned fd = (unsigned)fds[i];
        if (fd > from && syscall(SYS_close_range, from, fd - 1, 0) < 0)
            abort();
        if (fd >= from)
            from = fd + 1;
    }
    if (syscall(SYS_close_range, from, ~0U, 0) < 0)
        abort();
}

static void set_caps(uint64_t caps)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {
        {.effective = (uint32_t)caps, .permitted = (uint32_t)caps},
        {.effective = (uint32_t)(caps >> 32), .permitted = (uint32_t)(caps >> 32)},
    };
    if (syscall(SYS_capset, &head, data) < 0)
        abort();
}

/* No way back from a partial drop: abort. */
static void drop_bounding(uint64_t keep)
{
    for (int cap = 0; cap < 64; cap++) {
        if ((keep >> cap) & 1)
            continue;
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0) {
            if (errno == EINVAL && cap > CAP_AUDIT_READ)
                break; /* past this kernel's last capability */
            abort();
        }
    }
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0,
                0); /* absent before 4.3: then nothing to clear */
}

static void drop_ids(uid_t uid, gid_t gid)
{
    if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
        abort();
    uid_t r, e, s;
    gid_t gr, ge, gs;
    if (getresuid(&r, &e, &s) < 0 || getresgid(&gr, &ge, &gs) < 0 || r != uid || e != uid ||
        s != uid || gr != gid || ge != gid || gs != gid || setuid(0) == 0 || seteuid(0) == 0)
        abort();
}

static void lock_down(void)
{
    struct sock_fprog prog = {.len = sizeof(site_filter) / sizeof(site_filter[0]),
                              .filter = (struct sock_filter *)(uintptr_t)site_filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) < 0)
        abort();
}

/* execvpe() with the site's own view and the caller's PATH. Returns errno. */
static int run(const struct sc_enter *req)
{
    if (strchr(req->exe, '/'))
        execve(req->exe, req->argv, req->envp);
    else
        execvpe(req->exe, req->argv, req->envp);
    return errno;
}

/* What the child says on the pipe when it could not run the program; silence means that it did. */
struct failure {
    int status;
    char text[256];
};

static _Noreturn void fail(int pipe_fd, int status, const char *what, int errnum)
{
    struct failure f = {.status = status};
    snprintf(f.text, sizeof(f.text), "%s: %s", what, strerror(errnum));
    ssize_t n = write(pipe_fd, &f, sizeof(f)); /* fits a pipe: never blocks */
    _exit(n == (ssize_t)sizeof(f) ? status : SC_EXIT_CANNOT_ENTER);
}

/* Moving into a group never fails for want of room: `nproc` is checked once we are counted. */
static void join_groups(const struct sc_site_limits *limits, const struct groups *g, int pipe_fd)
{
    for (unsigned i = 0; i < g->n; i++)
        if (write(g->fds[i], "0", 1) != 1)
            fail(pipe_fd, SC_EXIT_CANNOT_ENTER, "cannot join the site's control groups", errno);
    char text[24];
    if (limits->nproc) {
        ssize_t n = read(g->current, text, sizeof(text) - 1);
        if (n <= 0)
            fail(pipe_fd, SC_EXIT_CANNOT_ENTER, "cannot count the site's processes", errno);
        text[n] = 0;
        if (strtoull(text, NULL, 10) > limits->nproc)
            fail(pipe_fd, SC_EXIT_CANNOT_ENTER, OVER_NPROC, EAGAIN);
    }
    if (limits->vmem) {
        struct rlimit l;
        if (getrlimit(RLIMIT_AS, &l) < 0)
            abort();
        if (l.rlim_max == RLIM_INFINITY || l.rlim_max > limits->vmem)
            l.rlim_max = limits->vmem;
        if (l.rlim_cur == RLIM_INFINITY || l.rlim_cur > l.rlim_max)
            l.rlim_cur = l.rlim_max;
        if (setrlimit(RLIMIT_AS, &l) < 0)
            abort();
    }
}

/* kill(0, ...) reaches the whole process group, whatever namespaces are between: a request would
 * end the requests of its siblings, which are all children of one process. On a terminal the
 * shell's job control needs the caller's group. */
static void own_group(const struct sc_enter *req)
{
    int tty = req->as_root ? -EBADF : open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (tty < 0)
        (void)setsid();
    else
        close(tty);
}

/* The child, inside the site's namespaces, still root. The order is the design; do not change it
 * lightly. */
static _Noreturn void inside(const struct sc_enter *req, const struct groups *g, int parent_pidfd,
                             int pipe_fd, const sigset_t *mask)
{
    /* 1. limits: from here on all that is done is the site's, and nothing of the user's ran yet */
    join_groups(req->limits, g, pipe_fd);

    /* 2. nothing of the outside comes along but 0-2, and what is handed in on purpose */
    close_others(pipe_fd, parent_pidfd, req->keep, req->n_keep);

    /* 3. privileges: bounding set, then groups, gid, uid, verified */
    if (req->as_root) {
        drop_bounding(SUEXEC_CAPS);
        set_caps(SUEXEC_CAPS);
    } else {
        drop_bounding(0);
        drop_ids(req->uid,
                 req->gid); /* supplementary groups are the caller's own, by the kernel's word */
        set_caps(0);
    }

    /* 4. be where the caller was, with the rights that the program will have: links on the way may
     * be others by now, and root would be let through to what only root may see */
    if (req->as_root)
        (void)setfsuid(req->uid);
    if (!req->cwd || chdir(req->cwd) < 0) {
        if (req->cwd_must)
            fail(pipe_fd, SC_EXIT_CANNOT_ENTER, "the working directory is not in this site", errno);
        if (chdir(req->docroot) < 0)
            fail(pipe_fd, SC_EXIT_CANNOT_ENTER, "cannot enter the document root", errno);
    }
    if (req->as_root)
        (void)setfsuid(0);
    own_group(req);

    /* 5. end with the parent, also when it ended just now; here, because a change of the fsuid
     * undoes it */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        abort();
    struct pollfd gone = {.fd = parent_pidfd, .events = POLLIN};
    if (poll(&gone, 1, 0) != 0)
        _exit(SC_EXIT_CANNOT_ENTER);
    close(parent_pidfd);

    /* 6. no way to gain anything, ever */
    lock_down();
    sigprocmask(SIG_SETMASK, mask, NULL);
    int e = run(req);
    int status = e == ENOENT || e == ENOTDIR ? SC_EXIT_NOT_FOUND : SC_EXIT_CANNOT_ENTER;
    fail(pipe_fd, status, req->exe, e);
}

/* The parent: passes on what is sent to it alone (a terminal's signals reach the child by
 * themselves, being in the same process group), and waits. */
static int wait_for(pid_t child, int child_pidfd, const sigset_t *signals)
{
    for (;;) {
        siginfo_t si;
        int sig = sigwaitinfo(signals, &si);
        if (sig < 0)
            continue;
        if (sig != SIGCHLD) {
            if (si.si_code != SI_KERNEL)
                (void)sc_pidfd_signal(child_pidfd, sig);
            continue;
        }
        int status;
        pid_t pid = waitpid(child, &status, WNOHANG);
        if (pid == child)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (pid < 0 && errno != EINTR)
            return SC_EXIT_CANNOT_ENTER;
    }
}

/* Apache's mod_cgid, when a request's output ends while the process that it knows still lives,
 * sleeps 10 ms and looks again; and a process's descriptors are closed before it is gone. So a
 * helper shares them, the caller's ids and nothing else with us, and ends when we have ended: the
 * reader sees the end of the output after that. Without it all works, slower. */
static void hold_output(void)
{
    pid_t self = getpid();
    uid_t uid = getuid();
    gid_t gid = getgid();
    if (syscall(SYS_clone, (long)CLONE_FILES, 0L, 0L, 0L, 0L) != 0)
        return;
    if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
        _exit(1);
    set_caps(0);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != self)
        _exit(0);
    for (;;)
        pause();
}

int sc_enter(const struct sc_enter *req, struct sc_enter_why *why)
{
    static const int passed_on[] = {SIGHUP,  SIGINT,  SIGQUIT,  SIGTERM, SIGUSR1,
                                    SIGUSR2, SIGALRM, SIGWINCH, SIGCHLD};
    sigset_t signals, old;
    sigemptyset(&signals);
    for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
        sigaddset(&signals, passed_on[i]);
    (void)signal(SIGCHLD,
                 SIG_DFL); /* a caller may have ignored it, and wait() would find nothing */
    sigprocmask(SIG_BLOCK, &signals, &old);
    sigset_t child_mask;
    sigemptyset(&child_mask); /* what the caller blocked must not make the program deaf */

    /* First of all, for it is the cheapest refusal; the place is kept until this process ends. */
    if (req->limits->ep) {
        int place = sc_ep_take(req->uid, req->site, req->limits->ep);
        if (place == -EUSERS) {
            sc_why(why,
                   "the site has as many entry processes as its limit allows; try again later");
            return -SC_EXIT_OVER_LIMIT;
        }
        if (place < 0)
            return sc_why(why, "cannot count the site's entry processes: %s", strerror(-place));
    }
    int pidfd = -EBADF, lockfd = -EBADF, pipe_fds[2];
    int rc = keeper(req, &pidfd, &lockfd, why);
    if (rc < 0)
        return rc;
    struct groups g;
    rc = groups(req, &g, why);
    if (rc < 0)
        return rc;
    int self = sc_pidfd_open(getpid());
    if (self < 0 || pipe2(pipe_fds, O_CLOEXEC) < 0)
        return sc_why(why, "cannot prepare: %s", strerror(errno));
    if (req->hold_output)
        hold_output();
    if (setns(pidfd, SITE_NAMESPACES) < 0)
        return sc_why(why, "cannot join the site: %s", strerror(errno));

    pid_t child = fork_into(&g);
    if (child < 0 && errno == EAGAIN && req->limits->nproc)
        return sc_why(why, OVER_NPROC); /* a version 2 group refuses the birth itself */
    if (child < 0)
        return sc_why(why, "cannot fork into the site: %s", strerror(errno));
    if (child == 0)
        inside(req, &g, self, pipe_fds[1], &child_mask);

    /* From here we are only a go-between: no descriptor of the caller's, no privilege but to
     * signal. */
    int child_pidfd = sc_pidfd_open(child);
    close(pipe_fds[1]);
    close_groups(&g);
    close(lockfd);
    close(pidfd);
    close(self);
    int saved_err =
        fcntl(2, F_DUPFD_CLOEXEC, 3); /* until the program runs, for the caller to read why not */
    /* A reader must see the child's end of file, not ours: but for hold_output() */
    for (int fd = 0; fd < 3; fd++)
        if (fd != 1 || !req->hold_output)
            close(fd);
    for (size_t i = 0; i < req->n_keep; i++)
        close(req->keep[i]);
    if (chdir("/") < 0 || prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
        abort();
    uid_t caller = getuid();
    gid_t caller_gid = getgid();
    if (setresgid(caller_gid, caller_gid, caller_gid) < 0 || setresuid(caller, caller, caller) < 0)
        abort();
    /* what runs as another user than the caller is signalled by right, not by name */
    set_caps(req->as_root || caller != req->uid ? CAP_BIT(CAP_KILL) : 0);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);

    struct failure f;
    ssize_t n;
    do
        n = read(pipe_fds[0], &f, sizeof(f)); /* ends at the child's exec, or its end */
    while (n < 0 && errno == EINTR);
    close(pipe_fds[0]);
    if (n != (ssize_t)sizeof(f)) {
        if (saved_err >= 0)
            close(saved_err);
        return wait_for(child, child_pidfd, &signals);
    }
    int status = wait_for(child, child_pidfd, &signals);
    if (saved_err >= 0) {
        (void)dup2(saved_err, 2);
        close(saved_err);
    }
    f.text[sizeof(f.text) - 1] = 0;
    sc_why(why, "%s", f.text);
    return status > 0 ? -status : -SC_EXIT_CANNOT_ENTER;
}
