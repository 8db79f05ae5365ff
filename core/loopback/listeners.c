/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/loopback/listeners.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/vec.h"

#define LISTEN 0x0Au /* TCP_LISTEN, include/net/tcp_states.h */

void sc_tcp_listeners_done(struct sc_tcp_listeners *l)
{
    free(l->v);
    *l = (struct sc_tcp_listeners){0};
}

/* "  0: 0100007F:2327 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000  0 12345 …" */
int sc_tcp_listeners_line(const char *line, struct sc_tcp_listener *ret)
{
    unsigned port = 0, state = 0, uid = 0;
    uint64_t inode = 0;
    if (strstr(line, "local_address"))
        return 0;
    if (sscanf(line,
               " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*x:%*x %*x:%*x %*x %u %*u %" SCNu64,
               &port, &state, &uid, &inode) != 4)
        return -1;
    if (state != LISTEN || port == 0)
        return 0;
    *ret = (struct sc_tcp_listener){port, (uid_t)uid, inode};
    return 1;
}

/* The kernel lists what listens before all else (net/ipv4/tcp_ipv4.c): the rest, which may be long,
 * is not asked for. */
static int read_file(const char *path, struct sc_tcp_listeners *l, struct sc_error *err)
{
    char line[512];
    SC_FILE FILE *f = fopen(path, "re");
    if (!f)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "open %s", path);
    for (bool head = true; fgets(line, sizeof(line), f); head = false) {
        struct sc_tcp_listener one;
        int is = sc_tcp_listeners_line(line, &one);
        if (is < 0)
            return sc_error_set(err, SC_E_SYS, "%s has a line that cannot be understood", path);
        if (is == 0 && !head)
            return 0;
        if (is && !SC_VEC_ROOM(l->v, l->n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for TCP ports");
        if (is)
            l->v[l->n++] = one;
    }
    return ferror(f) ? sc_error_sys(err, errno, "read %s", path) : 0;
}

int sc_tcp_listeners_read(struct sc_tcp_listeners *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_tcp_listeners_done) struct sc_tcp_listeners l = {0};
    int rc = read_file("/proc/self/net/tcp", &l, err);
    if (rc == 0)
        rc = read_file("/proc/self/net/tcp6", &l, err);
    if (rc < 0)
        return rc;
    *ret = l;
    l = (struct sc_tcp_listeners){0};
    return 0;
}

uint64_t sc_tcp_listeners_digest(const struct sc_tcp_listeners *l)
{
    uint64_t sum = 0; /* in whatever order */
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i].uid == 0)
            sum += (l->v[i].inode * 65536 + l->v[i].port) * 11400714819323198485u;
    return sum;
}
