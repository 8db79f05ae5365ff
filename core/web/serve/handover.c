/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/serve/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/lock.h"
#include "core/base/paths.h"
#include "core/base/run.h"
#include "core/base/there.h"
#include "core/enter/keeper_find.h"

#define BUILD_MS   32000  /* a build gives up after 30 s */
#define REBUILD_MS 600000 /* very many accounts */

static int open_of(pid_t pid, const char *what, int flags, int *ret, struct sc_error *err)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0)
        return sc_error_sys(err, errno, "open %s", path);
    *ret = fd;
    return 0;
}

static int is_alive(int pidfd)
{
    struct pollfd p = {.fd = pidfd, .events = POLLIN};
    return poll(&p, 1, 0) == 0;
}

/* Its keeper's descriptors. What was opened by the pid is the keeper's when the keeper lives
 * afterwards. */
static int find_view(uid_t uid, unsigned site, int fds[SC_WEB_FDS], struct sc_error *err)
{
    SC_FD int keeper = -EBADF;
    SC_FD int lock = -EBADF;
    SC_FD int root = -EBADF;
    SC_FD int mounts = -EBADF;
    int rc = sc_keeper_find(uid, site, &keeper, &lock);
    if (rc == -ESRCH)
        return sc_error_set(err, SC_E_NOTFOUND, "site %u does not run", site);
    if (rc < 0)
        return sc_error_sys(err, -rc, "look for the keeper of site %u", site);
    pid_t pid = sc_lock_holder(lock);
    if (pid < 0)
        return sc_error_sys(err, -pid, "look for the keeper of site %u", site);
    if (pid == 0)
        return sc_error_set(err, SC_E_NOTFOUND, "site %u does not run", site);
    rc = open_of(pid, "root", O_PATH | O_DIRECTORY, &root, err);
    if (rc == 0)
        rc = open_of(pid, "ns/mnt", O_RDONLY, &mounts, err);
    if (!is_alive(keeper))
        return sc_error_set(err, SC_E_NOTFOUND, "site %u does not run", site);
    if (rc < 0)
        return rc;
    fds[SC_WEB_FD_ROOT] = sc_steal_fd(&root);
    fds[SC_WEB_FD_KEEPER] = sc_steal_fd(&keeper);
    fds[SC_WEB_FD_MOUNTS] = sc_steal_fd(&mounts);
    return 0;
}

static int send_view(int sock, const int fds[SC_WEB_FDS], struct sc_error *err)
{
    struct sc_web_answer a = {0};
    _Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(int) * SC_WEB_FDS)] = {0};
    struct iovec part = {&a, sizeof(a)};
    struct msghdr m = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int) * SC_WEB_FDS);
    memcpy(CMSG_DATA(c), fds, sizeof(int) * SC_WEB_FDS);
    return sendmsg(sock, &m, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)sizeof(a)
               ? 0
               : sc_error_sys(err, errno, "answer the web server");
}

int sc_web_hand_over(int sock, uid_t uid, unsigned site, struct sc_error *err)
{
    int fds[SC_WEB_FDS];
    int rc = find_view(uid, site, fds, err);
    if (rc < 0)
        return rc;
    rc = send_view(sock, fds, err);
    for (size_t i = 0; i < SC_WEB_FDS; i++)
        sc_close(&fds[i]);
    return rc;
}

void sc_web_turn_away(int sock, const struct sc_error *why)
{
    struct sc_web_answer a = {.status = why->code < 0 ? why->code : SC_E_SYS};
    snprintf(a.text, sizeof(a.text), "%.250s", why->text);
    (void)send(sock, &a, sizeof(a), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int run_ours(const char *const *argv, int timeout_ms, const char *silent,
                    struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_run_spec spec = {.argv = argv, .timeout_ms = timeout_ms};
    int rc = sc_run(&spec, &r, err);
    if (rc < 0 || sc_run_ok(&r))
        return rc;
    const char *said = r.err.data ? r.err.data : "";
    return sc_error_set(err, SC_E_SYS, "%.*s", (int)strcspn(*said ? said : silent, "\n"),
                        *said ? said : silent);
}

int sc_web_rebuild(const char *whose, struct sc_error *err)
{
    const char *const argv[] = {SC_REBUILD_EXE, whose, NULL};
    return run_ours(argv, REBUILD_MS,
                    "the state of sites cannot be made again; the administrator's log says why",
                    err);
}

/* As an entry sees it: the account has isolated sites, and its table is missing. */
static bool was_emptied(const char *uid)
{
    char mark[64], table[64];
    snprintf(mark, sizeof(mark), SC_MARK_DIR "/%s", uid);
    snprintf(table, sizeof(table), SC_RUN_DIR "/%s/sites", uid);
    return access(table, F_OK) < 0 && sc_is_absent(errno) &&
           (access(mark, F_OK) == 0 || !sc_is_absent(errno));
}

int sc_web_build(uid_t uid, unsigned site, struct sc_error *err)
{
    char plan[64], user[16], id[16];
    snprintf(plan, sizeof(plan), SC_RUN_DIR "/%u/%u.plan", (unsigned)uid, site);
    snprintf(user, sizeof(user), "%u", (unsigned)uid);
    snprintf(id, sizeof(id), "%u", site);
    if (was_emptied(user)) {
        int rc = sc_web_rebuild(user, err);
        if (rc < 0)
            return rc;
    }
    if (access(plan, F_OK) < 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? sc_error_set(err, SC_E_NOTFOUND, "site %u is no isolated site", site)
                   : sc_error_sys(err, errno, "look for %s", plan);
    const char *const argv[] = {SC_BUILD_EXE, user, id, NULL};
    return run_ours(argv, BUILD_MS, "the site cannot be built; the administrator's log says why",
                    err);
}
