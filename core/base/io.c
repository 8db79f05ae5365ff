/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/io.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

int sc_write_all(int fd, const void *data, size_t len)
{
    const char *p = data;
    while (len) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EAGAIN)
            (void)poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            return -1;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

ssize_t sc_read_all(int fd, void *data, size_t size)
{
    char *p = data;
    size_t have = 0;
    while (have < size) {
        ssize_t n = read(fd, p + have, size - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        have += (size_t)n;
    }
    return (ssize_t)have;
}
