/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How php-fpm reloads (sapi/fpm/fpm/fpm_process_ctl.c, fpm_sockets.c): at SIGUSR2 the master sends
 * SIGQUIT to all workers and, after process_control_timeout, which is 0 where nobody set it,
 * SIGTERM: running requests are lost. So the workers are ended here before, one and all by SIGQUIT,
 * while the master is stopped and cannot make new ones. When all are gone it becomes its own
 * program again, with FPM_SOCKETS=ADDRESS=FD,… in the environment. To hand it one socket more, its
 * program is covered for that moment by sitecage-fpm-reexec, which adds to that list and goes on as
 * the real one. */
#include "core/php/fpm/master.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/run.h"
#include "core/base/clock.h"
#include "core/base/pidfd.h"
#include "core/base/proc.h"
#include "core/php/fpm/run.h"

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

#define TITLE     "php-fpm: master process ("
#define FINISH_MS 10000 /* for requests that run */
#define EXEC_MS   15000 /* for the new program */
#define AFTER_MS  3000  /* for its daemon, when it has ended itself */

static ssize_t read_proc(pid_t pid, const char *what, char *out, size_t size)
{
    SC_FD int fd = sc_proc_open(pid);
    ssize_t n = fd < 0 ? -1 : sc_proc_read(fd, what, out, size);
    if (n < 0)
        out[0] = 0;
    return n;
}

static int no_answer(int procfd, int errnum)
{
    return sc_proc_has_ended(procfd, errnum) ? 0 : -errnum;
}

/* Root's for certain, for a title can be chosen by anybody; and this server's: a container's master
 * may read a file of the same name. 1, 0, or a negative errno. */
static int is_ours(int procfd)
{
    struct stat st, ns, mine;
    if (fstat(procfd, &st) < 0)
        return no_answer(procfd, errno);
    if (st.st_uid != 0)
        return 0;
    if (fstatat(procfd, "ns/pid", &ns, 0) < 0)
        return no_answer(procfd, errno);
    if (stat("/proc/self/ns/pid", &mine) < 0)
        return -errno;
    return ns.st_ino == mine.st_ino && ns.st_dev == mine.st_dev;
}

/* The process's title is `want`, or begins with it, and it is ours. */
static int is_master(int procfd, const char *want)
{
    char got[PATH_MAX + 40];
    ssize_t n = sc_proc_read(procfd, "cmdline", got, sizeof(got));
    if (n < 0)
        return no_answer(procfd, (int)-n);
    return n > 0 && strncmp(got, want, strlen(want)) == 0 ? is_ours(procfd) : 0;
}

pid_t sc_fpm_master_find(const char *main)
{
    char want[PATH_MAX + 40];
    snprintf(want, sizeof(want), TITLE "%s)", main);
    SC_CLEANUP(sc_proc_list_close) struct sc_proc_list l = {0};
    int rc = sc_proc_list_open(0, &l);
    if (rc < 0)
        return rc;
    for (;;) {
        SC_FD int fd = -EBADF;
        pid_t pid = sc_proc_next(&l, &fd);
        if (pid <= 0)
            return pid;
        rc = is_master(fd, want);
        if (rc)
            return rc < 0 ? rc : pid;
    }
}

static char state_of(pid_t pid)
{
    struct sc_proc_stat st;
    SC_FD int fd = sc_proc_open(pid);
    return fd >= 0 && sc_proc_stat(fd, &st) == 0 ? st.state : 0;
}

/* 1: a living child of `parent`. */
static int is_child(int procfd, pid_t parent)
{
    struct sc_proc_stat st;
    int rc = sc_proc_stat(procfd, &st);
    if (rc < 0)
        return no_answer(procfd, -rc);
    return st.state != 'Z' && st.state != 'X' && st.parent == parent;
}

/* 1: a living child of the master with this title (NULL: any). */
static int is_worker(int procfd, pid_t master, const char *title)
{
    char got[256];
    int rc = is_child(procfd, master);
    if (rc <= 0 || !title)
        return rc;
    ssize_t n = sc_proc_read(procfd, "cmdline", got, sizeof(got));
    return n < 0 ? no_answer(procfd, (int)-n) : n > 0 && strcmp(got, title) == 0;
}

#define WORKERS_MAX 8192

/* Those of the master. The caller frees *ret. */
static int workers(pid_t master, const char *title, pid_t **ret, size_t *ret_n)
{
    SC_CLEANUP(sc_proc_list_close) struct sc_proc_list l = {0};
    int rc = (*ret = calloc(WORKERS_MAX, sizeof(**ret))) ? sc_proc_list_open(0, &l) : -ENOMEM;
    while (rc >= 0 && *ret_n < WORKERS_MAX) {
        SC_FD int fd = -EBADF;
        pid_t pid = sc_proc_next(&l, &fd);
        if (pid <= 0)
            return pid;
        rc = is_worker(fd, master, title);
        if (rc == 1)
            (*ret)[(*ret_n)++] = pid;
    }
    return rc < 0 ? rc : 0;
}

static int lives(pid_t pid, pid_t master)
{
    SC_FD int fd = sc_proc_open(pid);
    if (fd < 0)
        return errno == ENOENT || errno == ESRCH ? 0 : -errno;
    return is_child(fd, master);
}

/* True when all have ended in time. */
static bool wait_gone(const pid_t *v, size_t n, pid_t master, long long until)
{
    for (size_t i = 0; i < n;) {
        if (lives(v[i], master) == 0)
            i++;
        else if (sc_clock_ms() >= until)
            return false;
        else
            sc_sleep_ms(2);
    }
    return true;
}

int sc_fpm_master_kick(pid_t master, const char *pool, int ms, struct sc_error *err)
{
    char title[256];
    SC_FREE pid_t *v = NULL;
    size_t n = 0;
    snprintf(title, sizeof(title), "php-fpm: pool %s", pool);
    int rc = workers(master, title, &v, &n);
    for (size_t i = 0; i < n; i++)
        (void)kill(v[i], SIGQUIT);
    if (!wait_gone(v, n, master, sc_clock_ms() + ms))
        for (size_t i = 0; i < n && rc >= 0; i++)
            if ((rc = lives(v[i], master)) == 1)
                (void)kill(v[i], SIGKILL);
    return rc < 0 ? sc_error_sys(err, -rc, "look for the workers of the PHP-FPM pool %s", pool) : 0;
}

/* ---- sockets ---- */

static bool listens_at(int fd, const char *listen)
{
    union {
        struct sockaddr any;
        struct sockaddr_un un;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    } a = {0};
    socklen_t len = sizeof(a) - 1;
    int on = 0;
    socklen_t on_len = sizeof(on);
    char text[INET6_ADDRSTRLEN], full[80];
    if (getsockname(fd, &a.any, &len) < 0 ||
        getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &on_len) < 0 || !on)
        return false;
    if (a.any.sa_family == AF_UNIX)
        return len > sizeof(a.un.sun_family) && strcmp(a.un.sun_path, listen) == 0;
    if (a.any.sa_family == AF_INET && inet_ntop(AF_INET, &a.in.sin_addr, text, sizeof(text)))
        snprintf(full, sizeof(full), "%s:%u", text, ntohs(a.in.sin_port));
    else if (a.any.sa_family == AF_INET6 &&
             inet_ntop(AF_INET6, &a.in6.sin6_addr, text, sizeof(text)))
        snprintf(full, sizeof(full), "[%s]:%u", text, ntohs(a.in6.sin6_port));
    else
        return false;
    return strcmp(full, listen) == 0;
}

int sc_fpm_master_socket(pid_t pid, const char *listen)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    SC_FD int pidfd = sc_pidfd_open(pid);
    if (pidfd < 0)
        return errno == ESRCH ? -ENOENT : -errno;
    SC_DIR DIR *d = opendir(path);
    if (!d)
        return sc_proc_has_ended(pidfd, errno) ? -ENOENT : -errno;
    errno = 0;
    for (struct dirent *e; (e = readdir(d)) != NULL; errno = 0) {
        char *end;
        long fd = strtol(e->d_name, &end, 10);
        if (end == e->d_name || fd > INT_MAX)
            continue;
        SC_FD int got = (int)syscall(SYS_pidfd_getfd, pidfd, (int)fd, 0);
        if (got < 0 && errno != EBADF && errno != ESRCH) /* closed, or ended, since */
            return -errno;
        if (got >= 0 && listens_at(got, listen))
            return (int)fd;
    }
    return errno ? -errno : -ENOENT;
}

/* ---- the reload ---- */

static int check_config(const char *exe, const char *main, struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    const char *const argv[] = {exe, "--test", "--fpm-config", main, NULL};
    struct sc_run_spec spec = {.argv = argv};
    int rc = sc_run(&spec, &r, err);
    if (rc == 0 && !sc_run_ok(&r)) {
        char how[512];
        sc_run_how(&r, how, sizeof(how));
        rc =
            sc_error_set(err, SC_E_INVAL, "%s is wrong, PHP-FPM cannot be reloaded: %s", main, how);
    }
    return rc;
}

/* Requests finish while the master cannot start others. Left stopped. */
static void drain(pid_t pid)
{
    SC_FREE pid_t *v = NULL;
    char text[4096];
    /* one that just lost a worker would make another when it goes on: stop it at a better time */
    for (int i = 0; i < 20; i++) {
        (void)kill(pid, SIGSTOP);
        for (int k = 0; k < 500 && state_of(pid) != 'T'; k++)
            sc_sleep_ms(1);
        bool pending = read_proc(pid, "status", text, sizeof(text)) > 0 &&
                       (!strstr(text, "\nShdPnd:\t0000000000000000") ||
                        !strstr(text, "\nSigPnd:\t0000000000000000"));
        if (!pending)
            break;
        (void)kill(pid, SIGCONT);
        sc_sleep_ms(5);
    }
    size_t n = 0;
    (void)workers(pid, NULL, &v, &n); /* the reload ends those that could not be looked at */
    for (size_t i = 0; i < n; i++)
        (void)kill(v[i], SIGQUIT);
    (void)wait_gone(v, n, pid, sc_clock_ms() + FINISH_MS);
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static void uncover(const char *exe)
{
    for (int i = 0; i < 8 && same_file(exe, SC_FPM_REEXEC); i++)
        if (umount2(exe, MNT_DETACH) < 0)
            break;
    (void)unlink(SC_FPM_REEXEC_TODO);
}

static int cover(pid_t pid, const char *exe, const struct sc_fpm_inject *in, struct sc_error *err)
{
    char text[512];
    int n = snprintf(text, sizeof(text), "%d %s\n%d %d %s\n", (int)pid, exe, (int)in->pid, in->fd,
                     in->listen);
    int rc = sc_replace_file(SC_FPM_REEXEC_TODO, 0600, text, (size_t)n, err);
    if (rc == 0 && mount(SC_FPM_REEXEC, exe, NULL, MS_BIND, NULL) < 0)
        rc = sc_error_sys(err, errno, "cover %s", exe);
    char seen[PATH_MAX + 64];
    snprintf(seen, sizeof(seen), "/proc/%d/root%s", (int)pid, exe);
    if (rc == 0 && !same_file(seen, SC_FPM_REEXEC))
        rc = sc_error_set(err, SC_E_PLATFORM,
                          "the PHP-FPM master of process %d has mounts of its own that do not "
                          "follow the server's: restart it",
                          (int)pid);
    return rc;
}

static bool begun_anew(pid_t pid, const char *main, const struct sc_fpm_inject *in)
{
    char title[PATH_MAX + 40];
    if (in && sc_fpm_master_socket(pid, in->bound) < 0)
        return false;
    return read_proc(pid, "cmdline", title, sizeof(title)) > 0 &&
           strncmp(title, TITLE, sizeof(TITLE) - 1) == 0 && strstr(title, main) != NULL;
}

static int signal_and_wait(pid_t pid, const char *main, const struct sc_fpm_inject *in,
                           struct sc_error *err)
{
    SC_FD int pidfd = sc_pidfd_open(pid);
    if (pidfd < 0)
        return sc_error_sys(err, errno, "find the PHP-FPM master of %s", main);
    drain(pid);
    /* the title is lost by becoming the program again, and set again when it is ready */
    bool lost = false;
    (void)kill(pid, SIGUSR2);
    (void)kill(pid, SIGCONT);
    for (long long until = sc_clock_ms() + EXEC_MS; sc_clock_ms() < until; sc_sleep_ms(1)) {
        struct pollfd p = {.fd = pidfd, .events = POLLIN};
        if (poll(&p, 1, 0) > 0) {
            /* a daemon becomes one again, in another process */
            pid_t now = sc_fpm_master_find(main);
            if (now > 0 && begun_anew(now, main, in))
                return 0;
            if (until > sc_clock_ms() + AFTER_MS)
                until = sc_clock_ms() + AFTER_MS;
            continue;
        }
        bool titled = begun_anew(pid, main, in);
        lost = lost || !titled;
        if (lost && titled)
            return 0;
    }
    pid = sc_fpm_master_find(main);
    if (pid < 0)
        return sc_error_sys(err, -pid, "look for the PHP-FPM master of %s", main);
    if (!pid)
        return sc_error_set(err, SC_E_SYS,
                            "the PHP-FPM master of %s ended instead of reloading: start it again, "
                            "its log says why",
                            main);
    return in && sc_fpm_master_socket(pid, in->bound) < 0
               ? sc_error_set(err, SC_E_TIMEOUT, "the PHP-FPM master of %s did not reload", main)
               : 0;
}

int sc_fpm_master_reload(const char *main, const struct sc_fpm_inject *inject, struct sc_error *err)
{
    char exe[PATH_MAX], link[64];
    pid_t pid = sc_fpm_master_find(main);
    if (pid <= 0)
        return pid == 0 ? 0 : sc_error_sys(err, -pid, "look for the PHP-FPM master of %s", main);
    SC_FD int lock = open(SC_FPM_RUN "/reload.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0 || flock(lock, LOCK_EX) < 0)
        return sc_error_sys(err, errno, "lock " SC_FPM_RUN "/reload.lock");
    snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
    ssize_t n = readlink(link, exe, sizeof(exe) - 1);
    if (n <= 0)
        return sc_error_sys(err, errno, "find the program of process %d", (int)pid);
    exe[n] = 0;
    uncover(exe); /* of a reload that was killed */
    int rc = check_config(exe, main, err);
    if (rc == 0 && inject)
        rc = cover(pid, exe, inject, err);
    if (rc == 0)
        rc = signal_and_wait(pid, main, inject, err);
    if (inject)
        uncover(exe);
    return rc;
}
