/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/enter.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/enter/keeper_find.h"
#include "core/enter/paths.h"
#include "core/enter/site_filter.h" /* made at build time by seccomp_gen */

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

/* Everything but 0-2 and these two, in whatever order they are. */
static void close_others(int a, int b)
{
    unsigned lo = (unsigned)(a < b ? a : b), hi = (unsigned)(a < b ? b : a);
    if (lo > 3)
        (void)syscall(SYS_close_range, 3U, lo - 1, 0);
    if (hi > lo + 1)
        (void)syscall(SYS_close_range, lo + 1, hi - 1, 0);
    if (syscall(SYS_close_range, hi + 1, ~0U, 0) < 0)
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

/* The child, inside the site's namespaces, still root. The order is the design; do not change it
 * lightly. */
static _Noreturn void inside(const struct sc_enter *req, int parent_pidfd, int pipe_fd,
                             const sigset_t *mask)
{
    /* 1. nothing of the outside comes along but 0-2 */
    close_others(pipe_fd, parent_pidfd);

    /* 2. privileges: bounding set, then groups, gid, uid, verified */
    if (req->as_root) {
        drop_bounding(SUEXEC_CAPS);
        set_caps(SUEXEC_CAPS);
    } else {
        drop_bounding(0);
        drop_ids(req->uid,
                 req->gid); /* supplementary groups are the caller's own, by the kernel's word */
        set_caps(0);
    }

    /* 3. end with the parent, also when it ended just now */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        abort();
    struct pollfd gone = {.fd = parent_pidfd, .events = POLLIN};
    if (poll(&gone, 1, 0) != 0)
        _exit(SC_EXIT_CANNOT_ENTER);
    close(parent_pidfd);

    /* 4. be where the caller was; checked with the rights that the program will have */
    if (!req->cwd || chdir(req->cwd) < 0) {
        if (req->cwd_must)
            fail(pipe_fd, SC_EXIT_CANNOT_ENTER, "the working directory is not in this site", errno);
        if (chdir(req->docroot) < 0)
            fail(pipe_fd, SC_EXIT_CANNOT_ENTER, "cannot enter the document root", errno);
    }

    /* 5. no way to gain anything, ever */
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
                (void)syscall(SYS_pidfd_send_signal, child_pidfd, sig, NULL, 0);
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

    int pidfd = -EBADF, lockfd = -EBADF, pipe_fds[2];
    int rc = keeper(req, &pidfd, &lockfd, why);
    if (rc < 0)
        return rc;
    int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
    if (self < 0 || pipe2(pipe_fds, O_CLOEXEC) < 0)
        return sc_why(why, "cannot prepare: %s", strerror(errno));
    if (setns(pidfd, SITE_NAMESPACES) < 0)
        return sc_why(why, "cannot join the site: %s", strerror(errno));

    pid_t child = fork();
    if (child < 0)
        return sc_why(why, "cannot fork into the site: %s", strerror(errno));
    if (child == 0)
        inside(req, self, pipe_fds[1], &child_mask);

    /* From here we are only a go-between: no descriptor of the caller's, no privilege but to
     * signal. */
    int child_pidfd = (int)syscall(SYS_pidfd_open, child, 0);
    close(pipe_fds[1]);
    close(lockfd);
    close(pidfd);
    close(self);
    int saved_err =
        fcntl(2, F_DUPFD_CLOEXEC, 3); /* until the program runs, for the caller to read why not */
    for (int fd = 0; fd < 3; fd++)
        close(fd);
    if (chdir("/") < 0 || prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
        abort();
    uid_t caller = getuid();
    gid_t caller_gid = getgid();
    if (setresgid(caller_gid, caller_gid, caller_gid) < 0 || setresuid(caller, caller, caller) < 0)
        abort();
    set_caps(req->as_root ? CAP_BIT(CAP_KILL) : 0);
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
