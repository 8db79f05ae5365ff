/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/master.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/pidfd.h"
#include "core/base/proc.h"

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

/* 1: a living child of `parent`. */
static int is_child(int procfd, pid_t parent)
{
    struct sc_proc_stat st;
    int rc = sc_proc_stat(procfd, &st);
    if (rc < 0)
        return sc_proc_no_answer(procfd, -rc);
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
    return n < 0 ? sc_proc_no_answer(procfd, (int)-n) : n > 0 && strcmp(got, title) == 0;
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

static bool listens_at(int fd, const char *path)
{
    struct sockaddr_un a = {0};
    socklen_t len = sizeof(a) - 1, on_len = sizeof(int);
    int on = 0;
    return getsockname(fd, (struct sockaddr *)&a, &len) == 0 && a.sun_family == AF_UNIX &&
           len > sizeof(a.sun_family) && strcmp(a.sun_path, path) == 0 &&
           getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &on_len) == 0 && on;
}

int sc_fpm_master_socket(pid_t pid, const char *path)
{
    char fds[64];
    snprintf(fds, sizeof(fds), "/proc/%d/fd", (int)pid);
    SC_FD int pidfd = sc_pidfd_open(pid);
    if (pidfd < 0)
        return errno == ESRCH ? -ENOENT : -errno;
    SC_DIR DIR *d = opendir(fds);
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
        if (got >= 0 && listens_at(got, path))
            return (int)fd;
    }
    return errno ? -errno : -ENOENT;
}

int sc_fpm_master_waits(pid_t pid, const char *path)
{
    int at = sc_fpm_master_socket(pid, path);
    if (at < 0)
        return at;
    SC_FD int pidfd = sc_pidfd_open(pid);
    struct pollfd p = {.fd = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, at, 0),
                       .events = POLLIN};
    SC_FD int fd = p.fd;
    if (fd < 0)
        return errno == ESRCH ? -ENOENT : -errno;
    int n = poll(&p, 1, 0);
    return n < 0 ? -errno : n;
}
