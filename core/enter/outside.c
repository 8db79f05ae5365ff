/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/outside.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/io.h"
#include "core/base/paths.h"
#include "core/enter/ask.h"
#include "core/enter/confined.h"
#include "core/enter/helper.h"
#include "core/enter/signals.h"

#define START_MS 5000  /* for a service that is being started, or started again, to answer */
#define WORK_MS  40000 /* more than sitecage-build gives itself */
#define AGAIN_MS 50

#define NO_SERVICE                                                                                 \
    "and Sitecage's service outside does not answer: start it (systemctl start "                   \
    "sitecage-proxyexec)"

static int try_connect(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = SC_OUTSIDE_SOCKET};
    struct timeval limit = {.tv_sec = START_MS / 1000};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
        return fd;
    int rc = -errno;
    close(fd);
    return rc;
}

/* A descriptor, or -errno. */
static int reach(int wait_ms)
{
    int64_t end = sc_clock_ms() + wait_ms;
    int fd = try_connect();
    while ((fd == -ENOENT || fd == -ECONNREFUSED) && sc_clock_ms() < end) {
        sc_sleep_ms(AGAIN_MS);
        fd = try_connect();
    }
    return fd;
}

/* Takes the answer. False: there is none. */
static bool hear(int fd, struct sc_ask_answer *ret)
{
    if (sc_read_all(fd, ret, sizeof(*ret)) != (ssize_t)sizeof(*ret))
        return false;
    ret->text[sizeof(ret->text) - 1] = 0;
    return true;
}

static int result(const struct sc_ask_answer *a, struct sc_enter_why *why)
{
    if (a->result < 0)
        sc_why(why, "%s", a->text);
    return a->result;
}

static int work(int fd, const struct sc_ask *ask, struct sc_enter_why *why)
{
    struct sc_ask_answer a;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (send(fd, ask, sizeof(*ask), MSG_NOSIGNAL) != (ssize_t)sizeof(*ask))
        return sc_why(why, "Sitecage's service outside: %s", strerror(errno));
    int64_t end = sc_clock_ms() + WORK_MS, left;
    int n = 0;
    while (n <= 0 && (left = end - sc_clock_ms()) > 0)
        n = poll(&p, 1, (int)left);
    if (n <= 0)
        return sc_why(why, "Sitecage's service outside is not ready after %d s", WORK_MS / 1000);
    return hear(fd, &a) ? result(&a, why)
                        : sc_why(why, "Sitecage's service outside ended meanwhile; try again");
}

/* Here, where nothing confines this process; else by the service. */
static int have_done(const struct sc_ask *ask, char *const helper[], struct sc_enter_why *why)
{
    static const struct sc_site_limits none;
    bool home = sc_in_machine();
    const char *confined = sc_confined(&none);
    if (home && !confined)
        return sc_enter_helper(helper, why);
    int fd = reach(home ? 0 : START_MS);
    if (fd < 0 && home)
        return sc_enter_helper(helper, why);
    if (fd < 0)
        return sc_why(why, "this is a service's own view of the machine, " NO_SERVICE);
    int rc = work(fd, ask, why);
    close(fd);
    return rc;
}

int sc_outside_build(uid_t uid, unsigned site, struct sc_enter_why *why)
{
    const struct sc_ask ask = {
        .format = SC_ASK_FORMAT, .what = SC_ASK_BUILD, .uid = uid, .site = site};
    char user[16], id[16], exe[] = SC_BUILD_EXE;
    snprintf(user, sizeof(user), "%u", (unsigned)uid);
    snprintf(id, sizeof(id), "%u", site);
    char *argv[] = {exe, user, id, NULL};
    return have_done(&ask, argv, why);
}

int sc_outside_rebuild(uid_t uid, struct sc_enter_why *why)
{
    const struct sc_ask ask = {.format = SC_ASK_FORMAT, .what = SC_ASK_REBUILD, .uid = uid};
    char user[16], exe[] = SC_REBUILD_EXE;
    snprintf(user, sizeof(user), "%u", (unsigned)uid);
    char *argv[] = {exe, user, NULL};
    return have_done(&ask, argv, why);
}

int sc_outside_make_groups(uid_t uid, struct sc_enter_why *why)
{
    const struct sc_ask ask = {.format = SC_ASK_FORMAT, .what = SC_ASK_COUNTING, .uid = uid};
    char user[16], exe[] = SC_REBUILD_EXE, groups[] = SC_REBUILD_GROUPS;
    snprintf(user, sizeof(user), "%u", (unsigned)uid);
    char *argv[] = {exe, groups, user, NULL};
    return have_done(&ask, argv, why);
}

/* ---- running ---- */

static void describe_process(struct sc_ask *ask)
{
    ask->ruid = getuid();
    ask->rgid = getgid();
    ask->umask = (uint32_t)umask(0);
    (void)umask((mode_t)ask->umask);
    for (int i = 0; i < SC_ASK_LIMITS && i < (int)RLIM_NLIMITS; i++) {
        struct rlimit l = {RLIM_INFINITY, RLIM_INFINITY};
        /* glibc and musl differ in the type of getrlimit()'s first argument */
        (void)syscall(SYS_prlimit64, 0, (long)i, NULL, &l);
        ask->limits[i][0] = l.rlim_cur;
        ask->limits[i][1] = l.rlim_max;
    }
}

/* The head with its descriptors, and the body. 0, or -errno. */
static int send_all(int fd, const struct sc_ask *ask, const char *body)
{
    union {
        char bytes[CMSG_SPACE(SC_ASK_FDS * sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    int fds[SC_ASK_FDS] = {0, 1, 2};
    size_t n = 3 + (size_t)ask->n_keep;
    for (uint32_t i = 0; i < ask->n_keep; i++)
        fds[3 + i] = ask->keep[i];
    struct iovec v = {(void *)(uintptr_t)ask, sizeof(*ask)};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = control.bytes,
                       .msg_controllen = (socklen_t)CMSG_SPACE(n * sizeof(int))};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = (socklen_t)CMSG_LEN(n * sizeof(int)); /* glibc: size_t */
    memcpy(CMSG_DATA(c), fds, n * sizeof(int));
    ssize_t sent = sendmsg(fd, &m, MSG_NOSIGNAL);
    if (sent != (ssize_t)sizeof(*ask))
        return sent < 0 ? -errno : -EIO;
    for (size_t at = 0; at < ask->len; at += (size_t)sent) {
        sent = send(fd, body + at, ask->len - at, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return -errno;
        sent = sent < 0 ? 0 : sent;
    }
    return 0;
}

static int ask_run(int fd, const struct sc_enter *req)
{
    struct sc_ask ask;
    int n = getgroups(0, NULL);
    if (n < 0)
        return -errno;
    int rc = sc_ask_of(req, (size_t)n, &ask);
    if (rc < 0)
        return rc;
    describe_process(&ask);
    char *body = malloc(ask.len);
    gid_t *groups = calloc((size_t)n + 1, sizeof(*groups));
    if (!body || !groups)
        rc = -ENOMEM;
    if (rc == 0 && getgroups(n, groups) != n)
        rc = -EAGAIN;
    if (rc == 0) {
        memcpy(body, groups, (size_t)n * sizeof(*groups));
        sc_ask_write(&ask, req, body);
        rc = send_all(fd, &ask, body);
    }
    free(groups);
    free(body);
    return rc;
}

/* As the waiting parent in a site (go_between.c): readers must see the program's end of file, not
 * ours. */
static void let_go(const struct sc_enter *req)
{
    close(0);
    if (!req->hold_output)
        close(1);
    for (size_t i = 0; i < req->n_keep; i++)
        close(req->keep[i]);
    gid_t gid = getgid();
    uid_t uid = getuid();
    if (chdir("/") < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
        abort();
}

/* Passes signals on, and waits for the answer. */
static int follow(int fd, int signals, struct sc_enter_why *why)
{
    struct sc_ask_answer a;
    struct pollfd p[] = {{.fd = fd, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    for (;;) {
        struct signalfd_siginfo si;
        if (poll(p, 2, -1) < 0)
            continue;
        if (p[0].revents)
            return hear(fd, &a) ? result(&a, why)
                                : sc_why(why, "Sitecage's service outside ended the program");
        if (p[1].revents && read(signals, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
            unsigned char sig = (unsigned char)si.ssi_signo;
            (void)send(fd, &sig, 1, MSG_NOSIGNAL);
        }
    }
}

bool sc_outside_run(const struct sc_enter *req, const char *confined, int *ret,
                    struct sc_enter_why *why)
{
    sigset_t set;
    bool home = sc_in_machine();
    int fd = reach(home ? 0 : START_MS);
    if (fd < 0 && home)
        return false;
    *ret = -SC_EXIT_CANNOT_ENTER;
    if (fd < 0) {
        sc_why(why, "this service's sandbox: %s, " NO_SERVICE, confined);
        return true;
    }
    sc_enter_signals(&set);
    int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    int rc = signals < 0 ? -errno : ask_run(fd, req);
    if (rc < 0) {
        sc_why(why, "Sitecage's service outside: %s", strerror(-rc));
        return true;
    }
    let_go(req);
    *ret = follow(fd, signals, why);
    return true;
}
