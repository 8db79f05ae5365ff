/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/enter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/base/pidfd.h"
#include "core/enter/confined.h"
#include "core/enter/drop.h"
#include "core/enter/enter_private.h"
#include "core/enter/ep.h"
#include "core/enter/go_between.h"
#include "core/enter/groups.h"
#include "core/enter/keeper_find.h"
#include "core/enter/leader.h"
#include "core/enter/limits.h"
#include "core/enter/outside.h"
#include "core/enter/relay.h"
#include "core/enter/signals.h"
#include "core/enter/watch.h"

#define SITE_NAMESPACES (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC)

/* What suexec needs to check, to log and to drop; a capability beyond these is never in its
 * bounding set. */
#define SUEXEC_CAPS                                                                                \
    (SC_CAP_BIT(CAP_SETUID) | SC_CAP_BIT(CAP_SETGID) | SC_CAP_BIT(CAP_DAC_OVERRIDE) |              \
     SC_CAP_BIT(CAP_DAC_READ_SEARCH))

void sc_enter_guard_fds(void)
{
    while (fcntl(0, F_GETFD) < 0 || fcntl(1, F_GETFD) < 0 || fcntl(2, F_GETFD) < 0) {
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
static int keeper(struct sc_entry *e, struct sc_enter_why *why)
{
    const struct sc_enter *req = e->req;
    int rc = -ESRCH;
    /* Between our start of it and our second look it may be replaced (the site is being disabled
     * and enabled): try again, not for ever. */
    for (int i = 0; i < 3; i++) {
        rc = sc_keeper_find(req->uid, req->site, &e->keeper, &e->keeper_lock);
        if (rc != -ESRCH)
            break;
        e->foreign = !req->outside && sc_foreign_pids();
        if (e->foreign)
            break;
        int started = sc_outside_build(req->uid, req->site, why);
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

static _Noreturn void fail(int pipe_fd, int status, enum sc_failure_kind kind, const char *what,
                           int errnum)
{
    struct sc_entry_failure f = {.status = status, .kind = kind};
    snprintf(f.text, sizeof(f.text), "%s: %s", what, strerror(errnum));
    ssize_t n = write(pipe_fd, &f, sizeof(f)); /* fits a pipe: never blocks */
    _exit(n == (ssize_t)sizeof(f) ? status : SC_EXIT_CANNOT_ENTER);
}

/* kill(0, ...) reaches the whole process group, whatever namespaces are between: a request would
 * end the requests of its siblings, which are all children of one process. */
static void own_session(struct sc_watch *watch)
{
    if (setsid() > 0 && watch)
        watch->session = getpid();
}

/* A child whose parent has ended must not begin. */
static bool has_parents(const struct sc_entry *e)
{
    struct pollfd entry = {.fd = e->self, .events = POLLIN};
    return poll(&entry, 1, 0) == 0 && (e->leader == 0 || getppid() == e->leader);
}

/* The child, inside the site's namespaces, still root. The order is the design; do not change it
 * lightly. */
static _Noreturn void inside(const struct sc_entry *e)
{
    const struct sc_enter *req = e->req;
    const int pipe_fd = e->failed[1];
    /* 1. limits: from here on all that is done is the site's, and nothing of the user's ran yet */
    const char *what;
    int rc = sc_groups_join(&e->groups, req->limits, &what);
    if (rc < 0)
        fail(pipe_fd, SC_EXIT_CANNOT_ENTER, rc == -EAGAIN ? SC_FAILED_LIMIT : SC_FAILED_ENTER, what,
             -rc);

    /* 2. nothing of the outside comes along but 0-2 where they are no terminal, and what is handed
     * in on purpose */
    if (e->terminal.used) {
        sc_leader_place(&e->terminal);
        sc_terminal_replace(&e->terminal);
    }
    int keep[SC_ENTER_KEEP_MAX + 2] = {pipe_fd, e->self};
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
            fail(pipe_fd, SC_EXIT_CANNOT_ENTER, SC_FAILED_RUN,
                 "the working directory is not in this site", errno);
        if (chdir(req->docroot) < 0)
            fail(pipe_fd, SC_EXIT_CANNOT_ENTER, SC_FAILED_ENTER, "cannot enter the document root",
                 errno);
    }
    if (req->as_root)
        (void)setfsuid(0);
    if (!e->terminal.used)
        own_session(e->watch);

    /* 5. end with the parent, also when it ended just now; here, because a change of the fsuid
     * undoes it */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        abort();
    if (!has_parents(e))
        _exit(SC_EXIT_CANNOT_ENTER);
    close(e->self);

    /* 6. no way to gain anything, ever */
    sc_drop_everything_else();
    sigset_t none; /* what the caller blocked must not make the program deaf */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    rc = run(req);
    int status = rc == ENOENT || rc == ENOTDIR ? SC_EXIT_NOT_FOUND : SC_EXIT_CANNOT_ENTER;
    /* suexec and php-fpm must be there; what a person calls need not */
    fail(pipe_fd, status, req->as_root || req->unwatched ? SC_FAILED_ENTER : SC_FAILED_RUN,
         req->exe, rc);
}

/* The program's parent inside, where it gets a terminal. Outside of the site's control groups. */
static _Noreturn void lead(struct sc_entry *e)
{
    int rc = sc_leader_begin(&e->terminal);
    if (rc < 0)
        fail(e->failed[1], SC_EXIT_CANNOT_ENTER, SC_FAILED_RUN,
             "cannot have a terminal in the site", -rc);
    e->leader = getpid();
    if (e->watch)
        e->watch->session = e->leader;
    pid_t program = sc_groups_fork(&e->groups);
    if (program == 0)
        inside(e);
    if (program < 0)
        fail(e->failed[1], SC_EXIT_CANNOT_ENTER, SC_FAILED_RUN, "cannot fork in the site", errno);
    sc_leader_run(&e->terminal, program, e->self, e->req->argv);
}

/* Kept until this process ends. */
static int take_place(struct sc_entry *e, struct sc_enter_why *why)
{
    const struct sc_enter *req = e->req;
    int place = req->limits->ep ? sc_ep_take(req->uid, req->site, req->limits->ep) : 0;
    if (place == -EUSERS) {
        sc_why(why, "the site has as many entry processes as its limit allows; try again later");
        return -SC_EXIT_OVER_LIMIT;
    }
    if (place < 0)
        return sc_why(why, "cannot count the site's entry processes: %s", strerror(-place));
    e->place = req->limits->ep ? place : -EBADF;
    return 0;
}

/* Where the program can have no parent-death signal (suexec's change of ids undoes it), before the
 * site is joined. */
static int watch_from_the_start(struct sc_entry *e, struct sc_enter_why *why)
{
    int rc = sc_watch_start(e->watch, true, e->req->argv);
    return rc < 0 ? sc_why(why, "cannot watch the entry: %s", strerror(-rc)) : 0;
}

/* Joins the site. From here on its mounts are ours, and our next child is its process. */
static int join(struct sc_entry *e, struct sc_enter_why *why)
{
    const struct sc_enter *req = e->req;
    if (!req->unwatched && !(e->watch = sc_watch_new(why)))
        return -SC_EXIT_CANNOT_ENTER;
    int rc = e->watch && req->as_root ? watch_from_the_start(e, why) : 0;
    if (rc < 0)
        return rc;
    if (setns(e->keeper, SITE_NAMESPACES) < 0)
        return sc_why(why, "cannot join the site: %s", strerror(errno));
    rc = e->watch && req->as_root ? sc_watch_see(e->watch) : 0;
    return rc < 0 ? sc_why(why, "the site has no /proc: %s", strerror(-rc)) : 0;
}

/* Before the site is joined: its /dev is another. Nobody enters for the web server on a terminal. */
static int find_terminal(struct sc_entry *e, struct sc_enter_why *why)
{
    int rc = e->req->as_root ? 0 : sc_terminal_find(&e->terminal);
    if (e->terminal.used)
        sc_relay_signals(&e->signals);
    return rc < 0 ? sc_why(why, "the terminal cannot be used: %s", strerror(-rc)) : 0;
}

static int make_terminal(struct sc_entry *e, struct sc_enter_why *why)
{
    int rc = e->terminal.used ? sc_terminal_make(&e->terminal, e->req->uid) : 0;
    return rc < 0 ? sc_why(why, "cannot make a terminal in the site: %s", strerror(-rc)) : 0;
}

/* The keeper's lock is held: from here on no change of limits passes us by. */
static int newest_limits(struct sc_enter *req, struct sc_site_limits *room,
                         struct sc_enter_why *why)
{
    int rc = sc_enter_limits_now(req->uid, req->site, req->limits, room, &req->limits);
    return rc < 0 ? sc_why(why, "the site's limits cannot be read: %s", strerror(-rc)) : 0;
}

/* Everything that the child needs, up to being in the site. */
static int prepare(struct sc_entry *e, struct sc_enter *req, struct sc_site_limits *newer,
                   struct sc_enter_why *why)
{
    int rc = take_place(e, why); /* first, for it is the cheapest refusal */
    if (rc == 0)
        rc = find_terminal(e, why); /* before root's locks are held */
    if (rc == 0)
        rc = keeper(e, why);
    if (rc == 0)
        rc = newest_limits(req, newer, why);
    if (rc == 0)
        rc = sc_groups_open(req->uid, req->limits, &e->groups, why);
    if (rc < 0)
        return rc;
    e->self = sc_pidfd_open(getpid());
    if (e->self < 0 || pipe2(e->failed, O_CLOEXEC) < 0)
        return sc_why(why, "cannot prepare: %s", strerror(errno));
    rc = join(e, why);
    return rc < 0 ? rc : make_terminal(e, why);
}

static int begin(struct sc_entry *e, struct sc_enter *req, struct sc_enter_why *why)
{
    struct sc_site_limits newer;
    int rc = prepare(e, req, &newer, why);
    if (rc < 0)
        return rc;
    pid_t child = e->terminal.used ? fork() : sc_groups_fork(&e->groups);
    if (child < 0 && errno == EAGAIN && req->limits->nproc) {
        e->failed_as = SC_FAILED_LIMIT;
        return sc_why(why, SC_OVER_NPROC); /* a version 2 group refuses the birth itself */
    }
    if (child < 0)
        return sc_why(why, "cannot fork into the site: %s", strerror(errno));
    if (child == 0 && e->terminal.used)
        lead(e);
    if (child == 0)
        inside(e);
    return sc_go_between_run(e, child, why);
}

/* What the visitor gets for it, or the caller. */
static unsigned status_of(const struct sc_enter *req, int rc)
{
    bool web = req->as_root || req->unwatched;
    return !web ? (unsigned)-rc : rc == -SC_EXIT_OVER_LIMIT ? 508 : 503;
}

/* False: it is to be done here. */
static bool done_outside(struct sc_entry *e, const char *confined, int *ret,
                         struct sc_enter_why *why)
{
    return confined && !e->req->outside && sc_outside_run(e->req, confined, ret, why);
}

/* What an entry in another pid namespace than the keepers' has taken here, it takes there again. */
static int again_outside(struct sc_entry *e, int rc, struct sc_enter_why *why)
{
    if (e->place >= 0)
        close(e->place);
    (void)done_outside(e, "it sees no other processes (PrivatePIDs=)", &rc, why);
    return rc;
}

int sc_enter(const struct sc_enter *asked, struct sc_enter_why *why)
{
    struct sc_enter now = *asked;
    struct sc_entry e = {.req = &now,
                         .place = -EBADF,
                         .keeper = -EBADF,
                         .keeper_lock = -EBADF,
                         .failed_as = SC_FAILED_ENTER};
    int rc;
    if (done_outside(&e, sc_confined(now.limits), &rc, why))
        return rc;
    sc_enter_signals(&e.signals);
    e.record = sc_failures_open(now.uid, now.site);
    rc = begin(&e, &now, why);
    if (e.foreign)
        return again_outside(&e, rc, why);
    if (rc == -SC_EXIT_OVER_LIMIT)
        e.failed_as = SC_FAILED_LIMIT;
    if (rc < 0 && !(rc == -SC_EXIT_NOT_FOUND && e.failed_as == SC_FAILED_RUN))
        sc_failures_add(e.record, e.failed_as, status_of(&now, rc), why->text);
    return rc;
}
