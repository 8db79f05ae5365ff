/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/loopback/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

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

/* ---- by sock_diag(7): the kernel looks at nothing but what listens ---- */

static int add(struct sc_tcp_listeners *l, const struct inet_diag_msg *m)
{
    unsigned port = ntohs(m->id.idiag_sport);
    if (port == 0)
        return 0;
    if (!SC_VEC_ROOM(l->v, l->n))
        return -1;
    l->v[l->n++] = (struct sc_tcp_listener){port, (uid_t)m->idiag_uid, m->idiag_inode};
    return 0;
}

/* 1: all was told; 0: more follows; -1: no. */
static int take(struct sc_tcp_listeners *l, const struct nlmsghdr *h, size_t len)
{
    for (; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
        if (h->nlmsg_type == NLMSG_ERROR || (h->nlmsg_flags & NLM_F_DUMP_INTR))
            return -1;
        if (h->nlmsg_type == NLMSG_DONE)
            return h->nlmsg_len < NLMSG_LENGTH(sizeof(int)) || *(const int *)NLMSG_DATA(h) == 0
                       ? 1
                       : -1;
        if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
            h->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg)) || add(l, NLMSG_DATA(h)) < 0)
            return -1;
    }
    return 0;
}

static int ask(int fd, int family)
{
    struct {
        struct nlmsghdr head;
        struct inet_diag_req_v2 what;
    } q = {.head = {.nlmsg_len = sizeof(q),
                    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
           .what = {.sdiag_family = (uint8_t)family,
                    .sdiag_protocol = IPPROTO_TCP,
                    .idiag_states = 1u << LISTEN}};
    const struct timeval most = {.tv_sec = 2};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most));
    return send(fd, &q, sizeof(q), 0) == (ssize_t)sizeof(q) ? 0 : -1;
}

/* False: this kernel does not tell. */
static bool ask_kernel(int family, struct sc_tcp_listeners *l)
{
    _Alignas(struct nlmsghdr) char answer[32768];
    size_t before = l->n;
    int is = -1;
    SC_FD int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0)
        return false;
    for (is = ask(fd, family); is == 0;) {
        ssize_t n = recv(fd, answer, sizeof(answer), 0);
        if (n <= 0 && errno == EINTR)
            continue;
        is = n > 0 ? take(l, (const struct nlmsghdr *)answer, (size_t)n) : -1;
    }
    if (is < 0)
        l->n = before;
    return is == 1;
}

/* ---- by /proc ---- */

/* The kernel lists what listens before all else (net/ipv4/tcp_ipv4.c): the rest, which may be long,
 * is not asked for; but it looks through the rest to fill its page, which takes milliseconds. */
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
    int rc = ask_kernel(AF_INET, &l) ? 0 : read_file("/proc/self/net/tcp", &l, err);
    if (rc == 0 && !ask_kernel(AF_INET6, &l))
        rc = read_file("/proc/self/net/tcp6", &l, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &l);
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
