/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/fcgi.h"
#include "core/base/seccomp_filter.h"
#include "core/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define BEGIN_MS   30000
#define ANSWER_MS  2000              /* that the entry may take to say why no program runs */
#define ANSWER_MAX 4096              /* a CGI response of ours */
#define REST_S     30                /* for the rest of a request that was answered already, */
#define REST_MAX   ((size_t)4 << 30) /* and its bytes */

int sc_fcgi_listens(int fd)
{
    int yes = 0;
    socklen_t len = sizeof(yes);
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &len) < 0)
        return errno == ENOTSOCK ? 0 : -errno;
    return yes != 0;
}

/* ---- the process without rights: its descriptors are numbers ---- */

enum {
    CLIENT = 3,
    PROGRAM = 4,
    ENTRY = 5
};

static unsigned char begin[SC_FCGI_BEGIN_MAX], params[SC_FCGI_BEGIN_MAX];

/* What the entry reads. */
struct report {
    bool ok;
    struct sc_fcgi_said said;
};

static void lock_up(void)
{
    struct sock_filter code[] = {
        SC_SECCOMP_BEGIN,
        SC_SECCOMP_ALLOW(SYS_read),
        SC_SECCOMP_ALLOW(SYS_write),
#ifdef SYS_poll
        SC_SECCOMP_ALLOW(SYS_poll),
#endif
        SC_SECCOMP_ALLOW(SYS_ppoll),
        SC_SECCOMP_ALLOW(SYS_shutdown),
        SC_SECCOMP_ALLOW(SYS_setitimer),
        SC_SECCOMP_ALLOW(SYS_exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog prog = {.len = sizeof(code) / sizeof(code[0]), .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) < 0)
        _exit(1);
}

/* Nothing but the three descriptors; the caller's real ids, for good. (A change of all ids from
 * root takes the capabilities along.) */
static void drop_all(int client, int program, int entry)
{
    int fds[] = {client, program, entry};
    for (int i = 0; i < 3; i++)
        if ((fds[i] = fcntl(fds[i], F_DUPFD, ENTRY + 1)) < 0)
            _exit(1);
    for (int i = 0; i < 3; i++)
        if (dup2(fds[i], CLIENT + i) < 0)
            _exit(1);
    if (syscall(SYS_close_range, 0U, (unsigned)CLIENT - 1, 0) < 0 ||
        syscall(SYS_close_range, (unsigned)ENTRY + 1, ~0U, 0) < 0)
        _exit(1);
    uid_t uid = getuid();
    gid_t gid = getgid();
    if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0 ||
        (uid != 0 && setuid(0) == 0) || chdir("/") < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        _exit(1);
}

static bool readable_in(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, ms) > 0;
}

static bool write_record(unsigned char type, unsigned id, const void *content, size_t len)
{
    unsigned char head[SC_FCGI_HEAD] = {1,
                                        type,
                                        (unsigned char)(id >> 8),
                                        (unsigned char)id,
                                        (unsigned char)(len >> 8),
                                        (unsigned char)len};
    return sc_write_all(CLIENT, head, sizeof(head)) == 0 && sc_write_all(CLIENT, content, len) == 0;
}

/* The program never answered: says what the entry has to say, if anything. */
static _Noreturn void answer(unsigned id)
{
    enum {
        END_REQUEST = 3,
        STDOUT = 6
    };
    static const unsigned char complete[8];
    char text[ANSWER_MAX];
    size_t n = 0;
    while (n < sizeof(text) && readable_in(ENTRY, ANSWER_MS)) {
        ssize_t got = read(ENTRY, text + n, sizeof(text) - n);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    if (n == 0 || !write_record(STDOUT, id, text, n) || !write_record(STDOUT, id, NULL, 0) ||
        !write_record(END_REQUEST, id, complete, sizeof(complete)))
        _exit(0);
    /* what a visitor still sends must not become a reset, which would take the answer with it; a
     * web server has all of it by now, and does not read the answer before it has sent that */
    static const struct itimerval end = {.it_value = {.tv_sec = REST_S}};
    (void)shutdown(CLIENT, SHUT_WR);
    (void)setitimer(ITIMER_REAL, &end, NULL); /* SIGALRM ends us */
    for (size_t rest = 0; rest < REST_MAX && readable_in(CLIENT, BEGIN_MS);) {
        ssize_t got = read(CLIENT, begin, sizeof(begin));
        if (got <= 0)
            break;
        rest += (size_t)got;
    }
    _exit(0);
}

/* One direction of the connection. */
struct way {
    int from, to;
    unsigned char *buf;
    size_t size, at, len;
    bool end, closed; /* no more to read; and the other side was told */
};

/* False when the connection is over. */
static bool move(struct way *w, const struct pollfd *readable, const struct pollfd *writable)
{
    if (w->len == 0 && !w->end && readable->revents) {
        ssize_t n = read(w->from, w->buf, w->size);
        if (n == 0)
            w->end = true;
        else if (n < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        w->at = 0;
        w->len = n > 0 ? (size_t)n : 0;
    }
    if (w->len > 0 && (readable->revents || writable->revents)) {
        ssize_t n = write(w->to, w->buf + w->at, w->len);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        if (n > 0) {
            w->at += (size_t)n;
            w->len -= (size_t)n;
        }
    }
    if (w->end && w->len == 0 && !w->closed) {
        (void)shutdown(w->to, SHUT_WR);
        w->closed = true;
    }
    return true;
}

static _Noreturn void relay(size_t len, unsigned id)
{
    static unsigned char back[65536];
    struct way in = {CLIENT, PROGRAM, begin, sizeof(begin), 0, len, false, false};
    struct way out = {PROGRAM, CLIENT, back, sizeof(back), 0, 0, false, false};
    bool answered = false;
    for (;;) {
        short c = (short)((in.len == 0 && !in.end ? POLLIN : 0) | (out.len > 0 ? POLLOUT : 0));
        short p = (short)((out.len == 0 && !out.end ? POLLIN : 0) | (in.len > 0 ? POLLOUT : 0));
        struct pollfd fds[2] = {{.fd = c ? CLIENT : -1, .events = c},
                                {.fd = p ? PROGRAM : -1, .events = p}};
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            _exit(1);
        bool alive = move(&out, &fds[1], &fds[0]);
        answered |= out.len > 0 || out.at > 0;
        if ((!alive || out.end) && !answered)
            answer(id);
        if (!alive || out.closed)
            _exit(0);
        /* that the program reads no more is no error: its answer may still come */
        if (!move(&in, &fds[0], &fds[1]))
            in = (struct way){.from = CLIENT, .to = PROGRAM, .end = true, .closed = true};
    }
}

static _Noreturn void without_rights(const struct sockaddr_un *addr, socklen_t addr_len)
{
    static struct report r;
    size_t len = 0;
    int rc = 0;
    if (connect(PROGRAM, (const struct sockaddr *)addr, addr_len) < 0 ||
        fcntl(PROGRAM, F_SETFL, O_NONBLOCK) < 0 || fcntl(CLIENT, F_SETFL, O_NONBLOCK) < 0)
        _exit(1);
    lock_up();
    while (rc == 0 && len < sizeof(begin) && readable_in(CLIENT, BEGIN_MS)) {
        ssize_t n = read(CLIENT, begin + len, sizeof(begin) - len);
        if (n <= 0)
            break;
        len += (size_t)n;
        rc = sc_fcgi_said(begin, len, params, &r.said);
    }
    r.ok = rc == 1;
    if (sc_write_all(ENTRY, &r, sizeof(r)) < 0 || !r.ok)
        _exit(1);
    relay(len, r.said.id);
}

/* ---- the entry ---- */

/* Nobody's child: the program that will be run here may count its own. */
static int start(int client, int program, int entry, const struct sockaddr_un *addr,
                 socklen_t addr_len)
{
    pid_t pid = fork();
    if (pid == 0) {
        pid_t grandchild = fork();
        if (grandchild != 0)
            _exit(grandchild < 0);
        (void)setsid();
        (void)signal(SIGPIPE, SIG_IGN);
        (void)signal(SIGALRM, SIG_DFL);
        sigset_t alarms;
        sigemptyset(&alarms);
        sigaddset(&alarms, SIGALRM);
        (void)sigprocmask(SIG_UNBLOCK, &alarms, NULL);
        drop_all(client, program, entry);
        without_rights(addr, addr_len);
    }
    int status = 1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return pid > 0 && status == 0 ? 0 : -EAGAIN;
}

static bool read_report(int fd, struct report *r)
{
    size_t n = 0;
    while (n < sizeof(*r)) {
        ssize_t got = read(fd, (char *)r + n, sizeof(*r) - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        n += (size_t)got;
    }
    r->said.docroot[PATH_MAX - 1] = 0;
    r->said.script[PATH_MAX - 1] = 0;
    r->said.translated[PATH_MAX - 1] = 0;
    return r->ok;
}

int sc_fcgi_first(int listener, struct sc_fcgi_said *ret, struct sc_enter_why *why)
{
    static struct report r;
    struct sockaddr_un addr = {0};
    socklen_t len = sizeof(addr);
    int client, pair[2];
    (void)signal(SIGCHLD, SIG_DFL);
    if (getsockname(listener, (struct sockaddr *)&addr, &len) < 0 || len > sizeof(addr) ||
        addr.sun_family != AF_UNIX || len <= offsetof(struct sockaddr_un, sun_path))
        return sc_why(why, "the FastCGI socket is no Unix socket with a name");
    do {
        struct pollfd p = {.fd = listener, .events = POLLIN};
        (void)poll(&p, 1, -1);
        client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    } while (client < 0 && (errno == EINTR || errno == EAGAIN || errno == ECONNABORTED));
    int program = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0 || program < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return sc_why(why, "cannot accept the first request: %s", strerror(errno));
    int rc = start(client, program, pair[1], &addr, len);
    close(client);
    close(program);
    close(pair[1]);
    if (rc < 0)
        return sc_why(why, "cannot start what reads the first request");
    if (!read_report(pair[0], &r))
        return sc_why(why, "the first FastCGI request cannot be understood");
    *ret = r.said;
    return pair[0];
}
