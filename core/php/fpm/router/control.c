/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/router/control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

union room {
    struct cmsghdr align;
    char data[CMSG_SPACE(sizeof(int))];
};

int sc_router_send(int control, uint32_t what, int32_t status, int fd)
{
    struct sc_router_packet p = {what, status};
    struct iovec iov = {.iov_base = &p, .iov_len = sizeof(p)};
    union room room = {.data = {0}};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    if (fd >= 0) {
        m.msg_control = room.data;
        m.msg_controllen = sizeof(room.data);
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(fd));
        memcpy(CMSG_DATA(c), &fd, sizeof(fd));
    }
    return sendmsg(control, &m, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)sizeof(p) ? 0 : -1;
}

int sc_router_receive(int control, struct sc_router_packet *ret, int *ret_fd)
{
    struct iovec iov = {.iov_base = ret, .iov_len = sizeof(*ret)};
    union room room = {.data = {0}};
    struct msghdr m = {.msg_iov = &iov,
                       .msg_iovlen = 1,
                       .msg_control = room.data,
                       .msg_controllen = sizeof(room.data)};
    *ret_fd = -EBADF;
    ssize_t n = recvmsg(control, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
        c->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(ret_fd, CMSG_DATA(c), sizeof(int));
    return n == (ssize_t)sizeof(*ret) ? 1 : -1;
}
