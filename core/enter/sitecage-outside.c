/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-outside: one call of an entry that may not do it where it is (outside.h). Started by
 * sitecage-proxyexecd in the machine's own namespaces, as root, with the connection as descriptor 3; it
 * trusts its peer, which is root's and had to open a socket of root's, in all but what only suexec's
 * entry may have. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/io.h"
#include "core/base/paths.h"
#include "core/base/pidfd.h"
#include "core/enter/ask.h"
#include "core/enter/enter.h"
#include "core/enter/groups.h"
#include "core/enter/helper.h"

#define CALLER 3

struct call {
    struct sc_ask ask;
    char *body;
    struct sc_ask_words words;
    int fds[SC_ASK_FDS];
    size_t n_fds;
};

static _Noreturn void end(int rc, const char *text)
{
    struct sc_ask_answer a = {.result = rc};
    snprintf(a.text, sizeof(a.text), "%s", text);
    _exit(send(CALLER, &a, sizeof(a), MSG_NOSIGNAL) == (ssize_t)sizeof(a) ? 0 : 1);
}

static _Noreturn void refuse(const char *text)
{
    end(-SC_EXIT_CANNOT_ENTER, text);
}

/* ---- hearing it ---- */

/* The kernel hands all of them over in one header. */
static void take_fds(struct msghdr *m, struct call *c)
{
    struct cmsghdr *h = CMSG_FIRSTHDR(m);
    if (!h || h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
        return;
    size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    c->n_fds = n > SC_ASK_FDS ? 0 : n;
    memcpy(c->fds, CMSG_DATA(h), c->n_fds * sizeof(int));
}

static void hear(struct call *c)
{
    union {
        char bytes[CMSG_SPACE(SC_ASK_FDS * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct timeval limit = {.tv_sec = 5};
    struct iovec v = {&c->ask, sizeof(c->ask)};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = control.bytes,
                       .msg_controllen = sizeof(control.bytes)};
    (void)setsockopt(CALLER, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    if (recvmsg(CALLER, &m, MSG_CMSG_CLOEXEC | MSG_WAITALL) != (ssize_t)sizeof(c->ask))
        _exit(1);
    take_fds(&m, c);
    if (sc_ask_check(&c->ask) < 0)
        refuse("another version of Sitecage has been installed: try again");
    c->body = malloc(c->ask.len + 1);
    if (!c->body || sc_read_all(CALLER, c->body, c->ask.len) != (ssize_t)c->ask.len)
        _exit(1);
    limit.tv_sec = 0;
    (void)setsockopt(CALLER, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

/* ---- building ---- */

static _Noreturn void build(const struct sc_ask *ask)
{
    struct sc_enter_why why = {{0}};
    char uid[16], site[16], exe[] = SC_BUILD_EXE, all[] = SC_REBUILD_EXE,
                            groups[] = SC_REBUILD_GROUPS;
    snprintf(uid, sizeof(uid), "%u", ask->uid);
    snprintf(site, sizeof(site), "%u", ask->site);
    char *one[] = {exe, uid, site, NULL}, *account[] = {all, uid, NULL},
         *counting[] = {all, groups, uid, NULL};
    int rc = sc_enter_helper(ask->what == SC_ASK_BUILD     ? one
                             : ask->what == SC_ASK_REBUILD ? account
                                                           : counting,
                             &why);
    end(rc, why.text);
}

/* ---- running ---- */

/* Descriptors 0-2 and those to keep at the numbers that they had. */
static int place_fds(struct call *c)
{
    int top = CALLER + 1;
    for (uint32_t i = 0; i < c->ask.n_keep; i++)
        top = c->ask.keep[i] >= top ? c->ask.keep[i] + 1 : top;
    for (size_t i = 0; i < c->n_fds; i++)
        if ((c->fds[i] = fcntl(c->fds[i], F_DUPFD_CLOEXEC, top)) < 0)
            return -errno;
    for (size_t i = 0; i < c->n_fds; i++) {
        int to = i < 3 ? (int)i : c->ask.keep[i - 3];
        if (dup2(c->fds[i], to) < 0)
            return -errno;
        close(c->fds[i]);
    }
    return 0;
}

/* What the caller is, as the kernel has it for a setuid program of root's. */
static int become_caller(const struct sc_ask *ask, const char *body)
{
    (void)umask((mode_t)ask->umask & 07777);
    for (int i = 0; i < SC_ASK_LIMITS && i < (int)RLIM_NLIMITS; i++) {
        struct rlimit l = {(rlim_t)ask->limits[i][0], (rlim_t)ask->limits[i][1]};
        if (syscall(SYS_prlimit64, 0, (long)i, &l, NULL) < 0)
            return -errno;
    }
    gid_t *groups = calloc((size_t)ask->n_groups + 1, sizeof(*groups));
    if (!groups)
        return -ENOMEM;
    memcpy(groups, body, ask->n_groups * sizeof(*groups));
    int rc = setgroups(ask->n_groups, groups) < 0 ||
                     setresgid(ask->rgid, ask->rgid, ask->rgid) < 0 ||
                     setresuid(ask->ruid, 0, 0) < 0
                 ? -errno
                 : 0;
    free(groups);
    return rc;
}

/* The site's limits, by the table; the entry has looked at it, too. */
static int find_limits(const struct sc_ask *ask, struct sc_site_limits *ret)
{
    struct sc_table t = {0};
    int rc = sc_table_open(ask->uid, &t);
    if (rc < 0)
        return rc;
    struct sc_site_ref ref = sc_table_site(&t, ask->site);
    rc = ref.state == SC_SITE_ISOLATED ? sc_table_limits(&t, &ref, ret) : -ESRCH;
    sc_table_close(&t);
    if (rc == 0 && ask->flags & SC_ASK_NO_EP)
        ret->ep = 0;
    return rc;
}

/* As root runs nothing but the server's own suexec. */
static bool is_suexec(const char *exe)
{
    char real[PATH_MAX];
    ssize_t n = readlink(SC_SUEXEC_REAL, real, sizeof(real) - 1);
    if (n <= 0)
        return false;
    real[n] = 0;
    return strcmp(real, exe) == 0;
}

static int enter(struct call *c, struct sc_enter_why *why)
{
    const struct sc_ask *ask = &c->ask;
    struct sc_site_limits limits;
    int keep[SC_ENTER_KEEP_MAX];
    for (uint32_t i = 0; i < ask->n_keep; i++)
        keep[i] = ask->keep[i];
    int rc = find_limits(ask, &limits);
    if (rc == 0)
        rc = become_caller(ask, c->body);
    if (rc < 0)
        return sc_why(why, "cannot enter for a service: %s", strerror(-rc));
    const struct sc_enter req = {.uid = ask->uid,
                                 .gid = ask->gid,
                                 .site = ask->site,
                                 .cwd = c->words.cwd,
                                 .docroot = c->words.docroot,
                                 .cwd_must = ask->flags & SC_ASK_CWD_MUST,
                                 .as_root = ask->flags & SC_ASK_AS_ROOT,
                                 .hold_output = ask->flags & SC_ASK_HOLD_OUTPUT,
                                 .unwatched = ask->flags & SC_ASK_UNWATCHED,
                                 .outside = true,
                                 .limits = &limits,
                                 .keep = keep,
                                 .n_keep = ask->n_keep,
                                 .exe = c->words.exe,
                                 .argv = c->words.argv,
                                 .envp = c->words.envp};
    return sc_enter(&req, why);
}

static _Noreturn void entry(struct call *c, int says)
{
    struct sc_ask_answer a = {0};
    struct sc_enter_why why = {{0}};
    int rc = place_fds(c);
    a.result = rc < 0 ? sc_why(&why, "descriptors: %s", strerror(-rc)) : enter(c, &why);
    memcpy(a.text, why.text, sizeof(a.text));
    _exit(sc_write_all(says, &a, sizeof(a)) == 0 ? 0 : 1);
}

/* The version 2 group that the caller is in, for what it started to be in, too; or -1. */
static int group_of_caller(void)
{
    struct ucred who;
    socklen_t len = sizeof(who);
    char path[64], line[PATH_MAX], dir[PATH_MAX + 32];
    if (getsockopt(CALLER, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0)
        return -1;
    snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)who.pid);
    FILE *f = fopen(path, "re");
    int fd = -1;
    while (f && fd < 0 && fgets(line, sizeof(line), f)) {
        line[strcspn(line, "\n")] = 0;
        snprintf(dir, sizeof(dir), "/sys/fs/cgroup%s", line + 3);
        if (strncmp(line, "0::/", 4) == 0)
            fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (f)
        fclose(f);
    return fd;
}

/* Passes the caller's signals on to the entry; ends it with the caller. Returns when it has said what
 * became of it, or has ended. */
static void attend(int entry_fd, int heard)
{
    struct pollfd p[] = {{.fd = CALLER, .events = POLLIN}, {.fd = heard, .events = POLLIN}};
    for (;;) {
        unsigned char sig;
        if (poll(p, 2, -1) < 0)
            continue;
        if (p[1].revents)
            return;
        if (!p[0].revents)
            continue;
        ssize_t n = recv(CALLER, &sig, 1, 0);
        bool gone = n == 0 || (n < 0 && errno != EINTR);
        if (n == 1 || gone)
            (void)sc_pidfd_signal(entry_fd, gone ? SIGKILL : sig);
        if (gone)
            p[0].fd = -1;
    }
}

static _Noreturn void run(struct call *c)
{
    if (c->n_fds != 3 + (size_t)c->ask.n_keep || sc_ask_words(&c->ask, c->body, &c->words) < 0)
        refuse("what was asked cannot be understood");
    if (c->ask.flags & SC_ASK_AS_ROOT && !is_suexec(c->words.exe))
        refuse("this is not the server's suexec");
    int said[2];
    struct sc_groups g = {.born = group_of_caller(), .current = -EBADF};
    if (pipe2(said, O_CLOEXEC) < 0)
        refuse(strerror(errno));
    pid_t pid = sc_groups_fork(&g);
    if (pid == 0) {
        int says = fcntl(said[1], F_DUPFD_CLOEXEC, SC_ASK_KEEP_BELOW);
        close(CALLER);
        if (says < 0)
            _exit(1);
        entry(c, says);
    }
    int fd = pid < 0 ? -1 : sc_pidfd_open(pid);
    if (fd < 0)
        refuse(strerror(errno));
    close(said[1]);
    for (size_t i = 0; i < c->n_fds; i++)
        close(c->fds[i]);
    attend(fd, said[0]);
    struct sc_ask_answer a = {.result = -SC_EXIT_CANNOT_ENTER, .text = "the entry was killed"};
    struct sc_ask_answer heard;
    if (sc_read_all(said[0], &heard, sizeof(heard)) == (ssize_t)sizeof(heard))
        a = heard;
    end(a.result, a.text);
}

int main(void)
{
    static struct call c;
    if (getuid() != 0 || fcntl(CALLER, F_GETFD) < 0) {
        dprintf(2, "sitecage-outside is started by Sitecage itself\n");
        return 2;
    }
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    hear(&c);
    if (c.ask.what == SC_ASK_RUN)
        run(&c);
    build(&c.ask);
}
