/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/ahead.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* FNV-1a; never 0. Two paths of one digest cost an open more, and nothing else. */
static uint64_t digest(const char *path)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (; *path; path++)
        h = (h ^ (unsigned char)*path) * UINT64_C(0x100000001b3);
    return h ? h : 1;
}

static uint64_t *place(struct sc_web_ahead *a, uint64_t of)
{
    return &a->opened[of % SC_WEB_AHEAD_PLACES];
}

bool sc_web_ahead_expects(const struct sc_web_ahead *a, const char *path)
{
    uint64_t of = digest(path);
    return a->opened[of % SC_WEB_AHEAD_PLACES] == of && strlen(path) < sizeof(a->path);
}

void sc_web_ahead_drop(struct sc_web_ahead *a)
{
    int e = errno;
    if (a->fd >= 0)
        close(a->fd);
    a->fd = -1;
    a->looked = 0;
    errno = e;
}

void sc_web_ahead_looked(struct sc_web_ahead *a, const char *path, int fd)
{
    sc_web_ahead_drop(a);
    a->looked = digest(path);
    a->fd = fd;
    if (fd >= 0)
        strcpy(a->path, path); /* expected: it has room */
}

int sc_web_ahead_take(struct sc_web_ahead *a, const char *path)
{
    if (a->fd >= 0 && strcmp(path, a->path) == 0) {
        int fd = a->fd;
        a->fd = -1;
        return fd;
    }
    uint64_t of = a->looked ? digest(path) : 0;
    if (of && of == a->looked)
        *place(a, of) = of;
    return -1;
}

bool sc_web_ahead_is_below(const struct sc_web_ahead *a, const char *path)
{
    size_t n = a->fd >= 0 ? strlen(a->path) : 0;
    return n > 0 && strncmp(path, a->path, n) == 0 && path[n] == '/';
}
