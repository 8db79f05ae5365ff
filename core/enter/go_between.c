/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/go_between.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/pidfd.h"
#include "core/enter/drop.h"
#include "core/enter/relay.h"

static void start_watch(struct sc_entry *e)
{
    if (sc_watch_see(e->watch) == 0)
        (void)sc_watch_start(e->watch, false, e->req->argv);
}

/* From here we are only a go-between: no descriptor of the caller's, no privilege but to signal. */
static void become_go_between(struct sc_entry *e)
{
    const struct sc_enter *req = e->req;
    /* our further children, none of which is the site's, are born outside of it */
    if (setns(e->self, CLONE_NEWPID) < 0)
        abort();
    close(e->failed[1]);
    sc_groups_close(&e->groups);
    close(e->keeper_lock);
    close(e->keeper);
    close(e->self);
    if (e->terminal.used)
        sc_terminal_close_inside(&e->terminal);
    /* A reader must see the child's end of file, not ours */
    for (int fd = 0; fd < 3; fd++)
        if (fd != 1 || !req->hold_output)
            close(fd);
    for (size_t i = 0; i < req->n_keep; i++)
        close(req->keep[i]);
    if (chdir("/") < 0 || prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
        abort();
    uid_t uid = getuid();
    gid_t gid = getgid();
    if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
        abort();
    /* what runs as another user than the caller is signalled by right, not by name */
    sc_drop_caps(req->as_root || uid != req->uid ? SC_CAP_BIT(CAP_KILL) : 0);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* The next signal; late in coming, it finds the entry watched. */
static int next_signal(struct sc_entry *e, bool *late, siginfo_t *ret)
{
    static const struct timespec soon = {.tv_nsec = SC_WATCH_LATE_MS * 1000000L};
    if (!*late)
        return sigwaitinfo(&e->signals, ret);
    int sig = sigtimedwait(&e->signals, ret, &soon);
    if (sig < 0 && errno == EAGAIN) {
        *late = false;
        start_watch(e);
    }
    return sig;
}

/* Passes signals on, and waits. */
static int wait_for(struct sc_entry *e, pid_t child, int child_pidfd)
{
    bool late = e->watch && !e->req->as_root;
    for (;;) {
        siginfo_t si;
        int sig = next_signal(e, &late, &si);
        if (sig < 0)
            continue;
        if (sig != SIGCHLD) {
            (void)sc_pidfd_signal(child_pidfd, sig);
            continue;
        }
        int status;
        pid_t pid = waitpid(child, &status, WNOHANG);
        if (pid == child && e->watch)
            e->watch->over = true;
        if (pid == child)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (pid < 0 && errno != EINTR)
            return SC_EXIT_CANNOT_ENTER;
    }
}

/* The child is the program's parent. Watched from the start: while the terminal is ours, it must not
 * stay so when we are killed. */
static int work_terminal(struct sc_entry *e, pid_t child)
{
    if (e->watch)
        start_watch(e);
    return sc_relay_run(&e->terminal, child, &e->signals, e->watch);
}

/* Ends at the child's exec, or its end. False: the program runs. */
static bool child_failed(const struct sc_entry *e, struct sc_entry_failure *ret)
{
    ssize_t n;
    do
        n = read(e->failed[0], ret, sizeof(*ret));
    while (n < 0 && errno == EINTR);
    close(e->failed[0]);
    ret->text[sizeof(ret->text) - 1] = 0;
    return n == (ssize_t)sizeof(*ret);
}

int sc_go_between_run(struct sc_entry *e, pid_t child, struct sc_enter_why *why)
{
    struct sc_entry_failure f;
    int child_pidfd = sc_pidfd_open(child);
    /* until the program runs, for the caller to read why not */
    int saved_err = fcntl(2, F_DUPFD_CLOEXEC, 3);
    become_go_between(e);
    bool failed = child_failed(e, &f);
    if (!failed && saved_err >= 0)
        close(saved_err);
    if (!failed && !e->req->unwatched) /* php-fpm is there when it is ready, not when it begins */
        sc_failures_ended(e->record);
    int status =
        e->terminal.used && !failed ? work_terminal(e, child) : wait_for(e, child, child_pidfd);
    if (!failed && status == 128 + SIGKILL)
        sc_failures_add(e->record, SC_FAILED_KILLED, (unsigned)status, "a program was killed");
    if (!failed)
        return status;
    e->failed_as = f.kind;
    if (saved_err >= 0) {
        (void)dup2(saved_err, 2);
        close(saved_err);
    }
    sc_why(why, "%s", f.text);
    return status > 0 ? -status : -SC_EXIT_CANNOT_ENTER;
}
