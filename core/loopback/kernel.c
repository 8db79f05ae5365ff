/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/loopback/kernel.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "core/base/cleanup.h"

#define ANSWER_MAX 32768
#define ANSWER_S   5
#define TRIES      5 /* while others change the firewall */

struct request {
    struct nlmsghdr head;
    struct nfgenmsg family;
    struct nlattr attr;
    char name[64];
};

struct answers {
    struct sc_loopback_made *ret;
    bool over, interrupted;
    int error; /* errno */
};

static int open_netlink(int flags, int *ret, struct sc_error *err)
{
    struct timeval wait = {.tv_sec = ANSWER_S};
    SC_FD int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, NETLINK_NETFILTER);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) < 0)
        return sc_error_sys(err, errno, "ask the kernel's firewall");
    *ret = sc_steal_fd(&fd);
    return 0;
}

/* A message about one table: `attr` says which attribute has its name. Returns its length. */
static size_t about(struct request *q, unsigned type, unsigned flags, unsigned attr,
                    const char *table)
{
    *q = (struct request){.head = {.nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type),
                                   .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags)},
                          .family = {.nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0}};
    size_t len = strnlen(table, sizeof(q->name) - 1) + 1;
    memcpy(q->name, table, len - 1);
    q->attr.nla_type = (uint16_t)attr;
    q->attr.nla_len = (uint16_t)(sizeof(q->attr) + len);
    q->head.nlmsg_len = (uint32_t)(offsetof(struct request, name) + NLMSG_ALIGN(len));
    return q->head.nlmsg_len;
}

/* 0, or a negative errno. */
static int ask(int fd, unsigned type, unsigned flags, unsigned attr, const char *table)
{
    struct request q;
    size_t len = about(&q, type, flags, attr, table);
    return send(fd, &q, len, 0) < 0 ? -errno : 0;
}

/* The table's handle, big-endian; 1 where an old kernel gives none. */
static uint64_t handle_in(const struct nlmsghdr *m)
{
    const char *at = (const char *)NLMSG_DATA(m) + NLMSG_ALIGN(sizeof(struct nfgenmsg));
    const char *end = (const char *)m + m->nlmsg_len;
    while (at + sizeof(struct nlattr) <= end) {
        struct nlattr a;
        uint64_t handle;
        memcpy(&a, at, sizeof(a));
        if (a.nla_len < sizeof(a) || a.nla_len > end - at)
            break;
        if ((a.nla_type & NLA_TYPE_MASK) == NFTA_TABLE_HANDLE &&
            a.nla_len == sizeof(a) + sizeof(handle)) {
            memcpy(&handle, at + sizeof(a), sizeof(handle));
            return be64toh(handle);
        }
        at += NLA_ALIGN(a.nla_len);
    }
    return 1;
}

static void read_message(const struct nlmsghdr *m, struct answers *a)
{
    a->interrupted |= (m->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
    if (m->nlmsg_type == NLMSG_ERROR) {
        const struct nlmsgerr *e = NLMSG_DATA(m);
        a->error = m->nlmsg_len < NLMSG_LENGTH(sizeof(*e)) ? EIO : -e->error;
        a->over = true;
    } else if (m->nlmsg_type == NLMSG_DONE) {
        a->over = true;
    } else if (m->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE)) {
        a->ret->handle = handle_in(m);
        a->over = true;
    } else if (m->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE)) {
        a->ret->rules++;
    }
}

/* 0, or a negative errno. */
static int read_answers(int fd, struct answers *a)
{
    char data[ANSWER_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
    while (!a->over) {
        ssize_t n = recv(fd, data, sizeof(data), 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        unsigned left = (unsigned)n;
        for (struct nlmsghdr *m = (struct nlmsghdr *)data; NLMSG_OK(m, left);
             m = NLMSG_NEXT(m, left))
            read_message(m, a);
    }
    return -a->error;
}

/* 0, or a negative errno. */
static int look_once(int fd, const char *table, struct sc_loopback_made *ret, bool *interrupted)
{
    struct answers a = {.ret = ret};
    int rc = ask(fd, NFT_MSG_GETTABLE, 0, NFTA_TABLE_NAME, table);
    if (rc == 0)
        rc = read_answers(fd, &a);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    a = (struct answers){.ret = ret};
    rc = ask(fd, NFT_MSG_GETRULE, NLM_F_DUMP, NFTA_RULE_TABLE, table);
    if (rc == 0)
        rc = read_answers(fd, &a);
    *interrupted = a.interrupted;
    if (rc == -ENOENT)
        *interrupted = true; /* it went since */
    return *interrupted ? 0 : rc;
}

int sc_loopback_kernel_look(const char *table, struct sc_loopback_made *ret, struct sc_error *err)
{
    for (int i = 0; i < TRIES; i++) {
        SC_FD int fd = -EBADF;
        struct sc_loopback_made is = {0};
        bool interrupted = false;
        int rc = open_netlink(0, &fd, err);
        if (rc < 0)
            return rc;
        rc = look_once(fd, table, &is, &interrupted);
        if (rc < 0)
            return sc_error_sys(err, -rc, "ask the kernel's firewall (nf_tables)");
        if (interrupted)
            continue;
        *ret = is;
        return 0;
    }
    return sc_error_set(err, SC_E_BUSY, "the kernel's firewall is being changed all the time");
}

/* The beginning or the end of a transaction. */
static struct request edge(unsigned type)
{
    return (struct request){
        .head = {.nlmsg_type = (uint16_t)type,
                 .nlmsg_flags = NLM_F_REQUEST,
                 .nlmsg_len = offsetof(struct request, attr)},
        .family = {.version = NFNETLINK_V0, .res_id = htobe16(NFNL_SUBSYS_NFTABLES)}};
}

int sc_loopback_kernel_remove(const char *table, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    struct sc_loopback_made none = {0};
    struct answers a = {.ret = &none};
    struct request begin = edge(NFNL_MSG_BATCH_BEGIN), end = edge(NFNL_MSG_BATCH_END), q;
    size_t len = about(&q, NFT_MSG_DELTABLE, NLM_F_ACK, NFTA_TABLE_NAME, table);
    struct iovec v[] = {{&begin, begin.head.nlmsg_len}, {&q, len}, {&end, end.head.nlmsg_len}};
    struct msghdr m = {.msg_iov = v, .msg_iovlen = 3};
    int rc = open_netlink(0, &fd, err);
    if (rc < 0)
        return rc;
    rc = sendmsg(fd, &m, 0) < 0 ? -errno : read_answers(fd, &a);
    return rc == 0 || rc == -ENOENT
               ? 0
               : sc_error_sys(err, -rc, "remove the firewall's table inet %s", table);
}

int sc_loopback_kernel_watch(int *ret_fd, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    int group = NFNLGRP_NFTABLES;
    const struct sockaddr_nl any = {.nl_family =
                                        AF_NETLINK}; /* without a number it hears nothing */
    int rc = open_netlink(SOCK_NONBLOCK, &fd, err);
    if (rc == 0 && (bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0 ||
                    setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0))
        rc = sc_error_sys(err, errno, "listen to changes of the kernel's firewall");
    if (rc == 0)
        *ret_fd = sc_steal_fd(&fd);
    return rc;
}

void sc_loopback_kernel_drain(int fd)
{
    char data[4096];
    for (int i = 0; i < 100000; i++)
        if (recv(fd, data, sizeof(data), MSG_DONTWAIT | MSG_TRUNC) < 0 && errno != ENOBUFS &&
            errno != EINTR)
            return;
}
