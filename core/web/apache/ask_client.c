/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/ask_client.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>

#include "core/base/cleanup.h"
#include "core/base/io.h"

#define ANSWER_S 35 /* a build gives up after 30 s */

/* A socket that is missing: the service starts, or makes its directory again. */
#define TRIES  40
#define GAP_NS 50000000L

static int connect_at(int fd, const struct sockaddr_un *sa)
{
    const struct timespec gap = {.tv_nsec = GAP_NS};
    for (int i = 0; i < TRIES; i++) {
        if (i > 0)
            (void)nanosleep(&gap, NULL);
        if (connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) == 0)
            return 0;
        /* EACCES: the directory is being made */
        if (errno != ENOENT && errno != ENOTDIR && errno != ECONNREFUSED && errno != EACCES)
            break;
    }
    return -1;
}

static int knock(const char *path, int *ret_fd, struct sc_error *err)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = ANSWER_S};
    SC_FD int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (strlen(path) >= sizeof(sa.sun_path))
        return sc_error_set(err, SC_E_TOOBIG, "the socket's path is too long: %s", path);
    strcpy(sa.sun_path, path);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
        connect_at(fd, &sa) < 0)
        return sc_error_sys(err, errno, "ask Sitecage's service for web servers at %s", path);
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

/* Takes what came along; closes what is not wanted. */
static size_t take_fds(struct msghdr *m, int fds[SC_WEB_FDS])
{
    size_t n = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
            if (n < SC_WEB_FDS)
                fds[n++] = fd;
            else
                close(fd);
        }
    }
    return n;
}

/* With `want` descriptors: none, or a view's. */
static int hear(int fd, int fds[SC_WEB_FDS], size_t want, struct sc_error *err)
{
    struct sc_web_answer a = {0};
    _Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(int) * SC_WEB_FDS)];
    struct iovec part = {&a, sizeof(a)};
    struct msghdr m = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    ssize_t n;
    do
        n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN)
        return sc_error_set(err, SC_E_TIMEOUT,
                            "Sitecage's service for web servers does not answer");
    if (n < 0)
        return sc_error_sys(err, errno, "hear Sitecage's service for web servers");
    size_t got = take_fds(&m, fds);
    a.text[sizeof(a.text) - 1] = 0;
    if (n == (ssize_t)sizeof(a) && a.status == 0 && got == want)
        return 0;
    while (got > 0)
        close(fds[--got]);
    if (n == (ssize_t)sizeof(a) && a.status < 0)
        return sc_error_set(err, a.status, "%s", a.text);
    return sc_error_set(err, SC_E_SYS, "Sitecage's service for web servers answered nonsense");
}

int sc_web_ask(const char *path, uint32_t uid, uint32_t site, int fds[SC_WEB_FDS],
               struct sc_error *err)
{
    struct sc_web_question q = {SC_WEB_ASK_MAGIC, uid, site};
    SC_FD int fd = -EBADF;
    int rc = knock(path, &fd, err);
    if (rc == 0 && send(fd, &q, sizeof(q), MSG_NOSIGNAL) != (ssize_t)sizeof(q))
        rc = sc_error_sys(err, errno, "ask Sitecage's service for web servers");
    return rc < 0 ? rc : hear(fd, fds, SC_WEB_FDS, err);
}

static int send_start(int sock, uint32_t gid, int report, struct sc_error *err)
{
    struct sc_web_question q = {SC_WEB_START_MAGIC, gid, 0};
    _Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec part = {&q, sizeof(q)};
    struct msghdr m = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &report, sizeof(int));
    return sendmsg(sock, &m, MSG_NOSIGNAL) == (ssize_t)sizeof(q)
               ? 0
               : sc_error_sys(err, errno, "tell Sitecage's service for web servers");
}

int sc_web_tell_start(const char *path, uint32_t gid, const char *report, size_t len,
                      struct sc_error *err)
{
    int none[SC_WEB_FDS];
    SC_FD int sock = -EBADF;
    SC_FD int fd = memfd_create("sitecage-report", MFD_CLOEXEC);
    if (fd < 0 || sc_write_all(fd, report, len) < 0)
        return sc_error_sys(err, errno, "put the report into memory");
    int rc = knock(path, &sock, err);
    if (rc == 0)
        rc = send_start(sock, gid, fd, err);
    return rc < 0 ? rc : hear(sock, none, 0, err);
}
