/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/enter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/base/pidfd.h"
#include "core/enter/drop.h"
#include "core/enter/ep.h"
#include "core/enter/groups.h"
#include "core/enter/keeper_find.h"

#define SITE_NAMESPACES (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC)

/* What suexec needs to check, to log and to drop; a capability beyond these is never in its
 * bounding set. */
#define SUEXEC_CAPS                                                                                \
    (SC_CAP_BIT(CAP_SETUID) | SC_CAP_BIT(CAP_SETGID) | SC_CAP_BIT(CAP_DAC_OVERRIDE) |              \
     SC_CAP_BIT(CAP_DAC_READ_SEARCH))

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
static _Noreturn void inside(const struct sc_enter *req, const struct sc_groups *g,
                             int parent_pidfd, int pipe_fd, const sigset_t *mask)
{
    /* 1. limits: from here on all that is done is the site's, and nothing of the user's ran yet */
    const char *what;
    int rc = sc_groups_join(g, req->limits, &what);
    if (rc < 0)
        fail(pipe_fd, SC_EXIT_CANNOT_ENTER, what, -rc);

    /* 2. nothing of the outside comes along but 0-2, and what is handed in on purpose */
    int keep[SC_ENTER_KEEP_MAX + 2] = {pipe_fd, parent_pidfd};
    if (req->n_keep > SC_ENTER_KEEP_MAX)
        abort();
    if (req->n_keep > 0)
        memcpy(keep + 2, req->keep, req->n_keep * sizeof(keep[0]));
    sc_drop_fds(keep, req->n_keep + 2);

    /* 3. privileges: bounding set, then groups, gid, uid, verified */
    if (req->as_root) {
        sc_drop_bounding(SUEXEC_CAPS);
        sc_drop_caps(SUEXEC_CAPS);
    } else {
        sc_drop_bounding(0);
        sc_drop_ids(req->uid,
                    req->gid); /* supplementary groups are the caller's own, by the kernel's word */
        sc_drop_caps(0);
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
    sc_drop_everything_else();
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
    sc_drop_caps(0);
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
    struct sc_groups g;
    rc = sc_groups_open(req, &g, why);
    if (rc < 0)
        return rc;
    int self = sc_pidfd_open(getpid());
    if (self < 0 || pipe2(pipe_fds, O_CLOEXEC) < 0)
        return sc_why(why, "cannot prepare: %s", strerror(errno));
    if (req->hold_output)
        hold_output();
    if (setns(pidfd, SITE_NAMESPACES) < 0)
        return sc_why(why, "cannot join the site: %s", strerror(errno));

    pid_t child = sc_groups_fork(&g);
    if (child < 0 && errno == EAGAIN && req->limits->nproc)
        return sc_why(why, SC_OVER_NPROC); /* a version 2 group refuses the birth itself */
    if (child < 0)
        return sc_why(why, "cannot fork into the site: %s", strerror(errno));
    if (child == 0)
        inside(req, &g, self, pipe_fds[1], &child_mask);

    /* From here we are only a go-between: no descriptor of the caller's, no privilege but to
     * signal. */
    int child_pidfd = sc_pidfd_open(child);
    close(pipe_fds[1]);
    sc_groups_close(&g);
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
    sc_drop_caps(req->as_root || caller != req->uid ? SC_CAP_BIT(CAP_KILL) : 0);
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
