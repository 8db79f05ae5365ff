/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/flow.h"

#include <errno.h>
#include <unistd.h>

void sc_flow_clear(struct sc_flow *f)
{
    f->at = f->len = 0;
}

size_t sc_flow_undo_onlcr(char *data, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        if (data[i] != '\r' || i + 1 == len || data[i + 1] != '\n')
            data[n++] = data[i];
    return n;
}

/* A line feed that the buffer's end parted from its carriage return is waiting already: the
 * terminal wrote both at once. */
static size_t undone(struct sc_flow *f, size_t len, int fd)
{
    if (f->data[len - 1] == '\r' && read(fd, f->data + len, 1) == 1)
        len++;
    return sc_flow_undo_onlcr(f->data, len);
}

ssize_t sc_flow_read(struct sc_flow *f, int fd)
{
    ssize_t n = read(fd, f->data, sizeof(f->data) - 1);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0)
        return -1;
    f->at = 0;
    f->len = f->undo_onlcr ? undone(f, (size_t)n, fd) : (size_t)n;
    return n;
}

int sc_flow_write(struct sc_flow *f, int fd)
{
    while (f->len > 0) {
        ssize_t n = write(fd, f->data + f->at, f->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? 0 : -1;
        if (n == 0)
            return 0;
        f->at += (size_t)n;
        f->len -= (size_t)n;
    }
    return 0;
}
