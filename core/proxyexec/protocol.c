/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/proxyexec/protocol.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char magic[4] = {'S', 'P', 'X', '1'};

#define BODY_FIXED 8u /* kind, 3 zero bytes, two counts of 2 bytes */

static void put16(unsigned char *p, size_t n)
{
    p[0] = (unsigned char)(n >> 8);
    p[1] = (unsigned char)n;
}

static unsigned get16(const unsigned char *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

/* ---- requests ---- */

void sc_proxy_request_done(struct sc_proxy_request *r)
{
    SC_FREE_ALL(r->args, r->env, r->body);
    *r = (struct sc_proxy_request){0};
}

static size_t size_of(char *const *v, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += strlen(v[i]) + 1;
    return sum;
}

static char *add_strings(char *p, char *const *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p = stpcpy(p, v[i]) + 1;
    return p;
}

int sc_proxy_request_write(const struct sc_proxy_request *r, char **ret, size_t *ret_len)
{
    if (!r->name || !r->name[0] || !r->cwd)
        return -EINVAL;
    if (r->n_args > SC_PROXY_ARGS_MAX || r->n_env > SC_PROXY_ENV_MAX)
        return -E2BIG;
    size_t len = BODY_FIXED + strlen(r->cwd) + 1 + strlen(r->name) + 1 +
                 size_of(r->args, r->n_args) + size_of(r->env, r->n_env);
    if (len > SC_PROXY_BODY_MAX)
        return -E2BIG;
    char *out = calloc(1, SC_PROXY_HEAD + len);
    if (!out)
        return -ENOMEM;
    unsigned char *head = (unsigned char *)out;
    memcpy(head, magic, sizeof(magic));
    put16(head + 4, len >> 16);
    put16(head + 6, len & 0xffff);
    head[8] = (unsigned char)r->kind;
    put16(head + 12, r->n_args);
    put16(head + 14, r->n_env);
    char *p = stpcpy(out + SC_PROXY_HEAD + BODY_FIXED, r->cwd) + 1;
    p = stpcpy(p, r->name) + 1;
    p = add_strings(p, r->args, r->n_args);
    (void)add_strings(p, r->env, r->n_env);
    *ret = out;
    *ret_len = SC_PROXY_HEAD + len;
    return 0;
}

/* The next string of the body, or NULL when none is left. */
static char *next(char **p, const char *end)
{
    char *s = *p;
    if (s >= end)
        return NULL;
    *p = s + strlen(s) + 1; /* the body ends with a NUL */
    return s;
}

static bool take_strings(char **p, const char *end, char **v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(v[i] = next(p, end)))
            return false;
    return true;
}

int sc_proxy_request_parse(const char *body, size_t len, struct sc_proxy_request *ret)
{
    const unsigned char *fixed = (const unsigned char *)body;
    if (len < BODY_FIXED + 4 || len > SC_PROXY_BODY_MAX || body[len - 1] != 0 || fixed[1] ||
        fixed[2] || fixed[3])
        return -EPROTO;
    struct sc_proxy_request r = {
        .kind = fixed[0], .n_args = get16(fixed + 4), .n_env = get16(fixed + 6)};
    if ((r.kind != SC_PROXY_BY_ALIAS && r.kind != SC_PROXY_BY_PATH) ||
        r.n_args > SC_PROXY_ARGS_MAX || r.n_env > SC_PROXY_ENV_MAX)
        return -EPROTO;
    r.body = malloc(len);
    r.args = calloc(r.n_args + 1, sizeof(*r.args));
    r.env = calloc(r.n_env + 1, sizeof(*r.env));
    if (!r.body || !r.args || !r.env) {
        sc_proxy_request_done(&r);
        return -ENOMEM;
    }
    memcpy(r.body, body, len);
    char *p = r.body + BODY_FIXED;
    const char *end = r.body + len;
    bool good = (r.cwd = next(&p, end)) && (r.name = next(&p, end)) && r.name[0] &&
                (!r.cwd[0] || r.cwd[0] == '/') && take_strings(&p, end, r.args, r.n_args) &&
                take_strings(&p, end, r.env, r.n_env) && p == end;
    if (!good) {
        sc_proxy_request_done(&r);
        return -EPROTO;
    }
    *ret = r;
    return 0;
}

int sc_proxy_send(int sock, const char *message, size_t len, const int fds[SC_PROXY_FDS])
{
    union {
        char bytes[CMSG_SPACE(SC_PROXY_FDS * sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    size_t sent = 0;
    while (sent < len) {
        struct iovec iov = {(char *)(uintptr_t)message + sent, len - sent};
        struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
        if (sent == 0) {
            m.msg_control = control.bytes;
            m.msg_controllen = sizeof(control.bytes);
            struct cmsghdr *c = CMSG_FIRSTHDR(&m);
            c->cmsg_level = SOL_SOCKET;
            c->cmsg_type = SCM_RIGHTS;
            c->cmsg_len = CMSG_LEN(SC_PROXY_FDS * sizeof(int));
            memcpy(CMSG_DATA(c), fds, SC_PROXY_FDS * sizeof(int));
        }
        ssize_t n = sendmsg(sock, &m, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        sent += (size_t)n;
    }
    return 0;
}

/* ---- receiving a request ---- */

struct got {
    int fds[SC_PROXY_FDS];
    size_t n_fds;
    bool too_many;
};

static void got_close(struct got *g)
{
    for (size_t i = 0; i < g->n_fds; i++)
        close(g->fds[i]);
    g->n_fds = 0;
}

static struct cmsghdr *next_part(struct msghdr *m, struct cmsghdr *c)
{
#pragma GCC diagnostic push /* musl's macro mixes signs */
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
    return CMSG_NXTHDR(m, c);
#pragma GCC diagnostic pop
}

static void take_fds(struct got *g, struct msghdr *m)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = next_part(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
            if (g->n_fds < SC_PROXY_FDS) {
                g->fds[g->n_fds++] = fd;
            } else {
                close(fd);
                g->too_many = true;
            }
        }
    }
    if (m->msg_flags & MSG_CTRUNC)
        g->too_many = true;
}

/* Exactly `len` bytes until the deadline; not one more is read. */
static int receive_all(int sock, char *out, size_t len, int64_t deadline, struct got *g)
{
    union {
        char bytes[CMSG_SPACE((SC_PROXY_FDS + 1) * sizeof(int))];
        struct cmsghdr align;
    } control;
    size_t have = 0;
    while (have < len) {
        int64_t left = deadline - sc_clock_ms();
        struct pollfd p = {.fd = sock, .events = POLLIN};
        int ready = left > 0 ? poll(&p, 1, (int)left) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return -errno;
        if (ready == 0)
            return -ETIME;
        struct iovec iov = {out + have, len - have};
        struct msghdr m = {.msg_iov = &iov,
                           .msg_iovlen = 1,
                           .msg_control = control.bytes,
                           .msg_controllen = sizeof(control.bytes)};
        ssize_t n = recvmsg(sock, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            return -errno;
        take_fds(g, &m);
        if (n == 0)
            return -ENODATA;
        have += (size_t)n;
    }
    return 0;
}

int sc_proxy_receive(int sock, int wait_ms, struct sc_proxy_request *ret, int ret_fds[SC_PROXY_FDS])
{
    int64_t deadline = sc_clock_ms() + wait_ms;
    struct got g = {.n_fds = 0};
    char head[SC_PROXY_HEAD], *body = NULL;
    size_t len = 0;
    int rc = receive_all(sock, head, sizeof(head), deadline, &g);
    if (rc == 0) {
        const unsigned char *h = (const unsigned char *)head;
        len = (size_t)get16(h + 4) << 16 | get16(h + 6);
        if (memcmp(head, magic, sizeof(magic)) != 0 || len > SC_PROXY_BODY_MAX || len == 0)
            rc = -EPROTO;
    }
    if (rc == 0 && !(body = malloc(len)))
        rc = -ENOMEM;
    if (rc == 0)
        rc = receive_all(sock, body, len, deadline, &g);
    if (rc == 0 && (g.n_fds != SC_PROXY_FDS || g.too_many))
        rc = -EPROTO;
    if (rc == 0)
        rc = sc_proxy_request_parse(body, len, ret);
    free(body);
    if (rc < 0) {
        got_close(&g);
        return rc;
    }
    memcpy(ret_fds, g.fds, sizeof(g.fds));
    return 0;
}

/* ---- answers: type, value, 2 bytes of length, text ---- */

int sc_proxy_answer_send(int sock, const struct sc_proxy_answer *a)
{
    unsigned char out[4 + SC_PROXY_TEXT_MAX];
    size_t n = strnlen(a->text, SC_PROXY_TEXT_MAX);
    out[0] = a->type;
    out[1] = a->value;
    put16(out + 2, n);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)a->text[i];
        out[4 + i] = c < 0x20 || c == 0x7f ? '?' : c;
    }
    ssize_t sent;
    do
        sent = send(sock, out, 4 + n, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)(4 + n) ? 0 : sent < 0 ? -errno : -EIO;
}

static int read_all(int sock, unsigned char *out, size_t len)
{
    for (size_t have = 0; have < len;) {
        ssize_t n = recv(sock, out + have, len - have, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == ECONNRESET ? -ENODATA : -errno;
        if (n == 0)
            return -ENODATA;
        have += (size_t)n;
    }
    return 0;
}

int sc_proxy_answer_receive(int sock, struct sc_proxy_answer *ret)
{
    unsigned char head[4], text[SC_PROXY_TEXT_MAX];
    int rc = read_all(sock, head, sizeof(head));
    if (rc < 0)
        return rc;
    size_t n = get16(head + 2);
    if (!memchr("XKBE", head[0], 4) || n > SC_PROXY_TEXT_MAX)
        return -EPROTO;
    rc = read_all(sock, text, n);
    if (rc < 0)
        return rc;
    ret->type = head[0];
    ret->value = head[1];
    for (size_t i = 0; i < n; i++)
        ret->text[i] = (char)(text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i]);
    ret->text[n] = 0;
    return 0;
}

int sc_proxy_signal_passes(int sig)
{
    return sig == SIGHUP || sig == SIGINT || sig == SIGQUIT || sig == SIGTERM || sig == SIGUSR1 ||
           sig == SIGUSR2 || sig == SIGALRM || sig == SIGWINCH || sig == SIGCONT;
}

int sc_proxy_env_passes(const char *variable)
{
    static const char *const names[] = {"TERM", "LANG", "TZ", "COLUMNS", "LINES"};
    const char *eq = strchr(variable, '=');
    if (!eq || strlen(eq + 1) > 255)
        return 0;
    size_t n = (size_t)(eq - variable);
    bool known = n > 3 && n < 32 && strncmp(variable, "LC_", 3) == 0;
    for (size_t i = 3; known && i < n; i++)
        known = (variable[i] >= 'A' && variable[i] <= 'Z') || variable[i] == '_';
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !known; i++)
        known = strlen(names[i]) == n && strncmp(variable, names[i], n) == 0;
    if (!known)
        return 0;
    /* libraries open files by these values: zone files below one directory, and nothing else */
    bool zone = n == 2;
    for (const char *p = eq + 1; *p; p++)
        if (*p <= 0x20 || *p == 0x7f || (*p == '/' && !zone))
            return 0;
    return !(zone && (strchr("/:.", eq[1]) || strstr(eq + 1, "..")));
}
